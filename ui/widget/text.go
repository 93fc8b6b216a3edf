// Package widget holds the parts that Lamplight's pages are made of: the bed
// tile, the alarm bar, boxes, chips and key caps. They are told what to show in
// plain texts and know neither the station nor the record. They make their
// objects once and change them only when there is something new to say.
package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// NewText makes a text of our own size, apart from the theme's.
func NewText(size float32, bold bool, c color.Color) *canvas.Text {
	t := canvas.NewText("", c)
	t.TextSize = size
	t.TextStyle.Bold = bold
	return t
}

// SetText changes what a text says and its colour; a text that already says so
// is left alone, for every distinct text is a new texture.
func SetText(t *canvas.Text, s string, c color.Color) {
	if t.Text == s && t.Color == c {
		return
	}
	t.Text, t.Color = s, c
	t.Refresh()
}

// setSize changes the font size, if it is another.
func setSize(t *canvas.Text, size float32) {
	if size < 8 {
		size = 8
	}
	if t.TextSize != size {
		t.TextSize = size
		t.Refresh()
	}
}

// show makes an object visible or hides it, if it is not so yet.
func show(o fyne.CanvasObject, visible bool) {
	if o.Visible() == visible {
		return
	}
	if visible {
		o.Show()
	} else {
		o.Hide()
	}
}

// setRect changes the colours of a rectangle, if they are others.
func setRect(r *canvas.Rectangle, fill, stroke color.Color, width float32) {
	if r.FillColor == fill && r.StrokeColor == stroke && r.StrokeWidth == width {
		return
	}
	r.FillColor, r.StrokeColor, r.StrokeWidth = fill, stroke, width
	r.Refresh()
}

// onBaseline puts a text on a baseline within x…x+w; its alignment says where.
func onBaseline(t *canvas.Text, x, baseline, w float32) {
	size, base := fyne.CurrentApp().Driver().RenderedTextSize("0", t.TextSize, t.TextStyle, nil)
	t.Move(fyne.NewPos(round(x), round(baseline-base)))
	t.Resize(fyne.NewSize(round(w), size.Height))
}

// capHeight is the height of a figure of the bundled family, in font sizes.
const capHeight = 0.714

// figureWidth is the width of a figure, in font sizes.
const figureWidth = 0.572

// centred puts a text so that its figures stand in the middle of y…y+h.
func centred(t *canvas.Text, x, y, w, h float32) {
	onBaseline(t, x, y+h/2+t.TextSize*capHeight/2, w)
}

// Width of a text as it would be drawn.
func Width(s string, size float32, style fyne.TextStyle) float32 {
	return fyne.MeasureText(s, size, style).Width
}

// Elide shortens a text with an ellipsis until it fits.
func Elide(s string, size float32, style fyne.TextStyle, width float32) string {
	if s == "" || Width(s, size, style) <= width {
		return s
	}
	runes := []rune(s)
	low, high := 0, len(runes) // the longest that fits, by halving
	for low < high {
		mid := (low + high + 1) / 2
		if Width(string(runes[:mid])+"…", size, style) <= width {
			low = mid
		} else {
			high = mid - 1
		}
	}
	if low == 0 {
		return ""
	}
	return string(runes[:low]) + "…"
}

// zero is no colour at all.
var zero color.RGBA

func round(v float32) float32 { return float32(int(v + 0.5)) }

func clamp(v, low, high float32) float32 { return min(max(v, low), high) }
