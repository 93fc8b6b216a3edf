// Package uitest plays a ward to the window without devices: beds in every
// state that a screen must be able to show. It is for tests and for looking.
package uitest

import (
	"fmt"
	"math"
	"time"

	"lamplight/alarms"
	"lamplight/mdib"
	"lamplight/station"

	"github.com/google/uuid"
)

// Ward is a synthetic ward. Its fields may be changed between frames.
type Ward struct {
	Beds    []Bed
	Started time.Time
	Station []alarms.Condition   // about the workstation itself
	Acked   map[string]time.Time // by bed and condition; the workstation's have no bed
	waves   map[uuid.UUID]map[mdib.Ref]wave
}

// Bed is one bed of it.
type Bed struct {
	Label     string
	Encounter *mdib.Encounter
	Link      mdib.Link
	Device    string // model; "" for a bed without one
	Rate      float64
	SpO2      float64
	Sys, Dia  float64 // 0: no arterial line
	Resp      float64
	Temp      float64
	Cuff      time.Time // when a cuff measured 124/71; zero: no cuff
	Waves     []mdib.Metric
	Alerts    []alarms.Condition
	Stale     bool
	Mode      mdib.GenerationMode
}

type wave struct {
	m    mdib.Metric
	rate float64
	resp float64
}

// ID of the device of a bed.
func ID(label string) uuid.UUID { return uuid.NewSHA1(uuid.NameSpaceOID, []byte(label)) }

// View plays the state at now.
func (w *Ward) View(now time.Time) station.View {
	v := station.View{At: now}
	if w.waves == nil {
		w.waves = map[uuid.UUID]map[mdib.Ref]wave{}
	}
	for _, c := range w.Station {
		c.Acknowledged = w.Acked[string(c.Ref)]
		v.Conditions = append(v.Conditions, c)
	}
	for i := range w.Beds {
		v.Beds = append(v.Beds, w.bed(&w.Beds[i], now))
	}
	return v
}

func (w *Ward) bed(b *Bed, now time.Time) station.BedView {
	out := station.BedView{Label: b.Label, Encounter: b.Encounter, Mode: b.Mode}
	if b.Device == "" {
		return out
	}
	id := ID(b.Label)
	out.Devices = []station.DeviceView{{ID: id, Name: b.Device, MDS: &mdib.MDS{Manufacturer: "Synthetic", Model: b.Device, Mode: b.Mode}, Link: b.Link, Last: now}}
	for _, c := range b.Alerts {
		c.MDS = id
		c.Acknowledged = w.Acked[b.Label+string(c.Ref)]
		out.Conditions = append(out.Conditions, c)
	}
	if b.Link.State != mdib.LinkConnected {
		return out
	}
	w.waves[id] = map[mdib.Ref]wave{}
	for _, m := range b.Waves {
		out.Waves = append(out.Waves, station.WaveView{Device: id, Metric: m, Mode: b.Mode})
		w.waves[id][m.Ref] = wave{m, b.Rate, b.Resp}
	}
	wobble := math.Sin(now.Sub(w.Started).Seconds() / 7)
	add := func(id2, label, unit string, class mdib.SignalClass, v float64, decimals uint8, low, high float64) {
		if v == 0 {
			return
		}
		n := station.NumericView{
			Device:  id,
			Metric:  mdib.Metric{Ref: mdib.Ref(id2), Code: mdib.Code{System: mdib.SystemMDC, RefID: id2}, Label: label, Class: class, Unit: mdib.Unit{Text: unit}},
			Numeric: mdib.Numeric{Ref: mdib.Ref(id2), Time: now, Value: math.Round(v*math.Pow10(int(decimals))) / math.Pow10(int(decimals)), Decimals: decimals, Mode: b.Mode},
			Stale:   b.Stale,
			Limits:  alarms.Limits{Low: low, High: high, Enabled: !math.IsNaN(low) || !math.IsNaN(high), Priority: mdib.PriorityMedium},
		}
		for _, c := range b.Alerts {
			if c.Source == n.Metric.Ref {
				n.Alarm = max(n.Alarm, c.Priority)
			}
		}
		out.Numerics = append(out.Numerics, n)
	}
	nan := math.NaN()
	if b.Sys > 0 || b.Temp > 0 {
		add("MDC_ECG_HEART_RATE", "HR", "/min", mdib.ClassECG, b.Rate+wobble, 0, 50, 120)
	} else {
		add("MDC_PULS_OXIM_PULS_RATE", "PR", "/min", mdib.ClassSpO2, b.Rate+wobble, 0, 50, 120)
	}
	add("MDC_PULS_OXIM_SAT_O2", "SpO₂", "%", mdib.ClassSpO2, b.SpO2, 0, 92, nan)
	add("MDC_PRESS_BLD_ART_ABP_SYS", "ABP sys", "mmHg", mdib.ClassABP, b.Sys*(1+0.01*wobble), 0, 90, 160)
	add("MDC_PRESS_BLD_ART_ABP_DIA", "ABP dia", "mmHg", mdib.ClassABP, b.Dia*(1+0.01*wobble), 0, nan, nan)
	add("MDC_PRESS_BLD_ART_ABP_MEAN", "ABP mean", "mmHg", mdib.ClassABP, (b.Sys+2*b.Dia)/3, 0, 60, 110)
	add("MDC_RESP_RATE", "RR", "/min", mdib.ClassResp, b.Resp, 0, 8, 30)
	add("MDC_TEMP_BLD", "T", "°C", mdib.ClassTemp, b.Temp, 1, 36, 38.5)
	if !b.Cuff.IsZero() {
		first := len(out.Numerics)
		add("MDC_PRESS_CUFF_SYS", "NBP sys", "mmHg", mdib.ClassNIBP, 124, 0, 90, 160)
		add("MDC_PRESS_CUFF_DIA", "NBP dia", "mmHg", mdib.ClassNIBP, 71, 0, nan, nan)
		add("MDC_PRESS_CUFF_MEAN", "NBP mean", "mmHg", mdib.ClassNIBP, 89, 0, nan, nan)
		for i := first; i < len(out.Numerics); i++ {
			n := &out.Numerics[i]
			n.Metric.Episodic, n.Time, n.Age = true, b.Cuff, now.Sub(b.Cuff)
		}
	}
	if b.Sys > 0 {
		add("MDC_PULS_OXIM_PULS_RATE", "PR", "/min", mdib.ClassSpO2, b.Rate, 0, nan, nan)
		add("MDC_PULS_OXIM_PERF_REL", "Perf", "", mdib.ClassSpO2, 1.4, 1, nan, nan)
		add("MDC_ECG_AMPL_ST_II", "ST-II", "mm", mdib.ClassECG, 0.3, 1, nan, nan)
	}
	return out
}

// Samples gives a plain pulse at the bed's rate.
func (w *Ward) Samples(device uuid.UUID, ref mdib.Ref, from, to time.Time, buf []mdib.SampleArray) []mdib.SampleArray {
	s, ok := w.waves[device][ref]
	if !ok {
		return buf
	}
	const block = 256 * time.Millisecond
	first := from.Sub(w.Started) / block
	for k := first; k*block < to.Sub(w.Started); k++ {
		if k < -60 {
			continue
		}
		a := mdib.SampleArray{Ref: ref, Time: w.Started.Add(k * block)}
		for i := range int(block / s.m.Period) {
			t := (k*block + time.Duration(i)*s.m.Period).Seconds()
			a.Samples = append(a.Samples, int32(2048+1500*shape(s.m.Class, t, s.rate, s.resp)))
		}
		buf = append(buf, a)
	}
	return buf
}

func shape(c mdib.SignalClass, t, rate, resp float64) float64 {
	beat := t * rate / 60
	p := beat - math.Floor(beat)
	bump := func(at, width, high float64) float64 { d := (p - at) / width; return high * math.Exp(-d*d/2) }
	switch c {
	case mdib.ClassECG:
		if rate < 1 {
			return 0.02 * math.Sin(t*3)
		}
		return bump(.20, .025, .10) - bump(.275, .008, .08) + bump(.30, .010, .95) - bump(.325, .010, .2) + bump(.55, .045, .22)
	case mdib.ClassResp:
		return 0.7 * math.Sin(2*math.Pi*t*resp/60)
	case mdib.ClassSpO2:
		return -0.5 + bump(.42, .09, 1.2) + bump(.68, .08, .45)
	}
	return -0.6 + bump(.40, .08, 1.3) + bump(.62, .09, .6)
}

// Acknowledge keeps it.
func (w *Ward) Acknowledge(device uuid.UUID, condition mdib.Ref, now time.Time) error {
	bed := ""
	for i := range w.Beds {
		if ID(w.Beds[i].Label) == device {
			bed = w.Beds[i].Label
		}
	}
	if bed == "" && device != uuid.Nil {
		return fmt.Errorf("no device %s", device)
	}
	if w.Acked == nil {
		w.Acked = map[string]time.Time{}
	}
	w.Acked[bed+string(condition)] = now
	return nil
}

// Admit puts a patient into an empty bed.
func (w *Ward) Admit(bed string, p mdib.Patient, now time.Time) error {
	for i := range w.Beds {
		if w.Beds[i].Label == bed {
			if w.Beds[i].Encounter != nil {
				return fmt.Errorf("bed %s is occupied: discharge its patient first", bed)
			}
			w.Beds[i].Encounter = &mdib.Encounter{ID: uuid.New(), Patient: p, Location: mdib.Location{Bed: bed}, Start: now}
			return nil
		}
	}
	return fmt.Errorf("there is no bed %s", bed)
}

// Discharge empties a bed.
func (w *Ward) Discharge(bed string, now time.Time) error {
	for i := range w.Beds {
		if w.Beds[i].Label == bed && w.Beds[i].Encounter != nil {
			w.Beds[i].Encounter = nil
			return nil
		}
	}
	return fmt.Errorf("bed %s is empty", bed)
}
