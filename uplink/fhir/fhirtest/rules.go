package fhirtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// allowed are the required bindings of what we send.
var allowed = map[string][]string{
	"Patient.gender":       {"male", "female", "other", "unknown"},
	"Encounter.status":     {"planned", "arrived", "triaged", "in-progress", "onleave", "finished", "cancelled"},
	"Observation.status":   {"registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown"},
	"Communication.status": {"preparation", "in-progress", "not-done", "on-hold", "stopped", "completed", "entered-in-error", "unknown"},
	"Communication.priority": {
		"routine", "urgent", "asap", "stat"},
	"Device.status": {"active", "inactive", "entered-in-error", "unknown"},
}

// profiles of single vital signs: LOINC code to the UCUM codes it takes.
var profiles = map[string][]string{
	"8867-4": {"/min"}, "9279-1": {"/min"}, "2708-6": {"%"}, "8310-5": {"Cel", "[degF]"},
	"8302-2": {"cm", "[in_i]"}, "9843-4": {"cm", "[in_i]"}, "29463-7": {"g", "kg", "[lb_av]"}, "39156-5": {"kg/m2"},
	"8478-0": {"mm[Hg]"},
}

type obs struct {
	Category         []cc            `json:"category"`
	Code             cc              `json:"code"`
	Effective        string          `json:"effectiveDateTime"`
	Period           json.RawMessage `json:"effectivePeriod"`
	ValueConcept     json.RawMessage `json:"valueCodeableConcept"`
	ValueString      json.RawMessage `json:"valueString"`
	ValueInteger     json.RawMessage `json:"valueInteger"`
	ValueSampledData json.RawMessage `json:"valueSampledData"`
	finding
	Component []struct {
		Code cc `json:"code"`
		finding
	} `json:"component"`
}

type finding struct {
	Quantity *struct {
		Value  json.Number `json:"value"`
		Unit   string      `json:"unit"`
		System string      `json:"system"`
		Code   string      `json:"code"`
	} `json:"valueQuantity"`
	Absent *cc `json:"dataAbsentReason"`
}

type cc struct {
	Coding []struct{ System, Code string } `json:"coding"`
	Text   string                          `json:"text"`
}

func (c cc) has(system, code string) bool {
	return slices.ContainsFunc(c.Coding, func(x struct{ System, Code string }) bool { return x.System == system && x.Code == code })
}

// in says what is wrong with a quantity of one of the UCUM codes.
func (f finding) in(units []string) string {
	q := f.Quantity
	if q == nil {
		if f.Absent == nil {
			return "has neither a value nor a dataAbsentReason"
		}
		return ""
	}
	if q.Value == "" || q.Unit == "" || q.System != "http://unitsofmeasure.org" || !slices.Contains(units, q.Code) {
		return fmt.Sprintf("needs value, unit, the UCUM system and a code of %v", units)
	}
	return ""
}

// rules checks what the shape of a resource cannot tell: bindings, invariants,
// and the vital-signs profiles.
func rules(kind string, raw json.RawMessage) []string {
	var out []string
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(raw, &fields) // its shape was checked
	for name, v := range fields {
		list, bound := allowed[kind+"."+name]
		var code string
		if bound && (json.Unmarshal(v, &code) != nil || !slices.Contains(list, code)) {
			out = append(out, fmt.Sprintf("%s.%s: %s is not in the required value set", kind, name, v))
		}
	}
	if kind == "Observation" {
		out = append(out, observationRules(raw)...)
	}
	return out
}

func observationRules(raw json.RawMessage) []string {
	var o obs
	if err := json.Unmarshal(raw, &o); err != nil {
		return []string{"Observation: " + err.Error()}
	}
	var out []string
	bad := func(format string, a ...any) { out = append(out, "Observation: "+fmt.Sprintf(format, a...)) }
	values := 0
	for _, set := range []bool{o.Quantity != nil, o.ValueConcept != nil, o.ValueString != nil, o.ValueInteger != nil, o.ValueSampledData != nil} {
		if set {
			values++
		}
	}
	if values > 1 {
		bad("more than one value[x]")
	}
	if values == 1 && o.Absent != nil {
		bad("obs-6: dataAbsentReason beside a value")
	}
	if values == 0 && o.Absent == nil && len(o.Component) == 0 {
		bad("no value, no component and no dataAbsentReason")
	}
	if o.Effective != "" && o.Period != nil {
		bad("more than one effective[x]")
	}
	if len(o.Code.Coding) == 0 && o.Code.Text == "" {
		bad("code says nothing")
	}
	vital := slices.ContainsFunc(o.Category, func(c cc) bool {
		return c.has("http://terminology.hl7.org/CodeSystem/observation-category", "vital-signs")
	})
	if vital && o.Effective == "" && o.Period == nil {
		bad("vs-1: a vital sign needs its time")
	}
	for code, units := range profiles {
		if !o.Code.has("http://loinc.org", code) {
			continue
		}
		if !vital {
			bad("%s is a vital sign, but the category does not say so", code)
		}
		if why := o.in(units); why != "" {
			bad("%s %s", code, why)
		}
	}
	if o.Code.has("http://loinc.org", "85354-9") {
		if !vital {
			bad("blood pressure is a vital sign, but the category does not say so")
		}
		for _, code := range []string{"8480-6", "8462-4"} {
			n := 0
			for _, c := range o.Component {
				if c.Code.has("http://loinc.org", code) {
					n++
					if why := c.in([]string{"mm[Hg]"}); why != "" {
						bad("component %s %s", code, why)
					}
				}
			}
			if n != 1 {
				bad("blood pressure needs component %s once, found %d", code, n)
			}
		}
	}
	slices.Sort(out)
	return out
}

// walk changes all texts of a JSON value.
func walk(v any, f func(string) string) any {
	switch x := v.(type) {
	case string:
		return f(x)
	case []any:
		for i := range x {
			x[i] = walk(x[i], f)
		}
	case map[string]any:
		for k := range x {
			x[k] = walk(x[k], f)
		}
	}
	return v
}

func isFullURL(s string) bool { return strings.HasPrefix(s, "urn:uuid:") }
