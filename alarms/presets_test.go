package alarms

import (
	"math"
	"strings"
	"testing"

	"lamplight/mdib"
)

func TestPresetsAreWholeAndKnown(t *testing.T) {
	seen := map[*parameter]bool{}
	for id, p := range parameters() {
		seen[p] = true
		term, ok := mdib.ByRefID(id)
		if !ok {
			t.Errorf("%s: the nomenclature has no %s", p.name, id)
			continue
		}
		if term.RefID != id {
			t.Errorf("%s: %s is an alias of %s", p.name, id, term.RefID)
		}
		if unit(term.Unit.UCUM) != p.unit {
			t.Errorf("%s: limits are in %q, %s is in %q", p.name, p.unit, id, term.Unit.UCUM)
		}
	}
	for p := range seen {
		for name, c := range categories {
			if _, ok := p.presets[c]; !ok {
				t.Errorf("%s has no row for %s", p.name, name)
			}
		}
	}
	if len(seen) != len(strings.Split(strings.TrimSpace(parametersCSV), "\n"))-1 {
		t.Errorf("%d parameters are reached by a metric", len(seen))
	}
	for i, table := range []string{parametersCSV, presetsCSV} {
		rows, err := readCSV("", table, 7+i)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			if row[len(row)-1] == "" {
				t.Errorf("%v names no source", row)
			}
		}
	}
}

func TestPresetsOfTheStandards(t *testing.T) {
	spo2 := metric("s", "MDC_PULS_OXIM_SAT_O2", 0)
	for _, c := range categories {
		l := preset(&spo2, c)
		if l.Low < 85 || l.Priority < mdib.PriorityMedium { // ISO 80601-2-61
			t.Errorf("SpO2 %v: %+v", c, l)
		}
	}
}

func TestPresetFollowsTheUnit(t *testing.T) {
	m := metric("c", "MDC_AWAY_CO2_ET", 0)
	m.Unit.UCUM = "kPa"
	if l := preset(&m, mdib.Adult); l.Low != 4 || l.High != 6.7 || math.Abs(l.Hysteresis-0.267) > 0.001 {
		t.Errorf("etCO2 in kPa: %+v", l)
	}
	m = metric("t", "MDC_TEMP_CORE", 0)
	m.Unit.UCUM = "[degF]"
	if l := preset(&m, mdib.Adult); l.Low != 96.8 || l.High != 102.2 {
		t.Errorf("temperature in °F: %+v", l)
	}
	m.Unit.UCUM = "[in_i]"
	if l := preset(&m, mdib.Adult); l.Enabled {
		t.Errorf("a unit that cannot be translated got %+v", l)
	}
	m = metric("h", "MDC_ECG_HEART_RATE", 0)
	m.Unit.UCUM = "{beats}/min"
	if l := preset(&m, mdib.Adult); l.High != 120 {
		t.Errorf("an annotated unit got %+v", l)
	}
	m.Code = mdib.Code{RefID: "MDC_ECG_CARD_BEAT_RATE"} // another name of the same
	if l := preset(&m, mdib.Adult); l.High != 120 {
		t.Errorf("an alias got %+v", l)
	}
	m.Category = mdib.CategorySetting
	if l := preset(&m, mdib.Adult); l.Enabled {
		t.Errorf("a setting got %+v", l)
	}
	m = mdib.Metric{Code: mdib.Code{System: "x", Value: "y"}}
	if l := preset(&m, mdib.Adult); l.Enabled || !math.IsNaN(l.Low) {
		t.Errorf("an unknown code got %+v", l)
	}
}

func TestPresetTablesRefuse(t *testing.T) {
	const parameter = "p,u,d,e,h,r,s\nA,%,1,1,1,X,s\n"
	for name, c := range map[string][2]string{
		"parameter twice": {parameter + "A,%,1,1,1,Y,s\n", ""},
		"metric twice":    {parameter + "B,%,1,1,1,X,s\n", ""},
		"bad delay":       {"p,u,d,e,h,r,s\nA,%,x,1,1,X,s\n", ""},
		"no parameter":    {parameter, "B,adult,1,2,,,low,s\n"},
		"no category":     {parameter, "A,old,1,2,,,low,s\n"},
		"row twice":       {parameter, "A,adult,1,2,,,low,s\nA,adult,1,2,,,low,s\n"},
		"crossed":         {parameter, "A,adult,2,1,,,low,s\n"},
		"no number":       {parameter, "A,adult,x,1,,,low,s\n"},
		"too few columns": {parameter, "A,adult\n"},
	} {
		if _, err := loadPresets(c[0], "p,c,l,h,el,eh,p,s\n"+c[1]); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
