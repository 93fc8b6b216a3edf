package charts

import (
	"image"
	"image/color"
	"time"
)

const (
	// DefaultDelay is how far behind the clock a sweep runs. A monitor that
	// sends four blocks of 256 ms once a second delivers samples up to 1.4 s
	// old; two seconds leave room for the network.
	DefaultDelay = 2 * time.Second
	// DefaultErase is the width of the erase bar ahead of the pen, in pixels.
	DefaultErase = 13
)

// PixelsPerSecond turns a paper speed into the Speed of an Input: 25 mm/s at
// 96 dots per inch is 94.5 px/s.
func PixelsPerSecond(mmPerSecond, dotsPerInch float64) float64 {
	return mmPerSecond * dotsPerInch / 25.4
}

// Input is what a Sweep shows. It is compared with the one of the last call:
// what changed is redrawn, the rest goes on.
type Input struct {
	Waves      []Wave
	Background color.RGBA
	Grid       color.RGBA    // of lines each 0.2 s and as far apart vertically; zero: no grid
	Stroke     float64       // width of the lines in pixels; 0: 1.7. More on a dense screen
	Speed      float64       // pixels per second; 25 mm/s at 96 dpi if it is not between 0 and 10,000
	Delay      time.Duration // the pen is at now-Delay: DefaultDelay for live data
	Erase      int           // pixels kept blank ahead of the pen: DefaultErase
	Epoch      time.Time     // the same in all windows gives them one phase; zero: the first now
}

// Wave is one trace of a sweep. Rects of different waves do not overlap.
type Wave struct {
	Rect   image.Rectangle // in the coordinates of dst; nothing is drawn outside of it
	Color  color.RGBA
	Period time.Duration // from one sample to the next: that of the metric
	Scale  Scale         // ScaleOf gives the usual one
	Source Source        // of a comparable type; another value is another wave
}

// Sweep draws all waves of a window into one image as a bedside monitor does:
// the pens of all waves move together from left to right over what they drew
// one pass ago, a blank bar ahead of them. Only what is new since the last
// call is drawn. The zero Sweep is ready; it belongs to one image and one
// goroutine.
//
// A trace is an antialiased line that holds the extremes of all samples.
// Samples that are missing, marked invalid or in an array without value leave
// a gap, however short. Data that arrive after the pen has passed are drawn at
// their own place. A change of scale redraws the whole trace, so that one
// strip never shows two scales. A pacing mark is a dashed line of full height.
//
// Only the Rects are ever painted, also those of waves that went away; the
// rest of dst belongs to the caller, who leaves the Rects alone.
type Sweep struct {
	pix    *uint8 // identity of the image drawn last
	bounds image.Rectangle
	look   look
	epoch  time.Time
	head   int64
	strips []strip
	work   workspace
}

// look is the comparable part of an Input.
type look struct {
	background, grid color.RGBA
	stroke, speed    float64
	delay            time.Duration
	erase            int
	epoch            time.Time
}

// Draw brings dst up to now and returns the rectangle that holds all changed
// pixels. A call with an image, a size or an Input other than the last one's,
// or more than a screen's width later, redraws from the Sources what the
// window shows.
func (s *Sweep) Draw(dst *image.RGBA, in Input, now time.Time) image.Rectangle {
	l := look{in.Background, in.Grid, in.Stroke, usableSpeed(in.Speed), in.Delay, max(in.Erase, 0), in.Epoch}
	fresh := s.pix != identity(dst) || s.bounds != dst.Rect
	if fresh || s.look != l {
		s.look, s.pix, s.bounds, s.work.pen = l, identity(dst), dst.Rect, newPen(l.stroke)
		if !l.epoch.IsZero() {
			s.epoch = l.epoch
		} else if s.epoch.IsZero() {
			s.epoch = now
		}
		s.spoil()
	}
	touched := s.arrange(dst, in.Waves, fresh)

	a := axis{epoch: s.epoch, perNano: l.speed / 1e9}
	head := a.column(int64(now.Sub(s.epoch) - l.delay))
	if head < s.head {
		s.spoil()
	}
	for i := range s.strips {
		touched = touched.Union(s.strips[i].advance(dst, &s.work, &l, a, s.head, head))
	}
	s.head = head
	return touched
}

// DrawWindow draws the time from…to across the whole width of each wave, with
// no pen and no erase bar: a frozen or historical view. Speed, Delay, Erase
// and Epoch of in do not count. A later Draw on the same Sweep starts afresh.
func (s *Sweep) DrawWindow(dst *image.RGBA, in Input, from, to time.Time) image.Rectangle {
	touched := s.arrange(dst, in.Waves, s.pix != identity(dst) || s.bounds != dst.Rect)
	s.pix, s.bounds, s.look = identity(dst), dst.Rect, look{background: in.Background, grid: in.Grid, stroke: in.Stroke}
	s.work.pen = newPen(in.Stroke)
	for i := range s.strips {
		a := axis{epoch: from}
		if span := to.Sub(from); span > 0 {
			a.perNano = float64(in.Waves[i].Rect.Dx()) / float64(span)
		}
		s.look.speed = a.perNano * 1e9
		touched = touched.Union(s.strips[i].still(dst, &s.work, &s.look, a))
	}
	s.spoil()
	return touched
}

// spoil has everything drawn anew at the next Draw.
func (s *Sweep) spoil() {
	for i := range s.strips {
		s.strips[i].stale = true
	}
}

// Range gives what strip i shows from its bottom to its top at present: the
// range that was chosen from the wave's Scale, with its label.
func (s *Sweep) Range(i int) (Range, bool) {
	if i < 0 || i >= len(s.strips) {
		return Range{}, false
	}
	return s.strips[i].shown, true
}

// arrange takes over a new list of waves, keeps the strips that did not
// change, and blanks the places that were left.
func (s *Sweep) arrange(dst *image.RGBA, waves []Wave, fresh bool) image.Rectangle {
	same := len(waves) == len(s.strips)
	for i := 0; same && i < len(waves); i++ {
		same = s.strips[i].Rect == waves[i].Rect
	}
	var touched image.Rectangle
	if !same && !fresh {
		for i := range s.strips {
			touched = touched.Union(s.strips[i].wipe(dst))
		}
	}
	if !same {
		s.strips = make([]strip, len(waves))
	}
	for i := range waves {
		s.strips[i].take(waves[i], !same || fresh)
	}
	return touched
}

// identity tells one image's memory from another's.
func identity(m *image.RGBA) *uint8 {
	if len(m.Pix) == 0 {
		return nil
	}
	return &m.Pix[0]
}

func usableSpeed(v float64) float64 {
	if v > 0 && v <= 10000 {
		return v
	}
	return PixelsPerSecond(25, 96)
}
