package charts

import (
	"image"
	"image/color"
	"math"
	"time"

	"golang.org/x/image/font"

	"lamplight/mdib"
)

// Trend is a picture of minutes to months: lines with their band of extremes,
// pressures as bars, events, and the times of which nothing is known hatched.
// It is a value; drawing changes nothing in it.
type Trend struct {
	From, To time.Time
	Zone     *time.Location // of the time axis; nil: the local one
	Series   []Series       // the first scale is written at the left, the next other one at the right
	Bars     []Bars
	Events   []Event   // by rising Time
	Cursor   time.Time // a vertical line with a dot on each series; zero: none
	Look     TrendLook
}

// TrendLook is how a trend is painted.
type TrendLook struct {
	Background color.RGBA
	Grid       color.RGBA // lines at the ticks
	Text       color.RGBA // labels at the ticks
	Gap        color.RGBA // hatching
	Cursor     color.RGBA
	Face       font.Face // of all labels; nil: Go Regular in 12 px
	Scale      float64   // pixels per unit of design: 1, or 2 on a dense screen; less than a tenth: 1
}

// Series is one metric over time.
type Series struct {
	Color     color.RGBA
	Rows      []mdib.Rollup // by rising Start; Count 0 or a hole between rows is a gap
	Low, High float64       // at the bottom and the top of the plot
	Episodic  bool          // taken now and then: a dot for each row, and what is between is no gap
}

// Bars are pressures that are taken now and then: one bar from diastole to
// systole with a mark at the mean.
type Bars struct {
	Color     color.RGBA
	Readings  []Reading
	Low, High float64 // at the bottom and the top of the plot
}

// Reading is one measured pressure. A value that is missing is NaN.
type Reading struct {
	Time           time.Time
	Sys, Dia, Mean float64
}

// Event is something that happened: a dashed line with a word at its foot.
type Event struct {
	Time  time.Time
	Label string
	Color color.RGBA
}

// beat is the hole between two values that is a device's rhythm, not a gap: a
// monitor that reports each 1.024 s leaves one second in 43 empty.
const beat = 1500 * time.Millisecond

// Draw paints the whole of dst.
func (t *Trend) Draw(dst *image.RGBA) {
	fill(dst, dst.Rect, t.Look.Background)
	p := t.open(dst)
	if p.plot.Dx() < 2 || p.plot.Dy() < 2 || !t.To.After(t.From) {
		return
	}
	p.gaps()
	p.axes()
	for i := range t.Series {
		p.series(&t.Series[i])
	}
	for i := range t.Bars {
		p.bars(&t.Bars[i])
	}
	p.events()
	p.cursor()
}

// Plot gives the part of an image with these bounds in which the curves are;
// the axes are around it.
func (t *Trend) Plot(bounds image.Rectangle) image.Rectangle {
	face := t.Look.face()
	u := t.Look.unit()
	left, right := t.axisScales()
	width := func(s *valueScale) int {
		if s == nil {
			return int(10 * u)
		}
		return int(40 * u)
	}
	return image.Rect(bounds.Min.X+width(left), bounds.Min.Y+int(8*u),
		bounds.Max.X-width(right), bounds.Max.Y-face.Metrics().Height.Ceil()-int(8*u))
}

// Coverage is the part of the time from…to, 0 to 1, for which rows hold a value.
func Coverage(rows []mdib.Rollup, from, to time.Time) float64 {
	if !to.After(from) {
		return 0
	}
	var known time.Duration
	done := from
	for i := range runs(rows) {
		a, b := i.from, i.to
		if a.Before(done) {
			a = done
		}
		if b.After(to) {
			b = to
		}
		if b.After(a) {
			known += b.Sub(a)
			done = b
		}
	}
	return float64(known) / float64(to.Sub(from))
}

// At gives the row that holds a value for this time, as a cursor shows it.
func At(rows []mdib.Rollup, t time.Time) (mdib.Rollup, bool) {
	for i := startIndex(rows, t) - 1; i >= 0; i-- {
		r := rows[i]
		if end := r.Start.Add(r.Span); has(r) {
			return r, !t.After(end) || t.Sub(end) < beat
		}
		if t.Sub(r.Start) > r.Span+beat {
			break
		}
	}
	return mdib.Rollup{}, false
}

func has(r mdib.Rollup) bool {
	return r.Count > 0 && !math.IsNaN(r.Mean) && !math.IsInf(r.Mean, 0)
}

func (l *TrendLook) unit() float64 {
	if l.Scale >= 0.1 && l.Scale < 100 {
		return l.Scale
	}
	return 1
}
