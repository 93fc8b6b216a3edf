package station

import (
	"slices"
	"time"

	"lamplight/mdib"
)

// arraysMax bounds what one wave may keep, however short its arrays.
const arraysMax = 8192

// wave keeps the newest arrays of one sample array metric, in order of time.
// The arrays themselves are shared and never changed.
type wave struct {
	entry
	arrays []mdib.SampleArray
}

// length is the time that n samples of the wave take.
func (w *wave) length(n int) time.Duration { return time.Duration(n) * w.metric.Period }

func (w *wave) end(a *mdib.SampleArray) time.Time { return a.Time.Add(w.length(len(a.Samples))) }

// add keeps an array and drops what is older than Keep. An array that lies
// before all that is kept comes from a clock that was set: it begins anew.
func (w *wave) add(a mdib.SampleArray) {
	if n := len(w.arrays); n > 0 && a.Time.Before(w.arrays[n-1].Time.Add(-Keep)) {
		w.arrays = nil
	}
	at := len(w.arrays)
	for at > 0 && a.Time.Before(w.arrays[at-1].Time) {
		at--
	}
	w.arrays = slices.Insert(w.arrays, at, a)
	oldest := w.arrays[len(w.arrays)-1].Time.Add(-Keep)
	drop := max(0, len(w.arrays)-arraysMax)
	for w.end(&w.arrays[drop]).Before(oldest) {
		drop++
	}
	// Moved to the front now and then, not each time: an append is cheap in between.
	clear(w.arrays[:drop])
	w.arrays = w.arrays[drop:]
}

// samples appends the arrays that touch from…to.
func (w *wave) samples(from, to time.Time, buf []mdib.SampleArray) []mdib.SampleArray {
	for i := range w.arrays {
		a := &w.arrays[i]
		if a.Time.After(to) {
			break
		}
		if !w.end(a).Before(from) {
			buf = append(buf, *a)
		}
	}
	return buf
}
