package physiology

import (
	"math"
	"time"

	"lamplight/mdib"
)

// Kind is what happens to a patient in an episode.
type Kind uint8

const (
	Stable       Kind = iota // nothing: a pause in a schedule that is read by people
	Desaturation             // SpO₂ falls to 78 %, breathing and heart quicken
	Tachycardia              // sinus tachycardia, beyond the extreme limit
	Bradycardia              // sinus bradycardia, below the extreme limit
	Hypotension              // pressure falls by 45 %, the heart quickens
	Apnoea                   // no breath; SpO₂ follows after 20 s
	Asystole                 // no beat
	VentricularTachycardia
	VentricularFibrillation
	AtrialFibrillation
	LeadOff  // the ECG cable, and with it the impedance of the chest
	ProbeOff // the finger probe
	Artefact // the patient moves
)

var kindNames = [...]string{"stable", "desaturation", "tachycardia", "bradycardia", "hypotension", "apnoea", "asystole",
	"VT", "VF", "AF", "lead off", "probe off", "artefact"}

func (k Kind) String() string { return kindNames[k] }

// Kinds gives every kind of episode.
func Kinds() []Kind {
	out := make([]Kind, len(kindNames))
	for i := range out {
		out[i] = Kind(i)
	}
	return out
}

// An Episode is a stretch of time in which something happens. It comes on over
// Ramp, holds, and from Start+Length goes away over Ramp. What has no half way
// (apnoea, asystole, VT, VF, AF, lead and probe off) lasts from Start to
// Start+Length, and what follows from it takes its own time.
type Episode struct {
	Kind                Kind
	Start, Ramp, Length time.Duration
}

// A Schedule is a list of episodes. They may overlap.
type Schedule []Episode

// Repeat gives the schedule again every period, until end.
func (s Schedule) Repeat(period, end time.Duration) Schedule {
	var out Schedule
	for at := time.Duration(0); at < end; at += max(period, time.Second) {
		for _, e := range s {
			e.Start += at
			out = append(out, e)
		}
	}
	return out
}

// active reports whether an episode of this kind holds at t, when it began and
// when it ends, in seconds.
func (s Schedule) active(k Kind, t float64) (start, end float64, ok bool) {
	for _, e := range s {
		if e.Kind != k {
			continue
		}
		start, end = e.Start.Seconds(), (e.Start + e.Length).Seconds()
		if t >= start && t < end {
			return start, end, true
		}
	}
	return 0, 0, false
}

// next gives the first start after t of an episode of one of the kinds.
func (s Schedule) next(t float64, kinds ...Kind) float64 {
	first := math.Inf(1)
	for _, e := range s {
		for _, k := range kinds {
			if at := e.Start.Seconds(); e.Kind == k && at > t {
				first = min(first, at)
			}
		}
	}
	return first
}

// weight is how much of the episode has come on at t, 0 to 1, smoothly.
func (e Episode) weight(t float64) float64 {
	start, ramp, length := e.Start.Seconds(), e.Ramp.Seconds(), e.Length.Seconds()
	return smoothstep(start, start+ramp, t) - smoothstep(start+length, start+length+ramp, t)
}

// lag is how far something has come that follows an episode with a delay: it
// rises from delay after the start and falls from delay after the end, each
// over rise seconds.
func (e Episode) lag(t, delay, rise float64) float64 {
	start, end := e.Start.Seconds()+delay, (e.Start+e.Length).Seconds()+delay/2
	if end <= start {
		return 0 // over before it showed
	}
	return smoothstep(start, start+rise, t) - smoothstep(end, end+rise, t)
}

func smoothstep(a, b, t float64) float64 {
	switch {
	case t < a:
		return 0
	case t >= b:
		return 1
	}
	f := (t - a) / (b - a)
	return f * f * (3 - 2*f)
}

// vitals is what the body is about to do at one moment, before any wave or
// measurement is made of it.
type vitals struct {
	heart, breath       float64 // per minute
	systolic, diastolic float64 // mmHg, arterial
	saturation, carbon  float64 // %, mmHg (end-tidal CO₂)
	temperature         float64 // °C
	perfusion           float64 // perfusion index, %
}

// How far each kind goes, by category: adult, paediatric, neonatal.
var extremes = map[mdib.PatientCategory]struct{ tachy, brady float64 }{
	mdib.Adult:      {152, 34},
	mdib.Paediatric: {195, 44},
	mdib.Neonatal:   {228, 52},
}

func (p *Patient) vitals(t float64) vitals {
	f := &p.profile
	v := vitals{
		heart: f.HeartRate, breath: f.RespRate, systolic: f.Systolic, diastolic: f.Diastolic,
		saturation: f.SpO2, carbon: f.EtCO2, temperature: f.Temperature, perfusion: f.Perfusion,
	}
	// Slow drifts of minutes, so that trends are not ruled lines.
	v.heart *= 1 + 0.02*math.Sin(2*math.Pi*(t/1100+p.random.uniform(streamSchedule, 1)))
	drift := 1 + 0.02*math.Sin(2*math.Pi*(t/790+p.random.uniform(streamSchedule, 2)))
	v.systolic *= drift
	v.diastolic *= drift
	v.temperature += 0.15 * math.Sin(2*math.Pi*(t/21600+p.random.uniform(streamSchedule, 3)))
	x := extremes[f.Category]
	for _, e := range f.Schedule {
		w := e.weight(t)
		switch e.Kind {
		case Desaturation:
			v.saturation += w * (78 - v.saturation)
			v.heart *= 1 + 0.25*w
			v.breath *= 1 + 0.6*w
		case Tachycardia:
			v.heart += w * (x.tachy - v.heart)
			v.systolic *= 1 - 0.12*w
		case Bradycardia:
			v.heart += w * (x.brady - v.heart)
			v.systolic *= 1 - 0.08*w
			v.diastolic *= 1 - 0.22*w
		case Hypotension:
			v.systolic *= 1 - 0.45*w
			v.diastolic *= 1 - 0.45*w
			v.heart *= 1 + 0.3*w
			v.perfusion *= 1 - 0.6*w
			v.carbon *= 1 - 0.2*w
		case Apnoea:
			late := e.lag(t, 20, 60)
			v.saturation += late * (72 - v.saturation)
			v.heart *= 1 - 0.2*late
			v.carbon *= 1 + 0.3*late
		case Asystole, VentricularFibrillation:
			late := e.lag(t, 15, 40)
			v.saturation += late * (70 - v.saturation)
			v.carbon *= 1 - 0.6*late
		case VentricularTachycardia:
			late := e.lag(t, 15, 40)
			v.saturation += late * (86 - v.saturation)
			v.carbon *= 1 - 0.3*late
		case AtrialFibrillation:
			if _, _, ok := (Schedule{e}).active(AtrialFibrillation, t); ok {
				v.heart *= 1.45
				v.systolic *= 0.95
			}
		}
	}
	return v
}

// motion is how much the patient moves, 0 still to 1.
func (p *Patient) motion(t float64) float64 {
	m := 0.0
	for _, e := range p.profile.Schedule {
		if e.Kind == Artefact {
			m = max(m, e.weight(t))
		}
	}
	return m
}

// rhythm is what drives the ventricles.
type rhythm uint8

const (
	sinus rhythm = iota
	fibrillatingAtria
	ventricular
	fibrillatingVentricles
	silent
)

// rhythm gives the rhythm at t, since when it holds and when the episode that
// causes it ends (infinity for the patient's own).
func (p *Patient) rhythm(t float64) (r rhythm, since, until float64) {
	s := p.profile.Schedule
	for _, c := range []struct {
		kind Kind
		r    rhythm
	}{{Asystole, silent}, {VentricularFibrillation, fibrillatingVentricles}, {VentricularTachycardia, ventricular}, {AtrialFibrillation, fibrillatingAtria}} {
		if start, end, ok := s.active(c.kind, t); ok {
			return c.r, start, end
		}
	}
	if p.profile.AtrialFibrillation {
		return fibrillatingAtria, math.Inf(-1), math.Inf(1)
	}
	return sinus, math.Inf(-1), math.Inf(1)
}
