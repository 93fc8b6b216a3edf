package charts

import (
	"image"
	"math"
)

// strip is one wave and how far it has been drawn.
//
//	column    … done │ new … head │ erase bar │ what the last pass left …
//	each call         └ painted ┘   └ blanked ┘
//
// Columns are counted from the epoch and never wrap; a column's place in the
// strip is the remainder by the strip's width. What is done stays behind the
// head while data are late, and catches up with them.
type strip struct {
	Wave
	scaler
	stale   bool   // must be drawn anew
	done    int64  // columns before this one can no longer change
	painted int64  // columns before this one show all samples up to newest
	newest  int64  // ns from the epoch
	inked   []rows // of each place across the strip
	palette palette
}

// take accepts the wave of this call; what differs makes the strip stale.
func (s *strip) take(w Wave, fresh bool) {
	rescale := fresh || s.Source != w.Source || !s.Scale.same(w.Scale)
	if rescale {
		s.scaler = newScaler(w.Scale)
	}
	if rescale || s.Rect != w.Rect || s.Color != w.Color || s.Period != w.Period {
		s.Wave, s.stale = w, true
	}
}

// advance moves the head from column old to head. It gives the touched part of dst.
func (s *strip) advance(dst *image.RGBA, work *workspace, l *look, a axis, old, head int64) image.Rectangle {
	w := int64(s.Rect.Dx())
	if s.clip(dst).Empty() {
		return image.Rectangle{}
	}
	erase := min(int64(l.erase), w)
	var touched image.Rectangle
	rescaled := s.watch(work, a, head)
	if rescaled || s.stale {
		s.palette = newPalette(l, s.Color)
		touched = s.wipe(dst)
		s.done, s.painted, s.stale = head-w+erase, math.MinInt64, false
	} else if head > old {
		touched = s.blank(dst, old+erase, head+erase)
	}
	s.done = max(s.done, head-w+erase)
	newest, ok := s.trace(work, a, s.done, head)
	if !ok {
		return touched
	}
	// The line can be seen as far beside its samples as the pen is wide.
	side := int64(work.pen.columns())
	last := a.column(newest)
	if to := min(head, last+1+side); newest != s.newest || to > s.painted {
		touched = touched.Union(s.paint(dst, work, s.done, to))
		s.newest, s.painted = newest, to
	}
	s.done = max(s.done, min(head, last-side))
	return touched
}

// still draws the columns from 0 to the strip's width, once.
func (s *strip) still(dst *image.RGBA, work *workspace, l *look, a axis) image.Rectangle {
	w := int64(s.Rect.Dx())
	if s.clip(dst).Empty() {
		return image.Rectangle{}
	}
	s.palette = newPalette(l, s.Color)
	touched := s.wipe(dst)
	if a.perNano > 0 {
		s.fit(s.extremes(work, a, 0, w))
		if _, ok := s.trace(work, a, 0, w); ok {
			s.paint(dst, work, 0, w)
		}
	}
	return touched
}
