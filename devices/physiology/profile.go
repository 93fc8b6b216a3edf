package physiology

import (
	"math"
	"time"

	"lamplight/mdib"
)

// Profile says who the patient is. A field left zero takes the category's
// usual value.
type Profile struct {
	Seed               uint64
	Category           mdib.PatientCategory // unknown is taken as adult
	HeartRate          float64              // /min
	RespRate           float64              // /min
	Systolic           float64              // mmHg, arterial and cuff
	Diastolic          float64              // mmHg
	SpO2               float64              // %
	EtCO2              float64              // mmHg
	Temperature        float64              // °C, core
	Perfusion          float64              // perfusion index, %
	PVCs               float64              // premature ventricular beats a minute
	AtrialFibrillation bool                 // the patient's own rhythm

	// What is connected beside ECG, SpO₂, impedance respiration, cuff and
	// temperature, which always are.
	Arterial, Central, Pulmonary, Capnography bool

	CuffInterval time.Duration // of the cuff pressure; 5 min if zero
	Schedule     Schedule
}

func (f Profile) complete() Profile {
	usual := map[mdib.PatientCategory]Profile{
		mdib.Adult:      {HeartRate: 74, RespRate: 14, Systolic: 122, Diastolic: 76},
		mdib.Paediatric: {HeartRate: 104, RespRate: 23, Systolic: 100, Diastolic: 61},
		mdib.Neonatal:   {HeartRate: 142, RespRate: 44, Systolic: 68, Diastolic: 41},
	}
	if f.Category == mdib.CategoryUnknown {
		f.Category = mdib.Adult
	}
	u := usual[f.Category]
	set := func(v *float64, to, least, most float64) {
		if *v == 0 || math.IsNaN(*v) {
			*v = to
		}
		*v = max(least, min(most, *v))
	}
	set(&f.HeartRate, u.HeartRate, 20, 280)
	set(&f.RespRate, u.RespRate, 3, 120)
	set(&f.Systolic, u.Systolic, 25, 260)
	set(&f.Diastolic, u.Diastolic, 15, f.Systolic-8)
	set(&f.SpO2, 97, 50, 100)
	set(&f.EtCO2, 37, 5, 90)
	set(&f.Temperature, 36.9, 25, 43)
	set(&f.Perfusion, 2.4, 0.05, 20)
	f.PVCs = max(0, min(40, f.PVCs))
	if f.CuffInterval <= 0 {
		f.CuffInterval = 5 * time.Minute
	}
	return f
}
