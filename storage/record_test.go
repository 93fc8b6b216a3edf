package storage

import (
	"context"
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"lamplight/mdib"

	"github.com/google/uuid"
)

var ctx = context.Background()

func TestWhatWasToldComesBack(t *testing.T) {
	r := newRig(t)
	at := start.Add(1234567 * time.Microsecond)
	told := mdib.Report{MDS: mdsID(1), Received: at.Add(time.Second),
		Numerics: []mdib.Numeric{
			{Ref: "n1", Time: at, Value: 36.7, Decimals: 1, Mode: mdib.ModeTest},
			{Ref: "n1", Time: at.Add(time.Second), Value: 37, Validity: mdib.Questionable},
			{Ref: "private 0xF123", Time: at, Value: -4.25, Decimals: 2}, // nobody described it
		},
		Enums: []mdib.EnumString{{Ref: "rhythm", Time: at, Code: mdib.Code{System: "urn:maker", Value: "12"}, Text: "Sinus rhythm"}},
		Samples: []mdib.SampleArray{{Ref: "ecg", Time: at, Samples: []int32{5, -5, math.MaxInt32},
			Marks: []mdib.Mark{{At: 1, Kind: mdib.MarkPacer}}, Validity: mdib.Questionable, Mode: mdib.ModeTest}},
		Alerts: []mdib.AlertCondition{
			{Ref: "a1", Source: "n1", Code: mdib.MDC(196652), Priority: mdib.PriorityHigh, Present: true, Text: "** TEMP 37.0 > 36.9", Time: at, Signal: mdib.SignalLatched, Mode: mdib.ModeTest},
			{Ref: "a2", Kind: mdib.Technical, Provenance: mdib.FromWorkstation, Text: "lead off", Time: at.Add(time.Minute)}},
	}
	lost := mdib.Report{MDS: mdsID(1), Received: at.Add(3 * time.Second),
		Link: &mdib.Link{State: mdib.LinkLost, Since: at.Add(2 * time.Second), Reason: mdib.ReasonGone, Detail: "/dev/ttyS0 vanished", Counts: mdib.LinkCounts{Bytes: 9}}}
	r.keep(hello(1), told, lost)
	r.reopen()

	end := at.Add(time.Hour)
	for _, of := range []uuid.UUID{mdsID(1), encID(1)} {
		for _, ref := range []mdib.Ref{"n1", "private 0xF123"} {
			var want []mdib.Numeric
			for _, n := range told.Numerics {
				if n.Ref == ref {
					want = append(want, n)
				}
			}
			same(t, ref, must(r.Numerics(ctx, of, ref, start, end)), want)
		}
		same(t, "enums", must(r.Enums(ctx, of, "rhythm", start, end)), told.Enums)
		same(t, "samples", must(r.Samples(ctx, of, "ecg", start, end)), told.Samples)
		same(t, "alerts", must(r.Alerts(ctx, of, start, end)), told.Alerts)
		same(t, "links", must(r.Links(ctx, of, start, end)), []mdib.Link{*lost.Link})
	}
	var refs []mdib.Ref
	for _, m := range must(r.Metrics(ctx, encID(1))) {
		refs = append(refs, m.Ref)
	}
	same(t, "metrics", refs, []mdib.Ref{"n1", "private 0xF123", "rhythm", "ecg"})
	same(t, "description", must(r.Description(ctx, mdsID(1))), monitor())
	same(t, "encounters", must(r.Encounters(ctx)), []mdib.Encounter{*encounter(1)})
	same(t, "devices", must(r.Devices(ctx, encID(1))), []uuid.UUID{mdsID(1)})
	if got := must(r.Numerics(ctx, uuid.New(), "n1", start, end)); got != nil {
		t.Errorf("a stranger has %v", got)
	}
	s := must(r.Stats(ctx))
	if s.Devices != 1 || s.Encounters != 1 || s.Numerics != 3 || s.Enums != 1 || s.Samples != 3 || s.Alerts != 2 || s.Links != 1 || s.Gaps != 1 || s.Rows != 6 {
		t.Errorf("%+v", s)
	}
}

// same compares what was kept with what was told; times by their instant.
func same(t *testing.T, what any, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(instants(got), instants(want)) {
		t.Errorf("%v:\ngot  %+v\nwant %+v", what, got, want)
	}
}

// instants brings every time in a copy of v to UTC.
func instants(v any) any {
	out := reflect.New(reflect.TypeOf(v)).Elem()
	out.Set(reflect.ValueOf(v))
	var walk func(reflect.Value) reflect.Value
	walk = func(x reflect.Value) reflect.Value {
		c := reflect.New(x.Type()).Elem()
		c.Set(x)
		switch x.Kind() {
		case reflect.Struct:
			if at, ok := x.Interface().(time.Time); ok {
				c.Set(reflect.ValueOf(at.UTC()))
				return c
			}
			for i := range x.NumField() {
				c.Field(i).Set(walk(x.Field(i)))
			}
		case reflect.Slice:
			if !x.IsNil() {
				c.Set(reflect.MakeSlice(x.Type(), x.Len(), x.Len()))
				for i := range x.Len() {
					c.Index(i).Set(walk(x.Index(i)))
				}
			}
		case reflect.Pointer:
			if !x.IsNil() {
				c.Set(reflect.New(x.Type().Elem()))
				c.Elem().Set(walk(x.Elem()))
			}
		}
		return c
	}
	return walk(out).Interface()
}

func TestAWindowIsHalfOpen(t *testing.T) {
	r := newRig(t)
	r.keep(hello(1))
	for i := range 40 { // crosses the ten seconds of span
		r.keep(second(1, start.Add(time.Duration(i)*time.Second)))
	}
	from, to := start.Add(9*time.Second), start.Add(21*time.Second)
	got := must(r.Numerics(ctx, mdsID(1), "n3", from, to))
	if len(got) != 12 || !got[0].Time.Equal(from) || !got[11].Time.Equal(to.Add(-time.Second)) {
		t.Errorf("%d values from %v to %v", len(got), got[0].Time, got[len(got)-1].Time)
	}
	waves := must(r.Samples(ctx, mdsID(1), "ecg", from.Add(time.Millisecond), from.Add(2*time.Millisecond)))
	if len(waves) != 1 || !waves[0].Time.Equal(from) {
		t.Errorf("a window inside a run gives %d runs", len(waves))
	}
	if all := must(r.Numerics(ctx, mdsID(1), "n3", time.Time{}, time.Time{})); len(all) != 40 {
		t.Errorf("without limits: %d", len(all))
	}
}

func TestArraysThatContinueAreOneRun(t *testing.T) {
	r := newRig(t)
	r.keep(hello(1))
	var blocks []mdib.Report
	at := start
	for i := range int32(4) { // 256 ms blocks, as some monitors send them
		s := append(make([]int32, 0, 256), make([]int32, 64)...) // with room behind, which is the driver's
		s[0] = i
		blocks = append(blocks, mdib.Report{MDS: mdsID(1), Received: at, Samples: []mdib.SampleArray{
			{Ref: "ecg", Time: at, Samples: s, Marks: []mdib.Mark{{At: 5, Kind: mdib.MarkQRS}}}}})
		at = at.Add(256 * time.Millisecond)
	}
	blocks[3].Samples[0].Time = blocks[3].Samples[0].Time.Add(time.Second) // a second is missing
	r.keep(blocks...)
	got := must(r.Samples(ctx, mdsID(1), "ecg", start, start.Add(time.Minute)))
	if len(got) != 2 || len(got[0].Samples) != 192 || len(got[1].Samples) != 64 || got[0].Samples[128] != 2 {
		t.Fatalf("%d runs: %+v", len(got), got)
	}
	same(t, "marks", got[0].Marks, []mdib.Mark{{At: 5, Kind: mdib.MarkQRS}, {At: 69, Kind: mdib.MarkQRS}, {At: 133, Kind: mdib.MarkQRS}})
	gaps := must(r.Gaps(ctx, mdsID(1), start, start.Add(time.Minute)))
	same(t, "gaps", gaps, []Gap{{MDS: mdsID(1), Ref: "ecg", From: start.Add(768 * time.Millisecond), To: start.Add(1768 * time.Millisecond), Reason: "samples", Samples: 250}})
	if s := blocks[0].Samples[0]; s.Samples[0] != 0 || len(s.Samples) != 64 || len(s.Marks) != 1 || s.Samples[:256][128] != 0 {
		t.Error("a Report was changed after it was handed on")
	}
}

// A wave whose time is off by a few samples is neither joined, which would
// move it, nor missing anything.
func TestAWaveThatIsOffByALittleIsARunOfItsOwn(t *testing.T) {
	r := newRig(t)
	one := func(at time.Time) mdib.Report {
		return mdib.Report{MDS: mdsID(1), Received: at, Samples: []mdib.SampleArray{{Ref: "ecg", Time: at, Samples: make([]int32, 250)}}}
	}
	times := []time.Time{start, start.Add(1012 * time.Millisecond), start.Add(2011 * time.Millisecond)}
	r.keep(hello(1), one(times[0]), one(times[1]), one(times[2]))
	got := must(r.Samples(ctx, mdsID(1), "ecg", start, start.Add(time.Minute)))
	if len(got) != 2 || !got[1].Time.Equal(times[1]) || len(got[1].Samples) != 500 {
		t.Errorf("%d runs", len(got))
	}
	if g := must(r.Gaps(ctx, mdsID(1), start, start.Add(time.Minute))); len(g) != 0 {
		t.Errorf("%+v", g)
	}
}

// Runs longer than a row may hold are cut, with their marks, and lose nothing.
func TestAVeryLongRunIsCut(t *testing.T) {
	r := newRig(t)
	s := make([]int32, maxRun+1000)
	for i := range s {
		s[i] = int32(i % 997)
	}
	marks := []mdib.Mark{{At: 7, Kind: mdib.MarkQRS}, {At: maxRun + 5, Kind: mdib.MarkPacer}}
	r.keep(hello(1), mdib.Report{MDS: mdsID(1), Received: start, Samples: []mdib.SampleArray{{Ref: "ecg", Time: start, Samples: s, Marks: marks}}})
	got := must(r.Samples(ctx, mdsID(1), "ecg", start, time.Time{}))
	if len(got) != 2 || !slices.Equal(slices.Concat(got[0].Samples, got[1].Samples), s) {
		t.Fatalf("%d runs", len(got))
	}
	same(t, "marks", [][]mdib.Mark{got[0].Marks, got[1].Marks}, [][]mdib.Mark{{marks[0]}, {{At: 5, Kind: mdib.MarkPacer}}})
	if want := start.Add(maxRun * 4 * time.Millisecond); !got[1].Time.Equal(want) {
		t.Errorf("the second begins at %v, not %v", got[1].Time, want)
	}
}

func TestAValueToldTwiceIsOne(t *testing.T) {
	r := newRig(t)
	r.keep(hello(1), numeric1(1, "nibp", start, 120))
	r.keep(numeric1(1, "nibp", start, 120))
	r.keep(numeric1(1, "nibp", start.Add(time.Minute), 120))
	if got := must(r.Numerics(ctx, mdsID(1), "nibp", start, start.Add(time.Hour))); len(got) != 2 {
		t.Errorf("%d values", len(got))
	}
}

func TestALostLinkLeavesAGap(t *testing.T) {
	r := newRig(t)
	link := func(at time.Time, s mdib.LinkState, why mdib.Reason) mdib.Report {
		return mdib.Report{MDS: mdsID(1), Received: at, Link: &mdib.Link{State: s, Since: at, Reason: why}}
	}
	sec := func(n int) time.Time { return start.Add(time.Duration(n) * time.Second) }
	r.keep(link(sec(0), mdib.LinkConnecting, ""), hello(1), second(1, sec(0)), second(1, sec(1)))
	r.keep(link(sec(6), mdib.LinkLost, mdib.ReasonSilent), link(sec(7), mdib.LinkConnecting, ""))
	open := must(r.Gaps(ctx, encID(1), sec(0), sec(60)))
	heard := sec(1).Add(20 * time.Millisecond)
	same(t, "while it lasts", open, []Gap{{MDS: mdsID(1), From: heard, Reason: "silent"}})
	r.keep(link(sec(9), mdib.LinkConnected, ""), second(1, sec(10)))
	same(t, "after it", must(r.Gaps(ctx, encID(1), sec(0), sec(60))),
		[]Gap{{MDS: mdsID(1), From: heard, To: sec(10).Add(20 * time.Millisecond), Reason: "silent"}})
}

func TestCountsAloneAreNoChangeOfALink(t *testing.T) {
	r := newRig(t)
	told := func(n int, bytes uint64) mdib.Report {
		return mdib.Report{MDS: mdsID(1), Received: start.Add(time.Duration(n) * time.Second),
			Link: &mdib.Link{State: mdib.LinkConnected, Since: start, Counts: mdib.LinkCounts{Bytes: bytes}}}
	}
	r.keep(hello(1), told(0, 1), told(1, 900), told(2, 1800))
	if got := must(r.Links(ctx, mdsID(1), start, start.Add(time.Hour))); len(got) != 1 {
		t.Errorf("%d rows for one state: %+v", len(got), got)
	}
}

func TestAStopLeavesAGap(t *testing.T) {
	r := newRig(t)
	r.keep(hello(1), hello(2), second(1, start))
	r.keep(mdib.Report{MDS: mdsID(2), Received: start, Encounter: &mdib.Encounter{ID: encID(2), Start: start, End: start.Add(time.Second)}})
	r.now = start.Add(time.Second)
	r.keep(second(1, start.Add(time.Second)))
	r.reopen()
	r.reopen() // still the same gap
	r.keep(second(1, start.Add(time.Hour)))
	same(t, "gaps", must(r.Gaps(ctx, mdsID(1), start, start.Add(2*time.Hour))), []Gap{{MDS: mdsID(1),
		From: start.Add(time.Second), To: start.Add(time.Hour + 20*time.Millisecond), Reason: "stopped"}})
	if g := must(r.Gaps(ctx, mdsID(2), start, start.Add(2*time.Hour))); len(g) != 0 {
		t.Errorf("a device that serves nobody misses %+v", g)
	}
}

func TestEncountersAndWhoServesThem(t *testing.T) {
	r := newRig(t)
	r.keep(hello(1), mdib.Report{MDS: mdsID(2), Received: start, Encounter: encounter(1)}, second(1, start))
	r.reopen()
	open := must(r.OpenEncounters(ctx))
	if len(open) != 1 || open[0].ID != encID(1) || !slices.Equal(open[0].MDS, []uuid.UUID{mdsID(1), mdsID(2)}) {
		t.Fatalf("%+v", open)
	}
	// The next patient in the same bed, on the same monitor. What came in the
	// Report that ended the stay still belongs to it.
	done := encounter(1)
	done.End = start.Add(time.Minute)
	last := values(1, start.Add(59*time.Second))
	last.Encounter = done
	r.keep(last)
	if open := must(r.OpenEncounters(ctx)); len(open) != 0 {
		t.Fatalf("still open: %+v", open)
	}
	r.keep(values(1, start.Add(61*time.Second)), values(2, start.Add(61*time.Second)))
	r.keep(mdib.Report{MDS: mdsID(1), Received: start.Add(62 * time.Second), Encounter: encounter(7)}, values(1, start.Add(63*time.Second)))
	count := func(of uuid.UUID) int { return len(must(r.Numerics(ctx, of, "n0", start, start.Add(time.Hour)))) }
	if a, b, all := count(encID(1)), count(encID(7)), count(mdsID(1)); a != 2 || b != 1 || all != 4 {
		t.Errorf("first stay %d, second %d, monitor %d", a, b, all)
	}
	if got := must(r.Encounters(ctx)); len(got) != 2 || !got[0].End.Equal(done.End) || !got[1].End.IsZero() {
		t.Errorf("%+v", got)
	}
}

func TestAClockSetBackOverwritesNothing(t *testing.T) {
	r := newRig(t)
	r.keep(hello(1))
	for i := range 90 {
		at := start.Add(time.Duration(i) * time.Second)
		if i >= 45 {
			at = at.Add(-time.Hour)
		}
		r.now = at
		r.keep(second(1, at))
	}
	r.reopen()
	got := must(r.Numerics(ctx, mdsID(1), "n0", start.Add(-2*time.Hour), start.Add(time.Hour)))
	if len(got) != 90 || !got[44].Time.After(got[45].Time) {
		t.Fatalf("%d values", len(got))
	}
	if s := must(r.Stats(ctx)); s.Samples != 90*562 {
		t.Errorf("%d samples", s.Samples)
	}
	n := 0
	for _, x := range must(r.Rollups(ctx, mdsID(1), "n0", start.Add(-2*time.Hour), start.Add(time.Hour), time.Minute)) {
		n += x.Count
	}
	if n != 90 {
		t.Errorf("the trend has %d values", n)
	}
}

func TestWhatCannotBeKeptDoesNotStopTheRest(t *testing.T) {
	r := newRig(t)
	bad := monitor()
	bad.VMDs[0].Channels[0].Metrics[0].Calibration.High = math.NaN()
	r.keep(mdib.Report{MDS: mdsID(1), Received: start, Describe: bad}, values(1, start))
	if n := len(must(r.Numerics(ctx, mdsID(1), "n0", start, start.Add(time.Minute)))); n != 1 {
		t.Errorf("%d values", n)
	}
	if c := r.Refused(); c.Messages != 1 {
		t.Errorf("refused %+v", c)
	}
	if g := must(r.Gaps(ctx, mdsID(1), start, start.Add(time.Minute))); len(g) != 1 || g[0].Reason != "refused" {
		t.Errorf("gaps %+v", g)
	}
}

// A port that nothing was heard from is no device of the record yet.
func TestOnlyDescribedDevicesAreCounted(t *testing.T) {
	r := newRig(t)
	r.keep(hello(1), mdib.Report{MDS: mdsID(2), Received: start, Link: &mdib.Link{State: mdib.LinkLost, Reason: mdib.ReasonNoPort}})
	if s := must(r.Stats(ctx)); s.Devices != 1 || s.Links != 1 {
		t.Errorf("%+v", s)
	}
}
