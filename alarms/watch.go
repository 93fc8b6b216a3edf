package alarms

import (
	"math"
	"time"

	"lamplight/mdib"
)

// StaleAfter is the age at which a continuous numeric is too old to be shown:
// three of its periods but not under 4 s, or 10 s when its period is not
// known. Zero for an episodic one, which only grows old.
func StaleAfter(m *mdib.Metric) time.Duration {
	switch {
	case m.Episodic:
		return 0
	case m.Period <= 0:
		return 10 * time.Second
	}
	return max(3*m.Period, 4*time.Second)
}

// NoData is how long no value must have come, at least, before that is alarmed
// about. The screen shows none sooner. Of the dropouts of a recorded stay in
// intensive care, half were over by then.
const NoData = 10 * time.Second

// Lag is how old a value already was when it came: zero for one that bears no
// time, or one of the future. What carries values to us may keep old ones.
func Lag(received, determined time.Time) time.Duration {
	if determined.IsZero() {
		return 0
	}
	return max(0, received.Sub(determined))
}

const (
	low  = 0 // index of the sides of a watch
	high = 1

	ordinary = 0 // index of the levels of a side
	extreme  = 1
)

// watch judges one numeric metric.
type watch struct {
	device  *device
	metric  mdib.Metric
	limits  Limits
	stale   time.Duration
	sides   [2]side
	had     bool    // a valid value came, of this patient
	current bool    // the newest value is valid and not too old
	value   float64 // the newest valid one
	shown   mdib.Numeric
	seen    time.Time // when it was determined
}

func (w *watch) numeric(n *mdib.Numeric) {
	if !n.Validity.HasValue() || math.IsNaN(n.Value) || math.IsInf(n.Value, 0) {
		w.lose()
		return
	}
	lag := Lag(w.device.now, n.Time)
	w.had, w.seen = true, w.device.now.Add(-lag)
	if w.stale > 0 && lag >= w.stale { // kept somewhere on the way
		w.lose()
		return
	}
	w.current, w.value, w.shown = true, n.Value, *n
	w.device.lower(w.staleRef())
	w.judge()
}

// lose notes that no value is seen any more. Conditions stay as they are.
func (w *watch) lose() {
	w.current = false
	for i := range w.sides {
		for j := range w.sides[i].levels {
			if l := &w.sides[i].levels[j]; !l.since.IsZero() {
				l.spent += w.device.now.Sub(l.since)
				l.since = time.Time{}
			}
		}
	}
}

// judge compares the newest value with all limits.
func (w *watch) judge() {
	for i := range w.sides {
		s := &w.sides[i]
		for j := range s.levels {
			l := &s.levels[j]
			limit, _ := s.limit(j)
			switch {
			case math.IsNaN(limit):
				*l = level{}
			case s.beyond(w.value, limit):
				if s.covers(j) {
					*l = level{on: true}
				} else if !l.on && l.since.IsZero() {
					l.since = w.device.now
				}
			case l.on && s.beyond(w.value, s.inward(limit)):
				// Back, but not far enough to end it.
			default:
				*l = level{}
			}
		}
		s.update()
	}
}

// due gives the next moment at which something happens by itself.
func (w *watch) due() (time.Time, bool) {
	var first time.Time
	consider := func(at time.Time) {
		if first.IsZero() || at.Before(first) {
			first = at
		}
	}
	for i := range w.sides {
		s := &w.sides[i]
		for j := range s.levels {
			if l := &s.levels[j]; !l.since.IsZero() {
				_, delay := s.limit(j)
				consider(l.since.Add(delay - l.spent))
			}
		}
		if !s.back.IsZero() {
			consider(s.ends())
		}
	}
	if w.current && w.stale > 0 {
		consider(w.seen.Add(w.stale))
	}
	if w.missed() {
		consider(w.owedAt())
	}
	return first, !first.IsZero()
}

// fire does what is due now.
func (w *watch) fire() {
	now := w.device.now
	for i := range w.sides {
		s := &w.sides[i]
		for j := range s.levels {
			l := &s.levels[j]
			if _, delay := s.limit(j); !l.since.IsZero() && !l.since.Add(delay-l.spent).After(now) {
				*l = level{on: true}
				s.update()
			}
		}
		if !s.back.IsZero() && !s.ends().After(now) {
			s.end()
		}
	}
	if w.current && w.stale > 0 && !w.seen.Add(w.stale).After(now) {
		w.lose()
	}
	if w.missed() && !w.owedAt().After(now) {
		w.raiseStale()
	}
}

// missed says that a value is owed: the link is up, none is there, and it was
// not said yet.
func (w *watch) missed() bool {
	return w.had && !w.current && w.stale > 0 && w.device.up && w.limits.Enabled &&
		w.device.technical[w.staleRef()] == nil
}

// owedAt is when a value that does not come is alarmed about.
func (w *watch) owedAt() time.Time {
	return later(w.seen, w.device.upSince).Add(max(w.stale, NoData))
}

func (w *watch) staleRef() mdib.Ref { return "lamplight/no-data/" + w.metric.Ref }

// raiseStale says that a watched value does not come: low, but medium when it
// leaves a condition of the patient without an end to be seen.
func (w *watch) raiseStale() {
	c := Condition{
		AlertCondition: mdib.AlertCondition{
			Ref: w.staleRef(), Source: w.metric.Ref, Priority: mdib.PriorityLow,
			Text: w.metric.Label + " no data",
		},
		Finding: FindStale, Label: w.metric.Label, Value: math.NaN(),
	}
	if w.sides[low].frozen() || w.sides[high].frozen() {
		c.Priority = mdib.PriorityMedium
	}
	w.device.raise(c)
}

// setLimits judges the newest value by new limits. A delay that runs begins
// anew for a limit that moved. Switched off, limits end their conditions: that
// is somebody's act.
func (w *watch) setLimits(l Limits) {
	was := w.limits
	w.limits = l
	for i := range w.sides {
		s := &w.sides[i]
		s.watch, s.index = w, i
		for j := range s.levels {
			before, _ := was.of(i, j)
			now, _ := l.of(i, j)
			if math.IsNaN(now) || before != now && !s.levels[j].on {
				s.levels[j] = level{}
			}
		}
		if !s.limited() && s.condition != nil {
			s.drop()
		}
		if !w.current && s.outside() {
			s.back = time.Time{} // by these limits it was not back, and no value says otherwise
		}
	}
	if !l.Enabled {
		w.device.lower(w.staleRef())
	}
	if w.current {
		w.judge()
	}
}

// forget drops what was judged of an earlier patient.
func (w *watch) forget() {
	for i := range w.sides {
		if s := &w.sides[i]; s.condition != nil {
			s.drop()
		}
		w.sides[i].levels = [2]level{}
	}
	w.device.lower(w.staleRef())
	w.had, w.current = false, false
}
