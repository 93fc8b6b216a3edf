package charts

import "math"

// stroke is the width of a line, in pixels, where nobody says otherwise.
const stroke = 1.7

// A pen is round: how far it reaches up and down, in steps, beside its middle
// at 0, 1, 2 … quarters of a column.
type pen []int32

func newPen(width float64) pen {
	if !(width > 0) {
		width = stroke
	}
	half := min(max(width, 0.5), 16) / 2 * unit
	var p pen
	for k := 0.0; k*unit/sub < half; k++ {
		p = append(p, int32(math.Round(math.Sqrt(half*half-k*k*unit*unit/sub/sub))))
	}
	return p
}

// columns is how many columns to either side a line can be seen.
func (p pen) columns() int { return (len(p) + sub - 2) / sub }

// extent is what the pen covers, from top to bottom, in quarter q.
func (w *workspace) extent(q int) (l, u int32) {
	n := len(w.pen) - 1
	lo, hi := w.lo[q-n:q+n+1], w.hi[q-n:q+n+1]
	l, u = far, -far
	for k, r := range w.pen {
		l = min(l, lo[n-k]-r, lo[n+k]-r)
		u = max(u, hi[n-k]+r, hi[n+k]+r)
	}
	return l, u
}
