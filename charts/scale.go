package charts

import (
	"math"
	"slices"
	"time"

	"lamplight/mdib"
)

// Scale says what a strip may show from bottom to top. The sweep takes the
// first range that holds the last ten seconds of the wave, and looks again
// every second. It goes to a larger range at once, to a smaller one when that
// would hold the wave with a fifth to spare, so that the picture is calm.
//
// Without a range, or with one of no height, nothing is drawn: no line is
// better than one that looks flat.
type Scale struct {
	Ranges []Range // smallest first, never changed once given
	Slide  bool    // only the height of a range counts; it is moved to where the signal is
}

// Range is a stretch of raw sample values and what the screen says of it. Low
// is above High where rising values are to point downwards.
type Range struct {
	Low, High float64 // raw, at the bottom and the top of the strip
	Label     string  // "0–160 mmHg", "×1 · 10 mm/mV", "auto"
}

// same compares without looking at every range when both are one slice.
func (s Scale) same(o Scale) bool {
	if s.Slide != o.Slide || len(s.Ranges) != len(o.Ranges) {
		return false
	}
	return len(s.Ranges) == 0 || &s.Ranges[0] == &o.Ranges[0] || slices.Equal(s.Ranges, o.Ranges)
}

const (
	memory = 10  // seconds: two slow breaths
	spare  = 0.8 // of a smaller range, to be worth going there
	snug   = 0.9 // of a sliding range, to be chosen for a signal
)

// scaler chooses the range of one strip.
type scaler struct {
	shown  Range
	held   bool            // shown was chosen for the signal
	looked int64           // the signal is known up to this second of the head
	past   [memory]extreme // of each of the last seconds
}

// extreme holds the least and the greatest of some samples; lo > hi: of none.
type extreme struct{ lo, hi int32 }

var none = extreme{math.MaxInt32, math.MinInt32}

func (e extreme) with(o extreme) extreme { return extreme{min(e.lo, o.lo), max(e.hi, o.hi)} }

func newScaler(s Scale) scaler {
	sc := scaler{looked: math.MinInt64}
	if len(s.Ranges) > 0 {
		sc.shown = s.Ranges[0]
	}
	return sc
}

// watch looks at the signal once a second, and tells whether the range changed.
func (s *strip) watch(work *workspace, a axis, head int64) bool {
	perSecond := a.perNano * 1e9
	second := int64(math.Floor(float64(head) / perSecond))
	if second == s.looked {
		return false
	}
	for t := max(s.looked, second-memory); t < second; t++ {
		e := s.extremes(work, a, int64(float64(t)*perSecond), int64(float64(t+1)*perSecond))
		s.past[((t%memory)+memory)%memory] = e
	}
	s.looked = second
	e := none
	for _, p := range s.past {
		e = e.with(p)
	}
	return s.fit(e)
}

// fit chooses the range for the signal, and tells whether it changed.
func (s *strip) fit(e extreme) bool {
	if len(s.Scale.Ranges) == 0 || e.lo > e.hi {
		return false
	}
	old := s.shown
	s.shown = s.Scale.choose(old, float64(e.lo), float64(e.hi), s.held)
	s.held = true
	return s.shown != old
}

// choose gives the range for a signal between lo and hi. If held, the current
// one stays for as long as it serves.
func (sc Scale) choose(current Range, lo, hi float64, held bool) Range {
	part := 1.0
	if held && current.holds(lo, hi, 1) {
		part = spare
	}
	best := sc.Ranges[len(sc.Ranges)-1]
	for _, r := range sc.Ranges {
		if part < 1 && r.height() >= current.height() {
			return current
		}
		if sc.Slide && hi-lo <= part*snug*r.height() || !sc.Slide && r.holds(lo, hi, part) {
			best = r
			break
		}
	}
	if sc.Slide && !best.holds(lo, hi, 1) {
		shift := math.Round((lo+hi)/2 - (best.Low+best.High)/2)
		best.Low, best.High = best.Low+shift, best.High+shift
	}
	return best
}

func (r Range) height() float64 { return math.Abs(r.High - r.Low) }

// holds tells whether a signal stays within the lower part of the range.
func (r Range) holds(lo, hi, part float64) bool {
	bottom := min(r.Low, r.High)
	return lo >= bottom && hi <= bottom+part*r.height()
}

// extremes measures the signal from column from up to to.
func (s *strip) extremes(work *workspace, a axis, from, to int64) extreme {
	e := none
	if s.Period <= 0 || s.Source == nil {
		return e
	}
	start, end := a.nanos(from), a.nanos(to)
	work.arrays = s.Source.Samples(a.epoch.Add(time.Duration(start)), a.epoch.Add(time.Duration(end)), work.arrays[:0])
	for k := range work.arrays {
		arr := &work.arrays[k]
		if !arr.Validity.HasValue() {
			continue
		}
		i, stop := window(int64(arr.Time.Sub(a.epoch)), int64(s.Period), start, end, len(arr.Samples))
		for _, m := range arr.Marks {
			if m.Kind == mdib.MarkInvalid && m.At >= i && m.At < stop {
				e = e.over(arr.Samples[i:m.At])
				i = m.At + 1
			}
		}
		e = e.over(arr.Samples[i:stop])
	}
	return e
}

func (e extreme) over(samples []int32) extreme {
	for _, v := range samples {
		e = extreme{min(e.lo, v), max(e.hi, v)}
	}
	return e
}
