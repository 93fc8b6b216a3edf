package alarms

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"strconv"
	"testing"
	"time"

	"lamplight/internal/captures"
	"lamplight/mdib"
)

// stay reads the numerics of a whole stay as a bedside monitor exported them
// (recorded: MIMIC-IV Waveform Database 85594648), in milliseconds.
func stay(t *testing.T, each func(ms int64, values []mdib.Numeric)) {
	f, err := os.Open(captures.Shared(t, "data", "mimic4wdb", "85594648n.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(z)
	head, err := r.Read()
	if err != nil {
		t.Fatal(err)
	}
	refs := make([]mdib.Ref, len(head))
	for i, name := range head {
		refs[i] = map[string]mdib.Ref{"HR [bpm]": "hr", "SpO2 [%]": "spo2", "NBPs [mmHg]": "nbps"}[name]
	}
	first := int64(-1)
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		ms, err := strconv.ParseInt(row[0], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if first < 0 {
			first = ms
		}
		var values []mdib.Numeric
		for i, ref := range refs {
			if v, err := strconv.ParseFloat(row[i], 64); err == nil && ref != "" {
				values = append(values, mdib.Numeric{Ref: ref, Value: v, Decimals: 1, Time: start.Add(time.Duration(ms-first) * time.Millisecond)})
			}
		}
		if len(values) > 0 {
			each(ms-first, values)
		}
	}
}

// Over a whole stay of a patient in intensive care, with every dropout a
// monitor has, the promises hold, and a longer delay means fewer alarms.
func TestAWholeStay(t *testing.T) {
	load := map[time.Duration]int{}
	for _, delay := range []time.Duration{0, 10 * time.Second, 15 * time.Second} {
		e := New(Config{})
		e.Step(start, mdib.Report{MDS: mdsA, Received: start, Describe: monitor(), Link: &mdib.Link{State: mdib.LinkConnected}})
		spo2 := monitor().Metric("spo2")
		l := e.Limits(mdsA, "spo2")
		l.Delay = delay
		if _, err := e.SetLimits(start, mdsA, spo2, l); err != nil {
			t.Fatal(err)
		}
		w := newWitness(t, "stay", e)
		last, hours, conditions := start, float64(0), map[string]int{}
		count := func(changes []Condition) {
			for _, c := range changes {
				if c.Present && c.Signal == mdib.SignalOn {
					conditions[c.Label+" "+string(c.Finding)+" "+c.Priority.String()]++
					if c.Finding == FindLow && c.Label == "SpO₂" {
						load[delay]++
					}
				}
			}
		}
		stay(t, func(ms int64, values []mdib.Numeric) {
			now := start.Add(time.Duration(ms) * time.Millisecond)
			r := mdib.Report{MDS: mdsA, Received: now, Numerics: values}
			if hours = now.Sub(start).Hours(); delay == 10*time.Second && hours < 12 {
				// The witness sees every end and every beginning: time is told in steps.
				for at := last.Add(time.Second); at.Before(now) && at.Sub(last) < 20*time.Second; at = at.Add(time.Second) {
					w.pass(last, at)
					last = at
					count(e.Tick(at))
					w.check(at, "")
				}
				w.pass(last, now)
				last = now
				count(e.Tick(now))
				w.check(now, "")
				w.report(r)
				count(e.Step(now, r))
				w.check(now, "")
			} else {
				count(e.Step(now, r))
			}
			for _, c := range e.Conditions(mdsA, nil) { // somebody is always there
				if c.Acknowledged.IsZero() {
					e.Acknowledge(now, c.Key())
					w.before = nil
				}
			}
		})
		if hours < 59 {
			t.Errorf("the stay took %.1f h", hours)
		}
		t.Logf("SpO2 delay %v, %.1f h: %v", delay, hours, conditions)
	}
	if !(load[0] > load[10*time.Second] && load[10*time.Second] > load[15*time.Second]) {
		t.Errorf("SpO2 alarms by delay: %v", load)
	}
}
