package uitest

import (
	"fmt"
	"math"
	"time"

	"lamplight/alarms"
	"lamplight/mdib"

	"github.com/google/uuid"
)

var people = [...]struct {
	family, given string
	sex           mdib.Sex
	age           int
}{
	{"Haugen", "Ingrid", mdib.Female, 71}, {"Mwangi", "Peter", mdib.Male, 58}, {"Silva", "Rui", mdib.Male, 44}, {"Okafor", "Ngozi", mdib.Female, 63},
	{"Lindqvist", "Eva", mdib.Female, 80}, {"Tanaka", "Kenji", mdib.Male, 69}, {"Dubois", "Marc", mdib.Male, 52}, {"Novak", "Jan", mdib.Male, 39},
	{"Adeyemi", "Tunde", mdib.Male, 47}, {"Fischer", "Hans", mdib.Male, 76}, {"Hansen", "Ole", mdib.Male, 66}, {"Patel", "Sunita", mdib.Female, 55},
	{"Rossi", "Gina", mdib.Female, 67}, {"Petrov", "Anna", mdib.Female, 59}, {"Kim", "Yuna", mdib.Female, 61}, {"Garcia", "Luz", mdib.Female, 33},
}

// Wave describes one wave of a synthetic bed.
func Wave(ref, label string, c mdib.SignalClass, period time.Duration) mdib.Metric {
	m := mdib.Metric{Ref: mdib.Ref(ref), Label: label, Class: c, Kind: mdib.KindSampleArray, Period: period}
	m.Calibration = mdib.Calibration{RawLow: 0, RawHigh: 4095, Relative: true}
	return m
}

// Calm makes a ward of n stable beds, all monitored.
func Calm(n int, started time.Time) *Ward {
	w := &Ward{Started: started}
	for i := range n {
		p := people[i%len(people)]
		b := Bed{
			Label: fmt.Sprintf("%02d", i+1), Device: "IntelliVue MX450", Rate: 58 + float64(i*7%45), SpO2: 99 - float64(i%5), Sys: 112 + float64(i*9%40),
			Resp: 12 + float64(i*3%9), Temp: 36.4 + float64(i*4%14)/10, Mode: mdib.ModeDemo,
			Link: mdib.Link{State: mdib.LinkConnected, Since: started},
			Encounter: &mdib.Encounter{ID: uuid.NewSHA1(uuid.NameSpaceOID, []byte(p.family)), Start: started,
				Patient: mdib.Patient{Family: p.family, Given: p.given, Sex: p.sex, Category: mdib.Adult, Birth: started.AddDate(-p.age, -2, 0)}},
			Waves: []mdib.Metric{
				Wave("II", "II", mdib.ClassECG, 4*time.Millisecond), Wave("V", "V", mdib.ClassECG, 4*time.Millisecond),
				Wave("Pleth", "Pleth", mdib.ClassSpO2, 8*time.Millisecond), Wave("ABP", "ABP", mdib.ClassABP, 8*time.Millisecond),
				Wave("Resp", "Resp", mdib.ClassResp, 16*time.Millisecond),
			},
		}
		b.Dia = b.Sys * 0.55
		w.Beds = append(w.Beds, b)
	}
	return w
}

// Busy makes a ward of sixteen with one bed in every state.
func Busy(started time.Time) *Ward {
	w := Calm(16, started)
	at := func(d time.Duration) time.Time { return started.Add(d) }
	condition := func(c alarms.Condition, ref, text string, p mdib.Priority, k mdib.AlertKind, source mdib.Ref) alarms.Condition {
		from := c.Provenance
		c.AlertCondition = mdib.AlertCondition{Ref: mdib.Ref(ref), Source: source, Kind: k, Priority: p, Present: true, Text: text, Provenance: from}
		c.Onset = at(-31 * time.Second)
		return c
	}
	nan := math.NaN()
	device := alarms.Condition{Finding: alarms.FindDevice, Value: nan, Limit: nan}
	below := func(label, unit string, v, limit float64) alarms.Condition {
		c := alarms.Condition{Finding: alarms.FindLow, Label: label, Unit: unit, Value: v, Limit: limit}
		c.Provenance = mdib.FromWorkstation
		return c
	}
	lost := alarms.Condition{Finding: alarms.FindLink, Reason: mdib.ReasonSilent, Value: nan, Limit: nan}
	lost.Provenance = mdib.FromWorkstation
	w.Beds[3] = Bed{Label: "04"}
	w.Beds[4].SpO2 = 91
	w.Beds[4].Alerts = []alarms.Condition{condition(below("SpO₂", "%", 91, 92), "spo2", "SpO₂ low 91.0 < 92", mdib.PriorityMedium, mdib.Physiological, "MDC_PULS_OXIM_SAT_O2")}
	w.Beds[6].Alerts = []alarms.Condition{condition(device, "0-asystole", "***ASYSTOLE", mdib.PriorityHigh, mdib.Physiological, "MDC_ECG_HEART_RATE"), condition(below("ABP sys", "mmHg", 61, 90), "abp", "ABP sys low 61.0 < 90", mdib.PriorityHigh, mdib.Physiological, "MDC_PRESS_BLD_ART_ABP_SYS")}
	w.Beds[6].Rate, w.Beds[6].Sys, w.Beds[6].Dia, w.Beds[6].Stale = 0.5, 61, 40, true
	w.Beds[8].Link = mdib.Link{State: mdib.LinkConnecting, Since: at(0)}
	w.Beds[9].Device = "Nonin 3150"
	w.Beds[9].Sys, w.Beds[9].Dia, w.Beds[9].Resp, w.Beds[9].Temp = 0, 0, 0, 0
	w.Beds[9].Waves = []mdib.Metric{Wave("Pleth", "Pleth", mdib.ClassSpO2, 8*time.Millisecond)}
	w.Beds[11].Device = ""
	w.Beds[12].Mode = mdib.ModeReal
	w.Beds[13].Alerts = []alarms.Condition{condition(device, "lead", "ECG lead V off", mdib.PriorityLow, mdib.Technical, "")}
	w.Beds[14].Link = mdib.Link{State: mdib.LinkLost, Since: at(-5 * time.Minute), Reason: mdib.ReasonSilent, Retry: at(240 * time.Hour)}
	w.Beds[14].Alerts = []alarms.Condition{condition(lost, "link", "Connection lost (silent)", mdib.PriorityLow, mdib.Technical, "")}
	return w
}
