package physiology

import "math"

// A source makes random numbers that depend on nothing but the seed, a stream
// and an index, so that any of them can be asked for in any order.
type source uint64

// The streams, one per thing that varies, with room behind each for its parts.
const (
	streamBeat uint64 = 1000 * (iota + 1)
	streamEctopic
	streamBreath
	streamDepth
	streamMayer
	streamWander // one for each axis and wave
	streamMuscle
	streamMotion
	streamFlutter
	streamFibrillation
	streamSaturation
	streamCuff
	streamSchedule
)

// bits gives 64 random bits, by the mixing of splitmix64 (Steele, Lea and Flood
// 2014).
func (s source) bits(stream uint64, index int64) uint64 {
	x := uint64(s)*0x9E3779B97F4A7C15 + stream*0xD1B54A32D192ED03 + uint64(index)*0x8CB92BA72F3D8DD7
	for range 2 {
		x += 0x9E3779B97F4A7C15
		x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
		x = (x ^ x>>27) * 0x94D049BB133111EB
		x ^= x >> 31
	}
	return x
}

// uniform gives a number in [0, 1).
func (s source) uniform(stream uint64, index int64) float64 {
	return float64(s.bits(stream, index)>>11) / (1 << 53)
}

// normal gives a number of mean 0 and variance 1 that is nearly normal and
// never beyond ±3: the sum of three uniform ones (Irwin and Hall).
func (s source) normal(stream uint64, index int64) float64 {
	const part = 1 << 21
	x := s.bits(stream, index)
	return 2*float64(x%part+x>>21%part+x>>42%part)/part - 3
}

// smooth gives noise of unit variance, band-limited to about half of rate per
// second: a cubic B-spline over normal numbers at that rate.
func (s source) smooth(stream uint64, t, rate float64) float64 {
	x := t * rate
	i := math.Floor(x)
	f := x - i
	k := int64(i)
	w := [4]float64{
		(1 - f) * (1 - f) * (1 - f) / 6,
		(3*f*f*f - 6*f*f + 4) / 6,
		(-3*f*f*f + 3*f*f + 3*f + 1) / 6,
		f * f * f / 6,
	}
	var sum, power float64
	for j, wj := range w {
		sum += wj * s.normal(stream, k+int64(j))
		power += wj * wj
	}
	return sum / math.Sqrt(power)
}

// waves gives a sum of n sinusoids around the middle frequency f (Hz), spread
// evenly over f±spread with random phases: a narrow band of the spectrum.
func (s source) waves(stream uint64, t, f, spread float64, n int) float64 {
	sum := 0.0
	for i := range n {
		fi := f + spread*(2*float64(i)/float64(n-1)-1)
		sum += math.Sin(2 * math.Pi * (fi*t + s.uniform(stream, int64(i))))
	}
	return sum * math.Sqrt(2/float64(n))
}
