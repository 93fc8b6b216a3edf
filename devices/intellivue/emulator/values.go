package emulator

import (
	"math"
	"slices"
	"time"

	"lamplight/devices/intellivue/wire"
	"lamplight/devices/physiology"
	"lamplight/mdib"
)

// row is one numeric object.
type row struct {
	context, handle uint16
	label           uint32
	text            string
	parts           []uint16 // physio codes, in the order on the wire
	decimals        uint8
	unit            uint16
	colour          uint16
	aperiodic       bool
}

// Handles and the order of components are those of a recorded session where
// it had the object; the others are invented.
var rows = []row{
	{0, 35098, 0x00024A14, "ABP", []uint16{0x4A17, 0x4A15, 0x4A16}, 0, 0x0F20, 1, false},
	{0, 35105, 0x80035402, "Pulse", []uint16{0x480A}, 0, 0x0AA0, 1, false},
	{0, 35130, 0x00024A1C, "PAP", []uint16{0x4A1F, 0x4A1D, 0x4A1E}, 0, 0x0F20, 3, false},
	{0, 35162, 0x00024A44, "CVP", []uint16{0x4A47}, 0, 0x0F20, 6, false},
	{0, 35200, 0x000250AC, "CO2", []uint16{0x50B0, 0x50BA}, 0, 0x0F20, 3, false},
	{0, 35207, 0x00025012, "awRR", []uint16{0x5012}, 0, 0x0AE0, 3, false},
	{0, 35230, 0x00024B60, "Tcore", []uint16{0x4B60}, 1, 0x17A0, 2, false},
	{1, 33386, 0x00024A04, "NBP", []uint16{0x4A05, 0x4A06, 0x4A07}, 0, 0x0F20, 5, true},
	{1, 33459, 0x00024182, "HR", []uint16{0x4182}, 0, 0x0AA0, 2, false},
	{1, 33466, 0x0002500A, "RR", []uint16{0x500A}, 0, 0x0AE0, 7, false},
	{1, 33471, 0x00020300, "ST", []uint16{0x0301, 0x0302, 0x033D, 0x033E, 0x033F, 0x0340, 0x0343}, 1, 0x0512, 2, false},
	{1, 33482, 0x00024261, "PVC", []uint16{0x4261}, 0, 0x0AA0, 2, false},
	{1, 33749, 0x00024BB8, "SpO₂", []uint16{0x4BB8}, 1, 0x0220, 6, false},
	{1, 33756, 0x00024822, "Pulse", []uint16{0x4822}, 0, 0x0AA0, 6, false},
	{1, 33763, 0x00024BB0, "Perf", []uint16{0x4BB0}, 1, 0x0200, 6, false},
}

// name gives the reference identifier that a signal knows a code by.
func name(physio uint16) string {
	t, _ := mdib.ByIntelliVue(physio)
	return t.RefID
}

// value asks the signal under the code's name and its other names.
func (m *monitor) value(physio uint16, at time.Duration) (float64, physiology.State) {
	v, s := m.sig.Value(name(physio), at)
	if s == physiology.Absent {
		if alias, ok := aliases[physio]; ok {
			return m.sig.Value(alias, at)
		}
	}
	return v, s
}

// aliases are other names of the same measurement: the pulse of the arterial
// pressure is that of the heart.
var aliases = map[uint16]string{0x4822: "MDC_PULS_OXIM_PULS_RATE"}

func (m *monitor) numerics(group uint16, now time.Time) []thing {
	var list []thing
	for i := range rows {
		r := &rows[i]
		values, any := m.observed(r, now)
		if !any {
			continue // nothing connected: no such object
		}
		var attrs []wire.Attr
		if group == wire.GroupAll || group == wire.GroupStatic {
			spec := wire.MetricSpec{Period: cycleTicks, Category: 1, Access: 0x4228}
			if r.aperiodic {
				spec.Access |= wire.AccessNonContinuous
			}
			if len(r.parts) > 1 {
				spec.Structure, spec.Components = 1, uint8(len(r.parts))
			}
			attrs = append(attrs, wire.Attr{ID: wire.AttrHandle, Value: wire.Put16(r.handle)},
				wire.Attr{ID: wire.AttrType, Value: wire.Type(wire.PartitionObj, wire.ClassNumeric)},
				wire.Attr{ID: wire.AttrMetricSpec, Value: spec.Append(nil)})
		}
		if group == wire.GroupAll || group == wire.GroupDynamic {
			attrs = append(attrs, labels(r.label, r.text)...)
			attrs = append(attrs, wire.Attr{ID: wire.AttrColour, Value: wire.Put16(r.colour)})
		}
		if group == wire.GroupAll || group == wire.GroupValues {
			if e, ok := m.sig.(physiology.Episodic); ok && r.aperiodic {
				taken := m.born.Add(e.Measured(name(r.parts[0]), now.Sub(m.born)))
				attrs = append(attrs, wire.Attr{ID: wire.AttrStampAbsolute, Value: wire.AppendTime(nil, taken)})
			}
			attrs = append(attrs, wire.NumericAttr(values...))
		}
		list = append(list, thing{r.context, wire.Observation{Handle: r.handle, Attrs: attrs}})
	}
	return list
}

const labelWidth = 6 // characters before the NUL

func labels(id uint32, text string) []wire.Attr {
	return []wire.Attr{{ID: wire.AttrLabel, Value: wire.Put32(id)},
		{ID: wire.AttrLabelString, Value: wire.AppendString(nil, text, labelWidth)}}
}

// observed gives the values of one object; false when none of them exists.
func (m *monitor) observed(r *row, now time.Time) (values []wire.Numeric, any bool) {
	at := now.Sub(m.born)
	for _, physio := range r.parts {
		v, s := m.value(physio, at)
		n := wire.Numeric{Physio: physio, State: m.state(s), Unit: r.unit, Value: wire.NaN}
		if s == physiology.Measured || s == physiology.Doubtful {
			n.Value = wire.MakeFloat(v, r.decimals)
		}
		if s != physiology.Absent {
			any = true
			values = append(values, n)
		}
	}
	if alarming := m.alarms.about(r); alarming {
		for i := range values {
			values[i].State |= wire.StateInAlarm
		}
	}
	return values, any
}

func (m *monitor) state(s physiology.State) uint16 {
	var w uint16
	switch s {
	case physiology.Doubtful:
		w = wire.StateQuestionable
	case physiology.SensorOff:
		w = wire.StateInvalid
	}
	if m.options.Demo {
		w |= wire.StateDemo
	}
	return w
}

const (
	patientHandle = 0x50
	alertHandle   = 0x0001
)

func (m *monitor) patientAttrs() []wire.Attr {
	p := m.options.Patient
	state := uint16(2)
	if p == nil {
		p, state = &mdib.Patient{}, 8
	}
	text := func(id uint16, s string) wire.Attr {
		if s == "" {
			return wire.Attr{ID: id, Value: []byte{0, 2, 0, 0}}
		}
		return wire.Attr{ID: id, Value: wire.AppendString(nil, s, 0)}
	}
	measure := func(id uint16, v float64, unit uint16) wire.Attr {
		f := wire.NaN
		if v > 0 {
			f = wire.MakeFloat(v, 1)
		}
		return wire.Attr{ID: id, Value: wire.Measure{Value: f, Unit: unit}.Append(nil)}
	}
	birth := make([]byte, 8)
	if !p.Birth.IsZero() {
		birth = wire.AppendTime(nil, p.Birth)
	}
	kind := map[mdib.PatientCategory]uint16{mdib.Adult: 1, mdib.Paediatric: 2, mdib.Neonatal: 3}[p.Category]
	sex := map[mdib.Sex]uint16{mdib.Male: 1, mdib.Female: 2}[p.Sex]
	paced := uint16(0)
	if p.Paced {
		paced = 1
	}
	return []wire.Attr{
		{ID: wire.AttrHandle, Value: wire.Put16(patientHandle)},
		{ID: wire.AttrPatientState, Value: wire.Put16(state)},
		{ID: wire.AttrPatientInternal, Value: slices.Concat(m.options.MAC[:], wire.Put32(1))},
		{ID: wire.AttrPatientType, Value: wire.Put16(kind)},
		{ID: wire.AttrPaced, Value: wire.Put16(paced)},
		text(wire.AttrGiven, p.Given), text(wire.AttrMiddle, ""), text(wire.AttrFamily, p.Family),
		text(wire.AttrPatientID, p.Identifier), text(wire.AttrNotes1, ""), text(wire.AttrNotes2, ""),
		{ID: wire.AttrSex, Value: wire.Put16(sex)},
		{ID: wire.AttrBirth, Value: birth},
		measure(wire.AttrAge, math.NaN(), 0x0940), measure(wire.AttrHeight, p.HeightCm, 0x0511),
		measure(wire.AttrWeight, p.WeightKg, 0x06C3), measure(wire.AttrBSA, math.NaN(), 0x05C0),
	}
}
