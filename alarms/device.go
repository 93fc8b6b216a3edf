package alarms

import (
	"maps"
	"math"
	"slices"
	"time"

	"lamplight/mdib"

	"github.com/google/uuid"
)

// device is what the engine keeps of one MDS.
type device struct {
	engine    *Engine
	id        uuid.UUID
	now       time.Time // up to which everything due has happened
	mode      mdib.GenerationMode
	category  mdib.PatientCategory
	up        bool      // the link is connected, or nobody said otherwise
	been      bool      // it was connected, or values came
	expected  bool      // it served a patient when the program last ran
	upSince   time.Time // zero when nobody said
	settle    time.Time // when the device must have announced its conditions again; zero: done
	watches   map[mdib.Ref]*watch
	order     []*watch
	changed   map[string]changedLimits // by limitKey
	technical map[mdib.Ref]*Condition
	sent      map[mdib.Ref]*sent
}

// changedLimits are limits that somebody set, in the unit they were set in.
type changedLimits struct {
	Limits
	ucum string
}

// sent is a condition of the device's own.
type sent struct {
	Condition
	announced bool // since the last reconnect
}

// linkRef is the identity of a device's lost link.
const linkRef mdib.Ref = "lamplight/link"

// advance lets happen what is due up to a moment, each at its own time.
func (d *device) advance(to time.Time) {
	if to.Before(d.now) {
		to = d.now
	}
	for {
		var first *watch
		due := to
		for _, w := range d.order {
			if at, ok := w.due(); ok && !at.After(due) && (first == nil || at.Before(due)) {
				first, due = w, at
			}
		}
		settle := !d.settle.IsZero() && !d.settle.After(due) && (first == nil || d.settle.Before(due))
		if first == nil && !settle {
			d.now = to
			return
		}
		if settle {
			d.now = later(d.now, d.settle)
			d.settled()
			continue
		}
		d.now = later(d.now, due)
		first.fire()
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// describe takes a device's description. A metric that is gone but has a
// condition stays, frozen: its end was not seen.
func (d *device) describe(m *mdib.MDS) {
	d.mode = m.Mode
	was := d.watches
	d.watches, d.order = make(map[mdib.Ref]*watch, len(was)), d.order[:0:0]
	for x := range m.Metrics() {
		if x.Kind != mdib.KindNumeric || d.watches[x.Ref] != nil {
			continue
		}
		w := was[x.Ref]
		if w == nil {
			w = &watch{device: d}
		}
		delete(was, x.Ref)
		w.metric, w.stale = *x, StaleAfter(x)
		d.add(w)
	}
	for _, ref := range slices.Sorted(maps.Keys(was)) {
		w := was[ref]
		if w.sides[low].condition == nil && w.sides[high].condition == nil {
			d.lower(w.staleRef())
			continue
		}
		w.lose()
		d.add(w)
	}
	d.relimit()
}

func (d *device) add(w *watch) {
	d.watches[w.metric.Ref] = w
	d.order = append(d.order, w)
}

// relimit puts the limits in force that follow from category and changes.
func (d *device) relimit() {
	for _, w := range d.order {
		l := preset(&w.metric, d.category)
		if c, ok := d.changed[limitKey(&w.metric)]; ok {
			if own, ok := c.in(c.ucum, w.metric.Unit.UCUM); ok {
				l = own
			}
		}
		w.setLimits(l)
	}
}

func (d *device) setLink(l *mdib.Link) {
	if l.State == mdib.LinkConnected {
		if !d.up || d.upSince.IsZero() {
			d.upSince = d.now
		}
		if !d.up && len(d.sent) > 0 {
			d.settle = d.now.Add(Settle)
			for _, s := range d.sent {
				s.announced = false
			}
		}
		d.up, d.been = true, true
		d.lower(linkRef)
		return
	}
	if d.up {
		d.up, d.settle = false, time.Time{}
		for _, w := range d.order {
			w.lose()
			d.lower(w.staleRef())
		}
	}
	switch {
	case l.State == mdib.LinkTerminal && l.Reason == mdib.ReasonStopped:
		d.lower(linkRef) // as intended: somebody stopped it
	case d.been || d.expected && (l.State == mdib.LinkLost || l.State == mdib.LinkTerminal || d.technical[linkRef] != nil):
		c := Condition{
			AlertCondition: mdib.AlertCondition{Ref: linkRef, Priority: mdib.PriorityMedium, Text: "Connection lost"},
			Finding:        FindLink, Reason: l.Reason, Value: math.NaN(),
		}
		if was := d.technical[linkRef]; was != nil && l.Reason == mdib.ReasonNone {
			c.Reason = was.Reason // on the way to the next try
		}
		if c.Reason != mdib.ReasonNone {
			c.Text += " (" + string(c.Reason) + ")"
		}
		d.raise(c)
	}
}

func (d *device) numeric(n *mdib.Numeric) {
	d.been = true
	if w := d.watches[n.Ref]; w != nil {
		w.numeric(n)
	}
}

// sentAlert keeps a condition of the device's own, verbatim, while the device
// says that it is present or latched.
func (d *device) sentAlert(a *mdib.AlertCondition) {
	if a.Provenance != mdib.FromDevice {
		return
	}
	if !a.Present && a.Signal != mdib.SignalLatched {
		delete(d.sent, a.Ref)
		return
	}
	s := d.sent[a.Ref]
	if s == nil {
		nan := math.NaN()
		s = &sent{Condition: Condition{MDS: d.id, Onset: d.now, Finding: FindDevice, Value: nan, Limit: nan}}
		d.sent[a.Ref] = s
	} else if a.Priority > s.Priority {
		s.Acknowledged = time.Time{}
	}
	s.announced = true
	s.AlertCondition = *a
	s.Label = ""
	if w := d.watches[a.Source]; w != nil {
		s.Label = w.metric.Label
	}
}

// settled ends what the device did not announce again after a reconnect.
func (d *device) settled() {
	d.settle = time.Time{}
	for _, ref := range slices.Sorted(maps.Keys(d.sent)) {
		if s := d.sent[ref]; !s.announced {
			delete(d.sent, ref)
			d.engine.end(&s.Condition, d.now)
		}
	}
}

// technical makes a whole condition of what was found.
func technical(c Condition, at time.Time) *Condition {
	c.AlertCondition.Kind, c.Provenance = mdib.Technical, mdib.FromWorkstation
	c.Present, c.Signal = true, mdib.SignalOn
	c.Onset, c.Limit = at, math.NaN()
	c.Code = mdib.Code{System: System, Value: string(c.Finding)}
	return &c
}

func (d *device) raise(c Condition) {
	was := d.technical[c.Ref]
	if was == nil {
		c.MDS, c.Mode = d.id, d.mode
		was = technical(c, d.now)
		d.technical[c.Ref] = was
		d.engine.emit(was, d.now)
		return
	}
	raised := c.Priority > was.Priority
	was.Text, was.Value, was.Reason, was.Priority = c.Text, c.Value, c.Reason, c.Priority
	if raised {
		was.Acknowledged, was.Signal = time.Time{}, mdib.SignalOn
		d.engine.emit(was, d.now)
	}
}

func (d *device) lower(ref mdib.Ref) {
	if c := d.technical[ref]; c != nil {
		delete(d.technical, ref)
		d.engine.end(c, d.now)
	}
}

// end notes that a condition is over.
func (e *Engine) end(c *Condition, at time.Time) {
	c.Present, c.Signal = false, mdib.SignalOff
	e.emit(c, at)
}

func (d *device) acknowledge(ref mdib.Ref) {
	for _, w := range d.order {
		for i := range w.sides {
			if s := &w.sides[i]; s.condition != nil && s.condition.Ref == ref {
				s.acknowledge()
				return
			}
		}
	}
	if c := d.technical[ref]; c != nil {
		d.engine.acknowledge(c, d.now)
	} else if s := d.sent[ref]; s != nil && s.Acknowledged.IsZero() {
		// The device keeps its own signal: nothing is ever sent to it.
		s.Acknowledged = d.now
		c := s.Condition
		c.Signal = mdib.SignalAcknowledged
		d.engine.emit(&c, d.now)
	}
}

func (d *device) newPatient(c mdib.PatientCategory) {
	for _, w := range d.order {
		w.forget()
	}
	d.category, d.changed = c, nil
	d.relimit()
}

func (d *device) endAll() {
	for _, w := range d.order {
		w.forget()
	}
	for _, ref := range slices.Sorted(maps.Keys(d.technical)) {
		d.lower(ref)
	}
	for _, ref := range slices.Sorted(maps.Keys(d.sent)) {
		d.engine.end(&d.sent[ref].Condition, d.now)
	}
	clear(d.sent)
}

func (d *device) conditions(buf []Condition) []Condition {
	for _, w := range d.order {
		for i := range w.sides {
			if c := w.sides[i].condition; c != nil {
				buf = append(buf, *c)
				buf[len(buf)-1].Frozen = w.sides[i].frozen()
			}
		}
	}
	for _, c := range d.technical {
		buf = append(buf, *c)
	}
	for _, s := range d.sent {
		buf = append(buf, s.Condition)
		c := &buf[len(buf)-1]
		c.Frozen = !d.up
		if !c.Acknowledged.IsZero() {
			c.Signal = mdib.SignalAcknowledged
		}
	}
	return buf
}
