package fhir

import (
	"encoding/json"
	"math"
	"strconv"
	"time"

	"lamplight/mdib"

	"github.com/google/uuid"
)

func category(code string) []concept {
	return []concept{{Coding: []coding{{System: "http://terminology.hl7.org/CodeSystem/observation-category", Code: code}}}}
}

// scene is what all resources of one record share.
type scene struct {
	mode              mdib.GenerationMode
	who, stay, source base
}

type sceneKey struct {
	encounter *mdib.Encounter
	device    *mdib.MDS
	source    uuid.UUID
	mode      mdib.GenerationMode
}

// scene is called for records that have an encounter. What simulates anything
// makes all of it simulated.
func (t *Target) scene(r *mdib.Record) scene {
	m := r.Encounter.Mode
	if r.Device != nil {
		m = max(m, r.Device.Mode)
	}
	switch {
	case r.Numeric != nil:
		m = max(m, r.Numeric.Mode)
	case r.Samples != nil:
		m = max(m, r.Samples.Mode)
	case r.Enum != nil:
		m = max(m, r.Enum.Mode)
	case r.Alert != nil:
		m = max(m, r.Alert.Mode)
	}
	key := sceneKey{r.Encounter, r.Device, r.Source, m}
	s, ok := t.scenes[key]
	if !ok {
		s = scene{mode: m, who: t.patient(r.Encounter, m)}
		s.stay = t.encounter(r.Encounter, s.who, m)
		s.source = t.device(r.Source, r.Device, m)
		t.scenes[key] = s
	}
	return s
}

func (s scene) needs() []base { return []base{s.who, s.stay, s.source} }

// observe begins an Observation: everything but its value.
func (t *Target) observe(s scene, id uuid.UUID, what meaning, at time.Time) observation {
	o := observation{
		ResourceType:  "Observation",
		Meta:          mark(s.mode),
		Identifier:    []identifier{{System: sysRecord, Value: id.String()}},
		Status:        "final",
		Category:      category("procedure"),
		Code:          what.code,
		Subject:       s.who.ref(),
		Encounter:     s.stay.ref(),
		EffectiveTime: t.time(at),
		Note:          notes(simulated(s.mode)),
	}
	if what.vital != nil {
		o.claim(what.vital.profile)
	}
	dev := s.source.ref()
	o.Device = &dev
	return o
}

// claim makes o a vital sign of the named profile.
func (o *observation) claim(profile string) {
	o.Category = category("vital-signs")
	m := meta{Profile: []string{profileBase + profile}}
	if o.Meta != nil {
		m.Tag = o.Meta.Tag
	}
	o.Meta = &m
}

func (o *observation) unit(s scene, records ...uuid.UUID) *unit {
	return &unit{resource: newResource("Observation", o.Identifier[0], o), records: records, needs: s.needs()}
}

func (t *Target) numeric(r *mdib.Record) *unit {
	s := t.scene(r)
	o := t.observe(s, r.ID, means(r.Metric), r.Numeric.Time)
	o.value = valueOf(r.Numeric, r.Metric.Unit)
	o.Note = append(o.Note, doubt(r.Numeric.Validity, "")...)
	return o.unit(s, r.ID)
}

func (t *Target) enum(r *mdib.Record) *unit {
	s := t.scene(r)
	o := t.observe(s, r.ID, means(r.Metric), r.Enum.Time)
	if o.Category[0].Coding[0].Code == "vital-signs" {
		o.Meta, o.Category = mark(s.mode), category("procedure") // words are no vital sign
	}
	if e := r.Enum; e.Validity.HasValue() && (e.Text != "" || !e.Code.IsZero()) {
		o.Concept = &concept{Coding: raw(e.Code), Text: e.Text}
	} else {
		o.Absent = absent(e.Validity)
	}
	o.Note = append(o.Note, doubt(r.Enum.Validity, "")...)
	return o.unit(s, r.ID)
}

// valueOf gives the number with the decimals that the device sent, or why
// there is none.
func valueOf(n *mdib.Numeric, u mdib.Unit) value {
	if !n.Validity.HasValue() {
		return value{Absent: absent(n.Validity)}
	}
	v, ok := decimal(n.Value, int(min(n.Decimals, 9)))
	if !ok {
		return value{Absent: reason("not-a-number")}
	}
	q := quantity{Value: v}
	q.inUnit(u)
	return value{Quantity: &q}
}

// decimal writes v with a fixed number of decimals; -1 writes what it takes.
func decimal(v float64, decimals int) (json.Number, bool) {
	if math.IsNaN(v) || math.IsInf(v, 0) || math.Abs(v) >= 1e15 {
		return "", false
	}
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	if f, err := strconv.ParseFloat(s, 64); err == nil && f == 0 && s[0] == '-' {
		s = s[1:]
	}
	return json.Number(s), true
}

// absent maps a validity without a value to FHIR's reasons.
func absent(v mdib.Validity) *concept {
	switch v {
	case mdib.Ongoing, mdib.CalibrationOngoing:
		return reason("temp-unknown")
	case mdib.Invalid:
		return reason("error")
	case mdib.Overflow:
		return reason("positive-infinity")
	case mdib.Underflow:
		return reason("negative-infinity")
	}
	return reason("unknown")
}

func reason(code string) *concept {
	return &concept{Coding: []coding{{System: "http://terminology.hl7.org/CodeSystem/data-absent-reason", Code: code}}}
}

// doubt notes a value that its device marked as questionable, or why it gave
// none; what names the component it is about.
func doubt(v mdib.Validity, what string) []annotation {
	if what != "" {
		what += ": "
	}
	switch v {
	case mdib.Questionable:
		return notes(what + "Questionable: so marked by the device.")
	case mdib.Ongoing:
		return notes(what + "A measurement was under way.")
	case mdib.CalibrationOngoing:
		return notes(what + "The device was calibrating.")
	case mdib.Overflow:
		return notes(what + "Above the range of the device.")
	case mdib.Underflow:
		return notes(what + "Below the range of the device.")
	}
	return nil
}
