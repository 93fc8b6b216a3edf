package charts

import (
	"image"
	"image/color"
	"time"

	"golang.org/x/image/font"

	"lamplight/mdib"
)

// Trend is a picture of hours or days: lines with their band of extremes,
// pressures as bars, events, and the places where nothing is known hatched.
// It is a value; drawing it changes nothing in it.
type Trend struct {
	From, To time.Time
	Zone     *time.Location // of the time axis; nil: the local one
	Series   []Series       // the first one's scale is written at the left, the next other one at the right
	Bars     []Bars
	Events   []Event
	Cursor   time.Time // a vertical line; zero: none
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
	Scale      float64   // pixels per unit of design: 1, or 2 on a dense screen; 0: 1
}

// Series is one metric over time.
type Series struct {
	Color     color.RGBA
	Rows      []mdib.Rollup // by rising Start; Count 0 or a hole between rows is a gap
	Low, High float64       // at the bottom and the top of the plot
}

// Bars are pressures that are taken now and then: one bar from diastole to
// systole with a mark at the mean.
type Bars struct {
	Color     color.RGBA
	Readings  []Reading // by rising Time
	Low, High float64   // at the bottom and the top of the plot
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

// Draw paints the whole of dst.
func (t *Trend) Draw(dst *image.RGBA) {}

// Plot gives the part of an image with these bounds in which the curves are;
// the axes are around it.
func (t *Trend) Plot(bounds image.Rectangle) image.Rectangle { return bounds }

// TimeAt gives the time under the column x of an image with these bounds, for
// a cursor that follows the pointer; it is kept between From and To.
func (t *Trend) TimeAt(bounds image.Rectangle, x int) time.Time { return t.From }

// Coverage is the part of the time from…to, 0 to 1, for which rows hold a value.
func Coverage(rows []mdib.Rollup, from, to time.Time) float64 { return 0 }
