package alarms

import (
	"testing"
	"time"

	"lamplight/internal/wallclock"
	"lamplight/mdib"

	"github.com/google/uuid"
)

func TestLossOfDataFreezes(t *testing.T) {
	b := newBedside(t, Config{})
	b.values(0, 11, "spo2", 85)
	b.expect("10s SpO₂ low 85 < 90: medium on")
	b.missing(12, "spo2", mdib.NotAvailable)
	b.standing("SpO₂ low 85 < 90: medium on frozen")
	b.tick(22)
	b.expect("21s SpO₂ no data: medium on") // 10 s after the last value
	b.link(23, mdib.LinkLost, mdib.ReasonSilent)
	b.expect("23s SpO₂ no data: medium off gone", "23s Connection lost (silent): medium on")
	b.tick(4000)
	b.link(4000, mdib.LinkConnecting, mdib.ReasonNone)
	b.link(4000, mdib.LinkNegotiating, mdib.ReasonNone)
	b.standing("SpO₂ low 85 < 90: medium on frozen", "Connection lost (silent): medium on")
	b.link(4001, mdib.LinkConnected, mdib.ReasonNone)
	b.expect("4001s Connection lost (silent): medium off gone")
	b.tick(4012)
	b.expect("4011s SpO₂ no data: medium on")
	b.value(4015, "spo2", 85)
	b.expect("4015s SpO₂ no data: medium off gone")
	b.standing("SpO₂ low 85 < 90: medium on")
	b.value(4016, "spo2", 97)
	b.expect("4016s SpO₂ low 85 < 90: medium off gone")
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
	b.expect("120s HR no data: low on")
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

// After a restart the monitor of an occupied bed that cannot be reached is
// missed, although this run never saw it.
func TestAnExpectedDeviceThatDoesNotComeIsMissed(t *testing.T) {
	e := New(Config{})
	e.Expect(mdsA)
	for i, step := range []struct {
		link mdib.Link
		want bool
	}{
		{mdib.Link{State: mdib.LinkConnecting}, false}, // it may answer in a moment
		{mdib.Link{State: mdib.LinkLost, Reason: mdib.ReasonSilent}, true},
		{mdib.Link{State: mdib.LinkConnecting}, true},
		{mdib.Link{State: mdib.LinkConnected}, false},
	} {
		e.Step(at(float64(i)), mdib.Report{MDS: mdsA, Received: at(float64(i)), Link: &step.link})
		if got := len(e.Conditions(mdsA, nil)) > 0; got != step.want {
			t.Errorf("step %d (%v): condition %v, want %v", i, step.link.State, got, step.want)
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
		plain.expect("11s SpO₂ low 85 < 90: medium on", "29s HR no data: low on", "29s SpO₂ no data: medium on")
		moved.expect("11s SpO₂ low 85 < 90: medium on", "29s HR no data: low on", "29s SpO₂ no data: medium on")
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
