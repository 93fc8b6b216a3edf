package fhir

import (
	"slices"

	"lamplight/mdib"
)

const (
	loinc       = "http://loinc.org"
	ucum        = "http://unitsofmeasure.org"
	profileBase = "http://hl7.org/fhir/StructureDefinition/"
)

// A vital is one of the vital signs that FHIR R4 gives a profile of its own,
// found by its LOINC code (hl7.org/fhir/R4/observation-vitalsigns.html).
type vital struct {
	code    string   // LOINC, the first coding
	profile string   // below profileBase
	units   []string // UCUM codes that the profile takes
}

var vitals = []vital{
	{"8867-4", "heartrate", []string{"/min"}},
	{"9279-1", "resprate", []string{"/min"}},
	{"2708-6", "oxygensat", []string{"%"}},
	{"8310-5", "bodytemp", []string{"Cel", "[degF]"}},
	{"8302-2", "bodyheight", []string{"cm", "[in_i]"}}, //nolint:misspell // the profile's name
	{"9843-4", "headcircum", []string{"cm", "[in_i]"}},
	{"29463-7", "bodyweight", []string{"g", "kg", "[lb_av]"}},
	{"39156-5", "bmi", []string{"kg/m2"}},
	{"8478-0", "vitalsigns", []string{"mm[Hg]"}}, // mean pressure on its own
}

// A vital sign measured at one site or by one method has a LOINC code of its
// own, and is sent with the general one first: the profiles ask for that one.
var general = map[string][]string{
	"8889-8":  {"8867-4"},            // heart rate by pulse oximetry
	"76282-3": {"8867-4"},            // heart rate, beat to beat
	"59408-5": {"2708-6"},            // SpO₂
	"59407-7": {"2708-6", "59408-5"}, // SpO₂, pre-ductal
	"59418-4": {"2708-6", "59408-5"}, // SpO₂, post-ductal
	"8329-5":  {"8310-5"},            // core
	"8331-1":  {"8310-5"},            // oral
	"8332-9":  {"8310-5"},            // rectal
	"8333-7":  {"8310-5"},            // tympanic
	"8328-7":  {"8310-5"},            // axillary
	"8334-5":  {"8310-5"},            // bladder
	"60836-4": {"8310-5"},            // oesophageal
	"60834-9": {"8310-5"},            // blood
	"76010-8": {"8310-5"},            // nasal
	"76536-2": {"8478-0"},            // mean pressure, cuff
	"76214-6": {"8478-0"},            // mean pressure, arterial line
}

// meaning is how an Observation says what was measured.
type meaning struct {
	code  concept
	vital *vital // nil when it is no vital sign
}

// means finds the codes of a metric: LOINC first, the general one before the
// special; then the code it bears, and the maker's own. A LOINC code whose
// profile does not take the unit is left out, so that nothing is claimed that
// does not hold.
func means(m *mdib.Metric) meaning {
	out := meaning{code: concept{Text: m.Label}}
	if term, ok := mdib.ByCode(m.Code); ok && term.LOINC != "" {
		codes := append(slices.Clone(general[term.LOINC]), term.LOINC)
		i := slices.IndexFunc(vitals, func(v vital) bool { return v.code == codes[0] })
		if i >= 0 && slices.Contains(vitals[i].units, ucumOf(m.Unit)) {
			out.vital = &vitals[i]
		}
		if i < 0 || out.vital != nil {
			for _, c := range codes {
				out.code.Coding = append(out.code.Coding, coding{System: loinc, Code: c})
			}
		}
	}
	out.code.Coding = append(out.code.Coding, raw(m.Code)...)
	if m.Source != m.Code {
		out.code.Coding = append(out.code.Coding, raw(m.Source)...)
	}
	if len(out.code.Coding) == 0 && out.code.Text == "" {
		out.code.Text = string(m.Ref)
	}
	return out
}

// raw gives a code as it is, with the reference identifier for people; that
// stands for the code where there is no other.
func raw(c mdib.Code) []coding {
	switch {
	case c.IsZero():
		return nil
	case c.Value == "":
		return []coding{{System: c.System, Code: c.RefID}}
	}
	return []coding{{c.System, c.Value, c.RefID}}
}

// ucumOf gives the UCUM code of a unit as the profiles write it: counts in
// braces are comments.
func ucumOf(u mdib.Unit) string {
	switch u.UCUM {
	case "{beat}/min", "{breath}/min", "{beats}/min", "{breaths}/min", "1/min":
		return "/min"
	}
	return u.UCUM
}

// inUnit fills in a quantity's unit: UCUM, or the code that the device sent.
func (q *quantity) inUnit(u mdib.Unit) {
	q.Unit = u.Text
	if code := ucumOf(u); code != "" {
		q.System, q.Code = ucum, code
		if q.Unit == "" {
			q.Unit = code
		}
		return
	}
	if u.Code.Value != "" && u.Code.System != "" {
		q.System, q.Code = u.Code.System, u.Code.Value
	}
	if q.Unit == "" {
		q.Unit = u.Code.RefID
	}
}
