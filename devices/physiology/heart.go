package physiology

import "math"

// A beat is one contraction of the ventricles.
type beat struct {
	at     float64 // s, of the R peak
	rr     float64 // s since the beat before
	shape  shape
	early  bool    // premature: the next one comes after a pause
	stroke float64 // volume, 1 = the patient's usual
	art    vessel
	pulm   vessel
}

// shape is how a beat looks in the ECG.
type shape uint8

const (
	conducted shape = iota // P-QRS-T
	atrialFib              // QRS-T without P
	premature              // wide, from one ventricular site
	ventricle              // wide, from another: a run is told from single ones
	noComplex              // the start of the series, before time
)

// minRR is the shortest interval that ventricles follow, s.
const minRR = 0.20

// nextBeat gives the beat after b, which is the n-th.
//
// Sinus beats follow McSharry et al. (IEEE Trans Biomed Eng 2003): the spectrum
// of the intervals has two bands, Mayer waves at 0.1 Hz and the respiratory
// arrhythmia, here driven by the breaths themselves. In atrial fibrillation
// intervals are independent of one another, with the wide, skewed distribution
// of conducted fibrillation (coefficient of variation about 0.2).
func (p *Patient) nextBeat(b beat, n int64) beat {
	at, sh, early := p.timeOf(b, n)
	nb := beat{at: at, rr: at - b.at, shape: sh, early: early}
	v := p.vitals(at)
	// The ventricle fills through the interval before; an ectopic beat lacks
	// the atrial kick and contracts out of order.
	usual := 60 / v.heart
	nb.stroke = (1 - math.Exp(-nb.rr/0.35)) / (1 - math.Exp(-usual/0.35))
	switch sh {
	case premature:
		nb.stroke *= 0.55
	case ventricle:
		nb.stroke *= 0.42
	case atrialFib:
		nb.stroke *= 0.93
	}
	nb.stroke = min(nb.stroke, 1.35)
	delta := at - b.at
	nb.art = b.art.next(delta, p.calibrate(arterial, v.systolic, v.diastolic, usual), nb.stroke)
	// Pulmonary pressures follow the systemic ones at a fifth.
	nb.pulm = b.pulm.next(delta, p.calibrate(pulmonary, 6+v.systolic*0.16, 4+v.diastolic*0.09, usual), nb.stroke)
	return nb
}

// timeOf gives when the beat after b comes, its shape, and whether it is early.
func (p *Patient) timeOf(b beat, n int64) (at float64, sh shape, early bool) {
	r, _, until := p.rhythm(b.at)
	rr := 60 / p.vitals(b.at).heart
	switch r {
	case sinus:
		resp := p.volume(b.at) - 0.35
		mayer := p.random.waves(streamMayer, b.at, 0.1, 0.02, 5)
		rr *= 1 + 0.018*mayer - 0.035*resp
		rr *= 1 + 0.004*p.random.normal(streamBeat, n)
		if b.early {
			rr *= 1.42 // compensatory
		} else if f := p.profile; f.PVCs > 0 && b.shape == conducted && p.random.uniform(streamEctopic, n) < f.PVCs/f.HeartRate {
			rr, sh, early = rr*0.58, premature, true
		}
	case fibrillatingAtria:
		sh = atrialFib
		rr *= max(0.5, math.Exp(0.22*p.random.normal(streamBeat, n))-0.02)
	case ventricular:
		sh = ventricle
		rr = 60 / (176 + 4*p.random.normal(streamBeat, n))
	default:
		return p.resume(until, n)
	}
	at = b.at + max(minRR, rr)
	if at >= until { // the episode ends before that beat
		return at, conducted, false
	}
	// An episode that begins before the beat takes over at once.
	if start := p.profile.Schedule.next(b.at, Asystole, VentricularFibrillation, VentricularTachycardia); start < at {
		if r, _, until := p.rhythm(start); r == ventricular {
			return max(b.at+minRR, start), ventricle, false
		} else if r == silent || r == fibrillatingVentricles {
			return p.resume(until, n)
		}
	}
	return at, sh, early
}

// resume gives the first beat after ventricles stood still until a moment.
func (p *Patient) resume(until float64, n int64) (float64, shape, bool) {
	at := until + 0.3 + 0.4*p.random.uniform(streamBeat, n)
	switch r, _, end := p.rhythm(at); r {
	case ventricular:
		return at, ventricle, false
	case silent, fibrillatingVentricles:
		return p.resume(end, n) // its end is later: it holds at a later moment
	case fibrillatingAtria:
		return at, atrialFib, false
	}
	return at, conducted, false
}
