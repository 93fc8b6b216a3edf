package fhir

import (
	"lamplight/mdib"

	"github.com/google/uuid"
)

// units turns a batch into resources, in the tape's order. A blood pressure
// stands at the place of its first part. Records that are settled already are
// left out; one that cannot be said in FHIR is settled as refused.
func (t *Target) units(b mdib.Batch) []*unit {
	type slot struct {
		record *mdib.Record
		panel  *panel
	}
	t.scenes = map[sceneKey]scene{}
	var slots []slot
	panels := map[panelKey]*panel{}
	seen := map[uuid.UUID]bool{}
	for i := range b.Records {
		r := &b.Records[i]
		if _, done := t.settled[r.ID]; done || seen[r.ID] {
			continue
		}
		seen[r.ID] = true
		if why := unsayable(r); why != "" {
			t.settled[r.ID] = why
			continue
		}
		if r.Numeric == nil {
			slots = append(slots, slot{record: r})
			continue
		}
		key, part, ok := place(r)
		if !ok {
			slots = append(slots, slot{record: r})
			continue
		}
		p := panels[key]
		if p == nil || p.parts[part] != nil { // the same part again is another pressure
			p = &panel{site: key.site}
			panels[key] = p
			slots = append(slots, slot{panel: p})
		}
		p.parts[part] = r
	}
	var out []*unit
	for _, s := range slots {
		if s.panel != nil {
			out = append(out, t.pressure(s.panel))
		} else {
			out = append(out, t.unit(s.record))
		}
	}
	return out
}

func (t *Target) unit(r *mdib.Record) *unit {
	switch {
	case r.Numeric != nil:
		return t.numeric(r)
	case r.Samples != nil:
		return t.wave(r)
	case r.Enum != nil:
		return t.enum(r)
	case r.Alert != nil:
		return t.alert(r)
	}
	// The record is the encounter itself: its patient and stay are the message.
	s := t.scene(r)
	return &unit{records: []uuid.UUID{r.ID}, needs: []base{s.who, s.stay}}
}

func unsayable(r *mdib.Record) string {
	switch {
	case r.Encounter == nil:
		return "the record belongs to no encounter, so that there is no patient to file it under"
	case (r.Numeric != nil || r.Samples != nil || r.Enum != nil) && r.Metric == nil:
		return "the record does not say what was measured"
	}
	return ""
}
