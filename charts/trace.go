package charts

import (
	"math"
	"slices"
	"time"

	"lamplight/mdib"
)

const (
	sub  = 4  // samples of the line per column, across
	unit = 64 // steps per pixel, downwards
	far  = math.MaxInt32 / 2
	// Farther than any strip is high, yet safe to compute with.
	clipped = 1 << 24
)

// axis maps time to columns: column 0 begins at epoch.
type axis struct {
	epoch   time.Time
	perNano float64 // columns
}

// column is the one that a time, in ns from the epoch, falls into.
func (a axis) column(nanos int64) int64 { return int64(math.Floor(float64(nanos) * a.perNano)) }

// nanos is the time from the epoch to the left edge of a column.
func (a axis) nanos(column int64) int64 {
	ns := float64(column) / a.perNano
	return int64(min(max(ns, -math.MaxInt64/4), math.MaxInt64/4))
}

// workspace is what drawing a strip needs and the next strip can use again.
type workspace struct {
	pen    pen
	arrays []mdib.SampleArray
	lo, hi []int32 // extremes of the line in each quarter of a column; lo > hi: nothing
	pacer  []int64 // columns with a pacing mark
	sums   []int32 // coverage of one column, as differences from row to row; zero between columns
}

// trace gathers the line from column from up to to, and as far to either side
// as the pen is wide, in the quarters of work. It gives the time of the newest
// sample that there is, in ns from the epoch, and false if there is none.
//
// Every number is computed from the epoch alone, so that a column looks the
// same however many are drawn at once.
func (s *strip) trace(work *workspace, a axis, from, to int64) (newest int64, ok bool) {
	high, low := s.shown.High, s.shown.Low
	span := high - low
	if from >= to || s.Period <= 0 || s.Source == nil || span == 0 || math.IsNaN(span) || math.IsInf(span, 0) {
		return 0, false
	}
	side := int64(work.pen.columns())
	base := (from - side) * sub
	work.open(int(to-from+2*side) * sub)
	period := int64(s.Period)
	start := a.nanos(from-side) - period
	end := a.nanos(to+side) + period
	work.arrays = s.Source.Samples(a.epoch.Add(time.Duration(start)), a.epoch.Add(time.Duration(end)), work.arrays[:0])

	// The outermost row centres are the range's ends, less the line's own width.
	height := float64(s.Rect.Dy())
	perRaw := -(height - 2*margin) * unit / span
	zero := margin*unit - high*perRaw
	quarter := a.perNano * sub
	join := period + period/2 // what is farther apart is a gap

	newest = math.MinInt64
	var x0, y0 float64
	var t0, q0 int64
	pen := false // (x0, y0), at t0 and in quarter q0, is the sample just before
	for k := range work.arrays {
		arr := &work.arrays[k]
		if !arr.Validity.HasValue() || len(arr.Samples) == 0 {
			pen = false
			continue
		}
		first := int64(arr.Time.Sub(a.epoch))
		i, stop := window(first, period, start, end, len(arr.Samples))
		marks := arr.Marks
		for ; i < stop; i++ {
			t := first + int64(i)*period
			x := float64(t) * quarter
			invalid := false
			for len(marks) > 0 && marks[0].At <= i {
				if marks[0].At == i {
					invalid = invalid || marks[0].Kind == mdib.MarkInvalid
					if marks[0].Kind == mdib.MarkPacer {
						work.pacer = append(work.pacer, int64(math.Floor(x/sub)))
					}
				}
				marks = marks[1:]
			}
			if invalid {
				pen = false
				continue
			}
			y := zero + float64(arr.Samples[i])*perRaw
			y = min(max(y, -clipped), clipped)
			q := int64(math.Floor(x)) - base
			if pen && q != q0 && t > t0 && t-t0 <= join {
				work.cross(base, x0, y0, q0, x, y, q)
			}
			work.grow(q, y)
			x0, y0, t0, q0, pen = x, y, t, q, true
			newest = max(newest, t)
		}
	}
	return newest, newest > math.MinInt64
}

// window gives the samples of an array that lie between start and end.
func window(first, period, start, end int64, n int) (i, stop int) {
	lo := math.Floor((float64(start) - float64(first)) / float64(period))
	hi := math.Ceil((float64(end)-float64(first))/float64(period)) + 1
	i = int(min(max(lo, 0), float64(n)))
	return i, max(i, int(min(max(hi, 0), float64(n))))
}

// open makes n empty quarters.
func (w *workspace) open(n int) {
	w.lo = slices.Grow(w.lo[:0], n)[:n]
	w.hi = slices.Grow(w.hi[:0], n)[:n]
	for i := range w.lo {
		w.lo[i], w.hi[i] = far, -far
	}
	w.pacer = w.pacer[:0]
}

// cross adds the straight line between two samples, x0 < x1, where it passes
// from quarter to quarter.
func (w *workspace) cross(base int64, x0, y0 float64, q0 int64, x1, y1 float64, q1 int64) {
	slope := (y1 - y0) / (x1 - x0)
	for q := max(q0, -1); q < min(q1, int64(len(w.lo))); q++ {
		y := y0 + slope*(float64(base+q+1)-x0)
		w.grow(q, y)
		w.grow(q+1, y)
	}
}

// grow adds a point of the line to a quarter.
func (w *workspace) grow(q int64, y float64) {
	if uint64(q) < uint64(len(w.lo)) {
		v := int32(y)
		w.lo[q], w.hi[q] = min(w.lo[q], v), max(w.hi[q], v)
	}
}
