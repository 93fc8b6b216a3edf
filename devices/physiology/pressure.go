package physiology

import "math"

// Pressures come of a windkessel: the vessels are a compliance that each beat
// fills with its stroke and that runs off through a resistance towards the
// pressure at which flow stops. To this reservoir the excess pressure of the
// inflow is added, as characteristic impedance times flow (the third element,
// Westerhof 1971; the split after Wang, Parker and others, 2003), and what the
// valve does when it closes. Being linear, it needs from the past only the
// reservoir's pressure at the last beat, and does by itself what vessels do
// when beats are early, weak, irregular or absent.

// bed is one vascular bed.
type bed struct {
	rest      float64 // mmHg at which flow stops
	delay     float64 // s from the R peak to the foot at the place of measurement
	impedance float64 // s, characteristic impedance times compliance
	reflected float64 // of the stroke's pressure, late in systole
	notch     float64
}

var (
	arterial  = &bed{rest: 13, delay: 0.17, impedance: 0.055, reflected: 0.10, notch: 0.075}
	pulmonary = &bed{rest: 5, delay: 0.09, impedance: 0.050, reflected: 0.03, notch: 0.07}
)

// scale is what calibrates a bed to a patient: the pressure that a usual stroke
// fills it by, the time constant of its run-off, and the duration of ejection.
type scale struct{ fill, tau, ejection float64 }

// vessel is a bed from the beginning of one ejection on.
type vessel struct {
	scale
	reservoir float64 // mmHg above rest when the ejection begins
}

// next gives the vessel delta seconds later, at the next ejection.
func (v vessel) next(delta float64, s scale, stroke float64) vessel {
	n := vessel{scale: s, reservoir: v.storage(delta)}
	n.fill *= stroke
	return n
}

// storage is the reservoir's pressure above rest x seconds into the beat.
func (v vessel) storage(x float64) float64 {
	if v.tau == 0 {
		return 0
	}
	return v.reservoir*math.Exp(-x/v.tau) + v.fill*filled(x, v.tau, v.ejection)
}

// Inflow is early and quick: most of the stroke in the first part of ejection,
// each share a raised cosine.
var inflow = [2]struct{ share, part float64 }{{0.60, 0.62}, {0.40, 1}}

// flow is the inflow x seconds after its begin, per unit of stroke and second.
func flow(x, ejection float64) float64 {
	q := 0.0
	for _, h := range inflow {
		if e := h.part * ejection; x > 0 && x < e {
			q += h.share / e * (1 - math.Cos(2*math.Pi*x/e))
		}
	}
	return q
}

// filled solves y' = flow - y/tau with y(0) = 0.
func filled(x, tau, ejection float64) float64 {
	if x <= 0 {
		return 0
	}
	y := 0.0
	for _, h := range inflow {
		e := h.part * ejection
		w := 2 * math.Pi / e
		in := min(x, e)
		d := math.Exp(-in / tau)
		s := tau*(1-d) - ((math.Cos(w*in)-d)/tau+w*math.Sin(w*in))/(1/(tau*tau)+w*w)
		y += h.share / e * s * math.Exp(-(x-in)/tau)
	}
	return y
}

// pressure is the pressure x seconds after the foot.
func (b *bed) pressure(v vessel, x float64) float64 {
	p := b.rest + v.storage(x)
	if v.ejection == 0 {
		return p
	}
	e := v.ejection
	p += v.fill * (b.impedance*flow(x, e) +
		b.reflected*math.Exp(-sq((x-0.66*e)/0.085)) -
		b.notch*math.Exp(-sq((x-e)/0.026)) +
		0.7*b.notch*math.Exp(-sq((x-e-0.075)/0.050)))
	return p
}

// A calibration is kept by what it was made for, in steps too fine to see.
type calibrationKey struct {
	bed                         *bed
	systolic, diastolic, period int
}

// calibrate finds the fill and the run-off with which steady beats of the given
// period (s) have the given systolic and diastolic pressures.
func (p *Patient) calibrate(b *bed, systolic, diastolic, period float64) scale {
	key := calibrationKey{b, int(math.Round(2 * systolic)), int(math.Round(2 * diastolic)), int(math.Round(50 * period))}
	if s, ok := p.scales[key]; ok {
		return s
	}
	if len(p.scales) > 4096 {
		clear(p.scales)
	}
	period = max(0.02, float64(key.period)/50)
	dia := max(b.rest+1, float64(key.diastolic)/2)
	sys := max(dia+2, float64(key.systolic)/2)
	s := scale{ejection: min(0.30*math.Sqrt(period), 0.8*period)}
	want := (sys - b.rest) / (dia - b.rest)
	lo, hi := 0.02, 40.0
	for range 40 { // pulsation falls as the run-off slows
		s.tau = math.Sqrt(lo * hi)
		top, bottom := b.extremes(s, period)
		if (top-b.rest)/(bottom-b.rest) > want {
			lo = s.tau
		} else {
			hi = s.tau
		}
	}
	top, _ := b.extremes(s, period)
	s.fill = (sys - b.rest) / (top - b.rest)
	p.scales[key] = s
	return s
}

// extremes gives the highest and lowest pressure of steady beats that fill by
// 1 mmHg.
func (b *bed) extremes(s scale, period float64) (top, bottom float64) {
	s.fill = 1
	v := vessel{scale: s}
	v.reservoir = filled(period, s.tau, s.ejection) / (1 - math.Exp(-period/s.tau))
	top, bottom = b.rest, math.Inf(1)
	for i := range 65 {
		y := b.pressure(v, period*float64(i)/64)
		top, bottom = max(top, y), min(bottom, y)
	}
	return top, bottom
}

// arterialPressure is the pressure in a radial artery, mmHg. Inspiration lowers
// it a little.
func (p *Patient) arterialPressure(t float64) float64 {
	b := p.beats.at(t - arterial.delay)
	y := arterial.pressure(b.art, t-arterial.delay-b.at)
	y -= 0.045 * (b.art.fill) * (p.volume(t) - 0.35)
	if m := p.motion(t); m > 0 {
		y += 6 * m * p.random.smooth(streamMotion+200, t, 4)
	}
	return y
}

// pulmonaryPressure is the pressure in the pulmonary artery, mmHg.
func (p *Patient) pulmonaryPressure(t float64) float64 {
	b := p.beats.at(t - pulmonary.delay)
	return pulmonary.pressure(b.pulm, t-pulmonary.delay-b.at) - 3*(p.volume(t)-0.35)
}

// The waves of a central venous pressure, by their time from the R peak: the
// atrium contracts before it (a), the tricuspid valve bulges (c), the atrium
// relaxes (x), fills against the closed valve (v) and empties (y).
var venousWaves = [5]struct {
	at, width, height float64
	atrial            bool
}{{-0.06, 0.065, 2.8, true}, {0.08, 0.040, 1.0, false}, {0.21, 0.085, -1.7, false}, {0.39, 0.085, 2.0, false}, {0.53, 0.070, -1.0, false}}

// venousPressure is the central venous pressure, mmHg, falling as the chest
// opens.
func (p *Patient) venousPressure(t float64) float64 {
	y := 8 - 2.6*(p.volume(t)-0.35)
	for _, b := range p.beats.between(t-1, t+0.4) {
		x := t - b.at - 0.05
		for _, w := range venousWaves {
			if w.atrial && b.shape != conducted || b.shape == noComplex {
				continue
			}
			y += w.height * math.Exp(-sq((x-w.at)/w.width))
		}
	}
	return y
}
