package fhir

import (
	"slices"

	"lamplight/mdib"

	"github.com/google/uuid"
)

// site tells pressures that belong together: one cuff, one arterial line.
type site uint8

const (
	siteUnsaid site = iota
	siteCuff
	siteArterial
)

func (s site) String() string {
	return [...]string{"Blood pressure", "Blood pressure, cuff", "Blood pressure, arterial line"}[s]
}

// part of a blood pressure.
type part uint8

const (
	systolic part = iota
	diastolic
	mean
)

var partNames = [...]string{"Systolic", "Diastolic", "Mean"}

// partCodes are the codes that the panel's profile knows the parts by.
var partCodes = [...]string{"8480-6", "8462-4", "8478-0"}

// pressures maps LOINC codes of single pressures to their place in a panel.
var pressures = map[string]struct {
	site site
	part part
}{
	"8480-6": {siteUnsaid, systolic}, "8462-4": {siteUnsaid, diastolic}, "8478-0": {siteUnsaid, mean},
	"76534-7": {siteCuff, systolic}, "76535-4": {siteCuff, diastolic}, "76536-2": {siteCuff, mean},
	"76215-3": {siteArterial, systolic}, "76213-8": {siteArterial, diastolic}, "76214-6": {siteArterial, mean},
}

// A panel is one blood pressure: the records of one source, moment and site.
type panel struct {
	site  site
	parts [3]*mdib.Record
}

type panelKey struct {
	encounter, source uuid.UUID
	at                int64
	site              site
}

// place finds where a numeric belongs in a panel; false when it is no blood
// pressure in mmHg.
func place(r *mdib.Record) (panelKey, part, bool) {
	term, ok := mdib.ByCode(r.Metric.Code)
	if !ok {
		return panelKey{}, 0, false
	}
	p, ok := pressures[term.LOINC]
	if !ok || ucumOf(r.Metric.Unit) != "mm[Hg]" {
		return panelKey{}, 0, false
	}
	return panelKey{r.Encounter.ID, r.Source, r.Numeric.Time.UnixNano(), p.site}, p.part, true
}

// alone reports whether the panel is a mean pressure only, which is a vital
// sign of its own and no panel.
func (p *panel) alone() bool { return p.parts[systolic] == nil && p.parts[diastolic] == nil }

func (p *panel) first() *mdib.Record {
	return p.parts[slices.IndexFunc(p.parts[:], func(r *mdib.Record) bool { return r != nil })]
}

// pressure makes the panel's Observation. Its identity follows from the records
// in it. The profile wants both pressures: one that is missing says so.
func (t *Target) pressure(p *panel) *unit {
	if p.alone() {
		return t.numeric(p.parts[mean])
	}
	var records []uuid.UUID
	var seed []byte
	for _, r := range p.parts {
		if r != nil {
			records = append(records, r.ID)
			seed = append(seed, r.ID[:]...)
		}
	}
	lead := p.first()
	s := t.scene(lead)
	what := meaning{code: concept{Coding: []coding{{System: loinc, Code: "85354-9"}}, Text: p.site.String()}}
	o := t.observe(s, uuid.NewSHA1(lead.ID, seed), what, lead.Numeric.Time)
	o.claim("bp")
	for i, r := range p.parts {
		if r == nil {
			if part(i) != mean {
				o.Component = append(o.Component, component{
					Code:  concept{Coding: []coding{{System: loinc, Code: partCodes[i]}}, Text: partNames[i]},
					value: value{Absent: reason("unknown")},
				})
			}
			continue
		}
		codes := []coding{{System: loinc, Code: partCodes[i]}}
		for _, c := range means(r.Metric).code.Coding {
			if !slices.Contains(codes, c) {
				codes = append(codes, c)
			}
		}
		o.Component = append(o.Component, component{
			Code:  concept{Coding: codes, Text: r.Metric.Label},
			value: valueOf(r.Numeric, r.Metric.Unit),
		})
		o.Note = append(o.Note, doubt(r.Numeric.Validity, partNames[i])...)
	}
	return o.unit(s, records...)
}
