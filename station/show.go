package station

import (
	"time"

	"lamplight/alarms"
	"lamplight/mdib"

	"github.com/google/uuid"
)

// View is a copy of the newest state.
func (s *Station) View(now time.Time) View {
	var v View
	s.ViewInto(now, &v)
	return v
}

// ViewInto is View that reuses the slices of v.
func (s *Station) ViewInto(now time.Time, v *View) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v.At, v.Refused = now, s.refused
	v.Conditions = s.engine.Conditions(uuid.Nil, v.Conditions[:0])
	v.Beds = resize(v.Beds, len(s.beds))
	for i, b := range s.beds {
		s.viewBed(now, b, &v.Beds[i])
	}
}

// resize gives a slice of n elements that keeps what the first ones refer to.
func resize[T any](list []T, n int) []T {
	if cap(list) < n {
		return append(list[:cap(list)], make([]T, n-cap(list))...)
	}
	return list[:n]
}

func (s *Station) viewBed(now time.Time, b *bed, v *BedView) {
	v.Label, v.Unit, v.Encounter, v.Discharged, v.Mode = b.Label, b.Unit, b.encounter, b.discharged, mdib.ModeReal
	if b.encounter != nil {
		v.Mode = b.encounter.Mode
	}
	v.Devices, v.Conditions = v.Devices[:0], v.Conditions[:0]
	for _, d := range b.devices {
		v.Devices = append(v.Devices, DeviceView{d.ID, d.Name, d.Protocol, d.mds, d.link, d.last})
		v.Conditions = s.engine.Conditions(d.ID, v.Conditions)
	}
	v.Numerics = resize(v.Numerics, len(b.numerics))
	for i, n := range b.numerics {
		v.Numerics[i] = NumericView{
			Device: n.device.ID, Metric: n.metric, Numeric: n.newest,
			Age: max(0, now.Sub(n.seen)), Stale: n.stale(now, n.seen),
			Limits: s.engine.Limits(n.device.ID, n.metric.Ref),
			Alarm:  worst(v.Conditions, n.device.ID, n.metric.Ref),
		}
		v.Mode = max(v.Mode, n.newest.Mode)
	}
	v.Enums = resize(v.Enums, len(b.enums))
	for i, e := range b.enums {
		v.Enums[i] = EnumView{
			Device: e.device.ID, Metric: e.metric, EnumString: e.newest,
			Age: max(0, now.Sub(e.seen)), Stale: e.stale(now, e.seen),
		}
		v.Mode = max(v.Mode, e.newest.Mode)
	}
	v.Waves = resize(v.Waves, len(b.waves))
	for i, w := range b.waves {
		mode := w.arrays[len(w.arrays)-1].Mode
		v.Waves[i] = WaveView{w.device.ID, w.metric, mode}
		v.Mode = max(v.Mode, mode)
	}
}

// stale says that a value is too old to be shown. An enumeration lasts until
// the device names another: only a lost link makes it stale.
func (e *entry) stale(now, seen time.Time) bool {
	if !e.device.linkUp() {
		return true
	}
	limit := alarms.StaleAfter(&e.metric)
	return e.metric.Kind == mdib.KindNumeric && limit > 0 && now.Sub(seen) >= limit
}

// worst is the priority of the most urgent condition present about a metric.
func worst(cs []alarms.Condition, mds uuid.UUID, ref mdib.Ref) mdib.Priority {
	p := mdib.PriorityNone
	for i := range cs {
		if c := &cs[i]; c.Present && c.MDS == mds && c.Source == ref {
			p = max(p, c.Priority)
		}
	}
	return p
}

// Samples appends the arrays of one wave that touch from…to, in order. At
// least the last 60 s are kept.
func (s *Station) Samples(device uuid.UUID, wave mdib.Ref, from, to time.Time, buf []mdib.SampleArray) []mdib.SampleArray {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d := s.devices[device]; d != nil {
		if w := d.waves[wave]; w != nil {
			return w.samples(from, to, buf)
		}
	}
	return buf
}
