package station

import (
	"strings"
	"time"

	"lamplight/alarms"
	"lamplight/mdib"

	"github.com/google/uuid"
)

// bed is one bed, its encounter and its devices.
type bed struct {
	Bed
	devices    []*device
	encounter  *mdib.Encounter // immutable; replaced when it changes
	admitted   bool            // by hand, since the start
	fresh      bool            // no value of it has come yet
	discharged bool            // by hand, and its devices have not been quiet since
	heard      time.Time       // of the newest value while discharged
	numerics   []*numeric      // of all devices in display order
	enums      []*enum
	waves      []*wave
}

// serve says whether the values of a Report belong to the bed's encounter. It
// begins one when there is none, and another when the generation mode is
// another: demo, test and real values never mix.
func (s *Station) serve(d *device, r *mdib.Report) bool {
	b, valued := d.bed, valued(r)
	for _, o := range b.devices {
		if o != d && o.spoke && o.mode() < d.mode() {
			s.raise(d, simulatedRef, alarms.FindSimulated, mdib.PriorityMedium,
				"Values of mode "+d.mode().String()+" are refused: the bed serves mode "+o.mode().String())
			return false
		}
	}
	s.lower(d, simulatedRef)
	if b.discharged {
		quiet := s.now.Sub(b.heard) >= Quiet
		if valued {
			b.heard = s.now
		}
		if !quiet || !valued {
			return false
		}
		b.discharged = false
	}
	if !valued {
		return true
	}
	d.spoke = true
	if e := b.encounter; e != nil && e.Mode != d.mode() {
		for _, o := range b.devices {
			if o.mode() != d.mode() {
				o.spoke = false
			}
		}
		if b.fresh {
			next := *e
			next.Mode = d.mode()
			s.change(b, next)
		} else {
			s.close(b)
		}
	}
	if b.encounter == nil {
		s.open(b, b.patient(d), d.mode())
	}
	b.fresh = false
	return true
}

// valued says whether a Report bears any value at all.
func valued(r *mdib.Report) bool {
	for i := range r.Numerics {
		if r.Numerics[i].Validity.HasValue() {
			return true
		}
	}
	for i := range r.Samples {
		if len(r.Samples[i].Samples) > 0 && r.Samples[i].Validity.HasValue() {
			return true
		}
	}
	for i := range r.Enums {
		if r.Enums[i].Validity.HasValue() {
			return true
		}
	}
	return false
}

// patient is whom the devices of the bed name, first of all d.
func (b *bed) patient(d *device) mdib.Patient {
	if d.patient != nil && !nameless(d.patient) {
		return *d.patient
	}
	for _, o := range b.devices {
		if o.patient != nil && o.linkUp() && !nameless(o.patient) {
			return *o.patient
		}
	}
	if d.patient != nil {
		return *d.patient
	}
	return mdib.Patient{}
}

// open begins an encounter.
func (s *Station) open(b *bed, p mdib.Patient, mode mdib.GenerationMode) {
	if p.ID == uuid.Nil {
		p.ID = patientID(s.facility, mode, p.Identifier)
	}
	b.encounter = &mdib.Encounter{
		ID:       uuid.New(),
		Patient:  p,
		Location: mdib.Location{Facility: s.facility, Unit: b.Unit, Bed: b.Label},
		Start:    s.now,
		Mode:     mode,
	}
	b.fresh, b.admitted, b.discharged = true, false, false
	for _, d := range b.devices {
		s.recordAlerts(s.engine.NewPatient(s.now, d.ID, b.category()))
	}
	s.announce(b, b.encounter)
	s.match(b)
}

// match says of each device whether it names another patient than the bed.
func (s *Station) match(b *bed) {
	for _, d := range b.devices {
		if d.patient != nil && b.encounter != nil && contradict(d.patient, &b.encounter.Patient) {
			s.raise(d, patientRef, alarms.FindPatient, mdib.PriorityMedium, "The device names another patient than the bed")
		} else {
			s.lower(d, patientRef)
		}
	}
}

// patientID is the same for the same hospital number, in one mode.
func patientID(facility string, mode mdib.GenerationMode, identifier string) uuid.UUID {
	if identifier == "" {
		return uuid.New()
	}
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte("lamplight patient\x00"+mode.String()+"\x00"+facility+"\x00"+identifier))
}

// category is that of the patient, else the bed's usual one.
func (b *bed) category() mdib.PatientCategory {
	if e := b.encounter; e != nil && e.Patient.Category != mdib.CategoryUnknown {
		return e.Patient.Category
	}
	return b.Category
}

// close ends the encounter and forgets its values.
func (s *Station) close(b *bed) {
	for _, d := range b.devices {
		d.forget()
		s.recordAlerts(s.engine.NewPatient(s.now, d.ID, b.Category))
	}
	b.sort()
	e := *b.encounter
	e.End = s.now
	s.announce(b, &e)
	b.encounter, b.admitted = nil, false
	for _, d := range b.devices {
		d.bound = nil
	}
	s.match(b)
}

// change replaces what is known of the open encounter.
func (s *Station) change(b *bed, e mdib.Encounter) {
	b.encounter = &e
	for _, d := range b.devices {
		s.recordAlerts(s.engine.SetCategory(s.now, d.ID, b.category()))
	}
	s.announce(b, &e)
	s.match(b)
}

// announce tells the record about an encounter, for every device of its bed.
func (s *Station) announce(b *bed, e *mdib.Encounter) {
	for _, d := range b.devices {
		d.bound = e
		s.record(mdib.Report{MDS: d.ID, Received: s.now, Encounter: e})
	}
	if len(b.devices) == 0 {
		s.record(mdib.Report{Received: s.now, Encounter: e})
	}
}

// bind tells the record which encounter a device serves, before its values.
func (s *Station) bind(d *device) {
	if e := d.bed.encounter; e != nil && (d.bound == nil || d.bound.ID != e.ID) {
		d.bound = e
		s.recordAlerts(s.engine.SetCategory(s.now, d.ID, d.bed.category()))
		s.record(mdib.Report{MDS: d.ID, Received: s.now, Encounter: e})
	}
}

// identify takes whom a device believes to be connected to. When that is
// another one than before, the encounter ends: yesterday's patient is never
// on today's bed.
func (s *Station) identify(d *device) {
	was, is, b := d.patient, d.mds.Patient, d.bed
	if is == nil {
		if !d.told {
			return // it has not said yet
		}
		is = &mdib.Patient{} // it has nobody any more
	}
	d.patient, d.told = is, true
	named := was != nil && !nameless(was)
	changed := named && contradict(was, is)
	if b.encounter == nil {
		if changed {
			b.discharged = false // somebody else: values begin an encounter
		}
		return
	}
	p := &b.encounter.Patient
	switch {
	case named && nameless(is):
		s.close(b) // the monitor has discharged its patient
	case !contradict(p, is):
		if next := merge(*p, *is, b.admitted); next != *p {
			e := *b.encounter
			e.Patient = next
			s.change(b, e)
			return
		}
		s.match(b)
	case !changed && (named || b.admitted) || b.agrees(d):
		s.match(b)
	default:
		s.close(b)
	}
}

// agrees says whether a device besides d names the bed's patient.
func (b *bed) agrees(d *device) bool {
	for _, o := range b.devices {
		if o != d && o.patient != nil && o.linkUp() && !nameless(o.patient) && !contradict(o.patient, &b.encounter.Patient) {
			return true
		}
	}
	return false
}

func nameless(p *mdib.Patient) bool { return p.Identifier == "" && p.Family == "" && p.Given == "" }

// contradict says that two descriptions cannot be of one person: another
// number; else, where one lacks it, another name; or nothing in common at all.
// Who has neither number nor name contradicts nobody.
func contradict(a, b *mdib.Patient) bool {
	switch {
	case nameless(a) || nameless(b):
		return false
	case a.Identifier != "" && b.Identifier != "":
		return a.Identifier != b.Identifier
	case a.Family+a.Given != "" && b.Family+b.Given != "":
		return !strings.EqualFold(a.Family, b.Family) || !strings.EqualFold(a.Given, b.Given)
	}
	return true
}

// merge adds to p what q knows. Where both know, q is newer and wins, unless p
// was entered by hand.
func merge(p, q mdib.Patient, byHand bool) mdib.Patient {
	learn(&p.Identifier, q.Identifier, byHand)
	learn(&p.Family, q.Family, byHand)
	learn(&p.Given, q.Given, byHand)
	learn(&p.Sex, q.Sex, byHand)
	learn(&p.Category, q.Category, byHand)
	learn(&p.Paced, q.Paced, byHand)
	learn(&p.HeightCm, q.HeightCm, byHand)
	learn(&p.WeightKg, q.WeightKg, byHand)
	if !q.Birth.IsZero() && (p.Birth.IsZero() || !byHand && !p.Birth.Equal(q.Birth)) {
		p.Birth = q.Birth
	}
	return p
}

func learn[T comparable](p *T, q T, keep bool) {
	var none T
	if q != none && (*p == none || !keep) {
		*p = q
	}
}
