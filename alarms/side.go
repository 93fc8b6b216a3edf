package alarms

import (
	"math"
	"strconv"
	"time"

	"lamplight/mdib"
)

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

// of gives the limit of a side and level, NaN if there is none, and its delay.
func (l *Limits) of(side, level int) (float64, time.Duration) {
	switch {
	case !l.Enabled:
		return math.NaN(), 0
	case level == extreme && side == low:
		return l.ExtremeLow, l.ExtremeDelay
	case level == extreme:
		return l.ExtremeHigh, l.ExtremeDelay
	case side == low:
		return l.Low, l.Delay
	}
	return l.High, l.Delay
}

func (s *side) limit(level int) (float64, time.Duration) { return s.watch.limits.of(s.index, level) }

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

// outside says that the newest valid value is beyond a limit.
func (s *side) outside() bool {
	first, _ := s.limit(ordinary)
	second, _ := s.limit(extreme)
	return s.beyond(s.watch.value, first) || s.beyond(s.watch.value, second)
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

// covers says that the condition is present already with the priority of a
// level. What has not ended needs no second delay to go on.
func (s *side) covers(level int) bool {
	return s.condition != nil && s.condition.Present && s.condition.Priority >= s.priority(level)
}

func (s *side) priority(level int) mdib.Priority {
	if level == extreme {
		return mdib.PriorityHigh
	}
	return s.watch.limits.Priority
}

// Alert events of 11073-10101: partition 3, terms 62 and 40.
var (
	codeLow  = mdib.Code{System: mdib.SystemMDC, Value: "196670", RefID: "MDC_EVT_LO"}
	codeHigh = mdib.Code{System: mdib.SystemMDC, Value: "196648", RefID: "MDC_EVT_HI"}
)

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
