package intellivue

import (
	"math"
	"strconv"
	"time"

	"lamplight/devices/intellivue/wire"
	"lamplight/mdib"
)

// find gives the nth metric of an object with this physio code, made if new.
func (r *reader) find(x *object, kind string, physio, unit uint16, nth int) *metric {
	i := nth
	for _, mt := range x.metrics {
		if mt.physio != physio {
			continue
		}
		if i == 0 {
			if mt.unit != unit {
				mt.unit = unit
				r.name(x, mt)
			}
			return mt
		}
		i--
	}
	mt := &metric{physio: physio, unit: unit}
	mt.desc.Ref = ref(kind, x.key, physio)
	if nth > 0 {
		mt.desc.Ref += mdib.Ref("/" + strconv.Itoa(nth+1))
	}
	mt.desc.Kind = mdib.KindNumeric
	if kind == refEnum {
		mt.desc.Kind = mdib.KindEnum
	}
	x.metrics = append(x.metrics, mt)
	for _, each := range x.metrics { // a second unknown value changes the first one's label
		r.name(x, each)
	}
	return mt
}

const (
	refNumeric = "nu"
	refEnum    = "en"
	refWave    = "sa"
)

func (r *reader) numericObject(p *wire.PollResult, context uint16, o wire.Observation) {
	x := r.object(wire.ClassNumeric, context, o)
	var values []wire.Numeric
	for _, a := range o.Attrs {
		if a.ID == wire.AttrNumeric || a.ID == wire.AttrNumericCompound {
			list, err := wire.ParseNumerics(a)
			if err != nil {
				continue // Parse has checked it
			}
			values = append(values, list...)
		}
	}
	own := r.stamp(p, o.Attrs)
	for i, v := range values {
		nth := 0
		for _, before := range values[:i] {
			if before.Physio == v.Physio {
				nth++
			}
		}
		mt := r.find(x, refNumeric, v.Physio, v.Unit, nth)
		n := numeric(v)
		n.Ref, n.Mode = mt.desc.Ref, r.mode(v.State)
		if n.Validity == mdib.NotAvailable {
			// There is nothing that could have been determined at another time.
			n.Time = mt.at(stamp{time: r.clock.time(p.Time)})
		} else {
			n.Time = mt.at(own)
		}
		mt.present = n.Validity != mdib.NotAvailable
		r.snapshot.mark(mt)
		r.report.Numerics = append(r.report.Numerics, n)
	}
	if valuesAsked(p) {
		r.vanish(x, p)
	}
}

// valuesAsked tells that a poll asked for values, so that an object without
// one has none.
func valuesAsked(p *wire.PollResult) bool {
	return p.Group == wire.GroupAll || p.Group == wire.GroupValues
}

// vanish says once that what an object had it has no more. A capture is told
// as it is: there, only what was sent counts.
func (r *reader) vanish(x *object, p *wire.PollResult) {
	if !r.live {
		return
	}
	for _, mt := range x.metrics {
		if !mt.present || r.snapshot.marked(mt) {
			continue
		}
		mt.present = false
		at := mt.forward(r.clock.time(p.Time))
		if mt.desc.Kind == mdib.KindEnum {
			r.report.Enums = append(r.report.Enums,
				mdib.EnumString{Ref: mt.desc.Ref, Time: at, Validity: mdib.NotAvailable, Mode: r.mds.Mode})
			continue
		}
		r.report.Numerics = append(r.report.Numerics,
			mdib.Numeric{Ref: mt.desc.Ref, Time: at, Value: math.NaN(), Validity: mdib.NotAvailable, Mode: r.mds.Mode})
	}
}

// numeric reads number and state of an observed value.
func numeric(v wire.Numeric) mdib.Numeric {
	n := mdib.Numeric{Value: v.Value.Value(), Decimals: v.Value.Decimals(), Validity: validity(v.State)}
	switch {
	case !n.Validity.HasValue():
	case v.Value.IsNRes():
		n.Validity = mdib.Invalid
	case math.IsInf(n.Value, 1):
		n.Validity = mdib.Overflow
	case math.IsInf(n.Value, -1):
		n.Validity = mdib.Underflow
	case math.IsNaN(n.Value) && v.State&wire.StateOngoing != 0:
		n.Validity = mdib.Ongoing
	case math.IsNaN(n.Value):
		n.Validity = mdib.NotAvailable
	}
	if !n.Validity.HasValue() {
		n.Value, n.Decimals = math.NaN(), 0
	}
	return n
}

// A stamp is when a value was determined.
type stamp struct {
	time   time.Time
	device uint32 // the monitor's own time stamp
	own    bool   // the value bore one
}

// stamp finds the time of an observation: its own stamp, or the poll's time.
// The relative stamp is the finer one.
func (r *reader) stamp(p *wire.PollResult, attrs []wire.Attr) stamp {
	now := r.clock.time(p.Time)
	if v, ok := wire.Find(attrs, wire.AttrStampRelative); ok {
		rel, ok := wire.U32(v)
		if ok && rel != 0 && rel != math.MaxUint32 && int32(rel-p.Time) <= 0 {
			return stamp{r.clock.time(rel), rel, true}
		}
	}
	if v, ok := wire.Find(attrs, wire.AttrStampAbsolute); ok && r.mds.Clock != nil {
		if t, ok := wire.ParseTime(v, r.mds.Clock.Device.Location()); ok {
			// Never with an older reading of our own clock as the base of a sum:
			// the monotonic reading of now must stay.
			age := r.mds.Clock.Device.Sub(t) + now.Sub(r.mds.Clock.Ours)
			if age >= 0 {
				s := uint32(t.Unix())
				return stamp{now.Add(-age), s, true}
			}
		}
	}
	return stamp{time: now}
}

// at gives the time of a value. The same stamp is the same time, however the
// clocks have drifted since.
func (mt *metric) at(s stamp) time.Time {
	if s.own && mt.stamped && mt.stamp == s.device {
		return mt.last
	}
	mt.stamp, mt.stamped = s.device, s.own
	return mt.forward(s.time)
}

func (r *reader) enumObject(p *wire.PollResult, context uint16, o wire.Observation) {
	x := r.object(wire.ClassEnum, context, o)
	stamp := r.stamp(p, o.Attrs)
	for _, a := range o.Attrs {
		if a.ID != wire.AttrEnum {
			continue
		}
		e, err := wire.ParseEnum(a.Value)
		if err != nil {
			continue // Parse has checked it
		}
		mt := r.find(x, refEnum, e.Physio, e.Unit, 0)
		s := mdib.EnumString{Ref: mt.desc.Ref, Time: mt.at(stamp), Validity: validity(e.State), Mode: r.mode(e.State)}
		s.Code, s.Text = enumValue(e)
		mt.present = s.Validity != mdib.NotAvailable
		r.snapshot.mark(mt)
		r.report.Enums = append(r.report.Enums, s)
	}
	if valuesAsked(p) {
		r.vanish(x, p)
	}
}

// enumValue says what an enumeration's value means; what nobody knows is shown
// as it came.
func enumValue(e wire.Enum) (mdib.Code, string) {
	if e.OID == 0 {
		text := ""
		for i, b := range e.Raw {
			if i > 0 && i%2 == 0 {
				text += " "
			}
			text += hex16(uint16(b))[2:]
		}
		return mdib.Code{}, text
	}
	text := hex16(e.OID)
	if t, ok := mdib.ByIntelliVue(e.OID); ok && t.Label != "" {
		text = t.Label
	}
	if v := e.Value.Value(); !math.IsNaN(v) {
		text += " " + strconv.FormatFloat(v, 'f', int(min(e.Value.Decimals(), 6)), 64)
		if u := mdib.UnitByTerm(e.Unit).Text; u != "" {
			text += " " + u
		}
	}
	return code(e.OID), text
}

// snapshot follows one result that came in parts: what it named, and whether
// no part of it is missing.
type snapshot struct {
	id, sequence uint16
	time         uint32
	class        uint16
	parts        uint8
	last         bool // the part that says it is the last one came
	broken       bool
	seen         map[*metric]bool
	alarms       map[mdib.Ref]bool
	alarmsTold   [2]bool // which of the two lists it held
}

func (s *snapshot) mark(mt *metric) { s.seen[mt] = true }

func (s *snapshot) marked(mt *metric) bool { return s.seen[mt] }

// enter is called before a result's objects are read.
func (s *snapshot) enter(m *wire.Message) {
	p := m.PollResult
	if s.id != m.ID || s.sequence != p.Sequence || s.time != p.Time || s.class != p.Class {
		*s = snapshot{id: m.ID, sequence: p.Sequence, time: p.Time, class: p.Class,
			seen: map[*metric]bool{}, alarms: map[mdib.Ref]bool{}}
	}
	if m.RO == wire.Linked {
		s.parts++
		s.broken = s.broken || s.parts != m.Count
		s.last = m.State == 3
	}
}

// whole tells, at the closing result, that every part came.
func (s *snapshot) whole(m *wire.Message) bool {
	return m.RO == wire.Result && !s.broken && (s.parts == 0 || s.last)
}

// complete closes a result: what was not named in a whole one is gone.
func (r *reader) complete(m *wire.Message) {
	p := m.PollResult
	if m.RO != wire.Result {
		return
	}
	if r.snapshot.whole(m) {
		switch {
		case p.Class == wire.ClassAlerts && p.Group == wire.GroupAlarms:
			r.endAlerts()
		case (p.Class == wire.ClassNumeric || p.Class == wire.ClassEnum) && valuesAsked(p):
			for _, x := range r.order {
				if x.key.class == p.Class {
					r.vanish(x, p)
				}
			}
		}
	}
	r.snapshot = snapshot{}
}
