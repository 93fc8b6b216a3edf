package alarms

import (
	"math"
	"strconv"
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

// side is the lower or the upper limits of a watch, and their condition.
type side struct {
	watch     *watch
	index     int
	levels    [2]level
	condition *Condition // nil: inactive or pending
	back      time.Time  // when a value was seen inside again; zero: not
}

// level is one limit. Values must be seen beyond it for its delay; time in
// which no value is seen does not count, and does not begin anew either.
type level struct {
	since time.Time     // a value beyond is being seen; zero: none is
	spent time.Duration // of the delay before that
	on    bool          // the delay is over
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
				if !l.on && l.since.IsZero() {
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
		consider(w.staleAt())
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
			}
		}
		s.update()
		if !s.back.IsZero() && !s.ends().After(now) {
			s.end()
		}
	}
	if w.current && w.stale > 0 && !w.seen.Add(w.stale).After(now) {
		w.lose()
	}
	if w.missed() && !w.staleAt().After(now) {
		w.raiseStale()
	}
}

// missed says that a value is owed: the link is up, none is there, and it was
// not said yet.
func (w *watch) missed() bool {
	return w.had && !w.current && w.stale > 0 && w.device.up && w.limits.Enabled &&
		w.device.technical[w.staleRef()] == nil
}

func (w *watch) staleAt() time.Time { return later(w.seen, w.device.upSince).Add(w.stale) }

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

// setLimits judges the newest value by new limits. Switched off, they end
// their conditions: that is somebody's act.
func (w *watch) setLimits(l Limits) {
	w.limits = l
	for i := range w.sides {
		s := &w.sides[i]
		s.watch, s.index = w, i
		for j := range s.levels {
			if limit, _ := s.limit(j); math.IsNaN(limit) {
				s.levels[j] = level{}
			}
		}
		if !s.limited() && s.condition != nil {
			s.drop()
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

// limit gives the limit of a level, NaN if there is none, and its delay.
func (s *side) limit(level int) (float64, time.Duration) {
	l := &s.watch.limits
	switch {
	case !l.Enabled:
		return math.NaN(), 0
	case level == extreme && s.index == low:
		return l.ExtremeLow, l.ExtremeDelay
	case level == extreme:
		return l.ExtremeHigh, l.ExtremeDelay
	case s.index == low:
		return l.Low, l.Delay
	}
	return l.High, l.Delay
}

// limited says that the side has a limit at all.
func (s *side) limited() bool {
	first, _ := s.limit(ordinary)
	second, _ := s.limit(extreme)
	return !math.IsNaN(first) || !math.IsNaN(second)
}

func (s *side) beyond(v, limit float64) bool {
	if s.index == low {
		return v < limit
	}
	return v > limit
}

// inward moves a limit by the hysteresis.
func (s *side) inward(limit float64) float64 {
	if s.index == low {
		return limit + s.watch.limits.Hysteresis
	}
	return limit - s.watch.limits.Hysteresis
}

// update follows the levels: a condition begins, changes its priority, or has
// its end in sight.
func (s *side) update() {
	d, c := s.watch.device, s.condition
	at := -1
	for j, l := range s.levels {
		if l.on {
			at = j
		}
	}
	if at < 0 {
		if c != nil && c.Present && s.back.IsZero() {
			s.back = d.now
		}
		return
	}
	s.back = time.Time{}
	p := s.priority(at)
	switch {
	case c == nil:
		c = s.begin(p)
	case !c.Present: // latched, and now again
		c.Present, c.Onset, c.Signal = true, d.now, mdib.SignalOn
		c.Priority = max(p, c.Priority)
	case p > c.Priority:
		c.Priority, c.Acknowledged, c.Signal = p, time.Time{}, mdib.SignalOn
	case p < c.Priority && (!c.Acknowledged.IsZero() || c.Priority < d.engine.latch):
		c.Priority = p
	default:
		s.tell(at)
		return
	}
	s.tell(at)
	d.engine.emit(c, d.now)
}

func (s *side) priority(level int) mdib.Priority {
	if level == extreme {
		return mdib.PriorityHigh
	}
	return s.watch.limits.Priority
}

var (
	codeLow  = event(62, "MDC_EVT_LO")
	codeHigh = event(40, "MDC_EVT_HI")
)

// event is a code of partition 3 of 11073-10101: alert events.
func event(term uint32, refID string) mdib.Code {
	c := mdib.MDC(3<<16 | term)
	c.RefID = refID
	return c
}

func (s *side) begin(p mdib.Priority) *Condition {
	w := s.watch
	c := &Condition{
		MDS: w.device.id,
		AlertCondition: mdib.AlertCondition{
			Ref: "lamplight/low/" + w.metric.Ref, Source: w.metric.Ref, Code: codeLow,
			Kind: mdib.Physiological, Priority: p, Provenance: mdib.FromWorkstation,
			Present: true, Signal: mdib.SignalOn,
		},
		Onset: w.device.now, Finding: FindLow,
	}
	if s.index == high {
		c.Ref, c.Code, c.Finding = "lamplight/high/"+w.metric.Ref, codeHigh, FindHigh
	}
	s.condition = c
	return c
}

// tell puts the newest value beyond the limit into the condition.
func (s *side) tell(level int) {
	w, c := s.watch, s.condition
	limit, _ := s.limit(level)
	if !s.beyond(w.value, limit) && c.Text != "" {
		return
	}
	c.Value, c.Limit, c.Decimals, c.Mode = w.value, limit, min(w.shown.Decimals, 6), w.shown.Mode
	c.Label, c.Unit = w.metric.Label, w.metric.Unit.Text
	sign := " < "
	if s.index == high {
		sign = " > "
	}
	c.Text = c.Label + " " + string(c.Finding) + " " + strconv.FormatFloat(c.Value, 'f', int(c.Decimals), 64) +
		sign + strconv.FormatFloat(limit, 'f', -1, 64)
}

// ends is when a condition whose value is back is over.
func (s *side) ends() time.Time { return later(s.back, s.condition.Onset.Add(Hold)) }

// end is the end by a value inside the limits.
func (s *side) end() {
	d, c := s.watch.device, s.condition
	s.back = time.Time{}
	if !c.Acknowledged.IsZero() || c.Priority < d.engine.latch {
		s.drop()
		return
	}
	c.Present, c.Signal = false, mdib.SignalLatched
	d.engine.emit(c, d.now)
}

// drop ends the condition and its latch.
func (s *side) drop() {
	c := s.condition
	s.condition, s.back = nil, time.Time{}
	s.watch.device.engine.end(c, s.watch.device.now)
}

func (s *side) acknowledge() {
	d, c := s.watch.device, s.condition
	if !c.Acknowledged.IsZero() {
		return
	}
	c.Acknowledged = d.now
	if !c.Present {
		s.drop()
		return
	}
	c.Signal = mdib.SignalAcknowledged
	for j, l := range s.levels { // what kept a passed priority was that nobody had seen it
		if l.on {
			c.Priority = s.priority(j)
		}
	}
	d.engine.emit(c, d.now)
}

// frozen says that the end of the condition could not be seen if it came.
func (s *side) frozen() bool {
	return s.condition != nil && s.condition.Present && !s.watch.current && s.back.IsZero()
}
