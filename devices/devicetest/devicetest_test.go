package devicetest

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"lamplight/mdib"
)

// good gives Reports that keep every promise, for the tests to break.
func good() []mdib.Report {
	code := mdib.Code{System: "urn:test", Value: "1"}
	unit := mdib.Unit{UCUM: "%", Text: "%"}
	d := &mdib.MDS{Protocol: "test", VMDs: []mdib.VMD{{Channels: []mdib.Channel{{Metrics: []mdib.Metric{
		{Ref: "n", Code: code, Label: "N", Unit: unit},
		{Ref: "e", Code: code, Label: "E", Kind: mdib.KindEnum},
		{Ref: "w", Code: code, Label: "W", Kind: mdib.KindSampleArray, Period: time.Millisecond, Calibration: mdib.Calibration{RawHigh: 255, Relative: true}},
	}}}}}}
	at := func(s int) time.Time { return Start.Add(time.Duration(s) * time.Second) }
	return []mdib.Report{
		{MDS: MDS, Received: at(0), Describe: d},
		{MDS: MDS, Received: at(1), Numerics: []mdib.Numeric{{Ref: "n", Time: at(1), Value: 97}},
			Samples: []mdib.SampleArray{{Ref: "w", Time: at(1), Samples: []int32{1, 2, 3}, Marks: []mdib.Mark{{At: 2}}}}},
		{MDS: MDS, Received: at(2), Numerics: []mdib.Numeric{{Ref: "n", Time: at(2), Value: math.NaN(), Validity: mdib.Invalid}},
			Enums:  []mdib.EnumString{{Ref: "e", Time: at(2), Text: "on"}},
			Alerts: []mdib.AlertCondition{{Ref: "a", Source: "n", Code: code, Time: at(2), Present: true}}},
	}
}

func TestContract(t *testing.T) {
	if b := breaches(good()); len(b) > 0 {
		t.Fatalf("good Reports are found wanting: %v", b)
	}
	late := good()
	late[0].Describe.Metric("n").Episodic = true
	late[2].Numerics[0].Time = Start
	if b := breaches(late); len(b) > 0 {
		t.Errorf("a value from memory is found wanting: %v", b)
	}
	metric := func(r []mdib.Report, ref mdib.Ref) *mdib.Metric { return r[0].Describe.Metric(ref) }
	for want, spoil := range map[string]func(r []mdib.Report) []mdib.Report{
		"before the device is described": func(r []mdib.Report) []mdib.Report { return r[1:] },
		"says what it is":                func(r []mdib.Report) []mdib.Report { return r[:1] },
		"not that of the settings":       func(r []mdib.Report) []mdib.Report { r[1].MDS[0]++; return r },
		"before the Report before it":    func(r []mdib.Report) []mdib.Report { r[2].Received = Start; return r },
		"at no time":                     func(r []mdib.Report) []mdib.Report { r[1].Received = time.Time{}; return r },
		"does not report its link":       func(r []mdib.Report) []mdib.Report { r[1].Link = &mdib.Link{}; return r },
		"x is not described":             func(r []mdib.Report) []mdib.Report { r[1].Numerics[0].Ref = "x"; return r },
		"n is described as kind":         func(r []mdib.Report) []mdib.Report { metric(r, "n").Kind = mdib.KindEnum; return r },
		"has no time":                    func(r []mdib.Report) []mdib.Report { r[2].Enums[0].Time = time.Time{}; return r },
		"runs back by":                   func(r []mdib.Report) []mdib.Report { r[2].Numerics[0].Time = Start; return r },
		"is NaN with validity Vld":       func(r []mdib.Report) []mdib.Report { r[1].Numerics[0].Value = math.NaN(); return r },
		"is 5 with validity Inv":         func(r []mdib.Report) []mdib.Report { r[2].Numerics[0].Value = 5; return r },
		"has no samples":                 func(r []mdib.Report) []mdib.Report { r[1].Samples[0].Samples = nil; return r },
		"a mark at 3 of 3":               func(r []mdib.Report) []mdib.Report { r[1].Samples[0].Marks[0].At = 3; return r },
		"outside its scale": func(r []mdib.Report) []mdib.Report {
			r[1].Samples[0] = mdib.SampleArray{Ref: "w", Time: Start, Samples: []int32{256}}
			return r
		},
		"alert":                   func(r []mdib.Report) []mdib.Report { r[2].Alerts[0].Provenance = mdib.FromWorkstation; return r },
		"about x, which":          func(r []mdib.Report) []mdib.Report { r[2].Alerts[0].Source = "x"; return r },
		"is described twice":      func(r []mdib.Report) []mdib.Report { metric(r, "e").Ref = "n"; return r },
		"is not whole":            func(r []mdib.Report) []mdib.Report { metric(r, "n").Label = ""; return r },
		"names no protocol":       func(r []mdib.Report) []mdib.Report { r[0].Describe.Protocol = ""; return r },
		"neither a code nor UCUM": func(r []mdib.Report) []mdib.Report { metric(r, "n").Unit.UCUM = ""; return r },
		"no sample period":        func(r []mdib.Report) []mdib.Report { metric(r, "w").Period = 0; return r },
		"has no scale":            func(r []mdib.Report) []mdib.Report { metric(r, "w").Calibration.RawHigh = 0; return r },
	} {
		if b := breaches(spoil(good())); !strings.Contains(strings.Join(b, "\n"), want) {
			t.Errorf("%q is not found: %v", want, b)
		}
	}
}

func TestCompare(t *testing.T) {
	if d := differences(good(), good()); len(d) > 0 {
		t.Fatalf("the same is found to differ: %v", d)
	}
	// Grouped otherwise, it is the same.
	cut := good()
	a := cut[1].Samples[0]
	cut[1].Samples = []mdib.SampleArray{{Ref: "w", Time: a.Time, Samples: a.Samples[:1]}, {Ref: "w", Time: a.Time, Samples: a.Samples[1:], Marks: a.Marks}}
	if d := differences(good(), cut); len(d) > 0 {
		t.Errorf("another grouping is found to differ: %v", d)
	}
	for want, spoil := range map[string]func(r []mdib.Report){
		"numeric n":   func(r []mdib.Report) { r[1].Numerics[0].Value = 96 },
		"samples w":   func(r []mdib.Report) { r[1].Samples[0].Samples = a.Samples[:2] },
		"enum e":      func(r []mdib.Report) { r[2].Enums = nil },
		"alert a":     func(r []mdib.Report) { r[2].Alerts[0].Present = false },
		"description": func(r []mdib.Report) { r[0].Describe.Serial = "2" },
	} {
		r := good()
		spoil(r)
		for _, d := range [][]string{differences(good(), r), differences(r, good())} {
			if len(d) != 1 || !strings.Contains(d[0], want) {
				t.Errorf("%s: %v", want, d)
			}
		}
	}
}

// echo says "tick" every 50 ms and answers what it is told.
type echo struct{ next time.Duration }

func (e *echo) Advance(at time.Duration) (out [][]byte) {
	for ; e.next <= at; e.next += 50 * time.Millisecond {
		out = append(out, []byte("tick"))
	}
	return out
}
func (e *echo) Receive(p []byte, _ time.Duration) [][]byte { return [][]byte{p} }

func TestWire(t *testing.T) {
	w := &wire{peer: &echo{}, end: 200 * time.Millisecond}
	buf := make([]byte, 3)
	var got []string
	for {
		n, at, err := w.Read(buf)
		if err != nil {
			break
		}
		got = append(got, string(buf[:n])+"@"+at.Sub(Start).String())
		if len(got) == 2 {
			if _, err := w.Write([]byte("hi")); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := []string{"tic@0s", "k@0s", "hi@0s", "tic@50ms", "k@50ms", "tic@100ms", "k@100ms", "tic@150ms", "k@150ms", "tic@200ms", "k@200ms"}
	if !slices.Equal(got, want) {
		t.Errorf("read %v, want %v", got, want)
	}
	quiet := &wire{peer: mute{}, end: time.Second}
	if n, at, err := quiet.Read(buf); n != 0 || err != nil || at.Sub(Start) != slice {
		t.Errorf("a quiet slice: %d at %v, %v", n, at.Sub(Start), err)
	}
}

func TestText(t *testing.T) {
	text := Text(good(), Start)
	for _, want := range []string{"numeric n 97 Vld real at +1.000s", "numeric n NaN Inv", "samples w ×3", `enum e  "on"`, "alert a physiological none", "MDS test", "raw 0…255 relative true"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}
