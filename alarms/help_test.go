package alarms

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

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
