package fhir

import "encoding/json"

// The parts of FHIR R4 that we send, in the order in which they are written.
// A field that is not here is not sent.

type request struct {
	Method      string `json:"method"`
	URL         string `json:"url"`
	IfNoneExist string `json:"ifNoneExist,omitempty"`
}

type meta struct {
	Profile []string `json:"profile,omitempty"`
	Tag     []coding `json:"tag,omitempty"`
}

type narrative struct {
	Status string `json:"status"`
	Div    string `json:"div"`
}

type coding struct {
	System  string `json:"system,omitempty"`
	Code    string `json:"code,omitempty"`
	Display string `json:"display,omitempty"`
}

type concept struct {
	Coding []coding `json:"coding,omitempty"`
	Text   string   `json:"text,omitempty"`
}

type identifier struct {
	Type   *concept `json:"type,omitempty"`
	System string   `json:"system"`
	Value  string   `json:"value"`
}

type reference struct {
	Reference string `json:"reference,omitempty"`
	Display   string `json:"display,omitempty"`
}

type period struct {
	Start string `json:"start,omitempty"`
	End   string `json:"end,omitempty"`
}

type annotation struct {
	Text string `json:"text"`
}

type quantity struct {
	Value  json.Number `json:"value"`
	Unit   string      `json:"unit,omitempty"`
	System string      `json:"system,omitempty"`
	Code   string      `json:"code,omitempty"`
}

type sampledData struct {
	Origin     quantity    `json:"origin"`
	Period     json.Number `json:"period"` // ms
	Factor     json.Number `json:"factor,omitempty"`
	Dimensions int         `json:"dimensions"`
	Data       string      `json:"data"`
}

type humanName struct {
	Family string   `json:"family,omitempty"`
	Given  []string `json:"given,omitempty"`
}

type patient struct {
	ResourceType string       `json:"resourceType"`
	Meta         *meta        `json:"meta,omitempty"`
	Text         *narrative   `json:"text,omitempty"`
	Identifier   []identifier `json:"identifier"`
	Name         []humanName  `json:"name,omitempty"`
	Gender       string       `json:"gender,omitempty"`
	BirthDate    string       `json:"birthDate,omitempty"`
}

type encounter struct {
	ResourceType string        `json:"resourceType"`
	Meta         *meta         `json:"meta,omitempty"`
	Text         *narrative    `json:"text,omitempty"`
	Identifier   []identifier  `json:"identifier"`
	Status       string        `json:"status"`
	Class        coding        `json:"class"`
	Subject      reference     `json:"subject"`
	Period       *period       `json:"period,omitempty"`
	Location     []stayedWhere `json:"location,omitempty"`
}

type stayedWhere struct {
	Location reference `json:"location"`
}

type device struct {
	ResourceType string       `json:"resourceType"`
	Meta         *meta        `json:"meta,omitempty"`
	Identifier   []identifier `json:"identifier"`
	Manufacturer string       `json:"manufacturer,omitempty"`
	SerialNumber string       `json:"serialNumber,omitempty"`
	DeviceName   []deviceName `json:"deviceName,omitempty"`
	ModelNumber  string       `json:"modelNumber,omitempty"`
	Version      []version    `json:"version,omitempty"`
	Note         []annotation `json:"note,omitempty"`
}

type deviceName struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

type version struct {
	Value string `json:"value"`
}

type observation struct {
	ResourceType    string       `json:"resourceType"`
	Meta            *meta        `json:"meta,omitempty"`
	Identifier      []identifier `json:"identifier"`
	Status          string       `json:"status"`
	Category        []concept    `json:"category"`
	Code            concept      `json:"code"`
	Subject         reference    `json:"subject"`
	Encounter       reference    `json:"encounter"`
	EffectiveTime   string       `json:"effectiveDateTime,omitempty"`
	EffectivePeriod *period      `json:"effectivePeriod,omitempty"`
	value
	Note      []annotation `json:"note,omitempty"`
	Device    *reference   `json:"device,omitempty"`
	Component []component  `json:"component,omitempty"`
}

// value is what an Observation or a component of it found: one of these, or
// why there is none; all nil where components say it.
type value struct {
	Quantity *quantity    `json:"valueQuantity,omitempty"`
	Concept  *concept     `json:"valueCodeableConcept,omitempty"`
	Sampled  *sampledData `json:"valueSampledData,omitempty"`
	Absent   *concept     `json:"dataAbsentReason,omitempty"`
}

type component struct {
	Code concept `json:"code"`
	value
}

type communication struct {
	ResourceType string       `json:"resourceType"`
	Meta         *meta        `json:"meta,omitempty"`
	Identifier   []identifier `json:"identifier"`
	Status       string       `json:"status"`
	Category     []concept    `json:"category"`
	Priority     string       `json:"priority"`
	Subject      reference    `json:"subject"`
	Topic        *concept     `json:"topic,omitempty"`
	Encounter    reference    `json:"encounter"`
	Sent         string       `json:"sent"`
	Received     string       `json:"received,omitempty"`
	Sender       reference    `json:"sender"`
	ReasonCode   []concept    `json:"reasonCode,omitempty"`
	Payload      []payload    `json:"payload"`
	Note         []annotation `json:"note,omitempty"`
}

type payload struct {
	ContentString string `json:"contentString"`
}
