package physiology

import (
	"math"
	"sort"
	"strings"
	"time"
)

// What a bedside monitor would measure on a recorded wave, worked out once for
// the whole recording.

// strokes are the moments of beats or breaths, in seconds, in order.
type strokes []float64

// last gives the rate per minute of the newest strokes, eight intervals at most
// and none longer than pause. It is 0 when none came for that long.
func (s strokes) last(t, pause float64) float64 {
	i := sort.SearchFloat64s(s, t)
	if i == 0 || t-s[i-1] > pause {
		return 0
	}
	n := 0
	for n < 8 && i-n-2 >= 0 && s[i-n-1]-s[i-n-2] <= pause {
		n++
	}
	if n == 0 {
		return 0
	}
	return 60 * float64(n) / (s[i-1] - s[i-1-n])
}

// physical gives a whole signal; where nothing was recorded the last value holds.
func physical(c recorded) []float64 {
	v := make([]float64, int(c.length*c.rate))
	c.signal.Physical(0, v)
	held := 0.0
	for i, x := range v {
		if math.IsNaN(x) {
			v[i] = held
			continue
		}
		held = x*c.gain + c.offset
		v[i] = held
	}
	return v
}

// mean gives the moving mean over n values around each.
func mean(v []float64, n int) []float64 {
	n = max(1, n)
	out := make([]float64, len(v))
	sum := 0.0
	for i := range len(v) + n/2 {
		if i < len(v) {
			sum += v[i]
		}
		if i >= n {
			sum -= v[i-n]
		}
		if k := i - n/2; k >= 0 {
			out[k] = sum / float64(n)
		}
	}
	return out
}

// complexesOf finds the QRS complexes of an ECG, after Pan and Tompkins (IEEE
// Trans Biomed Eng 1985): band-pass, slope, square, integrate over a complex.
func complexesOf(v []float64, rate float64) strokes {
	band := mean(mean(v, int(0.03*rate)), int(0.03*rate))
	slow := mean(v, int(0.20*rate))
	for i := range band {
		band[i] -= slow[i]
	}
	energy := make([]float64, len(v))
	for i := 1; i < len(v); i++ {
		energy[i] = sq((band[i] - band[i-1]) * rate)
	}
	return peaksOf(mean(energy, int(0.11*rate)), rate, 0.22)
}

// pulsesOf finds the upstrokes of a pressure or pleth wave by the sum of rises
// (Zong et al., Computers in Cardiology 2003).
func pulsesOf(v []float64, rate float64) strokes {
	smooth := mean(v, int(0.05*rate))
	rise := make([]float64, len(v))
	for i := 1; i < len(v); i++ {
		rise[i] = sq(max(0, smooth[i]-smooth[i-1]) * rate)
	}
	return peaksOf(mean(rise, int(0.13*rate)), rate, 0.25)
}

// peaksOf gives the moments of the peaks that stand out: at least apart seconds
// from one another, above a quarter of the way from the usual noise to the
// usual peak. When one is overdue, half of that is enough.
func peaksOf(v []float64, rate, apart float64) strokes {
	gap := max(1, int(apart*rate))
	// Candidates: the highest of every neighbourhood of that width.
	var at []int
	for i := range v {
		if i == 0 || v[i] < v[i-1] || i+1 < len(v) && v[i] <= v[i+1] || v[i] <= 0 {
			continue
		}
		if n := len(at); n > 0 && i-at[n-1] < gap {
			if v[i] > v[at[n-1]] {
				at[n-1] = i
			}
			continue
		}
		at = append(at, i)
	}
	var signal, noise float64
	for _, i := range at { // begin with what the first seconds show
		if float64(i) > 8*rate {
			break
		}
		signal = max(signal, v[i])
	}
	signal *= 0.5
	floor := signal // a slow memory of signal: in silence noise must not pass for it
	var out strokes
	interval := 0.8
	for k, i := range at {
		t := float64(i) / rate
		threshold := max(noise+0.25*(signal-noise), 0.03*floor)
		// A candidate passed over is taken when the next is late.
		if n := len(out); n > 0 && t-out[n-1] > 1.7*interval && k > 0 {
			best := -1
			for j := k - 1; j >= 0 && float64(at[j])/rate > out[n-1]+0.3; j-- {
				if v[at[j]] > max(threshold/2, 0.03*floor) && (best < 0 || v[at[j]] > v[at[best]]) {
					best = j
				}
			}
			if best >= 0 {
				out = append(out, float64(at[best])/rate)
				signal += 0.2 * (v[at[best]] - signal)
			}
		}
		if v[i] < threshold {
			noise += 0.125 * (v[i] - noise)
			if n := len(out); n > 0 && t-out[n-1] > 4 {
				signal *= 0.9 // weaker than it was, or silent
			}
			continue
		}
		signal += 0.125 * (min(v[i], 4*signal) - signal)
		floor += 0.02 * (signal - floor)
		if n := len(out); n > 0 {
			if rr := t - out[n-1]; rr < 3 {
				interval += 0.2 * (rr - interval)
			}
		}
		out = append(out, t)
	}
	return out
}

// breathsOf finds the inspirations: crossings of the moving mean upwards, after
// a fall below it by a part of the usual swing.
func breathsOf(v []float64, rate float64) strokes {
	smooth := mean(v, int(0.4*rate))
	middle := mean(v, int(8*rate))
	swing := make([]float64, len(v))
	for i := range v {
		swing[i] = math.Abs(smooth[i] - middle[i])
	}
	swing = mean(swing, int(20*rate))
	var out strokes
	below := false
	for i := range smooth {
		switch d := smooth[i] - middle[i]; {
		case d < -0.4*swing[i]:
			below = true
		case d > 0.4*swing[i] && below && swing[i] > 0.01:
			out = append(out, float64(i)/rate)
			below = false
		}
	}
	return out
}

// pressures are the pulsations of a recorded pressure, one of each pulse.
type pressures struct {
	at            strokes
	sys, dia, mid []float64
}

func pressuresOf(v []float64, rate float64) pressures {
	p := pressures{at: pulsesOf(v, rate)}
	for i, t := range p.at {
		from, to := int((t-0.25)*rate), int((t+0.5)*rate)
		if i+1 < len(p.at) {
			to = int((p.at[i+1] - 0.1) * rate)
		}
		from, to = max(0, from), min(len(v), min(to, from+int(2*rate)))
		hi, lo, sum := math.Inf(-1), math.Inf(1), 0.0
		for _, x := range v[from:max(from+1, to)] {
			hi, lo, sum = max(hi, x), min(lo, x), sum+x
		}
		p.sys, p.dia = append(p.sys, hi), append(p.dia, lo)
		p.mid = append(p.mid, sum/float64(max(1, to-from)))
	}
	return p
}

// last gives the means of the newest pulses, four at most; false when none came
// for a while.
func (p pressures) last(t float64) (sys, dia, mean float64, ok bool) {
	i := sort.SearchFloat64s(p.at, t)
	if i == 0 || t-p.at[i-1] > still {
		return 0, 0, 0, false
	}
	n := 0.0
	for j := max(0, i-4); j < i; j++ {
		sys, dia, mean, n = sys+p.sys[j], dia+p.dia[j], mean+p.mid[j], n+1
	}
	return sys / n, dia / n, mean / n, true
}

// measure works out what a monitor would show of the waves of a replay.
func (r *replay) measure() {
	r.pressure = map[string]pressures{}
	for _, name := range []string{"MDC_ECG_ELEC_POTL_II", "MDC_ECG_ELEC_POTL_V", "MDC_ECG_ELEC_POTL_I", "MDC_ECG_ELEC_POTL_III", "MDC_ECG_ELEC_POTL_MCL"} {
		if c, ok := r.tracks[name]; ok && c.rate > slowest {
			r.heart, r.lead = complexesOf(physical(c), c.rate), name
			break
		}
	}
	for name, c := range r.tracks {
		if c.rate <= slowest {
			continue
		}
		switch {
		case name == plethWave:
			r.pulse = pulsesOf(physical(c), c.rate)
		case name == "MDC_RESP":
			r.breath = breathsOf(physical(c), c.rate)
		case strings.HasPrefix(name, "MDC_PRESS_BLD"):
			r.pressure[name] = pressuresOf(physical(c), c.rate)
		}
	}
}

// derived gives a numeric that is measured on a wave of the recording.
func (r *replay) derived(refID string, at time.Duration) (float64, State) {
	t := r.place(at)
	on := func(wave string, v float64, decimals int) (float64, State) {
		c, ok := r.tracks[wave]
		if !ok {
			return math.NaN(), Absent
		}
		var now [1]float64
		if c.signal.Physical(int64(t*c.rate), now[:]); math.IsNaN(now[0]) {
			return math.NaN(), SensorOff
		}
		return round(v, decimals), Measured
	}
	switch refID {
	case heartRate:
		return on(r.lead, r.heart.last(t, still), 0)
	case "MDC_PULS_OXIM_PULS_RATE", "MDC_PLETH_PULS_RATE":
		return on(plethWave, r.pulse.last(t, still), 0)
	case respRate, "MDC_TTHOR_RESP_RATE":
		return on("MDC_RESP", r.breath.last(t, apnoeaAfter), 0)
	}
	for name, p := range r.pressure {
		part, ok := strings.CutPrefix(refID, name)
		if !ok {
			continue
		}
		sys, dia, mean, pulsatile := p.last(t)
		if !pulsatile {
			continue
		}
		switch part {
		case "_SYS":
			return on(name, sys, 0)
		case "_DIA":
			return on(name, dia, 0)
		case "_MEAN", "":
			return on(name, mean, 0)
		}
	}
	return math.NaN(), Absent
}
