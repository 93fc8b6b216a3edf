package physiology

import "math"

// The ECG is the sum of Gaussian events on the cycle of the heart (McSharry et
// al., IEEE Trans Biomed Eng 2003), taken as the motion of a dipole in three
// axes (Sameni et al., EURASIP J Adv Sig Proc 2007, whose parameters for a
// normal heart these are, with a P wave and an ST segment nearer to the average) and seen from the electrodes by the matrix of Dower
// (J Electrocardiol 1980), so that twelve leads agree with one another.

// An event is one Gaussian: time and width in radians of a cycle of one second,
// height in mV along an axis. The R peak is at 0.
type event struct{ at, width, height float64 }

var heartX = []event{
	{-1.09, 0.0906, 0.06}, {-0.85, 0.1057, 0.11},
	{-0.19, 0.0453, -0.13}, {-0.07, 0.0378, 0.85}, {0, 0.0332, 1.11}, {0.06, 0.0302, 0.75}, {0.22, 0.0378, 0.06},
	{1.3, 0.45, 0.07}, {1.46, 0.30, 0.15}, {1.68, 0.1812, 0.39}, {2.9, 0.5, 0.03},
}

var heartY = []event{
	{-1.04, 0.12, 0.075}, {-0.86, 0.10, 0.03},
	{-0.11, 0.055, 0.32}, {-0.01, 0.037, 0.51}, {0.065, 0.0604, -0.22},
	{1.1, 0.45, 0.02}, {1.58, 0.3, 0.09}, {2.9, 0.5, 0.014},
}

var heartZ = []event{
	{-1.1, 0.03, -0.03}, {-0.93, 0.12, -0.14}, {-0.7, 0.04, -0.035},
	{-0.4, 0.4, 0.045}, {-0.15, 0.045, -0.4}, {0.095, 0.05, 0.46},
	{1.20, 0.45, -0.06}, {1.38, 0.32, -0.15}, {1.58, 0.21, -0.30}, {2.8, 0.4, -0.035},
}

// Beats from a ventricular site: wide, with a T wave against the QRS. The first
// comes from the outflow tract (axis down), the second from the apex (axis up).
var ectopic = [2][3][]event{
	{
		{{-0.10, 0.22, 0.5}, {0.25, 0.20, -0.35}, {1.75, 0.42, 0.12}},
		{{-0.28, 0.14, 0.25}, {0.05, 0.24, 1.25}, {0.40, 0.17, 0.35}, {1.80, 0.45, -0.40}},
		{{0.00, 0.25, -0.6}, {1.75, 0.40, 0.20}},
	},
	{
		{{-0.05, 0.24, -0.7}, {1.50, 0.40, 0.25}},
		{{-0.25, 0.16, 0.18}, {0.08, 0.26, -1.35}, {0.45, 0.18, -0.30}, {1.55, 0.42, 0.48}},
		{{0.05, 0.25, 0.7}, {1.50, 0.40, -0.20}},
	},
}

// heartGain brings lead II of a usual heart to about 1 mV.
const heartGain = 1.22

// A lead is how an electrode pair sees the dipole (Dower).
type lead [3]float64

var (
	leadI  = lead{0.632, -0.235, 0.059}
	leadII = lead{0.235, 1.066, -0.132}
)

// combine gives a·I + b·II: the other limb leads, by Einthoven and Goldberger.
func combine(a, b float64) lead {
	var l lead
	for i := range l {
		l[i] = a*leadI[i] + b*leadII[i]
	}
	return l
}

var leads = map[string]lead{
	"MDC_ECG_ELEC_POTL_I":   leadI,
	"MDC_ECG_ELEC_POTL_II":  leadII,
	"MDC_ECG_ELEC_POTL_III": combine(-1, 1),
	"MDC_ECG_ELEC_POTL_AVR": combine(-0.5, -0.5),
	"MDC_ECG_ELEC_POTL_AVL": combine(1, -0.5),
	"MDC_ECG_ELEC_POTL_AVF": combine(-0.5, 1),
	"MDC_ECG_ELEC_POTL_V1":  {-0.515, 0.157, -0.917},
	"MDC_ECG_ELEC_POTL_V2":  {0.044, 0.164, -1.387},
	"MDC_ECG_ELEC_POTL_V3":  {0.882, 0.098, -1.277},
	"MDC_ECG_ELEC_POTL_V4":  {1.213, 0.127, -0.601},
	"MDC_ECG_ELEC_POTL_V5":  {1.125, 0.127, -0.086},
	"MDC_ECG_ELEC_POTL_V6":  {0.831, 0.076, 0.230},
	"MDC_ECG_ELEC_POTL_V":   {1.125, 0.127, -0.086}, // the single chest lead lies at V5
	"MDC_ECG_ELEC_POTL_MCL": {-0.515, 0.157, -0.917},
	"MDC_ECG_ELEC_POTL":     leadII, // a monitor's lead of no name
}

// complexes is what the beats around t make in a lead, mV.
func (p *Patient) complexes(l lead, t float64) float64 {
	v := 0.0
	near := p.beats.between(t-0.95, t+0.45)
	for _, b := range near {
		v += p.complex(l, b, t-b.at)
	}
	return v
}

// complex is one beat in a lead, x seconds after its R peak.
func (p *Patient) complex(l lead, b beat, x float64) float64 {
	v := 0.0
	switch b.shape {
	case noComplex:
		return 0
	case premature, ventricle:
		axes := &ectopic[b.shape-premature]
		for i, events := range axes {
			v += l[i] * gaussians(events, 2*math.Pi*x, 1, false)
		}
		if b.shape == ventricle { // no two beats of a run are quite alike
			v *= 1 + 0.07*p.random.normal(streamFlutter, int64(math.Round(b.at*1000)))
		}
		return 1.1 * v
	}
	// Repolarisation follows the cycle by Bazett's root, conduction hardly.
	stretch := math.Sqrt(max(0.3, min(b.rr, 1.3)))
	for i, events := range [3][]event{heartX, heartY, heartZ} {
		v += l[i] * gaussians(events, 2*math.Pi*x, stretch, b.shape == atrialFib)
	}
	return heartGain * v
}

// gaussians sums events at the phase; those after the QRS are stretched, those
// before it stay out when there is no P wave.
func gaussians(events []event, phase, stretch float64, noP bool) float64 {
	v := 0.0
	for _, e := range events {
		if e.at > 0.5 {
			e.at *= stretch
			e.width *= stretch
		} else if e.at < -0.5 {
			if noP {
				continue
			}
			e.at *= 0.55 + 0.45*stretch
		}
		d := (phase - e.at) / e.width
		if d > -5 && d < 5 {
			v += e.height * math.Exp(-d*d/2)
		}
	}
	return v
}

// potential is the wave of a lead, mV.
func (p *Patient) potential(l lead, t float64) float64 {
	v := p.complexes(l, t) * (1 - 0.03*(p.volume(t)-0.35))
	r, since, until := p.rhythm(t)
	switch r {
	case fibrillatingAtria:
		v += p.flutter(l, t)
	case fibrillatingVentricles:
		edge := smoothstep(since, since+0.4, t) - smoothstep(until-0.4, until, t)
		v += edge * p.fibrillation(l, t, t-since)
	}
	motion := p.motion(t)
	for axis := range uint64(3) {
		// Breathing moves the electrodes, skin drifts, muscles hum.
		n := 0.014*p.random.smooth(streamWander+axis, t, 0.35) + 0.004*p.random.smooth(streamMuscle+axis, t, 250)
		if motion > 0 {
			n += motion * (0.30*p.random.smooth(streamMotion+axis, t, 3) + 0.12*p.random.smooth(streamMotion+10+axis, t, 40))
		}
		v += l[axis] * n
	}
	v += (l[0] + l[1]) * 0.015 * (p.volume(t) - 0.35)
	return v
}

// flutter is the fibrillation of the atria: a sawtooth of 5 to 7 Hz that never
// repeats, strongest over the right atrium (V1).
func (p *Patient) flutter(l lead, t float64) float64 {
	phase := 2*math.Pi*6.1*t + 2.2*p.random.smooth(streamFlutter, t, 1.1)
	size := 0.05 * (1 + 0.3*p.random.smooth(streamFlutter+200, t, 0.8))
	saw := math.Sin(phase) + 0.4*math.Sin(2*phase+0.6) + 0.2*math.Sin(3*phase+1.1)
	return size * saw * (0.25*l[0] + 0.7*l[1] - 1.1*l[2])
}

// fibrillation is that of the ventricles, x seconds after its onset: several
// wavelets of 3 to 7 Hz that come and go, coarse at first and finer with the
// minutes.
func (p *Patient) fibrillation(l lead, t, x float64) float64 {
	v := 0.0
	for axis := range 3 {
		for k := range 4 {
			s := streamFibrillation + 300 + uint64(axis*8+k)
			f := 3.6 + 0.95*float64(k)
			phase := 2*math.Pi*f*t + 2.5*p.random.smooth(s, t, 0.9)
			size := 0.6 + 0.5*p.random.smooth(s+100, t, 0.7)
			v += l[axis] * size * math.Sin(phase) / float64(2+k)
		}
	}
	return 0.75 * v * (0.35 + 0.65*math.Exp(-x/150))
}
