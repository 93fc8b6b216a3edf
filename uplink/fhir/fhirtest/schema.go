package fhirtest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// shapes says what each type may hold, written from the R4 specification and
// not from what we send. After a name: "!" required, "*" a list, "+" a
// required list; then ":" and the type. Elements that a sender of vital signs
// has no use for are left out, and so refused.
const shapes = `
Bundle           resourceType!:code type!:code entry+:BundleEntry
BundleEntry      fullUrl!:uri resource!:Any request!:BundleRequest
BundleRequest    method!:code url!:string ifNoneExist:string
Patient          resourceType!:code meta:Meta text:Narrative identifier+:Identifier active:boolean name*:HumanName gender:code birthDate:date
Encounter        resourceType!:code meta:Meta text:Narrative identifier+:Identifier status!:code class!:Coding type*:CodeableConcept subject!:Reference period:Period location*:EncounterLocation
EncounterLocation location!:Reference status:code period:Period
Device           resourceType!:code meta:Meta text:Narrative identifier+:Identifier status:code manufacturer:string serialNumber:string deviceName*:DeviceName modelNumber:string partNumber:string type:CodeableConcept version*:DeviceVersion note*:Annotation
DeviceName       name!:string type!:code
DeviceVersion    type:CodeableConcept value!:string
Observation      resourceType!:code meta:Meta text:Narrative identifier+:Identifier status!:code category*:CodeableConcept code!:CodeableConcept subject!:Reference encounter:Reference effectiveDateTime:dateTime effectivePeriod:Period issued:instant valueQuantity:Quantity valueCodeableConcept:CodeableConcept valueString:string valueInteger:integer valueSampledData:SampledData dataAbsentReason:CodeableConcept interpretation*:CodeableConcept note*:Annotation bodySite:CodeableConcept method:CodeableConcept device:Reference component*:ObservationComponent
ObservationComponent code!:CodeableConcept valueQuantity:Quantity valueSampledData:SampledData dataAbsentReason:CodeableConcept
Communication    resourceType!:code meta:Meta text:Narrative identifier+:Identifier status!:code category*:CodeableConcept priority:code subject:Reference topic:CodeableConcept about*:Reference encounter:Reference sent:dateTime received:dateTime recipient*:Reference sender:Reference reasonCode*:CodeableConcept payload*:CommunicationPayload note*:Annotation
CommunicationPayload contentString!:string
Meta             profile*:uri tag*:Coding
Narrative        status!:code div!:xhtml
Identifier       use:code type:CodeableConcept system!:uri value!:string
HumanName        use:code family:string given*:string
CodeableConcept  coding*:Coding text:string
Coding           system:uri version:string code!:code display:string
Reference        reference:string type:uri display:string
Period           start:dateTime end:dateTime
Annotation       text!:string time:dateTime
Quantity         value:decimal comparator:code unit:string system:uri code:code
SampledData      origin!:Quantity period!:decimal factor:decimal lowerLimit:decimal upperLimit:decimal dimensions!:positiveInt data:samples
`

// primitives by their regular expressions in the specification. The kind of
// JSON value is told by the first letter: s string, n number, b boolean.
var primitives = map[string]struct {
	kind byte
	form *regexp.Regexp
}{
	"string":      {'s', regexp.MustCompile(`^[ \r\n\t\S]+$`)},
	"code":        {'s', regexp.MustCompile(`^[^\s]+(\s[^\s]+)*$`)},
	"uri":         {'s', regexp.MustCompile(`^[a-z][a-z0-9+.-]*:\S+$`)},
	"xhtml":       {'s', regexp.MustCompile(`^<div xmlns="http://www.w3.org/1999/xhtml">.*</div>$`)},
	"date":        {'s', regexp.MustCompile(`^\d{4}(-\d\d(-\d\d)?)?$`)},
	"dateTime":    {'s', regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`)},
	"instant":     {'s', regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`)},
	"samples":     {'s', regexp.MustCompile(`^([EUL]|-?\d+(\.\d+)?)( ([EUL]|-?\d+(\.\d+)?))*$`)},
	"decimal":     {'n', regexp.MustCompile(`^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$`)},
	"integer":     {'n', regexp.MustCompile(`^-?(0|[1-9]\d*)$`)},
	"positiveInt": {'n', regexp.MustCompile(`^[1-9]\d*$`)},
	"boolean":     {'b', regexp.MustCompile(`^(true|false)$`)},
}

type element struct {
	required, list bool
	typ            string
}

var types = parseShapes()

func parseShapes() map[string]map[string]element {
	out := map[string]map[string]element{}
	for line := range strings.Lines(shapes) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		out[f[0]] = map[string]element{}
		for _, e := range f[1:] {
			name, typ, _ := strings.Cut(e, ":")
			bare := strings.TrimRight(name, "!*+")
			flag := name[len(bare):]
			out[f[0]][bare] = element{required: flag == "!" || flag == "+", list: flag == "*" || flag == "+", typ: typ}
		}
	}
	return out
}

// conform checks raw against a type. It returns one sentence for each fault.
func conform(typ, path string, raw json.RawMessage) []string {
	if typ == "Any" {
		return nil
	}
	if p, ok := primitives[typ]; ok {
		return primitive(typ, p.kind, p.form, path, raw)
	}
	shape, ok := types[typ]
	if !ok {
		return []string{path + ": resource type " + typ + " is not taken here"}
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil || fields == nil {
		return []string{path + ": must be an object"}
	}
	if len(fields) == 0 {
		return []string{path + ": an object may not be empty"}
	}
	var out []string
	for name := range fields {
		if _, ok := shape[name]; !ok {
			out = append(out, path+": unknown element "+name)
		}
	}
	for name, e := range shape {
		value, ok := fields[name]
		switch {
		case !ok && e.required:
			out = append(out, path+": "+name+" is missing")
		case ok && e.list:
			var list []json.RawMessage
			if json.Unmarshal(value, &list) != nil || len(list) == 0 {
				out = append(out, path+"."+name+": must be a list with something in it")
			}
			for i, v := range list {
				out = append(out, conform(e.typ, fmt.Sprintf("%s.%s[%d]", path, name, i), v)...)
			}
		case ok:
			out = append(out, conform(e.typ, path+"."+name, value)...)
		}
	}
	slices.Sort(out)
	return out
}

func primitive(typ string, kind byte, form *regexp.Regexp, path string, raw json.RawMessage) []string {
	text := string(raw)
	if kind == 's' {
		if len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &text) != nil {
			return []string{path + ": must be a string"}
		}
	}
	if !form.MatchString(text) {
		return []string{fmt.Sprintf("%s: %.80q is no %s", path, text, typ)}
	}
	return nil
}
