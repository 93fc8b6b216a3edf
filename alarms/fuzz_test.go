package alarms

import (
	"encoding/binary"
	"math"
	"testing"
	"time"

	"lamplight/mdib"

	"github.com/google/uuid"
)

// FuzzStep reads the input as a script of Reports, ticks and acts with every
// field off its rails, and looks only for what must never happen: a panic, a
// call that does not return, answers out of order, an unusable text.
func FuzzStep(f *testing.F) {
	f.Add([]byte("\x00\x01\x02\x03\x04\x05\x06\x07"))
	f.Add([]byte("\x01hr\x00\x00\x00\x00\x01hr\xff\xff\xff\xff\x02\x03\x04"))
	seed := make([]byte, 400)
	for i := range seed {
		seed[i] = byte(i * 37)
	}
	f.Add(seed)
	f.Fuzz(func(t *testing.T, script []byte) {
		byteAt := func() byte {
			if len(script) == 0 {
				return 0
			}
			b := script[0]
			script = script[1:]
			return b
		}
		number := func() float64 {
			switch b := byteAt(); b % 4 {
			case 0:
				return float64(b)
			case 1:
				return float64(b) / 8
			default:
				var raw [8]byte
				script = script[copy(raw[:], script):]
				return math.Float64frombits(binary.LittleEndian.Uint64(raw[:]))
			}
		}
		refs := []mdib.Ref{"hr", "spo2", "abpm", "nbps", "temp", "none", "lamplight/link", ""}
		ref := func() mdib.Ref { return refs[byteAt()%8] }
		e := New(Config{Latch: mdib.Priority(byteAt() % 4)})
		now, last := start, start
		for len(script) > 0 {
			now = now.Add(time.Duration(int8(byteAt())) * 300 * time.Millisecond) // now and then back
			mds := []uuid.UUID{mdsA, mdsB, uuid.Nil}[byteAt()%3]
			var changes []Condition
			switch byteAt() % 12 {
			case 0:
				changes = e.Tick(now)
			case 1:
				changes = e.Acknowledge(now, Key{mds, "lamplight/low/" + ref()})
			case 2:
				changes = e.NewPatient(now, mds, mdib.PatientCategory(byteAt()%4))
			case 3:
				changes = e.SetCategory(now, mds, mdib.PatientCategory(byteAt()%4))
			case 4:
				m := monitor().Metric(refs[byteAt()%5])
				l := Limits{Low: number(), High: number(), ExtremeLow: number(), ExtremeHigh: number(), Hysteresis: number(),
					Priority: mdib.Priority(byteAt() % 4), Delay: time.Duration(number()), Enabled: byteAt()%2 == 0}
				changes, _ = e.SetLimits(now, mds, m, l)
			case 5:
				changes = e.Forget(now, mds)
			case 6:
				d := monitor()
				ms := d.VMDs[0].Channels[0].Metrics
				m := &ms[byteAt()%5]
				m.Ref, m.Kind, m.Episodic, m.Period = ref(), mdib.Kind(byteAt()%3), byteAt()%2 == 0, time.Duration(number())
				changes = e.Step(now, mdib.Report{MDS: mds, Received: now, Describe: d})
			case 7:
				changes = e.Step(now, mdib.Report{MDS: mds, Link: &mdib.Link{State: mdib.LinkState(byteAt() % 6), Reason: mdib.ReasonGone}})
			case 8:
				changes = e.Step(now, mdib.Report{MDS: mds, Received: now, Alerts: []mdib.AlertCondition{{Ref: ref(), Source: ref(),
					Priority: mdib.Priority(byteAt() % 4), Present: byteAt()%2 == 0, Signal: mdib.AlertSignal(byteAt() % 5)}}})
			default:
				n := mdib.Numeric{Ref: ref(), Time: now.Add(time.Duration(int8(byteAt())) * time.Second), Value: number(),
					Decimals: byteAt(), Validity: mdib.Validity(byteAt() % 9)}
				changes = e.Step(now, mdib.Report{MDS: mds, Received: now, Numerics: []mdib.Numeric{n, n}})
			}
			for i, c := range changes {
				if c.Text == "" && c.Provenance == mdib.FromWorkstation || c.Time.IsZero() || i > 0 && c.Time.Before(changes[i-1].Time) {
					t.Fatalf("change %d of %+v", i, changes)
				}
			}
			if now.After(last) {
				last = now
			}
			for _, c := range e.Conditions(mds, nil) {
				if c.Provenance == mdib.FromWorkstation && (c.Onset.After(last) || c.Text == "") {
					t.Fatalf("at %v: %+v", last, c)
				}
			}
		}
	})
}
