package devicetest

import (
	"fmt"
	"math"
	"testing"
	"time"

	"lamplight/mdib"
)

// Contract checks what every driver promises of its Reports.
func Contract(t *testing.T, reports []mdib.Report) {
	t.Helper()
	for _, broken := range breaches(reports) {
		t.Error(broken)
	}
}

// breaches lists the promises that some Reports break.
func breaches(reports []mdib.Report) (broken []string) {
	known := map[mdib.Ref]mdib.Metric{}
	described := false
	last := map[mdib.Ref]time.Time{}
	values := 0
	for i, r := range reports {
		fail := func(format string, args ...any) {
			broken = append(broken, fmt.Sprintf("report %d: %s", i, fmt.Sprintf(format, args...)))
		}
		if r.MDS != MDS {
			fail("MDS is %v, not that of the settings", r.MDS)
		}
		if r.Received.IsZero() || i > 0 && r.Received.Before(reports[i-1].Received) {
			fail("received at %v, before the Report before it or at no time", r.Received)
		}
		if r.Link != nil {
			fail("a driver does not report its link")
		}
		if r.Describe != nil {
			described = true
			known = describes(r.Describe, fail)
		}
		state := func(ref mdib.Ref, at time.Time, kind mdib.Kind) {
			values++
			m, ok := known[ref]
			switch {
			case !described:
				fail("%s is reported before the device is described", ref)
			case !ok:
				fail("%s is not described", ref)
			case m.Kind != kind:
				fail("%s is described as kind %d and reported as %d", ref, m.Kind, kind)
			}
			switch {
			case at.IsZero():
				fail("%s has no time", ref)
			case at.Before(last[ref]) && !m.Episodic: // which may be played back from a memory
				fail("the time of %s runs back by %v", ref, last[ref].Sub(at))
			}
			last[ref] = at
		}
		for _, n := range r.Numerics {
			state(n.Ref, n.Time, mdib.KindNumeric)
			if n.Validity.HasValue() == math.IsNaN(n.Value) || math.IsInf(n.Value, 0) {
				fail("%s is %v with validity %v", n.Ref, n.Value, n.Validity)
			}
		}
		for _, a := range r.Samples {
			state(a.Ref, a.Time, mdib.KindSampleArray)
			if len(a.Samples) == 0 {
				fail("%s has no samples", a.Ref)
			}
			c := known[a.Ref].Calibration
			for _, x := range a.Samples {
				if a.Validity == mdib.Valid && c.RawLow < c.RawHigh && len(a.Marks) == 0 && (x < c.RawLow || x > c.RawHigh) && c.Relative {
					fail("%s has the sample %d outside its scale of %d to %d", a.Ref, x, c.RawLow, c.RawHigh)
					break
				}
			}
			for _, m := range a.Marks {
				if m.At < 0 || m.At >= len(a.Samples) {
					fail("%s has a mark at %d of %d samples", a.Ref, m.At, len(a.Samples))
				}
			}
		}
		for _, e := range r.Enums {
			state(e.Ref, e.Time, mdib.KindEnum)
		}
		for _, a := range r.Alerts {
			if a.Ref == "" || a.Code.IsZero() && a.Text == "" || a.Time.IsZero() || a.Provenance != mdib.FromDevice {
				fail("the alert %+v is not whole", a)
			}
			if _, ok := known[a.Source]; a.Source != "" && !ok {
				fail("the alert %s is about %s, which is not described", a.Ref, a.Source)
			}
		}
	}
	if !described || values == 0 {
		broken = append(broken, fmt.Sprintf("%d Reports, described: %v, %d values; a device says what it is and something more", len(reports), described, values))
	}
	return broken
}

// describes checks a description and gives its metrics.
func describes(m *mdib.MDS, fail func(string, ...any)) map[mdib.Ref]mdib.Metric {
	known := map[mdib.Ref]mdib.Metric{}
	if m.Protocol == "" {
		fail("the description names no protocol")
	}
	for x := range m.Metrics() {
		if x.Ref == "" || x.Label == "" || x.Code.IsZero() {
			fail("the metric %+v is not whole", *x)
		}
		if _, twice := known[x.Ref]; twice {
			fail("the metric %s is described twice", x.Ref)
		}
		known[x.Ref] = *x
		if x.Unit.UCUM == "" && x.Unit.Code.IsZero() && x.Unit.Text != "" {
			fail("the unit %q of %s has neither a code nor UCUM", x.Unit.Text, x.Ref)
		}
		if x.Kind == mdib.KindSampleArray {
			if x.Period <= 0 {
				fail("the wave %s has no sample period", x.Ref)
			}
			if x.Calibration.RawLow == x.Calibration.RawHigh {
				fail("the wave %s has no scale", x.Ref)
			}
		}
	}
	return known
}
