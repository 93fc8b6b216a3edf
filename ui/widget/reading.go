package widget

import (
	"lamplight/mdib"
	"lamplight/ui/theme"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Reading is one value, or one pressure, as a tile or a box shows it.
type Reading struct {
	Label, Value string
	Note         string // behind the value and smaller: the mean of a pressure in brackets, an age
	Unit         string
	High, Low    string // limits in force; "" shows none
	Changed      bool   // a limit differs from its preset
	Class        mdib.SignalClass
	Alarm        mdib.Priority
	Wide         bool    // a pressure: takes a whole row
	Figures      float32 // how many figures the value may have; its size does not wander
}

// cell shows one Reading in a place.
type cell struct {
	label, value, note, unit, high, low *canvas.Text
	reading                             Reading
	x, y, w, h                          float32
	limits, half                        bool
}

func newCell() *cell {
	c := &cell{}
	for _, t := range []**canvas.Text{&c.label, &c.unit, &c.high, &c.low} {
		*t = NewText(12, false, theme.Ink(theme.Quiet))
	}
	c.value, c.note = NewText(20, true, theme.Ink(theme.Text)), NewText(14, true, theme.Ink(theme.Text))
	c.value.Alignment = fyne.TextAlignTrailing
	c.note.Alignment = fyne.TextAlignTrailing
	c.high.Alignment, c.low.Alignment = fyne.TextAlignTrailing, fyne.TextAlignTrailing
	return c
}

func (c *cell) objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{c.label, c.value, c.note, c.unit, c.high, c.low}
}

// clear shows nothing.
func (c *cell) clear() { c.set(Reading{}) }

// set shows another reading in the same place.
func (c *cell) set(r Reading) {
	moved := r.Figures != c.reading.Figures || r.Note != c.reading.Note || r.Label != c.reading.Label || r.Unit != c.reading.Unit
	c.reading = r
	ink := theme.ClassInk(r.Class)
	SetText(c.label, r.Label, ink)
	SetText(c.value, r.Value, ink)
	SetText(c.note, r.Note, ink)
	limit := theme.Ink(theme.Quiet)
	if r.Changed {
		limit = theme.Ink(theme.Changed)
	}
	high, low := r.High, r.Low
	if !c.limits {
		high, low = "", ""
	}
	SetText(c.high, high, limit)
	SetText(c.low, low, limit)
	if moved && c.w > 0 {
		c.place(c.x, c.y, c.w, c.h, c.limits, c.half)
	}
}

// limitsWidth is the same in all cells, so that values stand in one column.
const limitsWidth = 38

// place puts the cell into a rectangle. The size of the value follows from the
// place and from how many figures it may have, never from what it says now.
func (c *cell) place(x, y, w, h float32, limits, half bool) {
	c.x, c.y, c.w, c.h, c.limits, c.half = x, y, w, h, limits, half
	r := c.reading
	small := clamp(h*0.26, 11, 15)
	limitW := float32(0)
	if limits && (!r.Wide || w >= 260) {
		limitW = limitsWidth
	}
	setSize(c.label, small)
	setSize(c.unit, small*0.92)
	setSize(c.high, small*0.92)
	setSize(c.low, small*0.92)
	labelW := Width(r.Label, small, c.label.TextStyle) + 6

	room := w - labelW - limitW - 10
	figures := r.Figures
	if figures == 0 {
		figures = 3
	}
	noteScale := float32(0.68)
	noteFigures := float32(0)
	if r.Note != "" {
		noteFigures = 5
	}
	tall := float32(0.95)
	if half {
		tall = 0.62
	} else if r.Wide && h > 42 {
		tall = 0.72
	}
	size := min(h*tall, room/(figureWidth*(figures+noteFigures*noteScale)), 120)
	// Where the label beside the value costs it much size, it stands above.
	above := false
	if tallest := min((h-small*1.4)*1.05, (w-limitW-6)/(figureWidth*figures), 120); !half && !r.Wide && r.Note == "" && tallest > size*1.2 {
		above, size, labelW = true, tallest, 0
	}
	size = float32(int(size))
	setSize(c.value, size)
	setSize(c.note, float32(int(size*noteScale)))

	base := y + h/2 + c.value.TextSize*capHeight/2
	if above {
		base += small * 0.55
	}
	noteW := float32(0)
	if r.Note != "" {
		noteW = Width(r.Note, c.note.TextSize, c.note.TextStyle) + size*0.18
	}
	onBaseline(c.label, x, base, labelW)
	right := x + w - limitW
	onBaseline(c.note, right-noteW, base, noteW)
	onBaseline(c.value, x+labelW, base, right-noteW-x-labelW)
	show(c.high, limitW > 0)
	show(c.low, limitW > 0)
	if limitW > 0 {
		line := c.high.TextSize * 1.15
		onBaseline(c.high, right, base-line, limitW)
		onBaseline(c.low, right, base, limitW)
	}
	// The unit stands above the label where the row has room for two lines.
	if above {
		over := base - c.value.TextSize*capHeight - small*0.45
		labelW = Width(r.Label, small, c.label.TextStyle)
		SetText(c.unit, r.Unit, theme.Ink(theme.Quiet))
		show(c.unit, true)
		onBaseline(c.label, x, over, labelW)
		onBaseline(c.unit, x+labelW+6, over, w-labelW-6)
		return
	}
	room2 := c.value.TextSize*capHeight >= small*2.1
	show(c.unit, room2)
	if room2 {
		SetText(c.unit, r.Unit, theme.Ink(theme.Quiet))
		onBaseline(c.label, x, base-small*1.2, labelW)
		onBaseline(c.unit, x, base, labelW)
	}
}
