package intellivue

import (
	"time"

	"lamplight/devices/intellivue/wire"
	"lamplight/mdib"
)

// identity takes in what the monitor says about itself: at the connect
// indication, at MDS Create, and when polled.
func (r *reader) identity(attrs []wire.Attr, at time.Time) {
	d := &r.mds
	was := identityOf(d)
	for _, a := range attrs {
		r.identify(a)
	}
	if c := r.deviceClock(attrs, at); c != nil {
		// A second's resolution: less than two seconds of change is none.
		if d.Clock == nil || (c.Offset()-d.Clock.Offset()).Abs() > 2*time.Second {
			d.Clock = c
		}
	}
	if identityOf(d) != was {
		r.dirty = true
	}
}

// identify takes in one attribute of the monitor as a whole.
func (r *reader) identify(a wire.Attr) {
	d := &r.mds
	switch a.ID {
	case wire.AttrModel:
		if maker, model, err := wire.ParseModel(a.Value); err == nil {
			if maker != "" {
				d.Manufacturer = maker
			}
			if model != "" && !r.part { // the part number names the model better
				d.Model = modelName(model)
			}
		}
	case wire.AttrProduction:
		if list, err := wire.ParseProduction(a.Value); err == nil {
			r.production(list)
		}
	case wire.AttrBedLabel:
		if s, err := wire.ParseString(a.Value); err == nil {
			d.Bed = s
		}
	case wire.AttrBedLabelRaw:
		d.Bed = wire.RawString(a.Value)
	case wire.AttrMode:
		if v, ok := wire.U16(a.Value); ok {
			d.Mode = operatingMode(v)
		}
	}
}

// known is the part of a description that messages about the monitor change.
type known struct {
	maker, model, serial, version, bed string
	mode                               mdib.GenerationMode
	clock                              *mdib.DeviceClock
}

func identityOf(d *mdib.MDS) known {
	return known{d.Manufacturer, d.Model, d.Serial, d.Version, d.Bed, d.Mode, d.Clock}
}

// The kinds and components of a production specification that are told on.
const (
	specSerial   = 1
	specPart     = 2
	specSoftware = 4

	componentProduct = 0x0008
	componentApp     = 0x0058
)

func (r *reader) production(list []wire.Spec) {
	for _, s := range list {
		if s.Text == "" {
			continue
		}
		switch {
		case s.Kind == specSerial && s.Component == componentProduct:
			r.mds.Serial = s.Text
		case s.Kind == specPart && s.Component == componentProduct:
			r.mds.Model, r.part = modelName(s.Text), true
		case s.Kind == specSoftware && s.Component == componentApp:
			r.mds.Version = s.Text
		}
	}
}

// modelName adds the name that people know to a part number. The names have a
// single source.
func modelName(part string) string {
	names := map[string]string{"865240": "MX800", "866062": "MX450", "M8003A": "MP40", "M8004A": "MP50",
		"M8005A": "MP60", "M8007A": "MP70", "M8008A": "MP80", "M8010A": "MP90"}
	if n, ok := names[part]; ok {
		return "IntelliVue " + n + " (" + part + ")"
	}
	return part
}

func operatingMode(v uint16) mdib.GenerationMode {
	switch {
	case v&wire.ModeDemo != 0:
		return mdib.ModeDemo
	case v&wire.ModeService != 0:
		return mdib.ModeTest
	}
	return mdib.ModeReal
}

// deviceClock pairs the monitor's wall clock with ours, when both its absolute
// and its relative time are told.
func (r *reader) deviceClock(attrs []wire.Attr, at time.Time) *mdib.DeviceClock {
	abs, okAbs := wire.Find(attrs, wire.AttrTimeAbsolute)
	rel, okRel := wire.Find(attrs, wire.AttrTimeRelative)
	if !okAbs || !okRel || !r.clock.set {
		return nil
	}
	t, okAbs := wire.ParseTime(abs, at.Location())
	ticks, okRel := wire.U32(rel)
	if !okAbs || !okRel {
		return nil
	}
	return &mdib.DeviceClock{Device: t, Ours: r.clock.time(ticks)}
}

// States of the patient context in which a patient is in the bed.
const (
	patientPreAdmitted = 1
	patientAdmitted    = 2
)

// patient takes in the demographics. Its attribute numbers are read for this
// class only: some mean another thing elsewhere.
func (r *reader) patient(attrs []wire.Attr) {
	var p mdib.Patient
	state := uint16(patientAdmitted)
	for _, a := range attrs {
		u16, _ := wire.U16(a.Value)
		switch a.ID {
		case wire.AttrPatientState:
			state = u16
		case wire.AttrPatientID:
			p.Identifier, _ = wire.ParseString(a.Value)
		case wire.AttrFamily:
			p.Family, _ = wire.ParseString(a.Value)
		case wire.AttrGiven:
			p.Given, _ = wire.ParseString(a.Value)
		case wire.AttrSex:
			p.Sex = map[uint16]mdib.Sex{1: mdib.Male, 2: mdib.Female}[u16]
		case wire.AttrPatientType:
			p.Category = map[uint16]mdib.PatientCategory{1: mdib.Adult, 2: mdib.Paediatric, 3: mdib.Neonatal}[u16]
		case wire.AttrPaced:
			p.Paced = u16 != 0
		case wire.AttrBirth:
			p.Birth, _ = wire.ParseTime(a.Value, time.UTC)
		case wire.AttrHeight:
			p.HeightCm = measure(a.Value, map[uint16]float64{0x0511: 1, 0x0500: 100, 0x0512: 0.1, 0x0560: 2.54})
		case wire.AttrWeight:
			p.WeightKg = measure(a.Value, map[uint16]float64{0x06C3: 1, 0x06C0: 0.001, 0x06E0: 0.45359237, 0x0700: 0.028349523125})
		}
	}
	var now *mdib.Patient
	if state == patientAdmitted || state == patientPreAdmitted {
		now = &p
	}
	if (now == nil) != (r.mds.Patient == nil) || now != nil && *now != *r.mds.Patient {
		r.mds.Patient, r.dirty = now, true
	}
}

// measure reads a patient's measure, scaled by its unit; 0 when it says nothing.
func measure(b []byte, scale map[uint16]float64) float64 {
	m, err := wire.ParseMeasure(b)
	if v := m.Value.Value() * scale[m.Unit]; err == nil && v > 0 && v < 1000 {
		return v
	}
	return 0
}
