package widget

import (
	"lamplight/mdib"
	"lamplight/ui/theme"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// AlarmBar is the line across the window that names the most urgent condition
// of the ward.
type AlarmBar struct {
	widget.BaseWidget
	OnTapped func()

	model  AlarmBarModel
	ground *canvas.Rectangle
	lead   *canvas.Text // marks, bed, condition
	detail *canvas.Text
	counts [3]*Chip // high, medium, low
	keys   *Keys
}

// AlarmBarModel is what the bar shows.
type AlarmBarModel struct {
	Alarm  Alarm
	Bed    string
	Detail string
	Counts [3]string // "1 high", "2 medium", "2 low"; "" is not shown
}

var _ desktop.Cursorable = (*AlarmBar)(nil)

// NewAlarmBar makes a bar with the keys that act on it.
func NewAlarmBar(keys ...Key) *AlarmBar {
	b := &AlarmBar{ground: canvas.NewRectangle(theme.Ink(theme.Low)), lead: NewText(20, true, theme.Ink(theme.Text)), detail: NewText(15, false, theme.Ink(theme.Text)), keys: NewKeys(14, theme.Ink(theme.Text), keys...)}
	for i := range b.counts {
		b.counts[i] = NewChip(14)
		b.counts[i].text.TextStyle.Bold = true
	}
	b.ExtendBaseWidget(b)
	return b
}

// Set shows another condition.
func (b *AlarmBar) Set(m AlarmBarModel, f Flash) {
	changed := b.model != m
	b.model = m
	b.Flash(f)
	if changed {
		b.arrange(b.Size())
	}
}

// Model is what the bar shows now.
func (b *AlarmBar) Model() AlarmBarModel { return b.model }

// Flash repaints for the flashing clocks.
func (b *AlarmBar) Flash(f Flash) {
	ink, ground, _ := b.model.Alarm.Inks(f)
	setRect(b.ground, ground, nil, 0)
	SetText(b.lead, b.lead.Text, ink)
	SetText(b.detail, b.detail.Text, ink)
	b.keys.Ink(ink)
}

// Tapped opens the bed.
func (b *AlarmBar) Tapped(*fyne.PointEvent) {
	if b.OnTapped != nil {
		b.OnTapped()
	}
}

// Cursor is a hand.
func (b *AlarmBar) Cursor() desktop.Cursor { return desktop.PointerCursor }

func (b *AlarmBar) arrange(s fyne.Size) {
	b.ground.Resize(s)
	right := s.Width - 16
	place := func(o fyne.CanvasObject, gap float32) {
		m := o.MinSize()
		right -= m.Width
		o.Move(fyne.NewPos(round(right), round((s.Height-m.Height)/2)))
		o.Resize(m)
		right -= gap
	}
	show(b.keys, s.Width > 900)
	if b.keys.Visible() {
		place(b.keys, 20)
	}
	for i := len(b.counts) - 1; i >= 0; i-- {
		ink, ground := theme.Ink(theme.OnHigh), theme.Ink(theme.High)
		switch i {
		case 0:
			if b.model.Alarm.Priority == mdib.PriorityHigh {
				ink, ground = theme.Ink(theme.High), theme.Ink(theme.OnHigh)
			}
		case 1:
			ink, ground = theme.Ink(theme.OnMedium), theme.Ink(theme.Medium)
			if b.model.Alarm.Priority == mdib.PriorityMedium {
				ink, ground = theme.Ink(theme.Medium), theme.Ink(theme.OnMedium)
			}
		case 2:
			ink, ground = theme.Ink(theme.OnLow), theme.Ink(theme.Low)
			if b.model.Alarm.Priority < mdib.PriorityMedium {
				ink, ground = theme.Ink(theme.Low), theme.Ink(theme.OnLow)
			}
		}
		b.counts[i].Set(b.model.Counts[i], ink, zero, ground)
		if b.model.Counts[i] != "" {
			place(b.counts[i], 8)
		}
	}
	right -= 12
	lead := b.model.Alarm.Marks() + "  " + b.model.Bed + "   " + b.model.Alarm.Text
	lead = Elide(lead, b.lead.TextSize, b.lead.TextStyle, right-16)
	SetText(b.lead, lead, b.lead.Color)
	leadW := Width(lead, b.lead.TextSize, b.lead.TextStyle)
	SetText(b.detail, Elide(b.model.Detail, b.detail.TextSize, b.detail.TextStyle, right-16-leadW-20), b.detail.Color)
	base := round(s.Height/2 + b.lead.TextSize*capHeight/2)
	onBaseline(b.lead, 16, base, leadW)
	onBaseline(b.detail, 16+leadW+20, base, right)
}

// CreateRenderer is called by Fyne.
func (b *AlarmBar) CreateRenderer() fyne.WidgetRenderer { return &alarmBarRenderer{b} }

type alarmBarRenderer struct{ b *AlarmBar }

func (r *alarmBarRenderer) MinSize() fyne.Size { return fyne.NewSize(200, AlarmBarHeight) }
func (r *alarmBarRenderer) Layout(s fyne.Size) { r.b.arrange(s) }
func (r *alarmBarRenderer) Refresh()           {}
func (r *alarmBarRenderer) Objects() []fyne.CanvasObject {
	o := []fyne.CanvasObject{r.b.ground, r.b.lead, r.b.detail, r.b.keys}
	for _, c := range r.b.counts {
		o = append(o, c)
	}
	return o
}
func (r *alarmBarRenderer) Destroy() {}

// AlarmBarHeight is the height of the bar.
const AlarmBarHeight = 46
