package physiology

import (
	"time"

	"lamplight/mdib"
)

const (
	low    = 1
	medium = 2
	high   = 3
)

// apnoeaAfter is how long a monitor waits for a breath, s.
const apnoeaAfter = 20

// limits are what a monitor comes with for a category: bands that it alarms
// outside of with medium priority, and where the heart rate is extreme.
type limits struct {
	slow, fast float64 // extreme bradycardia below, extreme tachycardia above
	bands      []band
}

type band struct {
	name   string
	lo, hi float64
}

// limitsOf gives the factory limits that common monitors share.
func limitsOf(c mdib.PatientCategory) limits {
	switch c {
	case mdib.Paediatric:
		return limits{45, 190, []band{{heartRate, 75, 160}, {oxygen, 90, 100}, {respRate, 8, 30}, {endTidal, 30, 50},
			{arterialP + "_SYS", 70, 120}, {cuffP + "_SYS", 70, 120}, {coreTemp, 36, 39}, {pvcCount, 0, 5}}}
	case mdib.Neonatal:
		return limits{55, 225, []band{{heartRate, 100, 200}, {oxygen, 85, 100}, {respRate, 30, 100}, {endTidal, 30, 45},
			{arterialP + "_SYS", 40, 90}, {cuffP + "_SYS", 40, 90}, {coreTemp, 36, 39}, {pvcCount, 0, 5}}}
	}
	return limits{40, 140, []band{{heartRate, 50, 120}, {oxygen, 90, 100}, {respRate, 8, 30}, {endTidal, 30, 50},
		{arterialP + "_SYS", 90, 160}, {cuffP + "_SYS", 90, 160}, {coreTemp, 36, 39}, {pvcCount, 0, 10}}}
}

// Events implements Signal: what a monitor with factory limits would announce,
// the most urgent first. Of the conditions of one signal only the gravest is
// announced.
func (p *Patient) Events(at time.Duration) []Event {
	t := at.Seconds()
	get := func(name string) reading { r, _ := p.reading(name, at); return r }
	var out []Event
	grave := map[string]bool{}
	add := func(source, code string, priority uint8) {
		out = append(out, Event{Source: source, Code: code, Priority: priority})
		grave[source] = true
	}
	own := limitsOf(p.profile.Category)
	hr := get(heartRate)
	if hr.state != SensorOff {
		if code, priority := p.arrhythmia(t, hr.value, own); code != "" {
			add(heartRate, code, priority)
		}
	}
	if rr := get(respRate); rr.state != SensorOff {
		if _, since := p.breathRate(t); since >= apnoeaAfter {
			add(respRate, "MDC_EVT_APNEA", high)
		}
	}
	if sat := get(oxygen); sat.state != SensorOff && sat.value < 80 {
		add(oxygen, "MDC_EVT_DESAT", high)
	}
	if _, since, _ := p.rhythm(t); len(out) == 0 || !grave[heartRate] {
		if r, _, _ := p.rhythm(t); r == fibrillatingAtria && hr.state != SensorOff && t-since > 10 {
			out = append(out, Event{Source: heartRate, Code: "NOM_EVT_ECG_ATR_FIB", Priority: medium})
		}
	}
	for _, b := range own.bands {
		v := get(b.name)
		if v.state == Absent || grave[b.name] || v.state == SensorOff || v.state == Doubtful && b.name != oxygen {
			continue
		}
		switch {
		case v.value < b.lo:
			add(b.name, "MDC_EVT_LO", medium)
		case v.value > b.hi && b.name == pvcCount:
			add(b.name, "MDC_EVT_ECG_V_P_C_RATE", medium)
		case v.value > b.hi:
			add(b.name, "MDC_EVT_HI", medium)
		}
	}
	return append(out, p.technical(t)...)
}

// arrhythmia gives the gravest arrhythmia that a monitor would announce.
func (p *Patient) arrhythmia(t, rate float64, own limits) (code string, priority uint8) {
	r, since, _ := p.rhythm(t)
	if r == fibrillatingVentricles && t-since >= 4 {
		return "NOM_EVT_ECG_V_FIB_TACHY", high
	}
	recent := p.beats.between(t-6, t)
	run := 0
	for i := len(recent) - 1; i >= 0 && recent[i].shape == ventricle; i-- {
		run++
	}
	if run >= 5 && t-recent[len(recent)-1].at < 2 {
		return "MDC_EVT_ECG_V_TACHY", high
	}
	switch {
	case r != fibrillatingVentricles && t-p.beats.at(t).at >= still:
		return "MDC_EVT_ECG_ASYSTOLE", high
	case rate > own.fast:
		return "MDC_EVT_ECG_TACHY_EXTREME", high
	case rate < own.slow && rate > 0:
		return "MDC_EVT_ECG_BRADY_EXTREME", high
	}
	return "", 0
}

// technical gives the technical conditions.
func (p *Patient) technical(t float64) []Event {
	var out []Event
	s := p.profile.Schedule
	if _, _, off := s.active(LeadOff, t); off {
		out = append(out, Event{Source: heartRate, Code: "MDC_EVT_LEADS_OFF", Technical: true, Priority: medium})
	} else if p.motion(t) > 0.5 {
		out = append(out, Event{Source: heartRate, Code: "MDC_EVT_NOISY", Technical: true, Priority: low})
	}
	if _, _, off := s.active(ProbeOff, t); off {
		out = append(out, Event{Source: oxygen, Code: "MDC_EVT_SENSOR_DISCONN", Technical: true, Priority: low})
	}
	return out
}
