package physiology

import (
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// A reading is one numeric.
type reading struct {
	value float64
	state State
}

// readings are the numerics of one moment, worked out by groups as they are
// asked for.
type readings struct {
	at     time.Duration
	done   [6]bool // of groups
	values map[string]reading
}

// groups are the numerics that are measured together, by how their names begin.
var groups = [len(readings{}.done)]struct {
	names []string
	read  func(*Patient, time.Duration, map[string]reading)
}{
	{[]string{"MDC_ECG_"}, (*Patient).readHeart},
	{[]string{"MDC_PULS_OXIM_", "MDC_PLETH_", "MDC_BLD_PERF_"}, (*Patient).readOximeter},
	{[]string{"MDC_RESP_", "MDC_TTHOR_", "MDC_AWAY_", "MDC_CONC_AWAY_", "MDC_CO2_"}, (*Patient).readBreathing},
	{[]string{"MDC_PRESS_BLD_NONINV", "MDC_PULS_RATE_NON_INV"}, (*Patient).readCuff},
	{[]string{"MDC_PRESS_BLD_"}, (*Patient).readPressures},
	{[]string{"MDC_TEMP"}, (*Patient).readTemperatures},
}

// Value implements Signal. Values are rounded as monitors show them.
func (p *Patient) Value(refID string, at time.Duration) (float64, State) {
	r, ok := p.reading(refID, at)
	if !ok {
		return math.NaN(), Absent
	}
	return r.value, r.state
}

func (p *Patient) reading(refID string, at time.Duration) (reading, bool) {
	if p.seen.values == nil || p.seen.at != at {
		p.seen = readings{at: at, values: map[string]reading{}}
	}
	begins := func(prefix string) bool { return strings.HasPrefix(refID, prefix) }
	for i, g := range groups {
		if slices.ContainsFunc(g.names, begins) {
			if !p.seen.done[i] {
				g.read(p, at, p.seen.values)
				p.seen.done[i] = true
			}
			break
		}
	}
	r, ok := p.seen.values[refID]
	return r, ok
}

// Measured implements Episodic.
func (p *Patient) Measured(refID string, at time.Duration) time.Duration {
	if !strings.HasPrefix(refID, "MDC_PRESS_BLD_NONINV") && refID != "MDC_PULS_RATE_NON_INV" {
		return at
	}
	interval := p.profile.CuffInterval
	offset := time.Duration(p.random.uniform(streamCuff, -1) * float64(interval))
	n := math.Floor(float64(at+offset) / float64(interval))
	return time.Duration(n)*interval - offset
}

// The names of the numerics that a patient has.
const (
	heartRate = "MDC_ECG_HEART_RATE"
	oxygen    = "MDC_PULS_OXIM_SAT_O2"
	respRate  = "MDC_RESP_RATE"
	airwayRR  = "MDC_AWAY_RESP_RATE"
	endTidal  = "MDC_AWAY_CO2_ET"
	pvcCount  = "MDC_ECG_V_P_C_CNT"
	coreTemp  = "MDC_TEMP_CORE"
	arterialP = "MDC_PRESS_BLD_ART_ABP"
	cuffP     = "MDC_PRESS_BLD_NONINV"
)

func round(v float64, decimals int) float64 {
	k := math.Pow(10, float64(decimals))
	return math.Round(v*k) / k
}

// still is how long a monitor waits for a beat before it says there is none, s.
const still = 4

// rate is the mean rate of the newest beats, at most eight, that are accepted;
// 0 when none came for a while.
func (p *Patient) rate(t float64, accept func(beat) bool) float64 {
	last, sum, n := math.NaN(), 0.0, 0
	all := p.beats.between(t-16, t)
	for i := len(all) - 1; i >= 0 && n < 8; i-- {
		b := all[i]
		if !accept(b) {
			continue
		}
		if n == 0 && math.IsNaN(last) {
			if t-b.at > still {
				return 0
			}
		} else {
			gap := last - b.at
			if gap > still {
				break
			}
			sum += gap
			n++
		}
		last = b.at
	}
	if n == 0 {
		return 0
	}
	return 60 * float64(n) / sum
}

// leads is the state of what the electrodes on the chest measure.
func (p *Patient) leads(t float64) State {
	if _, _, off := p.profile.Schedule.active(LeadOff, t); off {
		return SensorOff
	}
	if p.motion(t) > 0.5 {
		return Doubtful
	}
	return Measured
}

func (p *Patient) readHeart(at time.Duration, out map[string]reading) {
	t := at.Seconds()
	state := p.leads(t)
	put := func(name string, v float64, decimals int) {
		if state == SensorOff {
			v = math.NaN()
		}
		out[name] = reading{round(v, decimals), state}
	}
	put(heartRate, p.rate(t, func(b beat) bool { return b.shape != noComplex }), 0)
	last := p.beats.at(t)
	btb := 60 / last.rr
	if t-last.at > still {
		btb = 0
	}
	put("MDC_ECG_CARD_BEAT_RATE_BTB", btb, 0)
	pvcs := 0
	for _, b := range p.beats.between(t-60, t) {
		if b.shape == premature || b.shape == ventricle {
			pvcs++
		}
	}
	put(pvcCount, float64(pvcs), 0)
	usual := beat{shape: conducted, rr: 60 / p.vitals(t).heart}
	for name, l := range leads {
		lead := strings.TrimPrefix(name, "MDC_ECG_ELEC_POTL")
		if lead == "" {
			continue
		}
		// The ST level, 60 ms after the end of the QRS against the level before
		// it, in mm at 10 mm/mV.
		st := 10 * (p.complex(l, usual, 0.11) - p.complex(l, usual, -0.075))
		put("MDC_ECG_AMPL_ST"+lead, st, 1)
	}
	// The QRS begins 45 ms before its peak and the T wave ends 320 ms after it in
	// a cycle of a second, stretched as the wave is.
	put("MDC_ECG_TIME_PD_QT_GL", 1000*(0.320*math.Sqrt(usual.rr)+0.045), 0)
	put("MDC_ECG_TIME_PD_QTc", 1000*(0.320+0.045/math.Sqrt(usual.rr)), 0)
}

// averaging is how far an oximeter lags behind the blood, s.
const averaging = 8

func (p *Patient) readOximeter(at time.Duration, out map[string]reading) {
	t := at.Seconds()
	state := Measured
	pulse := p.rate(t-plethDelay, p.pulsed)
	sat := p.vitals(t-averaging).saturation + 0.35*p.random.smooth(streamSaturation, t, 0.08)
	switch _, _, off := p.profile.Schedule.active(ProbeOff, t); {
	case off:
		state, pulse, sat = SensorOff, math.NaN(), math.NaN()
	case pulse == 0 || p.motion(t) > 0.5:
		state = Doubtful // no pulse to go by: the last saturation is held
	}
	perf, n := 0.0, 0.0
	for _, b := range p.beats.between(t-8, t) {
		if p.pulsed(b) {
			perf += p.vitals(b.at).perfusion * b.stroke
			n++
		}
	}
	if n > 0 {
		perf /= n
	}
	if state == SensorOff {
		perf = math.NaN()
	}
	out[oxygen] = reading{round(min(100, sat), 0), state}
	out["MDC_PULS_OXIM_PULS_RATE"] = reading{round(pulse, 0), state}
	out["MDC_PLETH_PULS_RATE"] = out["MDC_PULS_OXIM_PULS_RATE"]
	out["MDC_PULS_OXIM_PERF_REL"] = reading{round(perf, 2), state}
	out["MDC_BLD_PERF_INDEX"] = out["MDC_PULS_OXIM_PERF_REL"]
}

// breathRate is the mean rate of the newest breaths within half a minute, and
// how long ago the last one began.
func (p *Patient) breathRate(t float64) (rate, since float64) {
	all := p.breaths.between(t-30, t)
	since = t - p.breaths.at(t).at
	if n := len(all) - 1; n > 0 {
		first := max(0, n-8)
		rate = 60 * float64(n-first) / (all[n].at - all[first].at)
		if since > 2.5*60/rate+2 { // breaths are overdue
			rate = min(rate, 60/since)
		}
	}
	if since >= apnoeaAfter {
		rate = 0
	}
	return rate, since
}

func (p *Patient) readBreathing(at time.Duration, out map[string]reading) {
	t := at.Seconds()
	rate, _ := p.breathRate(t)
	state := p.leads(t)
	chest := rate
	if state == SensorOff {
		chest = math.NaN()
	}
	out[respRate] = reading{round(chest, 0), state}
	out["MDC_TTHOR_RESP_RATE"] = out[respRate]
	if !p.profile.Capnography {
		return
	}
	// The end-tidal value is the highest of the newest whole breath.
	b := p.breaths.at(t)
	whole := p.breaths.at(b.at - 1e-6)
	et := 0.0
	if t-b.at < apnoeaAfter {
		for x := 0.5; x <= 1; x += 0.02 {
			et = max(et, p.capnogram(whole.at+x*whole.period-1e-6))
		}
	}
	out[airwayRR] = reading{round(rate, 0), Measured}
	out["MDC_CO2_RESP_RATE"] = out[airwayRR]
	for _, name := range []string{endTidal, "MDC_CONC_AWAY_CO2_ET"} {
		out[name] = reading{round(et, 0), Measured}
	}
	for _, name := range []string{"MDC_AWAY_CO2_INSP_MIN", "MDC_CONC_AWAY_CO2_INSP_MIN"} {
		out[name] = reading{0, Measured}
	}
}

func (p *Patient) readPressures(at time.Duration, out map[string]reading) {
	t := at.Seconds()
	if p.profile.Arterial {
		p.pulsating(out, arterialP, p.arterialPressure, t)
	}
	if p.profile.Pulmonary {
		p.pulsating(out, "MDC_PRESS_BLD_ART_PULM", p.pulmonaryPressure, t)
	}
	if p.profile.Central {
		p.pulsating(out, "MDC_PRESS_BLD_VEN_CENT", p.venousPressure, t)
	}
}

// readCuff listens to the artery when the cuff measured. What it took before
// the play began it took at rest.
func (p *Patient) readCuff(at time.Duration, out map[string]reading) {
	taken := p.Measured(cuffP, at)
	if p.cuff.values == nil || p.cuff.at != taken { // kept: it may be of long ago
		t := max(-5, taken.Seconds())
		off := 2.5 * p.random.normal(streamCuff, int64(taken/time.Second))
		wave := func(t float64) float64 { return p.arterialPressure(t) + off }
		p.cuff = readings{at: taken, values: map[string]reading{}}
		p.pulsating(p.cuff.values, cuffP, wave, t)
		p.cuff.values["MDC_PULS_RATE_NON_INV"] = reading{round(p.rate(t, p.pulsed), 0), p.cuff.values[cuffP+"_SYS"].state}
	}
	maps.Copy(out, p.cuff.values)
}

func (p *Patient) readTemperatures(at time.Duration, out map[string]reading) {
	core := p.vitals(at.Seconds()).temperature
	out[coreTemp] = reading{round(core, 1), Measured}
	out["MDC_TEMP"] = reading{round(core-0.2, 1), Measured}
	out["MDC_TEMP_SKIN"] = reading{round(core-3.1, 1), Measured}
}

// pulsating puts the parts of a pressure under its name. Without pulsations only
// the mean is sure.
func (p *Patient) pulsating(out map[string]reading, name string, wave func(float64) float64, t float64) {
	s, d, m, ok := p.pulsations(wave, t)
	state := Measured
	if !ok {
		state = Doubtful
	}
	out[name+"_SYS"] = reading{round(s, 0), state}
	out[name+"_DIA"] = reading{round(d, 0), state}
	out[name+"_MEAN"] = reading{round(m, 0), Measured}
	out[name] = out[name+"_MEAN"]
}

// pulsations gives the means of the highest and lowest pressures of the beats
// of the last seconds, and the mean pressure over whole beats. It reports false
// when there were no beats: then all is the mean.
func (p *Patient) pulsations(wave func(float64) float64, t float64) (sys, dia, mean float64, ok bool) {
	const step, delay = 0.008, 0.14
	feet := []float64{}
	for _, b := range p.beats.between(t-6, t-delay) {
		feet = append(feet, b.at+delay)
	}
	if len(feet) < 2 || t-feet[len(feet)-1] > still {
		for x := t - 1; x < t; x += step {
			mean += wave(x) * step
		}
		return mean, mean, mean, false
	}
	feet = feet[max(0, len(feet)-5):]
	n := 0
	for i := 1; i < len(feet); i++ {
		hi, lo := math.Inf(-1), math.Inf(1)
		for x := feet[i-1]; x < feet[i]; x += step {
			y := wave(x)
			hi, lo = max(hi, y), min(lo, y)
			mean += y
			n++
		}
		sys += hi
		dia += lo
	}
	beats := float64(len(feet) - 1)
	return sys / beats, dia / beats, mean / float64(n), true
}
