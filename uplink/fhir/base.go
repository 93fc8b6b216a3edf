package fhir

import (
	"time"

	"lamplight/mdib"

	"github.com/google/uuid"
)

// simulated says in words what the HTEST tag says to machines; "" for real data.
func simulated(m mdib.GenerationMode) string {
	switch m {
	case mdib.ModeDemo:
		return "Simulated data for demonstration. Not measured on a patient."
	case mdib.ModeTest:
		return "Test data. Not for clinical use."
	}
	return ""
}

// mark gives the tag of simulated data; nil for real data.
func mark(m mdib.GenerationMode) *meta {
	if m == mdib.ModeReal {
		return nil
	}
	return &meta{Tag: []coding{{"http://terminology.hl7.org/CodeSystem/v3-ActReason", "HTEST", "test health data"}}}
}

func notes(texts ...string) []annotation {
	var out []annotation
	for _, s := range texts {
		if s != "" {
			out = append(out, annotation{s})
		}
	}
	return out
}

func story(text string) *narrative {
	if text == "" {
		return nil
	}
	return &narrative{Status: "generated", Div: `<div xmlns="http://www.w3.org/1999/xhtml">` + text + `</div>`}
}

// system keeps simulated identities apart from real ones, so that a simulated
// value can never land on a real patient's chart.
func system(s string, m mdib.GenerationMode) string {
	if m == mdib.ModeReal {
		return s
	}
	return s + ":" + m.String()
}

// patient is identified by the hospital's number when there is one. Such a
// patient is the hospital's: never overwritten. Else by our own id, or, while
// nobody knows who it is, by the encounter.
func (t *Target) patient(e *mdib.Encounter, m mdib.GenerationMode) base {
	p := &e.Patient
	r := patient{ResourceType: "Patient", Meta: mark(m), Text: story(simulated(m)), Gender: p.Sex.String()}
	if p.Family != "" || p.Given != "" {
		n := humanName{Family: p.Family}
		if p.Given != "" {
			n.Given = []string{p.Given}
		}
		r.Name = []humanName{n}
	}
	if !p.Birth.IsZero() {
		r.BirthDate = p.Birth.Format(time.DateOnly)
	}
	var key identifier
	ours := false
	switch {
	case p.Identifier != "":
		key.System, key.Value = t.PatientSystem, p.Identifier
		if key.System == "" || m != mdib.ModeReal {
			key.System = system(sysNumber, m)
		}
		key.Type = &concept{Coding: []coding{{System: "http://terminology.hl7.org/CodeSystem/v2-0203", Code: "MR"}}}
	default:
		id := p.ID
		if id == uuid.Nil {
			id = uuid.NewSHA1(e.ID, []byte("unknown patient"))
		}
		key.System, key.Value, ours = system(sysPatient, m), id.String(), true
	}
	r.Identifier = []identifier{key}
	return base{newResource("Patient", key, r), ours}
}

func (t *Target) encounter(e *mdib.Encounter, who base, m mdib.GenerationMode) base {
	key := identifier{System: system(sysEncounter, m), Value: e.ID.String()}
	r := encounter{
		ResourceType: "Encounter", Meta: mark(m), Text: story(simulated(m)),
		Identifier: []identifier{key},
		Status:     "in-progress",
		Class:      coding{"http://terminology.hl7.org/CodeSystem/v3-ActCode", "IMP", "inpatient encounter"},
		Subject:    who.ref(),
	}
	if !e.Start.IsZero() {
		r.Period = &period{Start: t.time(e.Start)}
	}
	if !e.End.IsZero() {
		r.Status = "finished"
		if r.Period == nil {
			r.Period = &period{}
		}
		r.Period.End = t.time(e.End)
	}
	where := ""
	for _, s := range []string{e.Location.Facility, e.Location.Unit, e.Location.Bed} {
		if s != "" && where != "" {
			where += ", "
		}
		where += s
	}
	if where != "" {
		r.Location = []stayedWhere{{reference{Display: where}}}
	}
	return base{newResource("Encounter", key, r), true}
}

func (t *Target) device(id uuid.UUID, d *mdib.MDS, m mdib.GenerationMode) base {
	key := identifier{System: system(sysDevice, m), Value: id.String()}
	r := device{ResourceType: "Device", Meta: mark(m), Identifier: []identifier{key}, Note: notes(simulated(m))}
	if d != nil {
		r.Manufacturer, r.SerialNumber, r.ModelNumber = d.Manufacturer, d.Serial, d.Model
		if d.Model != "" {
			r.DeviceName = []deviceName{{d.Model, "model-name"}}
		}
		if d.Version != "" {
			r.Version = []version{{d.Version}}
		}
	}
	return base{newResource("Device", key, r), true}
}

// station is this workstation as the sender of what it found itself.
func (t *Target) station(m mdib.GenerationMode) base {
	key := identifier{System: system(sysStation, m), Value: t.Station}
	return base{newResource("Device", key, device{
		ResourceType: "Device", Meta: mark(m), Identifier: []identifier{key}, Note: notes(simulated(m)),
		DeviceName: []deviceName{{"Lamplight workstation " + t.Station, "user-friendly-name"}},
	}), true}
}

// time writes an instant with its zone, to the millisecond.
func (t *Target) time(at time.Time) string {
	return at.In(t.Zone).Format("2006-01-02T15:04:05.000Z07:00")
}
