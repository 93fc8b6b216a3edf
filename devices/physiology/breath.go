package physiology

import "math"

// A breath begins with its inspiration.
type breath struct {
	at, period float64 // s
	depth      float64 // 1 = usual
}

// nextBreath gives the breath after b, which is the n-th. An apnoea takes the
// place of the breaths that would begin in it.
func (p *Patient) nextBreath(b breath, n int64) breath {
	at := b.at + b.period
	if _, end, ok := p.profile.Schedule.active(Apnoea, at); ok {
		at = end
	}
	rate := p.vitals(at).breath
	return breath{
		at:     at,
		period: 60 / rate * (1 + 0.05*p.random.normal(streamBreath, n)),
		depth:  max(0.4, 1+0.08*p.random.normal(streamDepth, n)),
	}
}

// inspired is the share of the breath that is inspiration.
const inspired = 0.4

// volume is the volume of the lungs at t above its resting level, 1 at the top
// of a usual breath: inspiration by a half sine, expiration passive, as the
// emptying of a compartment against its inertia.
func (p *Patient) volume(t float64) float64 {
	b := p.breaths.at(t)
	x := (t - b.at) / b.period
	if x >= 1 {
		return 0
	}
	if x < inspired {
		s := math.Sin(math.Pi / 2 * x / inspired)
		return b.depth * s * s
	}
	// What is left at the end of the breath is taken off, so that breaths join.
	const tau = 0.10
	empty := func(x float64) float64 { return (1 + x/tau) * math.Exp(-x/tau) }
	left := empty(1 - inspired)
	return b.depth * (empty(x-inspired) - left) / (1 - left)
}

// capnogram is the partial pressure of CO₂ at the airway: the four phases of
// Bhavani-Shankar (1992). Dead space comes first (I), then the mixed front as a
// logistic (II), the alveolar plateau with its slope (III), and the fall with
// the next inspiration (0).
func (p *Patient) capnogram(t float64) float64 {
	b := p.breaths.at(t)
	x := t - b.at
	et := p.vitals(b.at).carbon
	insp := inspired * b.period
	if x < insp {
		// The end of the breath before, washed out by fresh gas.
		before := p.breaths.at(b.at - 1e-6)
		gap := max(0, b.at-before.at-before.period)
		return p.vitals(before.at).carbon * math.Exp(-gap/3) / (1 + math.Exp((x-0.10)/0.025))
	}
	exp := b.period - insp
	front := 1 / (1 + math.Exp(-(x-insp-0.16*exp)/(0.022*exp)))
	slope := 0.90 + 0.10*min(1, (x-insp)/exp)
	co2 := et * front * slope
	if x > b.period { // no breath follows: the sample line draws room air
		co2 *= math.Exp(-(x - b.period) / 3)
	}
	return co2
}

// impedance is the impedance of the chest between the ECG electrodes, Ohm above
// its lowest, with the small strokes that the heart makes in it.
func (p *Patient) impedance(t float64) float64 {
	z := 0.95*p.volume(t) + 0.03*p.random.smooth(streamWander+100, t, 0.3)
	for _, b := range p.beats.between(t-0.6, t) {
		z += 0.04 * b.stroke * math.Exp(-sq((t-b.at-0.24)/0.07))
	}
	if m := p.motion(t); m > 0 {
		z += 0.5 * m * p.random.smooth(streamMotion+100, t, 2.5)
	}
	return z
}

func sq(x float64) float64 { return x * x }
