package wfdb

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"lamplight/internal/captures"

	"github.com/mewkiz/flac"
	"github.com/mewkiz/flac/frame"
	"github.com/mewkiz/flac/meta"
)

// files makes a file system of text and bytes.
func files(f map[string]any) fstest.MapFS {
	out := fstest.MapFS{}
	for name, v := range f {
		switch v := v.(type) {
		case string:
			out[name] = &fstest.MapFile{Data: []byte(v)}
		case []byte:
			out[name] = &fstest.MapFile{Data: v}
		}
	}
	return out
}

// encode writes samples as a format stores them.
func encode(format int, samples []int32) []byte {
	var b []byte
	for i, v := range samples {
		switch format {
		case 8:
			before := int32(0)
			if i > 0 {
				before = samples[i-1]
			}
			b = append(b, byte(int8(v-before)))
		case 16:
			b = binary.LittleEndian.AppendUint16(b, uint16(v))
		case 24:
			b = append(b, byte(v), byte(v>>8), byte(v>>16))
		case 32:
			b = binary.LittleEndian.AppendUint32(b, uint32(v))
		case 61:
			b = binary.BigEndian.AppendUint16(b, uint16(v))
		case 80:
			b = append(b, byte(v+128))
		case 160:
			b = binary.LittleEndian.AppendUint16(b, uint16(v+32768))
		case 212:
			if i%2 == 0 {
				b = append(b, byte(v), byte(v>>8)&0x0F)
			} else {
				b[len(b)-1] |= byte(v>>8) << 4
				b = append(b, byte(v))
			}
		}
	}
	return b
}

func sum(v []int32) int16 { return int16(checksum(v)) }

func TestFormats(t *testing.T) {
	for _, c := range []struct {
		format  int
		samples []int32
	}{
		{8, []int32{0, 100, -27, -27, 100, 7}},
		{16, []int32{-32768, 32767, 0, -1, 1, 258}},
		{24, []int32{-1 << 23, 1<<23 - 1, 0, -1, 65536, 258}},
		{32, []int32{math.MinInt32, math.MaxInt32, 0, -1, 1, 258}},
		{61, []int32{-32768, 32767, 0, -1, 1, 258}},
		{80, []int32{-128, 127, 0, -1, 1, 64}},
		{160, []int32{-32768, 32767, 0, -1, 1, 258}},
		{212, []int32{-2048, 2047, 0, -1, 1, 995}},
		{212, []int32{-2048, 2047, 995}}, // an odd number: the last one stands in two bytes
	} {
		head := fmt.Sprintf("r 1 250 %d\nr.dat %d 100 16 0 %d %d 0 II\n", len(c.samples), c.format, c.samples[0], sum(c.samples))
		r, err := openFS(files(map[string]any{"r.hea": head, "r.dat": encode(c.format, c.samples)}), "r")
		if err != nil || len(r.Warnings) > 0 {
			t.Errorf("format %d: %v %v", c.format, err, r)
			continue
		}
		if got := r.Signals[0].Runs[0].Samples; !slices.Equal(got, c.samples) {
			t.Errorf("format %d: %v, want %v", c.format, got, c.samples)
		}
	}
}

// A frame of MIT-BIH record 100 as published: 995 and 1011.
func TestFormat212OfRecord100(t *testing.T) {
	r, err := openFS(files(map[string]any{
		"100.hea": "100 2 360 1\n100.dat 212 200 11 1024 995 995 0 MLII\n100.dat 212 200 11 1024 1011 1011 0 V5\n",
		"100.dat": []byte{0xE3, 0x33, 0xF3},
	}), "100")
	if err != nil || len(r.Warnings) > 0 {
		t.Fatal(err, r.Warnings)
	}
	dst := make([]float64, 1)
	r.Signals[0].Physical(0, dst)
	if math.Abs(dst[0]-(-0.145)) > 1e-9 {
		t.Errorf("MLII begins with %v mV", dst[0])
	}
}

func TestSeveralRatesScalesAndSkew(t *testing.T) {
	// Frames of four ECG samples, one pressure and one late respiration.
	frames := []int32{1, 2, 3, 4, 10, 70, 5, 6, 7, 8, 20, 80, 9, 10, 11, 12, -2048, 90}
	r, err := openFS(files(map[string]any{
		"r.hea": "r 3 125/1000(5) 3 17:27:45 15/08/1994\n" +
			"r.dat 212x4 200 12 0 1 78 0 MCL1\n" +
			"r.dat 212 12.5(-1600)/mmHg 12 0 10 -2018 0 ABP\n" +
			"r.dat 212:1 0 12 40 70 240 0 RESP of the chest\n# <age>: 70\n",
		"r.dat": encode(212, frames),
	}), "r")
	if err != nil || len(r.Warnings) > 0 {
		t.Fatal(err, r.Warnings)
	}
	if r.Rate != 125 || r.Frames != 3 || r.Duration() != 24*time.Millisecond || r.SampleRate(0) != 500 {
		t.Errorf("%v frames at %v, %v, %v", r.Frames, r.Rate, r.Duration(), r.SampleRate(0))
	}
	if want := time.Date(1994, 8, 15, 17, 27, 45, 0, time.UTC); !r.Start.Equal(want) {
		t.Errorf("starts at %v", r.Start)
	}
	if !slices.Equal(r.Comments, []string{"<age>: 70"}) {
		t.Errorf("comments %q", r.Comments)
	}
	if got := r.Signals[0].Runs[0].Samples; !slices.Equal(got, []int32{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}) {
		t.Errorf("MCL1 %v", got)
	}
	abp := &r.Signals[r.Signal("abp")]
	dst := make([]float64, 5)
	abp.Physical(-1, dst)
	if !math.IsNaN(dst[0]) || dst[1] != (10+1600)/12.5 || dst[2] != (20+1600)/12.5 || !math.IsNaN(dst[3]) || !math.IsNaN(dst[4]) || abp.Unit != "mmHg" {
		t.Errorf("ABP %v %s: outside, 128.8, 129.6, invalid, outside expected", dst, abp.Unit)
	}
	resp := &r.Signals[2]
	resp.Physical(0, dst[:3])
	if resp.Name != "RESP of the chest" || resp.Unit != "mV" || dst[0] != 0.2 || dst[1] != 0.25 || !math.IsNaN(dst[2]) {
		t.Errorf("%q %v: shifted by one frame, 200 per mV around the ADC zero expected", resp.Name, dst[:3])
	}
}

func TestOffsetOfMatFiles(t *testing.T) {
	r, err := openFS(files(map[string]any{
		"a.hea": "a 2 250 2\na.mat 16+4 10/mV 16 0 1 4 0 II\na.mat 16+4 10/NU 16 0 2 6 0 PLETH\n#Asystole\n#True alarm\n",
		"a.mat": append([]byte("MATL"), encode(16, []int32{1, 2, 3, 4})...),
	}), "a")
	if err != nil || len(r.Warnings) > 0 || !slices.Equal(r.Signals[1].Runs[0].Samples, []int32{2, 4}) {
		t.Errorf("%v %+v", err, r)
	}
}

func TestSegmentsOfFixedLayout(t *testing.T) {
	r, err := openFS(files(map[string]any{
		"m.hea":  "m/3 1 100 7\ns1 2\n~ 3\ns2 2\n",
		"s1.hea": "s1 1 100 2\ns1.dat 16 10 16 0 1 3 0 II\n",
		"s2.hea": "s2 1 100 2\ns2.dat 16 20 16 0 3 7 0 II\n",
		"s1.dat": encode(16, []int32{1, 2}),
		"s2.dat": encode(16, []int32{3, 4}),
	}), "m")
	if err != nil || len(r.Warnings) > 0 || r.Frames != 7 {
		t.Fatalf("%v %+v", err, r)
	}
	dst := make([]float64, 7)
	r.Signals[0].Physical(0, dst)
	nan := math.NaN()
	for i, want := range []float64{0.1, 0.2, nan, nan, nan, 0.15, 0.2} {
		if dst[i] != want && !(math.IsNaN(want) && math.IsNaN(dst[i])) {
			t.Errorf("%v: want 0.1 0.2, a gap of three, 0.15 0.2", dst)
		}
	}
}

func TestSegmentsOfVariableLayout(t *testing.T) {
	r, err := openFS(files(map[string]any{
		"m.hea":   "m/4 3 100 6\nlay 0\ns1 2\n~ 2\ns2 2\n",
		"lay.hea": "lay 3 100 0\n~ 0 10/mV 11 0 0 0 0 II\n~ 0 10/mV 11 0 0 0 0 V\n~ 0 1/mmHg 11 0 0 0 0 ABP\n",
		"s1.hea":  "s1 1 100 2\ns1.dat 16 10/mV 16 0 5 11 0 V\n",
		"s2.hea":  "s2 2 100 2\ns2.dat 16 1(-100)/mmHg 16 0 -20 -39 0 ABP\ns2.dat 16 10/mV 16 0 7 15 0 II\n",
		"s1.dat":  encode(16, []int32{5, 6}),
		"s2.dat":  encode(16, []int32{-20, 7, -19, 8}),
	}), "m")
	if err != nil || len(r.Warnings) > 0 || r.Frames != 6 || len(r.Signals) != 3 {
		t.Fatalf("%v %+v", err, r)
	}
	dst := make([]float64, 6)
	for name, want := range map[string]string{
		"II":  "[NaN NaN NaN NaN 0.7 0.8]",
		"V":   "[0.5 0.6 NaN NaN NaN NaN]",
		"ABP": "[NaN NaN NaN NaN 80 81]",
	} {
		r.Signals[r.Signal(name)].Physical(0, dst)
		if got := fmt.Sprint(dst); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if r.Signal("CVP") != -1 {
		t.Error("found a signal that is not there")
	}
}

// Some writers go from signal to signal with every sample; the checksums of the
// header, taken from the signals themselves, tell.
func TestSamplesThatStandOneByOne(t *testing.T) {
	a, b := []int32{1, 2, 3, 4}, []int32{10, 20, 30, 40}
	head := fmt.Sprintf("r 2 100 2\nr.dat 16x2 10 16 0 1 %d 0 A\nr.dat 16x2 10 16 0 10 %d 0 B\n", sum(a), sum(b))
	for name, data := range map[string][]int32{
		"frame by frame":   {1, 2, 10, 20, 3, 4, 30, 40},
		"sample by sample": {1, 10, 2, 20, 3, 30, 4, 40},
	} {
		r, err := openFS(files(map[string]any{"r.hea": head, "r.dat": encode(16, data)}), "r")
		if err != nil || len(r.Warnings) > 0 || !slices.Equal(r.Signals[0].Runs[0].Samples, a) || !slices.Equal(r.Signals[1].Runs[0].Samples, b) {
			t.Errorf("%s: %v %+v", name, err, r)
		}
	}
}

func TestFLAC(t *testing.T) {
	for _, c := range []struct{ format, bits int }{{508, 8}, {516, 16}, {524, 24}} {
		a := make([]int32, 64)
		b := make([]int32, 64)
		for i := range a {
			a[i], b[i] = int32(i), int32(-i)
		}
		var buf bytes.Buffer
		info := &meta.StreamInfo{BlockSizeMin: 64, BlockSizeMax: 64, SampleRate: 96000, NChannels: 2, BitsPerSample: uint8(c.bits), NSamples: 64}
		enc, err := flac.NewEncoder(struct{ io.Writer }{&buf}, info)
		if err != nil {
			t.Fatal(err)
		}
		sub := func(v []int32) *frame.Subframe {
			return &frame.Subframe{SubHeader: frame.SubHeader{Pred: frame.PredVerbatim}, Samples: v, NSamples: len(v)}
		}
		err = enc.WriteFrame(&frame.Frame{
			Header:    frame.Header{HasFixedBlockSize: true, BlockSize: 64, SampleRate: 96000, Channels: frame.ChannelsLR, BitsPerSample: uint8(c.bits)},
			Subframes: []*frame.Subframe{sub(a), sub(b)},
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := enc.Close(); err != nil {
			t.Fatal(err)
		}
		head := fmt.Sprintf("f 2 100 32\nf.dat %dx2 10 16 0 0 %d 0 I\nf.dat %dx2 10 16 0 0 %d 0 II\n", c.format, sum(a), c.format, sum(b))
		r, err := openFS(files(map[string]any{"f.hea": head, "f.dat": buf.Bytes()}), "f")
		if err != nil || len(r.Warnings) > 0 {
			t.Errorf("%d: %v", c.format, err)
			continue
		}
		if r.Frames != 32 || !slices.Equal(r.Signals[1].Runs[0].Samples, b) {
			t.Errorf("%d: %d frames, %v", c.format, r.Frames, r.Signals[1].Runs[0].Samples)
		}
		bad := bytes.Clone(buf.Bytes())
		for i := 50; i < len(bad); i += 7 {
			bad[i] ^= 0x55
		}
		if _, err := openFS(files(map[string]any{"f.hea": head, "f.dat": bad}), "f"); err == nil {
			t.Errorf("%d: damaged FLAC is taken", c.format)
		}
	}
}

func TestWhatDoesNotAgreeIsSaid(t *testing.T) {
	r, err := openFS(files(map[string]any{
		"r.hea": "r 1 250 2\nr.dat 16 100 16 0 9 9 0 II\n",
		"r.dat": encode(16, []int32{1, 2}),
	}), "r")
	if err != nil || len(r.Warnings) != 2 || !strings.Contains(r.Warnings[0], "begins with 1, the header says 9") || !strings.Contains(r.Warnings[1], "checksum 3") {
		t.Errorf("%v %q", err, r.Warnings)
	}
}

func TestBadFilesAreNamed(t *testing.T) {
	two := "r 1 250 2\nr.dat 16 100 16 0 1 3 0 II\n"
	dat := encode(16, []int32{1, 2})
	for _, c := range []struct {
		name string
		fs   map[string]any
		want string
	}{
		{"no header", map[string]any{}, "r.hea"},
		{"empty header", map[string]any{"r.hea": ""}, "not a WFDB header"},
		{"no number", map[string]any{"r.hea": "r\n"}, "line 1"},
		{"signals", map[string]any{"r.hea": "r 999999 250\n"}, "number of signals"},
		{"rate", map[string]any{"r.hea": "r 1 0 2\n"}, "rate"},
		{"rate NaN", map[string]any{"r.hea": "r 1 NaN 2\n"}, "rate"},
		{"frames", map[string]any{"r.hea": "r 1 250 -4\n"}, "number of frames"},
		{"segments", map[string]any{"r.hea": "r/0 1 250 2\n"}, "number of segments"},
		{"cut short", map[string]any{"r.hea": "r 2 250 2\nr.dat 16\n"}, "cut short"},
		{"no format", map[string]any{"r.hea": "r 1 250 2\nr.dat\n"}, "line 2"},
		{"unknown format", map[string]any{"r.hea": "r 1 250 2\nr.dat 310 200\n"}, "format 310"},
		{"samples per frame", map[string]any{"r.hea": "r 1 250 2\nr.dat 16x0 200\n"}, "samples per frame"},
		{"gain", map[string]any{"r.hea": "r 1 250 2\nr.dat 16 many\n"}, `"many" is no gain`},
		{"baseline", map[string]any{"r.hea": "r 1 250 2\nr.dat 16 200(x)\n"}, "baseline"},
		{"initial", map[string]any{"r.hea": "r 1 250 2\nr.dat 16 200 16 0 x\n"}, "initial value"},
		{"no data", map[string]any{"r.hea": two}, "r.dat"},
		{"data cut short", map[string]any{"r.hea": two, "r.dat": dat[:3]}, "cut short"},
		{"mixed formats", map[string]any{"r.hea": "r 2 250 1\nr.dat 16\nr.dat 80\n", "r.dat": dat}, "format 16 and of format 80"},
		{"outside", map[string]any{"r.hea": "r 1 250 2\n../r.dat 16\n"}, "../r.dat"},
		{"not FLAC", map[string]any{"r.hea": "r 1 250 2\nr.dat 516\n", "r.dat": dat}, "not FLAC"},
		{"segment missing", map[string]any{"r.hea": "r/1 1 250 2\ns 2\n"}, "s.hea"},
		{"segment of segments", map[string]any{"r.hea": "r/1 1 250 2\ns 2\n", "s.hea": "s/1 1 250 2\nr 2\n"}, "segments of its own"},
		{"segment too short", map[string]any{"r.hea": "r/1 1 250 2\ns 9\n", "s.hea": "s 1 250 2\nr.dat 16\n", "r.dat": dat}, "has 2 frames"},
		{"segment rate", map[string]any{"r.hea": "r/1 1 250 2\ns 2\n", "s.hea": "s 1 125 2\nr.dat 16\n", "r.dat": dat}, "frames a second"},
		{"not in the layout", map[string]any{"r.hea": "r/2 1 250 2\nl 0\ns 2\n", "l.hea": "l 1 250 0\n~ 0 1 1 0 0 0 0 II\n", "s.hea": "s 1 250 2\nr.dat 16 1 1 0 1 3 0 V\n", "r.dat": dat}, `no signal "V"`},
		{"signals differ", map[string]any{"r.hea": "r/2 1 250 2\ns 2\nu 1\n", "s.hea": "s 1 250 2\nr.dat 16\n", "u.hea": "u 2 250 1\nr.dat 16\nr.dat 16\n", "r.dat": dat}, "2 signals"},
	} {
		_, err := openFS(files(c.fs), "r")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want one that says %q", c.name, err, c.want)
		}
	}
}

// Every recording at hand is read and its checksums and first values hold, but
// for those whose headers are known to be wrong.
func TestRecordingsAtHand(t *testing.T) {
	known := []string{ // checksums written with 15 bits; first values never filled in
		"record cu16,", "record cu20,", "record m4a85594648, signal \"II\": begins", "record m4a85594648, signal \"V\": begins",
		"record m4a85594648, signal \"aVR\": begins", "record m4a85594648, signal \"Pleth\": begins", "record m4a85594648, signal \"Resp\": begins",
	}
	headers, err := filepath.Glob(filepath.Join(captures.Shared(t, "data"), "*", "*.hea"))
	if err != nil || len(headers) == 0 {
		t.Skip("needs recordings in the captures' folder data/*/*.hea")
	}
	seen := map[int]int{}
	for _, path := range headers {
		r, err := Open(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		for _, w := range r.Warnings {
			if !slices.ContainsFunc(known, func(k string) bool { return strings.HasPrefix(w, k) }) {
				t.Error(w)
			}
		}
		seen[len(r.Signals)]++
	}
	t.Logf("%d records", len(headers))

	r, err := Open(filepath.Join(captures.Shared(t, "data", "mimic3wdb-s25047"), "s25047-2704-05-04-10-44"))
	if err != nil {
		t.Fatal(err)
	}
	if r.Frames != 543240 || len(r.Signals) != 3 || len(r.Signals[r.Signal("ABP")].Runs) != 2 {
		t.Errorf("the record with gaps has %d frames, %+v signals", r.Frames, len(r.Signals))
	}
	dst := make([]float64, 3)
	r.Signals[0].Physical(25738, dst) // the first 25 740 frames are a gap
	if !math.IsNaN(dst[0]) || !math.IsNaN(dst[1]) || math.Abs(dst[2]-(-24.0/86)) > 1e-9 {
		t.Errorf("around the end of the gap: %v", dst)
	}
}
