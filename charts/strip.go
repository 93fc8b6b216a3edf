package charts

import (
	"image"
	"time"
)

// axis maps time to columns: column 0 begins at epoch.
type axis struct {
	epoch   time.Time
	perNano float64 // columns
}

type workspace struct{}

// strip is one wave and how far it has been drawn.
type strip struct {
	Wave
	shown Range
	stale bool // must be drawn anew
}

func (s *strip) take(w Wave, moved bool)              {}
func (s *strip) rect(dst *image.RGBA) image.Rectangle { return s.Rect.Intersect(dst.Rect) }
func (s *strip) blank(dst *image.RGBA, l *look) image.Rectangle {
	return image.Rectangle{}
}
func (s *strip) open(dst *image.RGBA, l *look)                         {}
func (s *strip) refit(a axis, to int64, work *workspace, at bool) bool { return false }
func (s *strip) draw(dst *image.RGBA, work *workspace, l *look, a axis, from, to int64) {
}
func (s *strip) advance(dst *image.RGBA, work *workspace, l *look, a axis, old, head int64) image.Rectangle {
	return image.Rectangle{}
}
