package widget

import (
	"lamplight/ui/theme"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// AlarmRow is one condition of a list. A tap acknowledges it.
type AlarmRow struct {
	widget.BaseWidget
	OnTapped func()
	alarm    Alarm
	ground   *canvas.Rectangle
	text     *canvas.Text
	state    *canvas.Text
}

var _ desktop.Cursorable = (*AlarmRow)(nil)

// NewAlarmRow makes an empty row of a text size.
func NewAlarmRow(size float32) *AlarmRow {
	r := &AlarmRow{ground: canvas.NewRectangle(theme.Ink(theme.Low)), text: NewText(size, true, theme.Ink(theme.Text)), state: NewText(size*0.9, false, theme.Ink(theme.Text))}
	r.ground.CornerRadius = 5
	r.state.Alignment = fyne.TextAlignTrailing
	r.ExtendBaseWidget(r)
	return r
}

// Set shows a condition, and at the right what has been or can be done about it.
func (r *AlarmRow) Set(a Alarm, state string, f Flash) {
	r.alarm = a
	show(r, a.Active())
	if !a.Active() {
		return
	}
	ink, _, _ := a.Inks(f)
	SetText(r.state, state, ink)
	room := r.Size().Width - 36 - r.state.MinSize().Width
	SetText(r.text, Elide(a.Marks()+" "+a.Text, r.text.TextSize, r.text.TextStyle, room), ink)
	r.Flash(f)
}

// Flash repaints the row for the flashing clocks.
func (r *AlarmRow) Flash(f Flash) {
	ink, ground, _ := r.alarm.Inks(f)
	setRect(r.ground, ground, nil, 0)
	SetText(r.text, r.text.Text, ink)
	SetText(r.state, r.state.Text, ink)
}

// Text is what the row says.
func (r *AlarmRow) Text() string { return r.text.Text }

// Tapped acknowledges.
func (r *AlarmRow) Tapped(*fyne.PointEvent) {
	if r.OnTapped != nil {
		r.OnTapped()
	}
}

// Cursor is a hand.
func (r *AlarmRow) Cursor() desktop.Cursor { return desktop.PointerCursor }

// CreateRenderer is called by Fyne.
func (r *AlarmRow) CreateRenderer() fyne.WidgetRenderer { return &alarmRowRenderer{r} }

type alarmRowRenderer struct{ r *AlarmRow }

func (x *alarmRowRenderer) Layout(s fyne.Size) {
	x.r.ground.Resize(s)
	centred(x.r.text, 12, 0, s.Width-24, s.Height)
	centred(x.r.state, 12, 0, s.Width-24, s.Height)
}
func (x *alarmRowRenderer) MinSize() fyne.Size { return fyne.NewSize(80, 24) }
func (x *alarmRowRenderer) Refresh()           {}
func (x *alarmRowRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{x.r.ground, x.r.text, x.r.state}
}
func (x *alarmRowRenderer) Destroy() {}
