package station

import (
	"cmp"
	"slices"
	"time"

	"lamplight/alarms"
	"lamplight/mdib"
)

// undescribedMax bounds the metrics kept that no description names.
const undescribedMax = 256

// device is the newest state of one MDS.
type device struct {
	DeviceConfig
	bed       *bed
	mds       *mdib.MDS
	patient   *mdib.Patient // whom it last named; nil until it does
	told      bool          // it named somebody since its link came up
	link      mdib.Link
	linked    bool            // somebody told the state of its link
	last      time.Time       // of its newest Report
	bound     *mdib.Encounter // the one that the record knows it to serve
	spoke     bool            // values came
	numerics  []*numeric
	enums     []*enum
	waves     map[mdib.Ref]*wave
	refused   uint64 // Reports that could not be recorded, until that is shown no more
	refusedAt time.Time
}

// entry is one metric that has values, and its place on the screen.
type entry struct {
	device *device
	metric mdib.Metric
	rank   int
}

// latest is the newest value of one metric.
type latest[V any] struct {
	entry
	newest V
	seen   time.Time // when it was determined, on the monotonic clock
}

type (
	numeric = latest[mdib.Numeric]
	enum    = latest[mdib.EnumString]
)

func (d *device) mode() mdib.GenerationMode {
	if d.mds == nil {
		return mdib.ModeReal
	}
	return d.mds.Mode
}

// setLink takes the state of its link. A device that was away has to name its
// patient again before its silence about one means anything.
func (d *device) setLink(l mdib.Link) {
	d.link, d.linked = l, true
	if l.State != mdib.LinkConnected {
		d.told = false
	}
}

func (d *device) linkUp() bool { return !d.linked || d.link.State == mdib.LinkConnected }

// describe puts a new description in the place of the last one. What it does
// not name any more is shown no more.
func (d *device) describe(m *mdib.MDS) {
	d.mds = m
	d.numerics = slices.DeleteFunc(d.numerics, func(n *numeric) bool { return !n.describe(m) })
	d.enums = slices.DeleteFunc(d.enums, func(e *enum) bool { return !e.describe(m) })
	for ref, w := range d.waves {
		if !w.describe(m) {
			delete(d.waves, ref)
		}
	}
}

func (e *entry) describe(m *mdib.MDS) bool {
	x := m.Metric(e.metric.Ref)
	if x == nil {
		return false
	}
	e.metric, e.rank = *x, rank(x)
	return true
}

// newEntry makes the place of a metric. One that was never described is shown
// all the same, under its Ref.
func (d *device) newEntry(ref mdib.Ref, kind mdib.Kind) (entry, bool) {
	if d.mds != nil {
		if x := d.mds.Metric(ref); x != nil {
			return entry{d, *x, rank(x)}, true
		}
	}
	if len(d.numerics)+len(d.enums)+len(d.waves) >= undescribedMax {
		return entry{}, false
	}
	x := mdib.Metric{Ref: ref, Kind: kind, Label: string(ref), Code: mdib.Code{Value: string(ref)}, Class: mdib.ClassOther}
	return entry{d, x, rank(&x)}, true
}

// keep takes the values of a Report. It tells whether there are new metrics.
func (d *device) keep(r *mdib.Report, now time.Time) (grown bool) {
	for _, x := range r.Numerics {
		grown = take(d, &d.numerics, x.Ref, mdib.KindNumeric, x, x.Time, now) || grown
	}
	for _, x := range r.Enums {
		grown = take(d, &d.enums, x.Ref, mdib.KindEnum, x, x.Time, now) || grown
	}
	for i := range r.Samples {
		a := &r.Samples[i]
		w := d.waves[a.Ref]
		if w == nil {
			e, ok := d.newEntry(a.Ref, mdib.KindSampleArray)
			if !ok {
				continue
			}
			w, grown = &wave{entry: e}, true
			d.waves[a.Ref] = w
		}
		w.add(*a)
	}
	return grown
}

// take puts a value in the place of the last one of its metric. It tells
// whether the metric is new.
func take[V any](d *device, list *[]*latest[V], ref mdib.Ref, kind mdib.Kind, v V, at, now time.Time) (grown bool) {
	i := slices.IndexFunc(*list, func(l *latest[V]) bool { return l.metric.Ref == ref })
	if i < 0 {
		e, ok := d.newEntry(ref, kind)
		if !ok {
			return false
		}
		i, grown = len(*list), true
		*list = append(*list, &latest[V]{entry: e})
	}
	l := (*list)[i]
	l.newest, l.seen = v, now.Add(-alarms.Lag(now, at))
	return grown
}

// forget drops all values: they were another patient's.
func (d *device) forget() {
	d.numerics, d.enums = nil, nil
	clear(d.waves)
}

// sort puts the metrics of all devices of the bed into display order.
func (b *bed) sort() {
	b.numerics, b.enums, b.waves = b.numerics[:0], b.enums[:0], b.waves[:0]
	for _, d := range b.devices {
		at := len(b.waves)
		b.numerics = append(b.numerics, d.numerics...)
		b.enums = append(b.enums, d.enums...)
		for _, w := range d.waves {
			b.waves = append(b.waves, w)
		}
		slices.SortFunc(b.waves[at:], func(a, c *wave) int { return cmp.Compare(a.metric.Ref, c.metric.Ref) })
	}
	slices.SortStableFunc(b.numerics, func(a, c *numeric) int { return cmp.Compare(a.rank, c.rank) })
	slices.SortStableFunc(b.enums, func(a, c *enum) int { return cmp.Compare(a.rank, c.rank) })
	slices.SortStableFunc(b.waves, func(a, c *wave) int { return cmp.Compare(a.rank, c.rank) })
}
