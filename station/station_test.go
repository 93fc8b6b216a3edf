package station

import (
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"lamplight/alarms"
	"lamplight/internal/wallclock"
	"lamplight/mdib"

	"github.com/google/uuid"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestDisplayOrder(t *testing.T) {
	w := newWard(t)
	w.connect(0, devA, nil, mdib.ModeReal)
	r := mdib.Report{MDS: devA, Received: at(1)}
	for _, ref := range []mdib.Ref{"odd", "temp", "nbps", "rr", "abps", "spo2", "hr"} {
		r.Numerics = append(r.Numerics, mdib.Numeric{Ref: ref, Value: 1})
	}
	for _, ref := range []mdib.Ref{"pleth", "ecg"} {
		r.Samples = append(r.Samples, mdib.SampleArray{Ref: ref, Time: at(1), Samples: []int32{1}})
	}
	r.Enums = []mdib.EnumString{{Ref: "rhythm", Text: "SINUS"}}
	w.s.take(r)
	b := w.bed(1, "1")
	var got []string
	for _, n := range b.Numerics {
		got = append(got, string(n.Metric.Ref))
	}
	for _, x := range b.Waves {
		got = append(got, string(x.Metric.Ref))
	}
	for _, x := range b.Enums {
		got = append(got, x.Text)
	}
	if s := strings.Join(got, " "); s != "hr spo2 abps nbps rr temp odd ecg pleth SINUS" {
		t.Errorf("order: %s", s)
	}
}

func TestRankKnowsEveryMetric(t *testing.T) {
	x := metric("", "MDC_ECG_HEART_RATE", mdib.KindNumeric, 0)
	x.Code.RefID = "MDC_ECG_CARD_BEAT_RATE"
	if rank(&x) != 0 {
		t.Error("an alias of the heart rate is not first")
	}
	if x = metric("", "MDC_VENT_RESP_RATE_SETTING", mdib.KindNumeric, 0); true {
		x.Category = mdib.CategorySetting
		if rank(&x) < 1100 {
			t.Error("a setting stands among the measurements")
		}
	}
	for _, name := range append(append([]string{}, numericOrder...), waveOrder...) {
		found := false
		for _, term := range mdib.Terms() {
			id := strings.TrimPrefix(strings.TrimPrefix(term.RefID, "MDC_"), "NOM_")
			found = found || matches(name, id)
		}
		if !found {
			t.Errorf("%q stands for no term of the nomenclature", name)
		}
	}
}

func TestStale(t *testing.T) {
	w := newWard(t)
	w.connect(0, devA, nil, mdib.ModeReal)
	w.value(1, devA, "hr", 80)
	w.value(1, devA, "temp", 37)
	w.value(1, devA, "nbps", 120)
	stale := func(s float64) (out string) {
		for _, n := range w.bed(s, "1").Numerics {
			if n.Stale {
				out += string(n.Metric.Ref) + " "
			}
		}
		return out
	}
	for s, want := range map[float64]string{4.9: "", 5: "hr ", 10.9: "hr ", 11: "hr temp ", 4000: "hr temp "} {
		if got := stale(s); got != want {
			t.Errorf("at %v s stale: %q, want %q", s, got, want)
		}
	}
	if n := numericOf(w.bed(4000, "1"), "nbps"); n.Age != 3999*time.Second {
		t.Errorf("the cuff pressure is %v old", n.Age)
	}
	w.lose(4001, devA)
	if got := stale(4001); got != "hr nbps temp " {
		t.Errorf("with the link lost: stale %q", got)
	}
}

// A value that stayed on the screen because the clock went back is the story
// of a recall.
func TestAClockSetBackKeepsNoOldValue(t *testing.T) {
	for _, by := range []time.Duration{-time.Hour, time.Hour, -48 * time.Hour} {
		w := newWard(t)
		w.connect(0, devA, nil, mdib.ModeReal)
		w.value(1, devA, "hr", 80)
		v := w.s.View(wallclock.Set(t, at(3), by))
		if n := v.Beds[0].Numerics[0]; n.Stale || n.Age != 2*time.Second {
			t.Errorf("clock moved by %v: a value of 2 s is %v old, stale: %v", by, n.Age, n.Stale)
		}
		w.s.tick(at(5.9))
		w.s.tick(wallclock.Set(t, at(6), by))
		v = w.s.View(wallclock.Set(t, at(6), by))
		if n := v.Beds[0].Numerics[0]; !n.Stale || n.Age != 5*time.Second {
			t.Errorf("clock moved by %v: a value of 5 s is %v old, stale: %v", by, n.Age, n.Stale)
		}
		if !has(v.Conditions, alarms.FindClock) {
			t.Errorf("clock moved by %v: nobody is told: %+v", by, v.Conditions)
		}
	}
}

func TestAnOldValueIsNotNewBecauseItCameNow(t *testing.T) {
	w := newWard(t)
	w.connect(0, devA, nil, mdib.ModeReal)
	w.s.take(mdib.Report{MDS: devA, Received: at(100), Numerics: []mdib.Numeric{
		{Ref: "hr", Time: at(40), Value: 80}, {Ref: "spo2", Time: at(500), Value: 97}}})
	b := w.bed(100, "1")
	if n := numericOf(b, "hr"); !n.Stale || n.Age != time.Minute {
		t.Errorf("a value of a minute ago is %v old, stale: %v", n.Age, n.Stale)
	}
	if n := numericOf(b, "spo2"); n.Stale || n.Age != 0 {
		t.Errorf("a value of the future is %v old, stale: %v", n.Age, n.Stale)
	}
}

func TestAlarmsReachViewAndRecord(t *testing.T) {
	w := newWard(t)
	w.connect(0, devA, nil, mdib.ModeReal)
	for s := 1.0; s < 8; s++ {
		w.value(s, devA, "hr", 130)
	}
	b := w.bed(8, "1")
	if len(b.Conditions) != 1 || numericOf(b, "hr").Alarm != mdib.PriorityMedium {
		t.Fatalf("bed %+v", b)
	}
	c := b.Conditions[0]
	w.must(w.s.Acknowledge(c.MDS, c.Ref, at(8)))
	if c := w.bed(8, "1").Conditions[0]; c.Acknowledged != at(8) {
		t.Errorf("after acknowledging: %+v", c)
	}
	if w.s.Acknowledge(uuid.New(), c.Ref, at(8)) == nil {
		t.Error("acknowledged an alarm of a device that is not there")
	}
	w.lose(9, devA)
	for _, c := range w.bed(9, "1").Conditions {
		w.must(w.s.Acknowledge(c.MDS, c.Ref, at(10)))
	}
	for _, c := range w.bed(10, "1").Conditions {
		if c.Acknowledged.IsZero() {
			t.Errorf("not acknowledged: %+v", c)
		}
	}
	var got []string
	for _, r := range w.tape.reports {
		for _, a := range r.Alerts {
			if a.Provenance != mdib.FromWorkstation {
				t.Errorf("recorded as found by the device: %+v", a)
			}
			got = append(got, a.Text+" "+a.Signal.String())
		}
	}
	if s := strings.Join(got, ", "); s != "HR high 130 > 120 on, HR high 130 > 120 ack, Connection lost (gone) on, Connection lost (gone) ack" {
		t.Errorf("on record: %s", s)
	}
}

func TestSetLimits(t *testing.T) {
	w := newWard(t)
	w.connect(0, devA, nil, mdib.ModeReal)
	w.value(1, devA, "hr", 80)
	n := numericOf(w.bed(1, "1"), "hr")
	l := n.Limits
	l.High = 100
	w.must(w.s.SetLimits("1", n.Metric, l, at(2)))
	if got := numericOf(w.bed(2, "1"), "hr").Limits; got.High != 100 || !got.Changed {
		t.Errorf("limits in force: %+v", got)
	}
	last := w.tape.reports[len(w.tape.reports)-1]
	if len(last.Alerts) != 2 || last.Alerts[0].Text != "HR limits 50 to 100 /min, second 40 to 140, priority medium, delay 5s" {
		t.Errorf("on record: %+v", last.Alerts)
	}
	l.Low = 200
	if w.s.SetLimits("1", n.Metric, l, at(3)) == nil || w.s.SetLimits("9", n.Metric, l, at(3)) == nil {
		t.Error("accepted limits that cannot work, or of no bed")
	}
}

func TestWhatTheRecorderRefusesIsShown(t *testing.T) {
	w := newWard(t)
	w.connect(0, devA, nil, mdib.ModeReal)
	w.value(1, devA, "hr", 80)
	w.tape.refuse = true
	w.value(2, devA, "hr", 80)
	w.value(3, devA, "hr", 80)
	w.tape.refuse = false
	b := w.bed(3, "1")
	if !has(b.Conditions, alarms.FindIncomplete) || b.Conditions[0].Value < 2 || w.s.View(at(3)).Refused < 2 {
		t.Errorf("conditions %+v", b.Conditions)
	}
	w.s.tick(at(62.9))
	if !has(w.bed(62.9, "1").Conditions, alarms.FindIncomplete) {
		t.Error("gone too early")
	}
	w.s.tick(at(63))
	if has(w.bed(63, "1").Conditions, alarms.FindIncomplete) {
		t.Error("still there after a minute without a refusal")
	}
}

func TestSetBeds(t *testing.T) {
	w := newWard(t, twoDevices)
	for _, d := range []uuid.UUID{devA, devB} {
		w.connect(0, d, nil, mdib.ModeReal)
		w.value(1, d, "hr", 80)
	}
	first := w.bed(1, "1").Encounter.ID
	w.s.SetBeds([]Bed{
		{Label: "3"},
		{Label: "1", Devices: []DeviceConfig{{devA, "renamed", "intellivue"}}},
		{Label: "2", Devices: []DeviceConfig{{devB, "Oximeter", "nonin"}}},
	}, at(2))
	v := w.s.View(at(2))
	if len(v.Beds) != 3 || v.Beds[0].Label != "3" || v.Beds[1].Encounter.ID != first || v.Beds[1].Devices[0].Name != "renamed" || len(v.Beds[1].Numerics) != 1 {
		t.Fatalf("%+v", v)
	}
	if b := v.Beds[2]; b.Devices[0].MDS == nil || b.Devices[0].Link.State != mdib.LinkConnected || len(b.Numerics) != 0 || b.Encounter != nil {
		t.Fatalf("the moved device: %+v", b)
	}
	for s := 3.0; s < 10; s++ {
		w.value(s, devB, "hr", 130)
	}
	if b := w.bed(10, "2"); len(b.Conditions) != 1 || b.Encounter == nil {
		t.Errorf("in its new bed: %+v", b)
	}
	w.s.SetBeds([]Bed{{Label: "1"}}, at(11))
	w.value(12, devA, "hr", 80) // still on its way
	if v := w.s.View(at(12)); len(v.Beds) != 1 || len(v.Beds[0].Devices)+len(v.Beds[0].Numerics)+len(v.Beds[0].Conditions) != 0 || v.Beds[0].Encounter == nil {
		t.Errorf("%+v", v)
	}
	w.expect(`1 real ""`, `2 real ""`, `2 real "" ended 11`)
	w.lose(13, devA)
}

func TestViewIsACopy(t *testing.T) {
	w := newWard(t)
	w.connect(0, devA, anna, mdib.ModeReal)
	for s := 1.0; s < 8; s++ {
		w.value(s, devA, "hr", 130)
	}
	want := w.s.View(at(8))
	v := w.s.View(at(8))
	v.Beds[0].Numerics[0].Value = 1
	v.Beds[0].Conditions[0].Text = "x"
	v.Beds[0].Devices[0].Name = "x"
	v.Beds[0].Label = "x"
	if got := w.s.View(at(8)); !reflect.DeepEqual(got, want) {
		t.Errorf("a screen's change reached the station: %+v", got)
	}
	w.s.ViewInto(at(8), &v)
	if got, want := v.Beds[0].Numerics[0].Value, 130.0; got != want || v.Beds[0].Label != "1" || v.Beds[0].Conditions[0].Text == "x" {
		t.Errorf("a reused view: %+v", v)
	}
	if n := testing.AllocsPerRun(20, func() { w.s.ViewInto(at(8), &v) }); n > 0 {
		t.Errorf("a reused view allocates %v times", n)
	}
}

// The loop ends with its input, and everything may be asked at any time.
func TestRun(t *testing.T) {
	w := newWard(t)
	in, ticks, done := make(chan mdib.Report), make(chan time.Time), make(chan struct{})
	go func() {
		w.s.Run(in, ticks)
		close(done)
	}()
	var ask sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		ask.Go(func() {
			var v View
			var buf []mdib.SampleArray
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				w.s.ViewInto(at(float64(i)/1000), &v)
				buf = w.s.Samples(devA, "ecg", at(0), at(1e6), buf[:0])
				if err := errors.Join(
					w.s.Acknowledge(devA, "none", at(0)),
					w.s.SetLimits("1", metric("hr", "MDC_ECG_HEART_RATE", mdib.KindNumeric, 0), alarms.NoLimits(), at(0)),
				); err != nil {
					t.Error(err)
				}
				if i%50 == 0 {
					_ = w.s.Discharge("1", at(0)) // an error when it is empty
					_ = w.s.Admit("1", *anna, at(0))
				}
			}
		})
	}
	in <- mdib.Report{MDS: devA, Received: at(0), Describe: monitor(nil, mdib.ModeReal), Link: &mdib.Link{State: mdib.LinkConnected}}
	for i := range 300 {
		s := float64(i) / 10
		in <- mdib.Report{MDS: devA, Received: at(s), Numerics: []mdib.Numeric{{Ref: "hr", Time: at(s), Value: 130}},
			Samples: []mdib.SampleArray{{Ref: "ecg", Time: at(s), Samples: make([]int32, 50)}}}
		if i%2 == 0 {
			ticks <- at(s)
		}
	}
	close(ticks)
	close(in)
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("Run did not return when its input ended")
	}
	close(stop)
	ask.Wait()
}
