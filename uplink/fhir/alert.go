package fhir

import (
	"fmt"

	"lamplight/mdib"

	"github.com/google/uuid"
)

// alert makes a Communication of one change of an alert condition. It records
// what happened and is no way to call anybody: R4 has no alarm.
func (t *Target) alert(r *mdib.Record) *unit {
	a := r.Alert
	s := t.scene(r)
	needs := s.needs()
	sender := s.source
	if a.Provenance == mdib.FromWorkstation {
		sender = t.station(s.mode)
		needs = append(needs, sender)
	}
	key := identifier{System: sysRecord, Value: r.ID.String()}
	c := communication{
		ResourceType: "Communication",
		Meta:         mark(s.mode),
		Identifier:   []identifier{key},
		Status:       "completed",
		Category: []concept{
			{Coding: []coding{{System: "http://terminology.hl7.org/CodeSystem/communication-category", Code: "alert"}}},
			{Text: a.Kind.String()},
		},
		Priority:  urgency(a.Priority),
		Subject:   s.who.ref(),
		Encounter: s.stay.ref(),
		Sent:      t.time(a.Time),
		Sender:    sender.ref(),
		Payload:   []payload{{words(a)}, {facts(a)}},
		Note:      notes(simulated(s.mode)),
	}
	if a.Signal == mdib.SignalAcknowledged {
		c.Received = c.Sent
	}
	if !a.Code.IsZero() {
		c.ReasonCode = []concept{{Coding: raw(a.Code), Text: a.Text}}
	} else if a.Text != "" {
		c.ReasonCode = []concept{{Text: a.Text}}
	}
	if r.Device != nil && a.Source != "" {
		if m := r.Device.Metric(a.Source); m != nil {
			c.Topic = &concept{Coding: raw(m.Code), Text: m.Label}
		}
	}
	return &unit{resource: newResource("Communication", key, c), records: []uuid.UUID{r.ID}, needs: needs}
}

func words(a *mdib.AlertCondition) string {
	if a.Text != "" {
		return a.Text
	}
	if s := a.Code.String(); s != "" {
		return s
	}
	return string(a.Ref)
}

// facts says what Communication has no place for.
func facts(a *mdib.AlertCondition) string {
	state := "ended"
	if a.Present {
		state = "present"
	}
	return fmt.Sprintf("condition %s: %s; signal %s; priority %s; %s; found by the %s",
		a.Ref, state, a.Signal, a.Priority, a.Kind, a.Provenance)
}

func urgency(p mdib.Priority) string {
	switch p {
	case mdib.PriorityHigh:
		return "stat"
	case mdib.PriorityMedium:
		return "urgent"
	}
	return "routine"
}
