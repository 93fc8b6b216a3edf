// Package intellivue speaks the Data Export interface of Philips IntelliVue
// monitors: over LAN (UDP) and over the MIB/RS-232 socket.
//
//	bytes ──wire──▶ messages ──reader──▶ Reports
//	                   ▲
//	                session: associate, poll, renew, release
package intellivue

import (
	"slices"
	"strconv"
	"time"

	"lamplight/devices"
	"lamplight/devices/intellivue/wire"
	"lamplight/mdib"
)

// Name is the model's name in configuration and commands.
const Name = "intellivue"

type objectKey struct{ class, context, handle uint16 }

// object is what the monitor has under one handle.
type object struct {
	key     objectKey
	textID  uint32 // of its label
	label   string // in the monitor's language
	spec    wire.MetricSpec
	metrics []*metric
}

// metric is one value or wave that an object reports.
type metric struct {
	desc      mdib.Metric
	physio    uint16
	unit      uint16
	last      time.Time // of the newest value
	stamp     uint32    // device time stamp of last
	stamped   bool
	present   bool   // its last value was not "not available"
	rel       uint32 // waves: start of the newest block
	relSet    bool
	described bool
	compound  bool // waves: one of several leads under one label
	samples   int  // waves: in one block
}

// reader makes Reports of messages. Driver and Decoder share it.
type reader struct {
	settings devices.Settings
	live     bool
	clock    clock
	mds      mdib.MDS // without its VMDs
	part     bool     // the model is known by its part number
	dirty    bool     // the description grew since it was last told
	objects  map[objectKey]*object
	order    []*object // as first seen
	waves    []*waveContext
	statics  []waveContext // descriptions without a label
	snapshot snapshot
	alerts   map[mdib.Ref]mdib.AlertCondition // that are present, as last told
	report   mdib.Report                      // in the making

	restarted bool // the monitor's clock began anew
}

func newReader(s devices.Settings, live bool) *reader {
	r := &reader{settings: s, live: live, clock: clock{live: live}, alerts: map[mdib.Ref]mdib.AlertCondition{}}
	r.mds = mdib.MDS{Protocol: Name, Manufacturer: "Philips"}
	r.forget()
	return r
}

// forget drops all that the monitor said about its objects.
func (r *reader) forget() {
	r.objects = map[objectKey]*object{}
	r.order = nil
	r.waves, r.statics = nil, nil
	r.snapshot = snapshot{}
}

// read takes in one message of either side and emits at most one Report.
func (r *reader) read(m *wire.Message, at time.Time, emit func(mdib.Report)) {
	r.report = mdib.Report{MDS: r.settings.MDS, Received: at}
	switch {
	case m.Kind == wire.KindIndication:
		r.identity(m.Attrs, at)
	case m.Kind == wire.KindData && m.RO == wire.Invoke && m.Type == wire.EventMDSCreate &&
		m.Command == wire.CmdConfirmedEvent:
		r.see(m.Time, at)
		r.identity(m.Attrs, at)
	case m.PollResult != nil:
		r.see(m.PollResult.Time, at)
		r.result(m, at)
	}
	r.flush(emit)
}

func (r *reader) flush(emit func(mdib.Report)) {
	p := &r.report
	if r.dirty {
		p.Describe = r.describe()
		r.dirty = false
	}
	if p.Describe != nil || len(p.Numerics)+len(p.Samples)+len(p.Enums)+len(p.Alerts) > 0 {
		emit(*p)
	}
	r.report = mdib.Report{}
}

// see moves the clock on. After a restart handles may mean other things.
func (r *reader) see(rel uint32, at time.Time) {
	if r.clock.see(rel, at) {
		r.forget()
		r.dirty, r.restarted = true, true
	}
}

func (r *reader) result(m *wire.Message, at time.Time) {
	p := m.PollResult
	if p.Partition != wire.PartitionObj {
		return
	}
	r.snapshot.enter(m)
	for _, c := range p.Contexts {
		for _, o := range c.Objects {
			switch p.Class {
			case wire.ClassMDS:
				r.identity(o.Attrs, at)
			case wire.ClassPatient:
				r.patient(o.Attrs)
			case wire.ClassNumeric:
				r.numericObject(p, c.ID, o)
			case wire.ClassEnum:
				r.enumObject(p, c.ID, o)
			case wire.ClassWave:
				r.waveObject(p, c.ID, o)
			case wire.ClassAlerts:
				r.alertObject(o.Attrs)
			}
		}
	}
	r.complete(m)
}

// object finds or makes the object under a handle, and takes in what its
// attributes say about it.
func (r *reader) object(class, context uint16, o wire.Observation) *object {
	k := objectKey{class, context, o.Handle}
	x := r.objects[k]
	if x == nil {
		x = &object{key: k}
		r.objects[k] = x
		r.order = append(r.order, x)
	}
	was := *x
	if class == wire.ClassWave && x.label != "" {
		return x // its label and so on are those of a wave, of which it may have several
	}
	for _, a := range o.Attrs {
		switch a.ID {
		case wire.AttrLabel:
			if id, ok := wire.U32(a.Value); ok {
				x.textID = id
			}
		case wire.AttrLabelString:
			if s, err := wire.ParseString(a.Value); err == nil {
				x.label = s
			}
		case wire.AttrMetricSpec:
			if s, err := wire.ParseMetricSpec(a.Value); err == nil {
				x.spec = s
			}
		}
	}
	if x.textID != was.textID || x.label != was.label || x.spec != was.spec {
		for _, mt := range x.metrics {
			r.name(x, mt)
		}
	}
	return x
}

// name fills in what a metric is called, from the nomenclature and from what
// its object says.
func (r *reader) name(x *object, mt *metric) {
	d := mt.desc
	d.Code = code(mt.physio)
	d.Source = ownCode(mt.physio)
	d.Class = mdib.ClassOther
	d.Label = x.label
	term, known := mdib.ByIntelliVue(mt.physio)
	switch {
	case mt.physio == unnamed:
		if x.textID != 0 {
			d.Source.Value = strconv.FormatUint(uint64(x.textID), 10)
		}
	case known:
		d.Class, d.Episodic = term.Class, term.Episodic
		if term.Label != "" {
			d.Label = term.Label
		}
	case d.Label != "" && len(x.metrics) > 1:
		// Several unknown values under one label must not look alike.
		d.Label += " " + hex16(mt.physio)
	}
	if d.Label == "" {
		d.Label = hex16(mt.physio)
	}
	if x.spec.Access&wire.AccessNonContinuous != 0 {
		d.Episodic = true
	}
	switch x.spec.Category {
	case wire.CategoryAutoSetting, wire.CategoryManualSetting:
		d.Category = mdib.CategorySetting
	case wire.CategoryAutoCalc, wire.CategoryManualCalc:
		d.Category = mdib.CategoryCalculation
	}
	if d.Kind != mdib.KindSampleArray {
		d.Period = wire.Duration(int64(x.spec.Period))
		d.Unit = mdib.UnitByTerm(mt.unit)
	}
	if d != mt.desc || !mt.described {
		mt.desc, mt.described, r.dirty = d, true, true
	}
}

// unnamed is the physio code of values that only their label string names.
const unnamed uint16 = 0xEFFF

// code gives what a physio code means. One that nobody knows stays the
// monitor's own.
func code(physio uint16) mdib.Code {
	if t, ok := mdib.ByIntelliVue(physio); ok {
		return t.Code()
	}
	return ownCode(physio)
}

// ownCode is the monitor's own code, in the partition of measurements.
func ownCode(physio uint16) mdib.Code {
	return mdib.Code{System: mdib.SystemIntelliVue, Value: strconv.Itoa(int(wire.PartitionData)<<16 | int(physio))}
}

func hex16(v uint16) string {
	const digits = "0123456789ABCDEF"
	return string([]byte{digits[v>>12], digits[v>>8&15], digits[v>>4&15], digits[v&15]})
}

func ref(kind string, k objectKey, physio uint16) mdib.Ref {
	return mdib.Ref(kind + "/" + strconv.Itoa(int(k.context)) + "/" + strconv.Itoa(int(k.handle)) + "/" + hex16(physio))
}

// describe tells all that is known: a VMD for each measurement server, a
// channel for each object.
func (r *reader) describe() *mdib.MDS {
	d := r.mds
	if d.Patient != nil {
		p := *d.Patient
		d.Patient = &p
	}
	if d.Clock != nil {
		c := *d.Clock
		d.Clock = &c
	}
	for _, x := range r.order {
		if len(x.metrics) == 0 {
			continue
		}
		id := mdib.Ref("server/" + strconv.Itoa(int(x.key.context)))
		i := slices.IndexFunc(d.VMDs, func(v mdib.VMD) bool { return v.Ref == id })
		if i < 0 {
			i = len(d.VMDs)
			label := "Monitor"
			if x.key.context != 0 {
				label = "Measurement server " + strconv.Itoa(int(x.key.context))
			}
			d.VMDs = append(d.VMDs, mdib.VMD{Ref: id, Label: label})
		}
		c := mdib.Channel{Label: x.label, Ref: mdib.Ref(strconv.Itoa(int(x.key.class)) + "/" +
			strconv.Itoa(int(x.key.context)) + "/" + strconv.Itoa(int(x.key.handle)))}
		for _, mt := range x.metrics {
			c.Metrics = append(c.Metrics, mt.desc)
		}
		d.VMDs[i].Channels = append(d.VMDs[i].Channels, c)
	}
	return &d
}

// mode gives the generation mode of one value.
func (r *reader) mode(state uint16) mdib.GenerationMode {
	switch {
	case state&wire.StateDemo != 0:
		return mdib.ModeDemo
	case state&wire.StateTest != 0:
		return mdib.ModeTest
	}
	return r.mds.Mode
}

// validity reads a measurement state. The high byte tells what is wrong; a
// demonstration or a test is not wrong.
func validity(state uint16) mdib.Validity {
	switch {
	case state&wire.StateInvalid != 0:
		return mdib.Invalid
	case state&wire.StateUnavailable != 0:
		return mdib.NotAvailable
	case state&wire.StateCalibration != 0:
		return mdib.CalibrationOngoing
	case state&wire.StateQuestionable != 0:
		return mdib.Questionable
	case state&wire.StateValidated != 0:
		return mdib.Validated
	}
	return mdib.Valid
}

// forward keeps the times of one metric from running back.
func (mt *metric) forward(t time.Time) time.Time {
	if t.Before(mt.last) {
		return mt.last
	}
	mt.last = t
	return t
}
