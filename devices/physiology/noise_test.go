package physiology

import (
	"math"
	"testing"
)

func TestNoiseHasTheMomentsItSays(t *testing.T) {
	s := source(42)
	for name, f := range map[string]func(int64) float64{
		"normal":  func(i int64) float64 { return s.normal(1, i) },
		"smooth":  func(i int64) float64 { return s.smooth(2, float64(i)*0.37, 1) },
		"waves":   func(i int64) float64 { return s.waves(3, float64(i)*3.1, 0.1, 0.02, 5) },
		"uniform": func(i int64) float64 { return (s.uniform(4, i) - 0.5) * math.Sqrt(12) },
	} {
		const n = 40000
		sum, square := 0.0, 0.0
		for i := range int64(n) {
			v := f(i)
			sum += v
			square += v * v
		}
		if mean, variance := sum/n, square/n; math.Abs(mean) > 0.05 || math.Abs(variance-1) > 0.1 {
			t.Errorf("%s has mean %.3f and variance %.3f", name, mean, variance)
		}
	}
	if s.uniform(1, 1) == s.uniform(1, 2) || s.uniform(1, 1) == s.uniform(2, 1) || s.uniform(1, 1) == source(43).uniform(1, 1) {
		t.Error("seed, stream and index do not all count")
	}
}

// Neighbours of smooth noise are alike, far ones are not.
func TestSmoothNoiseIsContinuous(t *testing.T) {
	s := source(1)
	step := 0.0
	for x := 0.0; x < 100; x += 0.01 {
		step = max(step, math.Abs(s.smooth(1, x+0.01, 2)-s.smooth(1, x, 2)))
	}
	if step > 0.15 {
		t.Errorf("a hundredth of a second apart it differs by %.2f", step)
	}
}
