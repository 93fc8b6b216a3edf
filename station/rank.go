package station

import (
	"slices"
	"strings"

	"lamplight/mdib"
)

// The order of numerics on a screen. A name that ends in * stands for all that
// begin so, one that begins with * for all that end so.
var numericOrder = []string{
	"ECG_HEART_RATE",
	"PULS_OXIM_SAT_O2", "PULS_OXIM_SAT_O2_ART*", "PULS_OXIM_SAT_O2_P*", "PULS_OXIM_SAT_O2_TELE",
	"PULS_OXIM_PULS_RATE*", "PLETH_PULS_RATE",
	"PRESS_BLD_ART_ABP_SYS", "PRESS_BLD_ART_SYS", "PRESS_BLD_AORT_SYS", "PRESS_BLD_ART_UMB_SYS", "PRESS_BLD_ART_FEMORAL_SYS", "PRESS_BLD_ART_BRACHIAL_SYS",
	"PRESS_BLD_ART_ABP_DIA", "PRESS_BLD_ART_DIA", "PRESS_BLD_AORT_DIA", "PRESS_BLD_ART_UMB_DIA", "PRESS_BLD_ART_FEMORAL_DIA", "PRESS_BLD_ART_BRACHIAL_DIA",
	"PRESS_BLD_ART_ABP_MEAN", "PRESS_BLD_ART_MEAN", "PRESS_BLD_AORT_MEAN", "PRESS_BLD_ART_UMB_MEAN", "PRESS_BLD_ART_FEMORAL_MEAN", "PRESS_BLD_ART_BRACHIAL_MEAN",
	"PULS_RATE", "BLD_PULS_RATE_INV",
	"PRESS_BLD_NONINV_SYS", "PRESS_CUFF_SYS", "PRESS_BLD_NONINV_DIA", "PRESS_CUFF_DIA", "PRESS_BLD_NONINV_MEAN", "PRESS_CUFF_MEAN", "PRESS_BLD_NONINV*", "PULS_RATE_NON_INV",
	"PRESS_BLD_ART_PULM_SYS", "PRESS_BLD_ART_PULM_DIA", "PRESS_BLD_ART_PULM_MEAN",
	"PRESS_BLD_VEN_CENT_MEAN", "PRESS_BLD_VEN*",
	"PRESS_INTRA_CRAN_MEAN", "PRESS_INTRA_CRAN*",
	"RESP_RATE", "TTHOR_RESP_RATE", "AWAY_RESP_RATE", "CO2_RESP_RATE", "*RESP_RATE",
	"AWAY_CO2_ET", "CONC_AWAY_CO2_ET", "AWAY_CO2_INSP*", "CONC_AWAY_CO2_INSP*",
	"TEMP_CORE*", "TEMP", "TEMP*",
}

// The order of waves.
var waveOrder = []string{
	"ECG_*_II", "ECG_*LEAD_II", "ECG_*_V", "ECG_*_V1", "ECG_*_I", "ECG_*_III", "ECG_*_AVR", "ECG_*_AVL", "ECG_*_AVF", "ECG*",
	"PULS_OXIM_PLETH*", "PLETH*",
	"PRESS_BLD_ART_ABP", "PRESS_BLD_ART", "PRESS_BLD_AORT", "PRESS_BLD_ART_UMB", "PRESS_BLD_ART_FEMORAL", "PRESS_BLD_ART_BRACHIAL",
	"PRESS_BLD_ART_PULM", "PRESS_BLD_VEN*", "PRESS_INTRA_CRAN*",
	"RESP*", "IMPED_TTHOR", "AWAY_CO2", "CONC_AWAY_CO2",
}

// What no name finds comes after, by class.
var classOrder = []mdib.SignalClass{
	mdib.ClassECG, mdib.ClassSpO2, mdib.ClassABP, mdib.ClassNIBP, mdib.ClassPAP, mdib.ClassCVP, mdib.ClassICP,
	mdib.ClassResp, mdib.ClassCO2, mdib.ClassTemp, mdib.ClassVent, mdib.ClassGas, mdib.ClassEEG,
}

// rank is the place of a metric on a screen; metrics of one rank keep the
// device's order. Settings come last.
func rank(m *mdib.Metric) int {
	order := numericOrder
	if m.Kind == mdib.KindSampleArray {
		order = waveOrder
	}
	id := m.Code.RefID
	if t, ok := mdib.ByRefID(id); ok {
		id = t.RefID // an alias has the place of its term
	}
	id = strings.TrimPrefix(strings.TrimPrefix(id, "MDC_"), "NOM_")
	if m.Category != mdib.CategorySetting {
		if at := slices.IndexFunc(order, func(name string) bool { return matches(name, id) }); at >= 0 && id != "" {
			return at
		}
	}
	at := slices.Index(classOrder, m.Class)
	if at < 0 {
		at = len(classOrder)
	}
	if m.Category == mdib.CategorySetting {
		at += 100
	}
	return 1000 + at
}

// matches compares with a name that may have one *.
func matches(name, id string) bool {
	head, tail, starred := strings.Cut(name, "*")
	if !starred {
		return name == id
	}
	return len(id) >= len(head)+len(tail) && strings.HasPrefix(id, head) && strings.HasSuffix(id, tail)
}
