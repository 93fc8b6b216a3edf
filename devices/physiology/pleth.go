package physiology

import "math"

// plethDelay is the time from the R peak to the foot of the pulse in a finger, s.
const plethDelay = 0.25

// A pulse of the finger is a sum of Gaussians: the forward wave, its reflection
// and the run-off (the decomposition of Rubins 2008, with a third wave for the
// tail). Times in seconds after the foot at one beat a second.
var plethPulse = [4]struct{ at, width, height float64 }{
	{0.18, 0.068, 0.66}, {0.28, 0.100, 0.46}, {0.48, 0.090, 0.33}, {0.64, 0.140, 0.17},
}

// pleth is the wave of a pulse oximeter, 0 to 1. Breathing moves its baseline
// (venous return), and its height through the stroke.
func (p *Patient) pleth(t float64) float64 {
	y := 0.16 - 0.035*(p.volume(t)-0.35) + 0.008*p.random.smooth(streamWander+200, t, 0.2)
	for _, b := range p.beats.between(t-plethDelay-1.4, t-plethDelay+0.1) {
		stretch := math.Sqrt(max(0.3, min(b.rr, 1.2)))
		x := (t - plethDelay - b.at) / stretch
		pulse := 0.0
		for _, w := range plethPulse {
			pulse += w.height * math.Exp(-sq((x-w.at)/w.width)/2)
		}
		y += 0.70 * p.plethHeight(b) * pulse
	}
	y += 0.0025 * p.random.smooth(streamMuscle+500, t, 60)
	if m := p.motion(t); m > 0 {
		y += m * (0.22*p.random.smooth(streamMotion+300, t, 3) + 0.03*p.random.smooth(streamMotion+301, t, 20))
	}
	return max(0, min(1, y))
}

// plethHeight is the height of a beat's pulse, 1 = usual: it follows the pulse
// pressure and the perfusion of the skin. A monitor scales the wave for the
// screen, so it shows less of the difference than there is.
func (p *Patient) plethHeight(b beat) float64 {
	if b.shape == noComplex {
		return 0
	}
	v := p.vitals(b.at)
	ratio := (v.systolic - v.diastolic) / (p.profile.Systolic - p.profile.Diastolic) * v.perfusion / p.profile.Perfusion
	return b.stroke * math.Pow(max(0.02, ratio), 0.4)
}

// pulsed reports whether the pulse of a beat is felt in the finger.
func (p *Patient) pulsed(b beat) bool { return b.stroke > 0.12 && b.shape != noComplex }
