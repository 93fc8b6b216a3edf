package mdib

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestEveryTermIsWhole(t *testing.T) {
	classes := []SignalClass{ClassECG, ClassSpO2, ClassABP, ClassPAP, ClassCVP, ClassICP, ClassNIBP, ClassResp,
		ClassCO2, ClassTemp, ClassVent, ClassGas, ClassEEG, ClassOther}
	used := map[SignalClass]int{}
	loinc := regexp.MustCompile(`^[1-9][0-9]{0,5}-[0-9]$`)
	for _, x := range Terms() {
		switch {
		case x.Number == 0, x.RefID == "", x.Label == "", x.Source == "", x.Unit.Code.IsZero():
			t.Errorf("%+v has a hole", x)
		case !slices.Contains(classes, x.Class):
			t.Errorf("%s: no such class %q", x.RefID, x.Class)
		case x.LOINC != "" && !(loinc.MatchString(x.LOINC) && loincCheck(x.LOINC)):
			t.Errorf("%s: %q is not a LOINC code", x.RefID, x.LOINC)
		case x.Private != (x.System != SystemMDC):
			t.Errorf("%s: private %v in %s", x.RefID, x.Private, x.System)
		case strings.ContainsAny(x.Source, `/\`) && !strings.Contains(x.Source, "10404/"):
			t.Errorf("%s: the source %q looks like a path", x.RefID, x.Source)
		}
		prefix := map[string]string{SystemMDC: "MDC_", SystemIntelliVue: "NOM_", SystemLamplight: "LMP_"}[x.System]
		if !strings.HasPrefix(x.RefID, prefix) {
			t.Errorf("%s does not belong to %s", x.RefID, x.System)
		}
		used[x.Class]++
	}
	for _, c := range classes {
		if used[c] == 0 {
			t.Errorf("no term has class %s", c)
		}
	}
	if n := len(Terms()); n < 850 {
		t.Errorf("only %d terms", n)
	}
}

// loincCheck verifies the check digit, which is Luhn's.
func loincCheck(s string) bool {
	num, check, _ := strings.Cut(s, "-")
	sum := 0
	for i := range len(num) {
		d := int(num[len(num)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return strconv.Itoa((10-sum%10)%10) == check
}

func TestTheNumberOfAPhysioCodeIsItsPlaceInPartition2(t *testing.T) {
	seen := map[uint16]string{}
	for _, x := range Terms() {
		if x.IntelliVue == 0 {
			continue
		}
		if x.Number != 2<<16|uint32(x.IntelliVue) {
			t.Errorf("%s: number %d, physio %#04x", x.RefID, x.Number, x.IntelliVue)
		}
		if x.Private != (x.IntelliVue >= 0xF000) {
			t.Errorf("%s: physio %#04x, private %v", x.RefID, x.IntelliVue, x.Private)
		}
		if first, twice := seen[x.IntelliVue]; twice {
			t.Errorf("%#04x is %s and %s", x.IntelliVue, first, x.RefID)
		}
		seen[x.IntelliVue] = x.RefID
	}
}

func TestLookUpsLeadBackToTheSameTerm(t *testing.T) {
	numbers, names := map[codeKey]bool{}, map[string]bool{}
	for _, x := range Terms() {
		if numbers[codeKey{x.System, x.Number}] || names[x.RefID] {
			t.Errorf("%s is there twice", x.RefID)
		}
		numbers[codeKey{x.System, x.Number}], names[x.RefID] = true, true

		if y, ok := ByRefID(x.RefID); !ok || y != x {
			t.Errorf("ByRefID(%s) = %v, %v", x.RefID, y.RefID, ok)
		}
		if y, ok := ByCode(x.Code()); !ok || y != x {
			t.Errorf("ByCode(%v) = %v, %v", x.Code(), y.RefID, ok)
		}
		if y, ok := ByNumber(x.Number); ok != !x.Private || ok && y != x {
			t.Errorf("ByNumber(%d) = %v, %v", x.Number, y.RefID, ok)
		}
		if x.IntelliVue != 0 {
			if y, ok := ByIntelliVue(x.IntelliVue); !ok || y != x {
				t.Errorf("ByIntelliVue(%#04x) = %v, %v", x.IntelliVue, y.RefID, ok)
			}
		}
		if x.Alias != "" {
			if y, ok := ByRefID(x.Alias); !ok || y != x {
				t.Errorf("alias %s leads to %v", x.Alias, y.RefID)
			}
		}
		if u, ok := UnitByRefID(x.Unit.Code.RefID); !ok || u != x.Unit {
			t.Errorf("%s: unit %v does not lead back", x.RefID, x.Unit)
		}
	}
}

// Facts of ISO/IEEE 11073-10101, the IntelliVue export and the vital signs
// profile that are known to be mixed up.
func TestKnownTerms(t *testing.T) {
	for _, c := range []struct {
		physio           uint16
		number           uint32
		ref, label, loc  string
		unit, text, ucum string
		class            SignalClass
		episodic         bool
	}{
		{0x4182, 147842, "MDC_ECG_HEART_RATE", "HR", "8867-4", "MDC_DIM_BEAT_PER_MIN", "/min", "/min", ClassECG, false},
		{0x4822, 149538, "MDC_PLETH_PULS_RATE", "Pulse", "8889-8", "MDC_DIM_BEAT_PER_MIN", "/min", "/min", ClassSpO2, false},
		{0, 149530, "MDC_PULS_OXIM_PULS_RATE", "Pulse", "8889-8", "MDC_DIM_BEAT_PER_MIN", "/min", "/min", ClassSpO2, false},
		{0x4BB8, 150456, "MDC_PULS_OXIM_SAT_O2", "SpO₂", "59408-5", "MDC_DIM_PERCENT", "%", "%", ClassSpO2, false},
		{0x4BB4, 150452, "MDC_PULS_OXIM_PLETH", "Pleth", "", "MDC_DIM_DIMLESS", "", "1", ClassSpO2, false},
		{0x50B0, 151728, "MDC_AWAY_CO2_ET", "etCO₂", "19891-1", "MDC_DIM_MMHG", "mmHg", "mm[Hg]", ClassCO2, false},
		{0x509C, 151708, "MDC_CONC_AWAY_CO2_ET", "etCO₂", "19891-1", "MDC_DIM_MMHG", "mmHg", "mm[Hg]", ClassCO2, false},
		{0x4A05, 150021, "MDC_PRESS_BLD_NONINV_SYS", "NBPs", "76534-7", "MDC_DIM_MMHG", "mmHg", "mm[Hg]", ClassNIBP, true},
		{0x4A14, 150036, "MDC_PRESS_BLD_ART_ABP", "ABP", "", "MDC_DIM_MMHG", "mmHg", "mm[Hg]", ClassABP, false},
		{0x500A, 151562, "MDC_RESP_RATE", "RR", "9279-1", "MDC_DIM_RESP_PER_MIN", "/min", "/min", ClassResp, false},
		{0xE004, 188420, "MDC_TEMP_RECT", "Trect", "8332-9", "MDC_DIM_DEGC", "°C", "Cel", ClassTemp, false},
		{0x0143, 131395, "MDC_ECG_ELEC_POTL_V", "V", "", "MDC_DIM_MILLI_VOLT", "mV", "mV", ClassECG, false},
		{0xEFFF, 192511, "MDC_METRIC_NOS", "Other", "", "MDC_DIM_DIMLESS", "", "1", ClassOther, false},
	} {
		x, ok := ByNumber(c.number)
		want := Term{System: SystemMDC, Number: c.number, RefID: c.ref, Alias: x.Alias, IntelliVue: c.physio, LOINC: c.loc,
			Label: c.label, Class: c.class, Episodic: c.episodic, Source: x.Source,
			Unit: Unit{Code: x.Unit.Code, UCUM: c.ucum, Text: c.text}}
		if !ok || x != want || x.Unit.Code.RefID != c.unit {
			t.Errorf("%d:\n got %+v\nwant %+v in %s", c.number, x, want, c.unit)
		}
	}
	if x, _ := ByRefID("MDC_ECG_CARD_BEAT_RATE"); x.Number != 147842 {
		t.Errorf("the heart rate's older name leads to %+v", x)
	}
}

func TestPrivateCodesStayTheMakers(t *testing.T) {
	x, ok := ByIntelliVue(0xF04E)
	want := Code{System: SystemIntelliVue, Value: "192590", RefID: "NOM_EEG_BISPECTRAL_INDEX"}
	if !ok || !x.Private || x.Code() != want || x.Label != "BIS" {
		t.Errorf("BIS is %+v, code %v", x, x.Code())
	}
	if _, ok := x.Code().Number(); ok {
		t.Error("a maker's code passes for an MDC number")
	}
	if y, ok := ByNumber(x.Number); ok {
		t.Errorf("the private number %d passes for the standard's %s", x.Number, y.RefID)
	}
	if c := MDC(x.Number); c.RefID != "" {
		t.Errorf("MDC(%d) took the maker's name %s", x.Number, c.RefID)
	}
}

func TestUnknownCodesAreNotFound(t *testing.T) {
	if x, ok := ByNumber(131072 + 0x4183); ok {
		t.Errorf("found %+v", x)
	}
	if _, ok := ByIntelliVue(0); ok {
		t.Error("found physio code 0")
	}
	if _, ok := ByIntelliVue(0xFFFE); ok {
		t.Error("found physio code 0xFFFE")
	}
	if _, ok := ByRefID(""); ok {
		t.Error("found the empty name")
	}
	for _, c := range []Code{{}, {System: SystemMDC}, {System: SystemMDC, Value: "x", RefID: "MDC_RESP_RATE"},
		{System: "urn:other", Value: "147842"}, {System: SystemIntelliVue, RefID: "MDC_RESP_RATE"}, {System: SystemMDC, Value: "-1"}} {
		if x, ok := ByCode(c); ok {
			t.Errorf("%+v leads to %s", c, x.RefID)
		}
	}
	if x, ok := ByCode(Code{RefID: "MDC_RESP_RATE"}); !ok || x.Number != 151562 {
		t.Error("a code of a name alone is not found by it")
	}
	if c := MDC(999999); c.Value != "999999" || c.RefID != "" {
		t.Errorf("MDC(999999) = %+v", c)
	}
}

func TestTermsAreACopy(t *testing.T) {
	Terms()[0].Label = "spoilt"
	Events()[0].Text = "spoilt"
	if Terms()[0].Label == "spoilt" || Events()[0].Text == "spoilt" {
		t.Error("a caller can change the tables")
	}
}

var ucum = regexp.MustCompile(`^(/?` + ucumAtom + `(\[pH\])?)([./]` + ucumAtom + `)*$`)

// The atoms of UCUM that the table needs, with a prefix, an exponent and an
// annotation where they make sense.
const ucumAtom = `((da|[fpnumcdhkM])?(m|L|g|s|Pa|bar|J|W|A|C|V|Ohm|F|cd|osm|mol|eq|N|cal|eV|\[IU\]|m\[Hg\]|m\[H2O\])[1-9]?|` +
	`min|h|d|wk|mo|a|Hz|Cel|K|dB|dyn|lm|%|1|\[degF\]|\[in_i\]2?|\[lb_av\]|\[oz_av\]|\[ppth\]|\[ppm\]|\[ppb\]|\[pptr\]|\[pH\]|\[drp\]|\[psi\])?(\{[a-z-]+\})?`

func TestEveryUnitIsUCUM(t *testing.T) {
	n := 0
	for term := range 0x10000 {
		u := UnitByTerm(uint16(term))
		if u.Code.RefID == "" {
			continue
		}
		n++
		if u.UCUM == "" {
			if !slices.Contains([]string{"MDC_DIM_NOS", "MDC_DIM_DIV", "MDC_DIM_TOD", "MDC_DIM_DATE", "NOM_DIM_COMPLEX"}, u.Code.RefID) {
				t.Errorf("%s has no UCUM", u.Code.RefID)
			}
			continue
		}
		if !ucum.MatchString(u.UCUM) {
			t.Errorf("%s: %q is not UCUM", u.Code.RefID, u.UCUM)
		}
		if strings.Contains(u.Text, "[") || strings.Contains(u.Text, "{") {
			t.Errorf("%s: %q is not for a screen", u.Code.RefID, u.Text)
		}
		if private := u.Code.System == SystemIntelliVue; private != (term >= 0xF000) || strings.HasPrefix(u.Code.RefID, "NOM_") != private {
			t.Errorf("%s at %#04x is in %s", u.Code.RefID, term, u.Code.System)
		}
	}
	if n != 256 {
		t.Errorf("%d units", n)
	}
	for _, bad := range []string{"bpm", "mmHg", "° C", "mm[Hg", "ml/min/", "{beats/min"} {
		if ucum.MatchString(bad) {
			t.Errorf("the grammar takes %q", bad)
		}
	}
}

func TestUnitsAndEvents(t *testing.T) {
	// The two numbers that published transcriptions of the tables got wrong:
	// this unit, and a sensor class whose number belongs to no metric.
	if u, ok := UnitByRefID("NOM_DIM_X_L_PER_KG_PER_HR"); !ok || u != UnitByTerm(0xF160) || u.UCUM != "L/kg/h" {
		t.Errorf("L/kg/h is %+v", u)
	}
	if x, ok := ByIntelliVue(26165); ok {
		t.Errorf("26165 is %s", x.RefID)
	}
	want := Unit{Code: Code{SystemMDC, "266016", "MDC_DIM_MMHG"}, UCUM: "mm[Hg]", Text: "mmHg"}
	if u := UnitByTerm(0x0F20); u != want {
		t.Errorf("mmHg is %+v", u)
	}
	if c := MDC(266016); c.RefID != "MDC_DIM_MMHG" {
		t.Errorf("MDC(266016) = %+v", c)
	}
	if u := UnitByTerm(0x0F21); u.Code != (Code{System: SystemMDC, Value: "266017"}) || u.UCUM != "" || u.Text != "unit 266017" {
		t.Errorf("an unknown unit is %+v", u)
	}
	if u := UnitByTerm(0xFFF1); u.Code.System != SystemIntelliVue {
		t.Errorf("an unknown private unit is %+v", u)
	}
	e, ok := EventByTerm(0x0C04)
	if !ok || e.RefID != "MDC_EVT_ECG_ASYSTOLE" || e.Text != "asystole" || e.Code() != MDC(196608+0x0C04) {
		t.Errorf("asystole is %+v, %v", e, e.Code())
	}
	if odd, _ := EventByTerm(0x0C05); odd != e {
		t.Errorf("with the low bit set it is %+v", odd)
	}
	if e, _ := EventByTerm(0xF189); e.RefID != "NOM_EVT_LEAD_DISCONN_YELLOW" || e.Code().System != SystemIntelliVue {
		t.Errorf("a row with an odd number is hidden by %+v", e)
	}
	if _, ok := EventByTerm(0x0002); ok {
		t.Error("found an event that is none")
	}
	for _, e := range Events() {
		if e.RefID == "" || e.Text == "" || e.Source == "" {
			t.Errorf("%+v has a hole", e)
		}
		if f, ok := EventByRefID(e.RefID); !ok || f != e {
			t.Errorf("EventByRefID(%s) = %+v", e.RefID, f)
		}
	}
}

func TestLoadSaysWhatIsWrong(t *testing.T) {
	const units = "h,h,h,h,h\n544,MDC_DIM_PERCENT,%,%,x\n"
	const events = "h,h,h,h\n40,MDC_EVT_HI,high,x\n"
	const head = "h,h,h,h,h,h,h,h,h,h,h\n"
	for _, c := range []struct{ terms, units, events, want string }{
		{head + "mdc,1,A,,,MDC_DIM_PERCENT,,a,ecg,,x\nmdc,1,B,,,MDC_DIM_PERCENT,,b,ecg,,x\n", units, events, "number 1 is taken"},
		{head + "mdc,1,A,,,MDC_DIM_PERCENT,,a,ecg,,x\nmdc,2,A,,,MDC_DIM_PERCENT,,b,ecg,,x\n", units, events, "A is there twice"},
		{head + "mdc,1,A,,7,MDC_DIM_PERCENT,,a,ecg,,x\nmdc,2,B,,7,MDC_DIM_PERCENT,,b,ecg,,x\n", units, events, "physio code 0x0007 is taken"},
		{head + "mdc,1,A,,,MDC_DIM_SMOOT,,a,ecg,,x\n", units, events, `no unit "MDC_DIM_SMOOT"`},
		{head + "xyz,1,A,,,MDC_DIM_PERCENT,,a,ecg,,x\n", units, events, `no system "xyz"`},
		{head + "mdc,one,A,,,MDC_DIM_PERCENT,,a,ecg,,x\n", units, events, "row 2"},
		{head + "mdc,1,A,,zz,MDC_DIM_PERCENT,,a,ecg,,x\n", units, events, "row 2"},
		{head + "mdc,1,A\n", units, events, "wrong number of fields"},
		{head, units + "544,MDC_DIM_OTHER,%,%,x\n", events, "is there twice"},
		{head, units + "70000,MDC_DIM_OTHER,%,%,x\n", events, "units.csv, row 3"},
		{head, units, events + "41,MDC_EVT_HI,high,x\n", "is there twice"},
		{head, units, events + "x,MDC_EVT_LO,low,x\n", "events.csv, row 3"},
	} {
		if _, err := load(c.terms, c.units, c.events); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}
