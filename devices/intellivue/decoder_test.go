package intellivue

import (
	"bytes"
	"encoding/hex"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"lamplight/devices"
	"lamplight/devices/intellivue/wire"
	"lamplight/internal/captures"
	"lamplight/mdib"
)

var update = flag.Bool("update", false, "write the golden files")

func stream(t testing.TB, p []byte, cut func() int) ([]mdib.Report, devices.Stats) {
	t.Helper()
	d, err := NewDecoder(devices.Settings{}, devices.Stream)
	if err != nil {
		t.Fatal(err)
	}
	var out []mdib.Report
	for len(p) > 0 {
		n := min(max(cut(), 1), len(p))
		d.Decode(p[:n], noon, func(r mdib.Report) { out = append(out, r) })
		p = p[n:]
	}
	return out, d.Stats()
}

func whole() int { return 1 << 30 }

// line makes a serial conversation of some messages.
func line(messages ...*wire.Message) (b []byte) {
	for _, m := range messages {
		b = wire.AppendFrame(b, m.Append(nil))
	}
	return b
}

func someMessages() []*wire.Message {
	var list []*wire.Message
	for i := range uint16(20) {
		list = append(list, result(wire.ClassNumeric, 0, i, 7, value(0x4182, 0, wire.Float(0x7D+0x43*i))),
			result(wire.ClassWave, 0, i, 686, wire.SamplesAttr(false, wire.Samples{Physio: 0x0102, Data: words(0x00C0, 0x00C1, 0x007D)})))
	}
	return list
}

func TestStreamCutAnywhere(t *testing.T) {
	b := line(someMessages()...)
	want, stats := stream(t, b, whole)
	if stats.Frames != 40 || stats.Bad != 0 || stats.Discarded != 0 || len(want) != 40 {
		t.Fatalf("%d reports, %+v", len(want), stats)
	}
	r := rand.New(rand.NewPCG(1, 1))
	for _, cut := range []func() int{func() int { return 1 }, func() int { return 1 + r.IntN(40) }} {
		got, s := stream(t, b, cut)
		if s != stats || !reflect.DeepEqual(plain(got), plain(want)) {
			t.Error("the cut changes what is decoded")
		}
	}
}

// Every byte of a line belongs to a good frame or is counted.
func TestNothingOnALineIsLost(t *testing.T) {
	one := line(someMessages()[:1]...)
	escapes := bytes.Count(one, []byte{0x7D})
	if escapes == 0 {
		t.Fatal("this frame should need an escape")
	}
	for name, c := range map[string]struct {
		bytes []byte
		want  devices.Stats
	}{
		"noise before":    {slices.Concat([]byte{1, 2, 0xC1, 0x7D}, one), devices.Stats{Frames: 1, Discarded: 4}},
		"noise between":   {slices.Concat(one, []byte{9, 9}, one), devices.Stats{Frames: 2, Discarded: 2}},
		"begun twice":     {slices.Concat([]byte{0xC0}, one), devices.Stats{Frames: 1, Discarded: 1}},
		"nothing in it":   {slices.Concat([]byte{0xC0, 0xC1}, one), devices.Stats{Frames: 1, Discarded: 2}},
		"cut by the next": {slices.Concat(one[:20], one), devices.Stats{Frames: 1, Bad: 1, Discarded: 20}},
		"end lost":        {slices.Concat(one[:len(one)-1], one), devices.Stats{Frames: 1, Bad: 1, Discarded: uint64(len(one) - 1)}},
		"aborted":         {slices.Concat(one[:len(one)-1], []byte{0x7D, 0xC1}, one), devices.Stats{Frames: 1, Bad: 1, Discarded: uint64(len(one) + 1)}},
		"aborted early":   {slices.Concat([]byte{0xC0, 0x11, 0x7D, 0xC1}, one), devices.Stats{Frames: 1, Bad: 1, Discarded: 4}},
		"cut at the end":  {slices.Concat(one, one[:7]), devices.Stats{Frames: 1, Discarded: 7}},
		"another protocol": {slices.Concat(otherProtocol(), one),
			devices.Stats{Frames: 1, Bad: 1, Discarded: uint64(len(otherProtocol()))}},
		"well framed nonsense": {slices.Concat(wire.AppendFrame(nil, []byte{0xE1, 0, 0, 2, 0, 1}), one),
			devices.Stats{Frames: 1, Bad: 1, Discarded: uint64(len(wire.AppendFrame(nil, []byte{0xE1, 0, 0, 2, 0, 1})))}},
	} {
		_, got := stream(t, c.bytes, whole)
		if got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// otherProtocol is a frame with a right check and another protocol id.
func otherProtocol() []byte {
	// 3A 71 with its published check: too short to be a data export frame.
	return []byte{0xC0, 0x3A, 0x71, 0x9B, 0x26, 0xC1}
}

func TestEveryDamagedByteIsNoticed(t *testing.T) {
	good := line(someMessages()[:2]...)
	for i := range good {
		for _, bit := range []byte{1, 0x20, 0x80} {
			b := bytes.Clone(good)
			b[i] ^= bit
			_, s := stream(t, append(b, line(someMessages()[2:3]...)...), whole)
			if s.Frames == 3 || s.Discarded == 0 {
				t.Fatalf("bit %02x of byte %d: %+v", bit, i, s)
			}
		}
	}
}

func TestDatagramsThatAreNoMessages(t *testing.T) {
	good := someMessages()[0].Append(nil)
	for name, p := range map[string][]byte{
		"empty": {}, "one byte": {0xE1}, "cut": good[:len(good)-1], "long": append(bytes.Clone(good), 0),
		"unknown": {0x47, 0x45, 0x54}, "zeros": make([]byte, 40), "half a head": good[:6],
	} {
		d, _ := NewDecoder(devices.Settings{}, devices.Datagrams)
		d.Decode(p, noon, func(mdib.Report) { t.Errorf("%s: reported", name) })
		if want := (devices.Stats{Bad: 1, Discarded: uint64(len(p))}); d.Stats() != want {
			t.Errorf("%s: %+v", name, d.Stats())
		}
	}
	// Every single byte of the lengths, counts and heads of values.
	for i := range good {
		for _, delta := range []byte{1, 0x40} {
			p := bytes.Clone(good)
			p[i] += delta
			d, _ := NewDecoder(devices.Settings{}, devices.Datagrams)
			d.Decode(p, noon, func(mdib.Report) {})
			if s := d.Stats(); s.Frames+s.Bad != 1 {
				t.Errorf("byte %d: %+v", i, s)
			}
		}
	}
}

// summary tells what a capture holds, in our words, without its bytes.
func summary(reports []mdib.Report, stats devices.Stats) string {
	type tally struct {
		count, invalid   int
		first, last, sum float64
	}
	tallies := map[mdib.Ref]*tally{}
	var d *mdib.MDS
	note := func(ref mdib.Ref, ok bool, v float64) {
		x := tallies[ref]
		if x == nil {
			x = &tally{first: v}
			tallies[ref] = x
		}
		x.count++
		if !ok {
			x.invalid++
			return
		}
		x.last = v
		x.sum += v
	}
	for _, r := range reports {
		if r.Describe != nil {
			d = r.Describe
		}
		for _, n := range r.Numerics {
			note(n.Ref, n.Validity.HasValue(), n.Value)
		}
		for _, s := range r.Samples {
			for _, v := range s.Samples {
				note(s.Ref, s.Validity.HasValue(), float64(v))
			}
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d frames, %d bad, %d bytes discarded, %d reports\n", stats.Frames, stats.Bad, stats.Discarded, len(reports))
	fmt.Fprintf(&b, "%s %s %s, patient %v\n", d.Manufacturer, d.Model, d.Mode, d.Patient != nil)
	for _, ref := range slices.Sorted(maps.Keys(tallies)) {
		m, x := d.Metric(ref), tallies[ref]
		fmt.Fprintf(&b, "%s %s %s [%s] every %v: %d values, %d without, first %.6g last %.6g sum %.6g\n",
			ref, m.Label, m.Code, m.Unit.UCUM, m.Period, x.count, x.invalid, x.first, x.last, x.sum)
	}
	return b.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	p := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(p, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(p)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; with -update it is written anew\n%s", p, got)
	}
}

// Recorded: a serial session of a monitor without a patient.
func TestRecordedSerialGolden(t *testing.T) {
	raw, err := os.ReadFile(captures.Shared(t, "vectors", "intellivue", "rs232_jvscapture_first64k.raw"))
	if err != nil {
		t.Fatal(err)
	}
	reports, stats := stream(t, raw, whole)
	golden(t, "serial.golden", summary(reports, stats))
	bytewise, again := stream(t, raw, func() int { return 1 })
	if stats != again || !reflect.DeepEqual(plain(reports), plain(bytewise)) {
		t.Error("byte by byte it decodes to something else")
	}
}

// plain writes Reports so that they can be compared: NaN equals NaN, and the
// address of a description is no content.
func plain(reports []mdib.Report) (out []string) {
	for _, r := range reports {
		d := ""
		if r.Describe != nil {
			d = fmt.Sprint(r.Describe.Serial, r.Describe.Mode, r.Describe.VMDs)
		}
		out = append(out, fmt.Sprint(d, r.Numerics, r.Samples, r.Alerts))
	}
	return out
}

// Recorded: four associations over LAN with a monitor in demonstration mode.
func TestRecordedLANGolden(t *testing.T) {
	text, err := os.ReadFile(captures.Shared(t, "vectors", "intellivue", "lan_session.hex"))
	if err != nil {
		t.Fatal(err)
	}
	d, _ := NewDecoder(devices.Settings{}, devices.Datagrams)
	var reports []mdib.Report
	for l := range strings.Lines(string(text)) {
		f := strings.Fields(l)
		if len(f) != 5 || f[0] == "#" {
			continue
		}
		b, err := hex.DecodeString(f[4])
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.ParseDuration(f[1] + "s")
		if err != nil {
			t.Fatal(err)
		}
		d.Decode(b, noon.Add(at), func(r mdib.Report) { reports = append(reports, r) })
	}
	golden(t, "lan.golden", summary(reports, d.Stats()))
	for _, r := range reports {
		for _, n := range r.Numerics {
			if n.Mode != mdib.ModeDemo {
				t.Errorf("%s is %s", n.Ref, n.Mode)
			}
		}
		for _, s := range r.Samples {
			if late := r.Received.Sub(s.Time); late < 200*time.Millisecond || late > 2*time.Second {
				t.Errorf("%s: %v between its first sample and its arrival", s.Ref, late)
			}
		}
	}
}

// Recorded: the reply about a discharged bed, and the other replay files.
func TestRecordedReplies(t *testing.T) {
	for _, name := range []string{"lan_intellipy_ptdemog_reply.hex", "lan_intellipy_enumeration_replies.hex"} {
		text, err := os.ReadFile(captures.Shared(t, "vectors", "intellivue", name))
		if err != nil {
			t.Fatal(err)
		}
		d, _ := NewDecoder(devices.Settings{}, devices.Datagrams)
		n := 0
		for l := range strings.Lines(string(text)) {
			if l = strings.TrimSpace(l); l == "" || strings.HasPrefix(l, "#") {
				continue
			}
			b, err := hex.DecodeString(l)
			if err != nil {
				t.Fatal(err)
			}
			n++
			d.Decode(b, noon, func(r mdib.Report) {
				if r.Describe != nil && r.Describe.Patient != nil {
					t.Error("a discharged bed has a patient")
				}
			})
		}
		if s := d.Stats(); s.Frames != uint64(n) || s.Bad != 0 || n == 0 {
			t.Errorf("%s: %+v of %d", name, s, n)
		}
	}
}

func seeds(f *testing.F, framed bool) {
	for _, m := range someMessages()[:4] {
		f.Add(m.Append(nil))
	}
	a := alarm(0x4BB8, 0x003E, 0x0200, 0, "x")
	for _, m := range []*wire.Message{alarms(1, []wire.Alarm{a}, []wire.Alarm{a}), {Kind: wire.KindAbort},
		{Kind: wire.KindAccept, User: wire.NewUserInfo(wire.SystemServer, wire.StartHot, wire.PollProfile{HasExtensions: true})},
		result(wire.ClassWave, 0, 1, 686, append(ecgContext(0x00020102, 128, 16), wire.SamplesAttr(true, wire.Samples{Physio: 0x0102, Data: words(1, 0xA004)}))...),
		result(wire.ClassEnum, 0, 1, 9, wire.Attr{ID: wire.AttrEnum, Value: wire.Enum{Physio: 0xD007, Choice: 4}.Append(nil)}),
	} {
		b := m.Append(nil)
		if framed {
			b = wire.AppendFrame(nil, b)
		}
		f.Add(b)
	}
}

// check proves what a Report must never be, whatever the bytes were.
func check(t *testing.T, r mdib.Report, d *mdib.MDS) *mdib.MDS {
	if r.Describe != nil {
		d = r.Describe
	}
	for _, n := range r.Numerics {
		if d == nil || d.Metric(n.Ref) == nil || n.Time.IsZero() || n.Validity.HasValue() == (n.Value != n.Value) {
			t.Fatalf("numeric %+v", n)
		}
	}
	for _, s := range r.Samples {
		if d == nil || d.Metric(s.Ref) == nil || d.Metric(s.Ref).Period <= 0 || len(s.Samples) == 0 {
			t.Fatalf("samples %+v", s)
		}
	}
	return d
}

func FuzzDatagrams(f *testing.F) {
	seeds(f, false)
	f.Fuzz(func(t *testing.T, p []byte) {
		dec, _ := NewDecoder(devices.Settings{}, devices.Datagrams)
		var d *mdib.MDS
		for range 2 {
			dec.Decode(p, noon, func(r mdib.Report) { d = check(t, r, d) })
		}
		if s := dec.Stats(); s.Frames+s.Bad != 2 {
			t.Fatalf("stats %+v", s)
		}
	})
}

func FuzzStream(f *testing.F) {
	seeds(f, true)
	f.Fuzz(func(t *testing.T, p []byte) {
		var d *mdib.MDS
		reports, s := stream(t, p, func() int { return 3 })
		for _, r := range reports {
			d = check(t, r, d)
		}
		if s.Discarded > uint64(len(p)) {
			t.Fatalf("%d of %d bytes discarded", s.Discarded, len(p))
		}
	})
}
