package storage

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"lamplight/mdib"
)

// shapes makes runs of every nature: what monitors send, and what none should.
func shapes(rnd *rand.Rand) []int32 {
	n := rnd.IntN(700)
	s := make([]int32, n)
	kind := rnd.IntN(8)
	step := rnd.Int32N(40) + 1
	for i := range s {
		switch kind {
		case 0: // nothing moves
			s[i] = 2048
		case 1: // a beat
			s[i] = int32(2048 + 900*math.Exp(-math.Pow(float64(i%200)-60, 2)/20))
		case 2: // noise of all sizes
			s[i] = int32(rnd.Uint32() >> rnd.IntN(32))
		case 3: // the extremes
			s[i] = []int32{math.MinInt32, math.MaxInt32, 0, -1}[rnd.IntN(4)]
		case 4: // a coarse converter scaled up
			s[i] = (rnd.Int32N(200) - 100) * step
		case 5: // a ramp that turns over
			s[i] = int32(i) * 40_000_000
		case 6: // quiet with spikes
			if rnd.IntN(90) == 0 {
				s[i] = rnd.Int32()
			}
		case 7: // a slow wander
			if i > 0 {
				s[i] = s[i-1] + rnd.Int32N(7) - 3
			}
		}
	}
	return s
}

func TestSamplesComeBackExactly(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 5))
	for range 5000 {
		want := shapes(rnd)
		coded := append(appendSamples(nil, want), 0xA5)
		r := reader{b: coded}
		got := r.samples()
		if r.err != nil || !slices.Equal(got, want) {
			t.Fatalf("%d samples: %v\nwant %v\ngot  %v", len(want), r.err, want, got)
		}
		if len(r.b) != 1 || r.b[0] != 0xA5 {
			t.Fatalf("%d samples: what follows was lost or eaten: %x", len(want), r.b)
		}
	}
}

// The bytes are a promise to whoever reads the file later. Worked out by hand
// from the package documentation; synthetic.
func TestSamplesBytes(t *testing.T) {
	for _, c := range []struct {
		samples []int32
		want    []byte
	}{
		{nil, []byte{0}},
		{[]int32{-3}, []byte{1, 0x10, 0, 5}},
		{[]int32{7, 7, 7}, []byte{3, 0x10, 0, 14}},
		// Differences 10, 10, -10 of step 10: x = 0, 1, 2, 1. Order 1 leaves 1, 1,
		// -1, as does order 0 leave 1, 2, 1; zig-zagged 2, 2, 1 with k = 0:
		// 00000 110 110 10, filled up with zeros.
		{[]int32{0, 10, 20, 10}, []byte{4, 0x11, 10, 0, 0b00000110, 0b11010000}},
	} {
		if got := appendSamples(nil, c.samples); !slices.Equal(got, c.want) {
			t.Errorf("%v: %x, want %x", c.samples, got, c.want)
		}
	}
}

// A block that ends too early, or asks for more than it can hold, is an error
// at any length, never an answer.
func TestSamplesThatEndTooEarly(t *testing.T) {
	rnd := rand.New(rand.NewPCG(8, 8))
	for range 40 {
		whole := appendSamples(nil, shapes(rnd))
		for n := range len(whole) {
			r := reader{b: whole[:n]}
			if got := r.samples(); r.err == nil || got != nil {
				t.Fatalf("%d of %d bytes: %d samples", n, len(whole), len(got))
			}
		}
	}
	for name, b := range map[string][]byte{
		"a run without end":  {0xff, 0xff, 0xff, 0xff, 0x7f, 0x10, 1, 0},
		"more than its bits": {0x80, 0x80, 0x10, 0x10, 1, 0, 0xff},
		"an unknown method":  {4, 0x20, 0, 0},
		"a step beyond":      {1, 0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0},
		"a sample beyond":    {2, 0x10, 0xff, 0xff, 0xff, 0xff, 0x0f, 0xfe, 0xff, 0xff, 0xff, 0x0f, 0x06, 0x00},
	} {
		r := reader{b: b}
		if got := r.samples(); r.err == nil || got != nil {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestMarksComeBack(t *testing.T) {
	for _, want := range [][]mdib.Mark{
		nil,
		{{At: 0, Kind: mdib.MarkQRS}},
		{{At: 4, Kind: mdib.MarkInvalid}, {At: 5, Kind: mdib.MarkInvalid}, {At: 6, Kind: mdib.MarkInvalid}, {At: 6, Kind: mdib.MarkPacer}},
		{{At: 9, Kind: mdib.MarkPacer}, {At: 2, Kind: mdib.MarkQRS}, {At: -7, Kind: 200}}, // out of order and range: kept as they are
	} {
		r := reader{b: appendMarks(nil, want)}
		if got := r.marks(); r.err != nil || !slices.Equal(got, want) {
			t.Errorf("want %v, got %v, %v", want, got, r.err)
		}
	}
	long := make([]mdib.Mark, 500)
	for i := range long {
		long[i] = mdib.Mark{At: i, Kind: mdib.MarkInvalid}
	}
	if n := len(appendMarks(nil, long)); n > 6 {
		t.Errorf("a probe that is off for 500 samples takes %d bytes", n)
	}
}

func TestValuesComeBackExactly(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 9))
	var ns []numeric
	for _, v := range []float64{0, math.Copysign(0, -1), 98.6, 0.1 + 0.2, 1e300, -1e-300, math.Inf(1), 999999999.9, 1.0 / 3} {
		for _, d := range []uint8{0, 1, 3, 9, 10, 255} {
			ns = append(ns, numeric{item{rnd.Int64N(1000), rnd.Int64(), -rnd.Int64()},
				mdib.Numeric{Value: v, Decimals: d, Validity: mdib.Validity(rnd.IntN(256)), Mode: mdib.GenerationMode(rnd.IntN(256))}})
		}
	}
	ns = append(ns, numeric{item{1, noTime, 0}, mdib.Numeric{Value: math.NaN(), Validity: mdib.NotAvailable}})
	es := []enum{{item{7, 1, 2}, mdib.EnumString{Code: mdib.Code{System: "urn:x", Value: "7", RefID: "R"}, Text: "Sinus rhythm ♥"}}, {}}
	h := head{3, 0, math.MaxInt64}
	row := appendBlock([]byte{rowVersion}, appendValues(nil, 12345, h, ns, es))
	for r, err := range blocks(row) {
		if err != nil {
			t.Fatal(err)
		}
		if got := r.head(); got != h {
			t.Fatalf("head %v", got)
		}
		at := times{12345, 12345}
		got := r.numerics(&at)
		if len(got) != len(ns) {
			t.Fatalf("%d of %d numerics: %v", len(got), len(ns), r.err)
		}
		for i := range ns {
			g, w := got[i], ns[i]
			if g.item != w.item || math.Float64bits(g.Value) != math.Float64bits(w.Value) && !math.IsNaN(w.Value) ||
				math.IsNaN(g.Value) != math.IsNaN(w.Value) || g.Decimals != w.Decimals || g.Validity != w.Validity || g.Mode != w.Mode {
				t.Errorf("numeric %d: got %+v, want %+v", i, g, w)
			}
		}
		if e := r.enums(&at); len(e) != 2 || e[0].item != es[0].item || e[0].Code != es[0].Code || e[0].Text != es[0].Text || r.err != nil {
			t.Errorf("enums %+v, %v", e, r.err)
		}
	}
}

func TestDamageCostsOneBlock(t *testing.T) {
	row := []byte{rowVersion}
	for i := range int64(3) {
		row = appendBlock(row, appendRuns(nil, 0, head{mds: i + 1}, []run{{SampleArray: mdib.SampleArray{Samples: []int32{1, 2, 3}}}}))
	}
	third := (len(row) - 1) / 3
	for bit := range 8 * third {
		bad := slices.Clone(row)
		bad[1+third+bit/8] ^= 1 << (bit % 8) // in the second block
		var good []int64
		damage := 0
		for r, err := range blocks(bad) {
			if err != nil {
				damage++
				continue
			}
			good = append(good, r.head().mds)
		}
		if damage == 0 || len(good) == 0 || good[0] != 1 || slices.Contains(good, 2) {
			t.Fatalf("bit %d: blocks %v, %d damaged", bit, good, damage)
		}
		if bit >= 8 && !slices.Equal(good, []int64{1, 3}) {
			t.Fatalf("bit %d: blocks %v are left", bit, good)
		}
	}
}

// FuzzRow reads any bytes as a row, and what it reads writes and reads again.
func FuzzRow(f *testing.F) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 8 {
		s := shapes(rnd)
		f.Add(appendRuns(nil, 0, head{1, 2, 3}, []run{{item: item{1, 2, 3}, period: 4, SampleArray: mdib.SampleArray{Samples: s,
			Marks: []mdib.Mark{{At: 3, Kind: 1}}}}}))
	}
	f.Add(appendValues(nil, 0, head{1, 2, 3}, []numeric{{Numeric: mdib.Numeric{Value: 3.5, Decimals: 1}}}, []enum{{EnumString: mdib.EnumString{Text: "x"}}}))
	f.Fuzz(func(t *testing.T, payload []byte) {
		for range blocks(payload) {
		}
		for r, err := range blocks(appendBlock([]byte{rowVersion}, payload)) {
			if err != nil {
				t.Fatal("a good checksum was refused")
			}
			values := *r
			values.head()
			at := times{}
			values.numerics(&at)
			values.enums(&at)
			(&reader{b: payload}).minute(func(int64, sum) {})
			h, at := r.head(), times{}
			runs := r.runs(&at)
			if r.err != nil {
				return
			}
			again := &reader{b: appendRuns(nil, 0, h, runs)}
			if again.head() != h {
				t.Fatal("head differs")
			}
			at = times{}
			if got := again.runs(&at); again.err != nil || !reflect.DeepEqual(got, runs) {
				t.Fatalf("%v\nwant %+v\ngot  %+v", again.err, runs, got)
			}
		}
	})
}
