package alarms

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"lamplight/internal/wallclock"
	"lamplight/mdib"

	"github.com/google/uuid"
)

// All sequences of values here are synthetic.

var (
	mdsA  = uuid.MustParse("6f1c0c52-6a55-4c30-9c1b-0d4f6f7d1a01")
	mdsB  = uuid.MustParse("6f1c0c52-6a55-4c30-9c1b-0d4f6f7d1a02")
	start = time.Now() // bears a monotonic reading; its value does not matter
)

func metric(ref mdib.Ref, refID string, period time.Duration) mdib.Metric {
	t, ok := mdib.ByRefID(refID)
	if !ok {
		panic("no term " + refID)
	}
	return mdib.Metric{Ref: ref, Code: t.Code(), Label: t.Label, Unit: t.Unit, Class: t.Class, Episodic: t.Episodic, Period: period}
}

func monitor() *mdib.MDS {
	return &mdib.MDS{Protocol: "test", VMDs: []mdib.VMD{{Channels: []mdib.Channel{{Metrics: []mdib.Metric{
		metric("hr", "MDC_ECG_HEART_RATE", time.Second),
		metric("spo2", "MDC_PULS_OXIM_SAT_O2", time.Second),
		metric("abpm", "MDC_PRESS_BLD_ART_ABP_MEAN", time.Second),
		metric("nbps", "MDC_PRESS_BLD_NONINV_SYS", 0),
		metric("temp", "MDC_TEMP_CORE", 0),
	}}}}}}
}

// bedside drives an engine by seconds since start and keeps what it answers.
type bedside struct {
	t   testing.TB
	e   *Engine
	log []string
	all []Condition
}

func newBedside(t testing.TB, c Config) *bedside {
	b := &bedside{t: t, e: New(c)}
	b.report(0, mdib.Report{Describe: monitor(), Link: &mdib.Link{State: mdib.LinkConnected}})
	return b
}

func at(s float64) time.Time { return start.Add(time.Duration(s * float64(time.Second))) }

func (b *bedside) keep(changes []Condition) {
	for _, c := range changes {
		state := c.Signal.String()
		if !c.Present {
			state += " gone"
		}
		b.log = append(b.log, fmt.Sprintf("%gs %s: %s %s", c.Time.Sub(start).Seconds(), c.Text, c.Priority, state))
	}
	b.all = append(b.all, changes...)
}

func (b *bedside) report(s float64, r mdib.Report) {
	r.MDS, r.Received = mdsA, at(s)
	b.keep(b.e.Step(at(s), r))
}

func num(ref mdib.Ref, s, v float64) mdib.Numeric {
	n := mdib.Numeric{Ref: ref, Time: at(s), Value: v}
	if ref == "temp" {
		n.Decimals = 1
	}
	return n
}

func (b *bedside) value(s float64, ref mdib.Ref, v float64) {
	b.report(s, mdib.Report{Numerics: []mdib.Numeric{num(ref, s, v)}})
}

// values repeats a value every second from s to e.
func (b *bedside) values(s, e float64, ref mdib.Ref, v float64) {
	for ; s <= e; s++ {
		b.value(s, ref, v)
	}
}

func (b *bedside) missing(s float64, ref mdib.Ref, v mdib.Validity) {
	n := num(ref, s, math.NaN())
	n.Validity = v
	b.report(s, mdib.Report{Numerics: []mdib.Numeric{n}})
}

func (b *bedside) link(s float64, state mdib.LinkState, reason mdib.Reason) {
	b.report(s, mdib.Report{Link: &mdib.Link{State: state, Reason: reason}})
}

func (b *bedside) tick(s float64) { b.keep(b.e.Tick(at(s))) }

func (b *bedside) ack(s float64, ref mdib.Ref) { b.keep(b.e.Acknowledge(at(s), Key{mdsA, ref})) }

func (b *bedside) expect(want ...string) {
	b.t.Helper()
	if got := strings.Join(b.log, "\n"); got != strings.Join(want, "\n") {
		b.t.Errorf("changes:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
	b.log = nil
}

// standing lists the conditions of the monitor, most urgent first.
func (b *bedside) standing(want ...string) {
	b.t.Helper()
	var got []string
	for _, c := range b.e.Conditions(mdsA, nil) {
		s := fmt.Sprintf("%s: %s %s", c.Text, c.Priority, c.Signal)
		if c.Frozen {
			s += " frozen"
		}
		got = append(got, s)
	}
	if g := strings.Join(got, "\n"); g != strings.Join(want, "\n") {
		b.t.Errorf("standing:\n%s\nwant:\n%s", g, strings.Join(want, "\n"))
	}
}

func TestLimitRules(t *testing.T) {
	tests := map[string]struct {
		run  func(b *bedside)
		want []string
	}{
		"a value at the limit is no alarm": {func(b *bedside) {
			b.values(0, 60, "spo2", 90)
		}, nil},
		"a crossing shorter than its delay is no alarm": {func(b *bedside) {
			b.values(0, 9, "spo2", 89)
			b.values(9.9, 30, "spo2", 95)
		}, nil},
		"the delay begins anew after a good value": {func(b *bedside) {
			b.values(0, 9, "spo2", 89)
			b.value(9.9, "spo2", 90)
			b.values(11, 20, "spo2", 89)
			b.value(20.9, "spo2", 95)
		}, nil},
		"low after its delay, ended beyond the hysteresis": {func(b *bedside) {
			b.values(0, 20, "spo2", 89)
			b.values(21, 30, "spo2", 90) // inside, but not by 1
			b.values(31, 33, "spo2", 91)
		}, []string{"10s SpO₂ low 89 < 90: medium on", "31s SpO₂ low 89 < 90: medium off gone"}},
		"a condition is presented for at least five seconds": {func(b *bedside) {
			b.values(0, 10, "spo2", 89)
			b.values(11, 20, "spo2", 97)
		}, []string{"10s SpO₂ low 89 < 90: medium on", "15s SpO₂ low 89 < 90: medium off gone"}},
		"a value back beyond within the hold goes on": {func(b *bedside) {
			b.values(0, 10, "spo2", 89)
			b.values(11, 12, "spo2", 97)
			b.values(13, 18, "spo2", 88)
			b.values(19, 30, "spo2", 97)
		}, []string{"10s SpO₂ low 89 < 90: medium on", "19s SpO₂ low 88 < 90: medium off gone"}},
		"desaturation raises the priority": {func(b *bedside) {
			b.values(0, 25, "spo2", 79)
		}, []string{"10s SpO₂ low 79 < 90: medium on", "20s SpO₂ low 79 < 80: high on"}},
		"high on the other side": {func(b *bedside) {
			b.values(0, 8, "hr", 125)
		}, []string{"5s HR high 125 > 120: medium on"}},
		"extreme tachycardia comes first": {func(b *bedside) {
			b.values(0, 8, "hr", 160)
		}, []string{"3s HR high 160 > 140: high on"}},
		"no heartbeat is of high priority": {func(b *bedside) {
			b.values(0, 8, "hr", 0)
		}, []string{"3s HR low 0 < 40: high on"}},
		"an arterial line that came off has no delay": {func(b *bedside) {
			b.value(0, "abpm", 4)
		}, []string{"0s ABPm low 4 < 10: high on"}},
		"one cuff reading stands for itself": {func(b *bedside) {
			b.value(0, "nbps", 85)
			b.tick(3600)
			b.missing(3601, "nbps", mdib.Ongoing)
			b.value(3640, "nbps", 110)
		}, []string{"0s NBPs low 85 < 90: medium on", "3640s NBPs low 85 < 90: medium off gone"}},
		"slow temperature": {func(b *bedside) {
			for s := 0.0; s <= 65; s += 5 {
				b.value(s, "temp", 39.5)
			}
		}, []string{"60s Tcore high 39.5 > 39: medium on"}},
		"questionable values are judged": {func(b *bedside) {
			for s := 0.0; s < 7; s++ {
				n := num("hr", s, 130)
				n.Validity = mdib.Questionable
				b.report(s, mdib.Report{Numerics: []mdib.Numeric{n}})
			}
		}, []string{"5s HR high 130 > 120: medium on"}},
		"not a number is no value": {func(b *bedside) {
			b.values(0, 8, "hr", math.NaN())
			b.values(9, 18, "hr", math.Inf(1))
		}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBedside(t, Config{})
			test.run(b)
			for i := range b.all {
				if b.all[i].Finding != FindLow && b.all[i].Finding != FindHigh {
					t.Errorf("unexpected %q", b.all[i].Text)
				}
			}
			b.expect(test.want...)
		})
	}
}

func TestRedIsLatchedUntilAcknowledged(t *testing.T) {
	b := newBedside(t, Config{})
	b.values(0, 4, "hr", 160)
	b.values(5, 10, "hr", 80)
	b.expect("3s HR high 160 > 140: high on", "8s HR high 160 > 140: high latch gone")
	b.standing("HR high 160 > 140: high latch")
	b.values(11, 16, "hr", 125) // ordinary, but the latched priority stays
	b.expect("16s HR high 125 > 120: high on")
	b.ack(17, "lamplight/high/hr")
	b.expect("17s HR high 125 > 120: medium ack")
	b.values(18, 30, "hr", 80)
	b.expect("21s HR high 125 > 120: medium off gone")
	b.standing()
}

func TestAcknowledgingWhatIsLatchedEndsIt(t *testing.T) {
	b := newBedside(t, Config{Latch: mdib.PriorityMedium})
	b.values(0, 6, "hr", 125)
	b.values(7, 12, "hr", 80)
	b.expect("5s HR high 125 > 120: medium on", "10s HR high 125 > 120: medium latch gone")
	b.ack(13, "lamplight/high/hr")
	b.expect("13s HR high 125 > 120: medium off gone")
	b.ack(14, "lamplight/high/hr")
	b.ack(14, "no such condition")
	b.expect()
}

func TestARaisedPriorityUndoesTheAcknowledgement(t *testing.T) {
	b := newBedside(t, Config{})
	b.values(0, 12, "spo2", 85)
	b.ack(12, "lamplight/low/spo2")
	b.expect("10s SpO₂ low 85 < 90: medium on", "12s SpO₂ low 85 < 90: medium ack")
	b.values(13, 33, "spo2", 75)
	b.expect("33s SpO₂ low 75 < 80: high on")
	b.ack(34, "lamplight/low/spo2")
	b.values(35, 40, "spo2", 85)
	b.expect("34s SpO₂ low 75 < 80: high ack", "35s SpO₂ low 85 < 90: medium ack")
	if c := b.e.Conditions(mdsA, nil)[0]; c.Acknowledged.IsZero() {
		t.Error("a lower priority undid the acknowledgement")
	}
}

func TestLossOfDataFreezes(t *testing.T) {
	b := newBedside(t, Config{})
	b.values(0, 11, "spo2", 85)
	b.expect("10s SpO₂ low 85 < 90: medium on")
	b.missing(12, "spo2", mdib.NotAvailable)
	b.standing("SpO₂ low 85 < 90: medium on frozen")
	b.tick(16)
	b.expect("15s SpO₂ no data: medium on") // 4 s after the last value
	b.link(20, mdib.LinkLost, mdib.ReasonSilent)
	b.expect("20s SpO₂ no data: medium off gone", "20s Connection lost (silent): medium on")
	b.tick(4000)
	b.link(4000, mdib.LinkConnecting, mdib.ReasonNone)
	b.link(4000, mdib.LinkNegotiating, mdib.ReasonNone)
	b.standing("SpO₂ low 85 < 90: medium on frozen", "Connection lost (silent): medium on")
	b.link(4001, mdib.LinkConnected, mdib.ReasonNone)
	b.expect("4001s Connection lost (silent): medium off gone")
	b.tick(4006)
	b.expect("4005s SpO₂ no data: medium on")
	b.value(4010, "spo2", 85)
	b.expect("4010s SpO₂ no data: medium off gone")
	b.standing("SpO₂ low 85 < 90: medium on")
	b.value(4011, "spo2", 97)
	b.expect("4011s SpO₂ low 85 < 90: medium off gone")
}

func TestADropoutDoesNotRestartTheDelay(t *testing.T) {
	b := newBedside(t, Config{})
	b.values(0, 5, "spo2", 85)
	b.missing(6, "spo2", mdib.Invalid) // 6 s were seen
	b.values(8, 12, "spo2", 85)
	b.expect("12s SpO₂ low 85 < 90: medium on")
}

func TestOneOldValueDoesNotAlarm(t *testing.T) {
	b := newBedside(t, Config{})
	b.report(100, mdib.Report{Numerics: []mdib.Numeric{{Ref: "abpm", Time: at(40), Value: 4}}})
	b.tick(100)
	b.expect("100s ABPm no data: low on")
	b.value(110, "hr", 125) // one value is seen for 4 s, then it is too old
	b.tick(200)
	b.expect("114s HR no data: low on")
}

func TestWhatOneCauseSaysOnce(t *testing.T) {
	b := newBedside(t, Config{})
	b.value(0, "hr", 80)
	b.value(0, "spo2", 97)
	b.link(1, mdib.LinkLost, mdib.ReasonGone)
	b.tick(60)
	b.standing("Connection lost (gone): medium on")
}

func TestLinkCondition(t *testing.T) {
	e := New(Config{})
	lost := func(s float64, l mdib.Link) bool {
		e.Step(at(s), mdib.Report{MDS: mdsA, Received: at(s), Link: &l})
		return len(e.Conditions(mdsA, nil)) > 0
	}
	for i, step := range []struct {
		link mdib.Link
		want bool
	}{
		{mdib.Link{State: mdib.LinkConnecting}, false},
		{mdib.Link{State: mdib.LinkLost, Reason: mdib.ReasonNoPort}, false}, // never was there
		{mdib.Link{State: mdib.LinkConnected}, false},
		{mdib.Link{State: mdib.LinkNegotiating}, true},
		{mdib.Link{State: mdib.LinkLost, Reason: mdib.ReasonGone}, true},
		{mdib.Link{State: mdib.LinkTerminal, Reason: mdib.ReasonConfig}, true},
		{mdib.Link{State: mdib.LinkConnected}, false},
		{mdib.Link{State: mdib.LinkTerminal, Reason: mdib.ReasonStopped}, false},
	} {
		if got := lost(float64(i), step.link); got != step.want {
			t.Errorf("step %d (%v %v): condition %v, want %v", i, step.link.State, step.link.Reason, got, step.want)
		}
	}
}

func TestDeviceAlarmsPassVerbatim(t *testing.T) {
	b := newBedside(t, Config{})
	alert := mdib.AlertCondition{Ref: "al1", Source: "spo2", Kind: mdib.Technical, Priority: mdib.PriorityLow,
		Present: true, Text: "SpO2 SENSOR OFF", Signal: mdib.SignalOn}
	other := mdib.AlertCondition{Ref: "al2", Kind: mdib.Physiological, Priority: mdib.PriorityHigh, Present: true, Text: "***ASYSTOLE"}
	b.report(1, mdib.Report{Alerts: []mdib.AlertCondition{alert, other}})
	b.expect()
	b.standing("***ASYSTOLE: high on", "SpO2 SENSOR OFF: low on")
	if c := b.e.Conditions(mdsA, nil)[1]; c.Provenance != mdib.FromDevice || c.Finding != FindDevice || c.Label != "SpO₂" {
		t.Errorf("device alarm became %+v", c)
	}
	b.ack(2, "al2")
	b.standing("***ASYSTOLE: high ack", "SpO2 SENSOR OFF: low on")
	alert.Priority = mdib.PriorityMedium
	b.ack(3, "al1")
	b.report(4, mdib.Report{Alerts: []mdib.AlertCondition{alert}})
	b.standing("***ASYSTOLE: high ack", "SpO2 SENSOR OFF: medium on")

	b.log = nil
	b.link(5, mdib.LinkLost, mdib.ReasonGone)
	b.standing("***ASYSTOLE: high ack frozen", "Connection lost (gone): medium on", "SpO2 SENSOR OFF: medium on frozen")
	b.tick(100)
	b.link(101, mdib.LinkConnected, mdib.ReasonNone)
	b.report(102, mdib.Report{Alerts: []mdib.AlertCondition{alert}})
	b.tick(120)
	b.expect("5s Connection lost (gone): medium on", "101s Connection lost (gone): medium off gone",
		"111s ***ASYSTOLE: high off gone")
	b.standing("SpO2 SENSOR OFF: medium on")

	alert.Present, alert.Signal = false, mdib.SignalLatched
	b.report(121, mdib.Report{Alerts: []mdib.AlertCondition{alert}})
	b.standing("SpO2 SENSOR OFF: medium latch")
	alert.Signal = mdib.SignalOff
	b.report(122, mdib.Report{Alerts: []mdib.AlertCondition{alert}})
	b.standing()
}

func TestCategoryChoosesTheLimits(t *testing.T) {
	b := newBedside(t, Config{})
	for c, want := range map[mdib.PatientCategory]float64{mdib.CategoryUnknown: 120, mdib.Adult: 120, mdib.Paediatric: 160, mdib.Neonatal: 200} {
		b.keep(b.e.SetCategory(at(0), mdsA, c))
		if got := b.e.Limits(mdsA, "hr").High; got != want {
			t.Errorf("%v: upper limit of HR %v, want %v", c, got, want)
		}
	}
	b.keep(b.e.SetCategory(at(0), mdsA, mdib.Neonatal))
	b.values(0, 20, "hr", 150)
	b.expect()
	b.keep(b.e.SetCategory(at(20), mdsA, mdib.Adult))
	b.values(21, 26, "hr", 150)
	b.expect("23s HR high 150 > 140: high on")
}

func TestSetLimits(t *testing.T) {
	b := newBedside(t, Config{})
	hr := metric("hr", "MDC_ECG_HEART_RATE", time.Second)
	b.values(0, 6, "hr", 110)
	l := b.e.Limits(mdsA, "hr")
	l.High = 100
	set := func(s float64, l Limits) error {
		changes, err := b.e.SetLimits(at(s), mdsA, &hr, l)
		b.keep(changes)
		return err
	}
	if err := set(7, l); err != nil {
		t.Fatal(err)
	}
	if got := b.e.Limits(mdsA, "hr"); !got.Changed || got.High != 100 {
		t.Errorf("limits in force %+v", got)
	}
	b.values(8, 13, "hr", 110)
	b.expect("12s HR high 110 > 100: medium on")
	l.Enabled = false
	if err := set(14, l); err != nil {
		t.Fatal(err)
	}
	b.expect("14s HR high 110 > 100: medium off gone")
	b.keep(b.e.NewPatient(at(15), mdsA, mdib.Adult))
	if got := b.e.Limits(mdsA, "hr"); got.Changed || got.High != 120 || !got.Enabled {
		t.Errorf("the next patient has limits %+v", got)
	}
	l.Enabled = true
	for name, bad := range map[string]func(l *Limits){
		"crossed":        func(l *Limits) { l.Low = 101 },
		"second inside":  func(l *Limits) { l.ExtremeHigh = 90 },
		"infinite":       func(l *Limits) { l.High = math.Inf(1) },
		"no priority":    func(l *Limits) { l.Priority = mdib.PriorityNone },
		"negative delay": func(l *Limits) { l.Delay = -1 },
		"no hysteresis":  func(l *Limits) { l.Hysteresis = math.NaN() },
	} {
		x := l
		bad(&x)
		if set(16, x) == nil {
			t.Errorf("%s: accepted %+v", name, x)
		}
	}
}

func TestAnotherPatientEndsWhatWasOfTheFirst(t *testing.T) {
	b := newBedside(t, Config{})
	b.values(0, 4, "hr", 160)
	b.keep(b.e.NewPatient(at(5), mdsA, mdib.Neonatal))
	b.expect("3s HR high 160 > 140: high on", "5s HR high 160 > 140: high off gone")
	b.tick(100) // no value of this patient came yet: none is owed
	b.expect()
	b.standing()
}

func TestADescriptionThatDropsAMetricKeepsItsCondition(t *testing.T) {
	b := newBedside(t, Config{})
	b.values(0, 11, "spo2", 85)
	b.value(11, "hr", 80)
	less := monitor()
	less.VMDs[0].Channels[0].Metrics = less.VMDs[0].Channels[0].Metrics[2:]
	b.report(12, mdib.Report{Describe: less})
	b.tick(30)
	b.expect("10s SpO₂ low 85 < 90: medium on", "15s SpO₂ no data: medium on")
	b.standing("SpO₂ low 85 < 90: medium on frozen", "SpO₂ no data: medium on")
	b.keep(b.e.Forget(at(31), mdsA))
	b.expect("31s SpO₂ low 85 < 90: medium off gone", "31s SpO₂ no data: medium off gone")
	b.standing()
}

func TestRaiseAndLower(t *testing.T) {
	b := newBedside(t, Config{})
	c := Condition{MDS: mdsA, AlertCondition: mdib.AlertCondition{Ref: "lamplight/incomplete", Priority: mdib.PriorityLow, Text: "1 refused"}, Finding: FindIncomplete}
	b.keep(b.e.Raise(at(1), c))
	c.Text = "2 refused"
	b.keep(b.e.Raise(at(2), c))
	b.expect("1s 1 refused: low on")
	b.standing("2 refused: low on")
	b.ack(3, c.Ref)
	c.Priority = mdib.PriorityHigh
	b.keep(b.e.Raise(at(4), c))
	b.keep(b.e.Lower(at(5), c.Key()))
	b.keep(b.e.Lower(at(6), c.Key()))
	b.expect("3s 2 refused: low ack", "4s 2 refused: high on", "5s 2 refused: high off gone")
}

func TestAClockSetBackKeepsNothingAndSaysSo(t *testing.T) {
	for _, by := range []time.Duration{-time.Hour, time.Hour, -24 * time.Hour} {
		plain, moved := newBedside(t, Config{}), newBedside(t, Config{})
		var steps []Condition
		for s := 1.0; s < 40; s++ {
			r := mdib.Report{MDS: mdsA, Received: at(s)}
			if s < 20 {
				r.Numerics = []mdib.Numeric{num("spo2", s, 85), num("hr", s, 80)}
			}
			plain.keep(plain.e.Step(at(s), r))
			now := at(s)
			if s >= 15 {
				now = wallclock.Set(t, now, by)
			}
			r.Received = now
			for i := range r.Numerics {
				r.Numerics[i].Time = now
			}
			for _, c := range moved.e.Step(now, r) {
				if c.Finding == FindClock {
					steps = append(steps, c)
				} else {
					moved.keep([]Condition{c})
				}
			}
		}
		plain.expect("11s SpO₂ low 85 < 90: medium on", "23s HR no data: low on", "23s SpO₂ no data: medium on")
		moved.expect("11s SpO₂ low 85 < 90: medium on", "23s HR no data: low on", "23s SpO₂ no data: medium on")
		if len(steps) != 1 || steps[0].Value != by.Seconds() || steps[0].MDS != uuid.Nil || !steps[0].Present {
			t.Fatalf("clock moved by %v: %+v", by, steps)
		}
		if c := moved.e.Conditions(uuid.Nil, nil); len(c) != 1 || c[0].Finding != FindClock {
			t.Errorf("not shown: %+v", c)
		}
		moved.e.Acknowledge(wallclock.Set(t, at(41), by), Key{Ref: "lamplight/clock"})
		gone := moved.e.Tick(wallclock.Set(t, at(80), by))
		if len(gone) != 1 || gone[0].Present || len(moved.e.Conditions(uuid.Nil, nil)) != 0 {
			t.Errorf("after a minute: %+v", gone)
		}
	}
}
