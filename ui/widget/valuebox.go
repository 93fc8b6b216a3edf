package widget

import (
	"image/color"

	"lamplight/ui/theme"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// ValueBox is one reading of the bed page, large. Its ground is painted by the
// page.
type ValueBox struct {
	widget.BaseWidget
	reading                       Reading
	alarm                         Alarm
	border                        *canvas.Rectangle
	label, unit, value, note, aux *canvas.Text
	high, low                     *canvas.Text
	objects                       []fyne.CanvasObject
}

// NewValueBox makes an empty box.
func NewValueBox() *ValueBox {
	quiet := theme.Ink(theme.Quiet)
	b := &ValueBox{
		border: canvas.NewRectangle(color.Transparent),
		label:  NewText(15, true, quiet), unit: NewText(13, false, quiet), aux: NewText(13, false, quiet),
		value: NewText(60, true, quiet), note: NewText(30, true, quiet),
		high: NewText(14, false, quiet), low: NewText(14, false, quiet),
	}
	b.border.CornerRadius = 8
	b.border.Hide()
	for _, t := range []*canvas.Text{b.unit, b.high, b.low} {
		t.Alignment = fyne.TextAlignTrailing
	}
	b.objects = []fyne.CanvasObject{b.label, b.unit, b.value, b.note, b.aux, b.high, b.low, b.border}
	b.ExtendBaseWidget(b)
	return b
}

// Reading is what the box shows now.
func (b *ValueBox) Reading() Reading { return b.reading }

// Set shows a reading, with the condition about it, and aux in small below.
func (b *ValueBox) Set(r Reading, a Alarm, aux string, f Flash) {
	same := b.reading == r && b.aux.Text == aux
	b.reading, b.alarm = r, a
	ink, limit := theme.ClassInk(r.Class), theme.Ink(theme.Quiet)
	if r.Changed {
		limit = theme.Ink(theme.Changed)
	}
	SetText(b.label, r.Label, ink)
	SetText(b.unit, r.Unit, theme.Ink(theme.Quiet))
	SetText(b.value, r.Value, ink)
	SetText(b.note, r.Note, ink)
	SetText(b.aux, aux, theme.Ink(theme.Quiet))
	SetText(b.high, r.High, limit)
	SetText(b.low, r.Low, limit)
	b.Flash(f)
	if !same {
		b.arrange(b.Size())
	}
}

// Flash repaints the border for the flashing clocks.
func (b *ValueBox) Flash(f Flash) {
	show(b.border, b.alarm.Active())
	if b.alarm.Active() {
		_, _, edge := b.alarm.Inks(f)
		setRect(b.border, color.Transparent, edge, b.alarm.edgeWidth())
	}
}

func (b *ValueBox) arrange(s fyne.Size) {
	if s.Width < 20 || s.Height < 20 {
		return
	}
	b.border.Resize(s)
	small := round(clamp(s.Height*0.15, 12, 16))
	setSize(b.label, small)
	setSize(b.unit, small*0.85)
	setSize(b.aux, small*0.85)
	setSize(b.high, small*0.95)
	setSize(b.low, small*0.95)
	base := small*1.25 + 4
	onBaseline(b.label, 14, base, s.Width/2)
	onBaseline(b.unit, 0, base, s.Width-14)
	if b.unit.Alignment = fyne.TextAlignTrailing; s.Height < 78 { // no room above the limits
		b.unit.Alignment = fyne.TextAlignLeading
		onBaseline(b.unit, 14, base+small*1.3, s.Width/2)
	}
	onBaseline(b.aux, 14, s.Height-9, s.Width*0.6)

	figures := max(b.reading.Figures, 3)
	note := float32(0)
	if b.reading.Note != "" {
		note = 5 * 0.6
	}
	limits := small * 0.95 * figureWidth * 4.4
	size := min(s.Height*0.92, (s.Width-2*limits-50)/(figureWidth*(figures+note)), 190)
	size = float32(int(max(size, 14)))
	setSize(b.value, size)
	setSize(b.note, float32(int(size*0.6)))
	valueW := Width(b.value.Text, size, b.value.TextStyle)
	noteW := float32(0)
	if b.note.Text != "" {
		noteW = Width(b.note.Text, b.note.TextSize, b.note.TextStyle) + size*0.2
	}
	// The place of the figures follows from how many there may be: a value that
	// loses a digit does not jump. Its right edge stays.
	widest := max(figureWidth*figures*size, valueW)
	right := (s.Width+widest+noteW)/2 - noteW
	mid := s.Height*0.5 + size*capHeight/2 + 2
	onBaseline(b.value, right-valueW, mid, valueW)
	onBaseline(b.note, right+size*0.2, mid, noteW)
	line := b.high.TextSize * 1.3
	onBaseline(b.high, 0, s.Height/2+small*0.2, s.Width-14)
	onBaseline(b.low, 0, s.Height/2+small*0.2+line, s.Width-14)
}

// CreateRenderer is called by Fyne.
func (b *ValueBox) CreateRenderer() fyne.WidgetRenderer { return &valueBoxRenderer{b} }

type valueBoxRenderer struct{ b *ValueBox }

func (r *valueBoxRenderer) Layout(s fyne.Size)           { r.b.arrange(s) }
func (r *valueBoxRenderer) MinSize() fyne.Size           { return fyne.NewSize(80, 30) }
func (r *valueBoxRenderer) Refresh()                     {}
func (r *valueBoxRenderer) Objects() []fyne.CanvasObject { return r.b.objects }
func (r *valueBoxRenderer) Destroy()                     {}
