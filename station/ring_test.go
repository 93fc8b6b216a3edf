package station

import (
	"math/rand/v2"
	"testing"
	"time"

	"lamplight/mdib"
)

func newWave(period time.Duration) *wave {
	return &wave{entry: entry{metric: mdib.Metric{Period: period}}}
}

func array(s float64, n int) mdib.SampleArray {
	return mdib.SampleArray{Time: at(s), Samples: make([]int32, n)}
}

func times(list []mdib.SampleArray) (out []float64) {
	for _, a := range list {
		out = append(out, a.Time.Sub(start).Seconds())
	}
	return out
}

func equal(a, b []float64) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestRingKeepsAMinute(t *testing.T) {
	w := newWave(4 * time.Millisecond)
	for i := range 1000 {
		w.add(array(float64(i)/4, 64)) // 256 ms four times a second
	}
	last := 999.0 / 4
	got := times(w.samples(at(last-60), at(last+1), nil))
	if len(got) < 4*60 || got[0] > last-60 {
		t.Errorf("%d arrays from %v, newest %v", len(got), got[0], last)
	}
	if n := len(w.arrays); n > 4*76+2 {
		t.Errorf("keeps %d arrays", n)
	}
}

func TestRingGivesWhatTouches(t *testing.T) {
	w := newWave(10 * time.Millisecond)
	for _, s := range []float64{0, 1, 3, 2, 4} { // one late
		w.add(array(s, 100))
	}
	for _, c := range []struct {
		from, to float64
		want     []float64
	}{
		{0, 4, []float64{0, 1, 2, 3, 4}},
		{1.5, 2.5, []float64{1, 2}},
		{2, 3, []float64{1, 2, 3}}, // 1 ends where 2 begins
		{5.1, 9, nil},
		{-2, -1, nil},
	} {
		if got := times(w.samples(at(c.from), at(c.to), nil)); !equal(got, c.want) {
			t.Errorf("%v to %v: %v, want %v", c.from, c.to, got, c.want)
		}
	}
}

func TestRingBeginsAnewWhenTimeJumps(t *testing.T) {
	w := newWave(10 * time.Millisecond)
	w.add(array(5000, 100))
	w.add(array(100, 100)) // the device's clock was set back
	w.add(array(101, 100))
	if got := times(w.samples(at(0), at(1e5), nil)); !equal(got, []float64{100, 101}) {
		t.Errorf("after a jump back: %v", got)
	}
	w.add(array(9000, 100))
	if got := times(w.samples(at(0), at(1e5), nil)); !equal(got, []float64{9000}) {
		t.Errorf("after a jump forward: %v", got)
	}
}

func TestRingIsBoundedAndInOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	w := newWave(time.Microsecond)
	s := 0.0
	for range 50_000 {
		s += 0.001
		w.add(array(s-rng.Float64(), 1))
	}
	if len(w.arrays) > arraysMax || cap(w.arrays) > 4*arraysMax {
		t.Errorf("keeps %d arrays in room for %d", len(w.arrays), cap(w.arrays))
	}
	got := times(w.samples(at(0), at(s), nil))
	for i := 1; i < len(got); i++ {
		if got[i] < got[i-1] {
			t.Fatalf("out of order at %d: %v after %v", i, got[i], got[i-1])
		}
	}
}
