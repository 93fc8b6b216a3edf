package physiology

import (
	"math"
	"strings"
	"time"
)

// A reading is one numeric.
type reading struct {
	value float64
	state State
}

// readings are all numerics of one moment.
type readings struct {
	at     time.Duration
	values map[string]reading
}

// Value implements Signal. Values are rounded as monitors show them.
func (p *Patient) Value(refID string, at time.Duration) (float64, State) {
	r, ok := p.read(at)[refID]
	if !ok {
		return math.NaN(), Absent
	}
	return r.value, r.state
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

// read works out every numeric at a moment.
func (p *Patient) read(at time.Duration) map[string]reading {
	if p.seen.values != nil && p.seen.at == at {
		return p.seen.values
	}
	t := at.Seconds()
	out := map[string]reading{}
	p.readHeart(t, out)
	p.readOximeter(t, out)
	p.readBreathing(t, out)
	p.readPressures(at, out)
	v := p.vitals(t)
	for name, below := range map[string]float64{coreTemp: 0, "MDC_TEMP": 0.2, "MDC_TEMP_SKIN": 3.1} {
		out[name] = reading{round(v.temperature-below, 1), Measured}
	}
	p.seen = readings{at, out}
	return out
}

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
		gap := last - b.at
		if n == 0 && math.IsNaN(last) {
			gap = 0
			if t-b.at > still {
				return 0
			}
		} else {
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

func (p *Patient) readHeart(t float64, out map[string]reading) {
	state := Measured
	switch _, _, off := p.profile.Schedule.active(LeadOff, t); {
	case off:
		state = SensorOff
	case p.motion(t) > 0.5:
		state = Doubtful
	}
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
	put("MDC_ECG_TIME_PD_QT_GL", 1000*(0.345*math.Sqrt(usual.rr)+0.045), 0)
	put("MDC_ECG_TIME_PD_QTc", 1000*(0.345+0.045/math.Sqrt(usual.rr)), 0)
}

// averaging is how far an oximeter lags behind the blood, s.
const averaging = 8

func (p *Patient) readOximeter(t float64, out map[string]reading) {
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

func (p *Patient) readBreathing(t float64, out map[string]reading) {
	rate, _ := p.breathRate(t)
	state := Measured
	switch _, _, off := p.profile.Schedule.active(LeadOff, t); {
	case off:
		state = SensorOff
	case p.motion(t) > 0.5:
		state = Doubtful
	}
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
	put := func(name string, s, d, m float64, pulsatile bool) {
		state := Measured
		if !pulsatile {
			state = Doubtful
		}
		out[name+"_SYS"] = reading{round(s, 0), state}
		out[name+"_DIA"] = reading{round(d, 0), state}
		out[name+"_MEAN"] = reading{round(m, 0), Measured}
		out[name] = out[name+"_MEAN"]
	}
	if p.profile.Arterial {
		s, d, m, ok := p.pulsations(p.arterialPressure, t)
		put(arterialP, s, d, m, ok)
		put("MDC_PRESS_BLD_ART", s, d, m, ok)
	}
	if p.profile.Pulmonary {
		s, d, m, ok := p.pulsations(p.pulmonaryPressure, t)
		put("MDC_PRESS_BLD_ART_PULM", s, d, m, ok)
	}
	if p.profile.Central {
		s, d, m, _ := p.pulsations(p.venousPressure, t)
		put("MDC_PRESS_BLD_VEN_CENT", s, d, m, true)
	}
	// The cuff listens to the artery while it measures.
	// What it took before the play began it took at rest.
	taken := max(-5, p.Measured(cuffP, at).Seconds())
	s, d, m, ok := p.pulsations(p.arterialPressure, taken)
	off := 2.5 * p.random.normal(streamCuff, int64(p.Measured(cuffP, at)/time.Second))
	put(cuffP, s+off, d+off, m+off, ok)
	out["MDC_PULS_RATE_NON_INV"] = reading{round(p.rate(taken, p.pulsed), 0), out[cuffP].state}
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
