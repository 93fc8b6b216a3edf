package alarms

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"time"

	"lamplight/mdib"

	"github.com/google/uuid"
)

const (
	// Hold is how long a limit condition is presented at least.
	Hold = 5 * time.Second
	// Settle is how long after a reconnect a device has to announce again what
	// it still alarms about. Drivers announce every present condition anew.
	Settle = 10 * time.Second
	// ClockStep is by how much the wall clock may run apart from the monotonic
	// one between two calls.
	ClockStep = 2 * time.Second
	// ClockShown is how long a step of the clock is presented.
	ClockShown = time.Minute
)

// Config is the unit's alarm policy.
type Config struct {
	Latch mdib.Priority // physiological conditions of at least this priority stay until acknowledged; PriorityNone means high
}

// Engine keeps the conditions of all devices. It belongs to one goroutine.
//
// Time only runs forward: a call with an earlier time counts as one at the
// latest time so far. Between two calls everything that falls due happens at
// its own moment, so the answers do not depend on how often Tick is called.
//
//	inactive → pending (delay runs) → active → acknowledged → inactive
//	               | value back         | value back | value back
//	            inactive            latched → acknowledged → inactive
//
// Only a valid value, an acknowledgement, another patient or other limits end
// a physiological condition. While its data are missing it is frozen.
type Engine struct {
	latch   mdib.Priority
	devices map[uuid.UUID]*device
	changes []Condition

	clock      time.Time  // of the last call
	clockUntil time.Time  // when a step of it has been shown for long enough
	clockStep  *Condition // nil: none shown
}

// New makes an Engine.
func New(c Config) *Engine {
	if c.Latch == mdib.PriorityNone {
		c.Latch = mdib.PriorityHigh
	}
	return &Engine{latch: c.Latch, devices: map[uuid.UUID]*device{}}
}

// Step judges a Report and gives the workstation conditions that began,
// changed or ended, in order of time. What the device says itself is kept
// among the Conditions and not repeated here, but for what it never ended
// across a reconnect.
func (e *Engine) Step(now time.Time, r mdib.Report) []Condition {
	e.checkClock(now)
	d := e.device(r.MDS)
	at := r.Received
	if at.IsZero() || at.After(now) {
		at = now
	}
	d.advance(at)
	if r.Describe != nil {
		d.describe(r.Describe)
	}
	if r.Link != nil {
		d.setLink(r.Link)
	}
	for i := range r.Numerics {
		d.numeric(&r.Numerics[i])
	}
	for i := range r.Alerts {
		d.sentAlert(&r.Alerts[i])
	}
	d.advance(now)
	return e.take()
}

// Tick lets time pass for all devices.
func (e *Engine) Tick(now time.Time) []Condition {
	e.checkClock(now)
	for _, d := range e.devices {
		d.advance(now)
	}
	return e.take()
}

// Acknowledge marks a condition as seen; one that has ended and is latched is
// over then. A key that names nothing changes nothing.
func (e *Engine) Acknowledge(now time.Time, k Key) []Condition {
	if c := e.clockStep; c != nil && c.Key() == k {
		e.acknowledge(c, now)
	} else if d := e.devices[k.MDS]; d != nil {
		d.advance(now)
		d.acknowledge(k.Ref)
	}
	return e.take()
}

// NewPatient forgets what was judged of an earlier patient: physiological
// conditions end, limits return to the presets of the category.
func (e *Engine) NewPatient(now time.Time, mds uuid.UUID, c mdib.PatientCategory) []Condition {
	d := e.device(mds)
	d.advance(now)
	d.newPatient(c)
	return e.take()
}

// SetCategory puts the presets of a category in force if it is another one.
func (e *Engine) SetCategory(now time.Time, mds uuid.UUID, c mdib.PatientCategory) []Condition {
	d := e.device(mds)
	d.advance(now)
	if d.category != c {
		d.category, d.changed = c, nil
		d.relimit()
	}
	d.advance(now)
	return e.take()
}

// SetLimits puts limits in force for a metric, in its unit, and for every
// metric of the device that means the same. The error says what is wrong.
func (e *Engine) SetLimits(now time.Time, mds uuid.UUID, m *mdib.Metric, l Limits) ([]Condition, error) {
	if err := l.check(); err != nil {
		return nil, fmt.Errorf("limits of %s: %w", m.Label, err)
	}
	d := e.device(mds)
	d.advance(now)
	l.Changed = true
	if d.changed == nil {
		d.changed = map[string]changedLimits{}
	}
	d.changed[limitKey(m)] = changedLimits{l, m.Unit.UCUM}
	d.relimit()
	d.advance(now)
	return e.take(), nil
}

// Limits gives those in force for a metric.
func (e *Engine) Limits(mds uuid.UUID, ref mdib.Ref) Limits {
	if d := e.devices[mds]; d != nil {
		if w := d.watches[ref]; w != nil {
			return w.limits
		}
	}
	return NoLimits()
}

// Expect says that a device served a patient when the program last ran: that it
// cannot be reached now is a loss, although it was never connected since.
func (e *Engine) Expect(mds uuid.UUID) { e.device(mds).expected = true }

// Raise begins or updates a technical condition that is found outside: MDS,
// Ref, Finding, Priority and Text say what, Value and Reason may.
func (e *Engine) Raise(now time.Time, c Condition) []Condition {
	d := e.device(c.MDS)
	d.advance(now)
	d.raise(c)
	return e.take()
}

// Lower ends what Raise began.
func (e *Engine) Lower(now time.Time, k Key) []Condition {
	if d := e.devices[k.MDS]; d != nil {
		d.advance(now)
		d.lower(k.Ref)
	}
	return e.take()
}

// Forget ends everything about a device that is served no more.
func (e *Engine) Forget(now time.Time, mds uuid.UUID) []Condition {
	if d := e.devices[mds]; d != nil {
		d.advance(now)
		d.endAll()
		delete(e.devices, mds)
	}
	return e.take()
}

// Conditions appends what is active or unacknowledged about one device, or
// with uuid.Nil about the station, and sorts all of buf, most urgent first.
func (e *Engine) Conditions(mds uuid.UUID, buf []Condition) []Condition {
	if mds == uuid.Nil && e.clockStep != nil {
		buf = append(buf, *e.clockStep)
	}
	if d := e.devices[mds]; d != nil {
		buf = d.conditions(buf)
	}
	slices.SortStableFunc(buf, Compare)
	return buf
}

// Compare orders by urgency: priority, not yet acknowledged, the patient
// before the equipment, the newest first. It is the one order of all lists of
// conditions: nothing stands before what is of higher priority.
func Compare(a, b Condition) int {
	seen := func(c Condition) int {
		if c.Acknowledged.IsZero() {
			return 0
		}
		return 1
	}
	return cmp.Or(
		cmp.Compare(b.Priority, a.Priority),
		cmp.Compare(seen(a), seen(b)),
		cmp.Compare(a.AlertCondition.Kind, b.AlertCondition.Kind),
		b.Onset.Compare(a.Onset),
		bytes.Compare(a.MDS[:], b.MDS[:]),
		cmp.Compare(a.Ref, b.Ref),
	)
}

func (e *Engine) device(id uuid.UUID) *device {
	d := e.devices[id]
	if d == nil {
		d = &device{engine: e, id: id, up: true, watches: map[mdib.Ref]*watch{},
			technical: map[mdib.Ref]*Condition{}, sent: map[mdib.Ref]*sent{}}
		e.devices[id] = d
	}
	return d
}

// emit notes a change of c at a moment.
func (e *Engine) emit(c *Condition, at time.Time) {
	c.Time = at
	e.changes = append(e.changes, *c)
}

func (e *Engine) acknowledge(c *Condition, at time.Time) {
	if c.Acknowledged.IsZero() {
		c.Acknowledged, c.Signal = at, mdib.SignalAcknowledged
		e.emit(c, at)
	}
}

// take hands over the changes gathered in a call.
func (e *Engine) take() []Condition {
	out := e.changes
	e.changes = nil
	slices.SortStableFunc(out, func(a, b Condition) int {
		return cmp.Or(a.Time.Compare(b.Time), bytes.Compare(a.MDS[:], b.MDS[:]))
	})
	return out
}

// checkClock finds that somebody set the wall clock: it then runs apart from
// the monotonic one. Nothing else here depends on the wall clock.
func (e *Engine) checkClock(now time.Time) {
	last := e.clock
	e.clock = now
	if last.IsZero() {
		return
	}
	if e.clockStep != nil && !now.Before(e.clockUntil) {
		c := e.clockStep
		c.Present, c.Signal = false, mdib.SignalOff
		e.emit(c, e.clockUntil)
		e.clockStep = nil
	}
	step := now.Round(0).Sub(last.Round(0)) - now.Sub(last)
	if step.Abs() <= ClockStep {
		return
	}
	direction := "forward"
	if step < 0 {
		direction = "back"
	}
	e.clockStep = technical(Condition{
		AlertCondition: mdib.AlertCondition{
			Ref: "lamplight/clock", Priority: mdib.PriorityLow,
			Text: fmt.Sprintf("The workstation's clock was set %s by %v", direction, step.Abs().Round(time.Second)),
		},
		Finding: FindClock, Value: step.Seconds(),
	}, now)
	e.clockUntil = now.Add(ClockShown)
	e.emit(e.clockStep, now)
}
