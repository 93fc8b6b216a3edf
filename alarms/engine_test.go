package alarms

import (
	"math"
	"testing"
	"time"

	"lamplight/mdib"
)

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

func TestLimitsThatMoveTwiceWhileNothingIsSeen(t *testing.T) {
	b := newBedside(t, Config{})
	b.values(0, 6, "hr", 125)
	b.keep(b.e.SetCategory(at(7), mdsA, mdib.Paediatric)) // inside these: it would end at 10 s
	b.missing(8, "hr", mdib.NotAvailable)
	b.keep(b.e.SetCategory(at(9), mdsA, mdib.Adult)) // outside again, and nobody knows how it is now
	b.tick(30)
	b.expect("5s HR high 125 > 120: medium on", "16s HR no data: medium on")
	b.standing("HR high 125 > 120: medium on frozen", "HR no data: medium on")
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
	b.expect("10s SpO₂ low 85 < 90: medium on", "21s SpO₂ no data: medium on")
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
