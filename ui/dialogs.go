package ui

import (
	"time"

	"lamplight/alarms"
	"lamplight/ui/theme"
	"lamplight/ui/widget"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/layout"
	fynewidget "fyne.io/fyne/v2/widget"
)

// field is an entry that lets Escape and Enter through to its dialog.
type field struct {
	fynewidget.Entry
	u     *UI
	enter func()
}

func (u *UI) newField(text, placeholder string) *field {
	f := &field{u: u}
	f.ExtendBaseWidget(f)
	f.SetText(text)
	f.SetPlaceHolder(placeholder)
	return f
}

// TypedKey is called by Fyne.
func (f *field) TypedKey(e *fyne.KeyEvent) {
	switch {
	case e.Name == fyne.KeyEscape && f.u.dialogOpen():
		f.u.closeDialog()
	case e.Name == fyne.KeyEscape:
		f.u.win.Canvas().Unfocus()
	case f.enter != nil && (e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter):
		f.enter()
	default:
		f.Entry.TypedKey(e)
	}
}

// button is one that lets through every key it does not need, so that alarms
// and pages answer to theirs wherever the focus is.
type button struct {
	fynewidget.Button
	u *UI
}

func (u *UI) newButton(text string, tapped func()) *button {
	b := &button{u: u}
	b.Text, b.OnTapped = text, tapped
	b.ExtendBaseWidget(b)
	return b
}

// TypedKey is called by Fyne.
func (b *button) TypedKey(e *fyne.KeyEvent) {
	enter := e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter
	switch {
	case e.Name == fyne.KeySpace || enter && b.u.dialogOpen():
		b.OnTapped()
	default:
		b.u.key(e.Name)
	}
}

// TypedRune is called by Fyne.
func (b *button) TypedRune(r rune) { b.u.rune(r) }

func (u *UI) dialogOpen() bool { return u.win.Canvas().Overlays().Top() != nil }

func (u *UI) closeDialog() {
	if u.dialog != nil {
		u.dialog.Hide()
		u.dialog = nil
	} else if top := u.win.Canvas().Overlays().Top(); top != nil {
		u.win.Canvas().Overlays().Remove(top)
	}
}

// open shows a dialog with its buttons; there is one at a time.
func (u *UI) open(title string, content fyne.CanvasObject, width float32, buttons ...fyne.CanvasObject) {
	u.closeDialogs()
	row := container.NewHBox(append([]fyne.CanvasObject{layout.NewSpacer()}, buttons...)...)
	d := dialog.NewCustomWithoutButtons(title, container.NewPadded(container.NewVBox(content, row)), u.win)
	u.dialog, u.dialogWidth = d, width
	u.fitDialog()
	d.Show()
}

// fitDialog gives the dialog the height that its content needs now.
func (u *UI) fitDialog() {
	if u.dialog != nil {
		u.dialog.Resize(fyne.NewSize(u.dialogWidth, u.dialog.MinSize().Height))
	}
}

// newComplaint is the line of a form that says what is wrong; it takes room
// only then.
func (u *UI) newComplaint() (line *fynewidget.Label, complain func(text string)) {
	line = fynewidget.NewLabel("")
	line.Importance, line.Wrapping = fynewidget.DangerImportance, fyne.TextWrapWord
	line.Hide()
	return line, func(text string) {
		line.SetText(text)
		line.Show()
		u.fitDialog()
	}
}

func (u *UI) closeDialogs() {
	for u.dialogOpen() {
		u.closeDialog()
	}
}

// confirm asks before something that cannot be taken back.
func (u *UI) confirm(title, text, yes string, do func()) {
	label := fynewidget.NewLabel(u.w.T(text))
	label.Wrapping = fyne.TextWrapWord
	no := u.newButton(u.w.T("do.cancel"), u.closeDialog)
	ok := u.newButton(u.w.T(yes), func() { u.closeDialog(); do() })
	ok.Importance = fynewidget.HighImportance
	u.open(u.w.T(title), label, 460, no, ok)
}

// tell shows an error in the words it came with.
func (u *UI) tell(title string, err error) { u.say(title, err.Error()) }

// say shows a text whole, with nothing to decide.
func (u *UI) say(title, text string) {
	label := fynewidget.NewLabel(text)
	label.Wrapping = fyne.TextWrapWord
	ok := u.newButton(u.w.T("do.close"), u.closeDialog)
	u.open(u.w.T(title), label, 520, ok)
	u.win.Canvas().Focus(ok)
}

// acknowledge marks one condition as seen.
func (u *UI) acknowledge(c alarms.Condition, now time.Time) {
	if err := u.deps.Ward.Acknowledge(c.MDS, c.Ref, now); err != nil {
		u.tell("error.acknowledge", err)
		return
	}
	u.looked = time.Time{}
}

// showKeys lists every key.
func (u *UI) showKeys() {
	columns := [2]*fyne.Container{container.NewVBox(), container.NewVBox()} // lower than one: the alarm bar stays in sight
	all, gap := u.allKeys(), canvas.NewRectangle(none)
	gap.SetMinSize(fyne.NewSize(24, 0))
	for i, k := range all {
		columns[2*i/(len(all)+1)].Add(widget.NewKeys(14*u.textScale(), theme.Ink(theme.Text), k))
	}
	ok := u.newButton(u.w.T("do.close"), u.closeDialog)
	u.open(u.w.T("keys.title"), container.NewHBox(columns[0], gap, columns[1]), 640, ok)
}

func (u *UI) allKeys() []widget.Key {
	w := u.w
	return []widget.Key{
		{Cap: "1 – 9", Does: w.T("keys.bed")},
		{Cap: w.T("key.arrows"), Does: w.T("keys.choose")},
		{Cap: w.T("key.space"), Does: w.T("keys.open")},
		{Cap: w.T("key.enter"), Does: w.T("keys.acknowledge")},
		{Cap: "N", Does: w.T("keys.next")},
		{Cap: "Esc", Does: w.T("keys.back")},
		{Cap: "A", Does: w.T("keys.admit")},
		{Cap: "D", Does: w.T("keys.discharge")},
		{Cap: "F6", Does: w.T("keys.trends")},
		{Cap: "F7", Does: w.T("keys.bedPage")},
		{Cap: "F8", Does: w.T("keys.devices")},
		{Cap: "F9", Does: w.T("keys.settings")},
		{Cap: "F11", Does: w.T("keys.fullScreen")},
		{Cap: "F12", Does: w.T("keys.about")},
		{Cap: "? F1", Does: w.T("keys.this")},
	}
}
