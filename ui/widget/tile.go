package widget

import (
	"strconv"

	"lamplight/mdib"
	"lamplight/ui/theme"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Tile is one bed on the ward page. Its waves are drawn by the page, which
// asks where they go; everything else is here.
type Tile struct {
	widget.BaseWidget
	OnTapped func()

	model TileModel
	geo   tileGeometry

	header, bar, border        *canvas.Rectangle
	bed, name, who, badge      *canvas.Text
	alarm, more                *canvas.Text
	title, state, reason, hint *canvas.Text
	traces                     [maxTraces]*canvas.Text
	cells                      [maxCells]*cell
	objects                    []fyne.CanvasObject
}

const (
	maxTraces = 3
	maxCells  = 6
)

// TileModel is what a tile shows.
type TileModel struct {
	Bed, Name, Who string
	Badge          string // "SIMULATED"; "" for real data
	Alarm          Alarm
	Readings       []Reading
	Traces         []Trace
	Message        Message // instead of values
	Selected       bool
}

// Trace is the label of one wave.
type Trace struct {
	Label string
	Class mdib.SignalClass
}

// Message says why a tile shows no values.
type Message struct {
	Title               string // instead of the header
	State, Reason, Hint string
	Urgent              bool // a fault, not just an empty place
}

var (
	_ fyne.Tappable      = (*Tile)(nil)
	_ desktop.Cursorable = (*Tile)(nil)
)

// NewTile makes an empty tile.
func NewTile() *Tile {
	t := &Tile{
		header: canvas.NewRectangle(theme.Ink(theme.Selected)),
		bar:    canvas.NewRectangle(theme.Ink(theme.Low)),
		border: canvas.NewRectangle(nil),
		bed:    NewText(18, true, theme.Ink(theme.Text)),
		name:   NewText(15, false, theme.Ink(theme.Text)),
		who:    NewText(13, false, theme.Ink(theme.Quiet)),
		badge:  NewText(11, true, theme.Ink(theme.Changed)),
		alarm:  NewText(14, true, theme.Ink(theme.Text)),
		more:   NewText(13, true, theme.Ink(theme.Text)),
		title:  NewText(18, true, theme.Ink(theme.Text)),
		state:  NewText(15, true, theme.Ink(theme.Quiet)),
		reason: NewText(13, false, theme.Ink(theme.Quiet)),
		hint:   NewText(13, false, theme.Ink(theme.Quiet)),
	}
	t.header.CornerRadius, t.border.CornerRadius = 7, 8
	t.badge.Alignment, t.more.Alignment = fyne.TextAlignTrailing, fyne.TextAlignTrailing
	for _, m := range []*canvas.Text{t.title, t.state, t.reason, t.hint} {
		m.Alignment = fyne.TextAlignCenter
	}
	t.header.Hide()
	t.bar.Hide()
	t.border.Hide()
	t.objects = append(t.objects, t.header, t.bar, t.bed, t.name, t.who, t.badge, t.alarm, t.more,
		t.title, t.state, t.reason, t.hint)
	for i := range t.traces {
		t.traces[i] = NewText(11, false, theme.Ink(theme.Quiet))
		t.objects = append(t.objects, t.traces[i])
	}
	for i := range t.cells {
		t.cells[i] = newCell()
		t.objects = append(t.objects, t.cells[i].objects()...)
	}
	t.objects = append(t.objects, t.border)
	t.ExtendBaseWidget(t)
	return t
}

// Tapped opens the bed.
func (t *Tile) Tapped(*fyne.PointEvent) {
	if t.OnTapped != nil {
		t.OnTapped()
	}
}

// Cursor is a hand: a tile can be opened.
func (t *Tile) Cursor() desktop.Cursor { return desktop.PointerCursor }

// Model is what the tile shows now.
func (t *Tile) Model() TileModel { return t.model }

// Set shows another state of the bed. Places are worked out again only if the
// kinds of what is shown changed.
func (t *Tile) Set(m TileModel, f Flash) {
	arranged := t.model.sameShape(m)
	t.model = m
	if !arranged {
		t.arrange(t.Size())
	}
	t.texts()
	t.Flash(f)
}

// sameShape reports whether two models are laid out alike.
func (m TileModel) sameShape(o TileModel) bool {
	if len(m.Readings) != len(o.Readings) || len(m.Traces) != len(o.Traces) ||
		m.Message.State != o.Message.State || (m.Name == "") != (o.Name == "") || m.Bed != o.Bed || m.Badge != o.Badge {
		return false
	}
	for i := range m.Readings {
		a, b := m.Readings[i], o.Readings[i]
		if a.Label != b.Label || a.Figures != b.Figures || a.Wide != b.Wide {
			return false
		}
	}
	return true
}

// Strips tells the page where the waves go, relative to the tile; none while a
// message is shown.
func (t *Tile) Strips() []Box {
	if t.model.Message.State != "" {
		return nil
	}
	return t.geo.strips
}

// Flash repaints the alarm line and the border for the flashing clocks.
func (t *Tile) Flash(f Flash) {
	a := t.model.Alarm
	show(t.bar, a.Active())
	show(t.border, a.Active())
	if !a.Active() {
		return
	}
	ink, ground, edge := a.Inks(f)
	setRect(t.bar, ground, nil, 0)
	setRect(t.border, nil, edge, a.edgeWidth())
	SetText(t.alarm, t.alarm.Text, ink)
	SetText(t.more, t.more.Text, ink)
}

// texts brings every text up to the model.
func (t *Tile) texts() {
	m, g := &t.model, &t.geo
	empty := m.Message.Title != ""
	text, quiet := theme.Ink(theme.Text), theme.Ink(theme.Quiet)
	bed, name, who := m.Bed, m.Name, m.Who
	if empty {
		bed = ""
	}
	if m.Selected {
		quiet = theme.Ink(theme.OnSelected)
	}
	show(t.header, m.Selected)
	SetText(t.bed, bed, text)
	SetText(t.badge, m.Badge, theme.Ink(theme.Changed))
	room := g.badgeX - g.nameX
	whoW := Width(who, t.who.TextSize, t.who.TextStyle)
	shown := Elide(name, t.name.TextSize, t.name.TextStyle, max(room-whoW-10, room*0.45))
	SetText(t.name, shown, text)
	nameW := Width(shown, t.name.TextSize, t.name.TextStyle)
	if nameW+10+whoW > room {
		who = Elide(who, t.who.TextSize, t.who.TextStyle, room-nameW-10)
	}
	SetText(t.who, who, quiet)
	onBaseline(t.who, g.nameX+nameW+10, g.headBase, room)

	line, more := "", ""
	if m.Alarm.Active() {
		if m.Alarm.More > 0 {
			more = "+" + strconv.Itoa(m.Alarm.More)
		}
		moreW := Width(more, t.more.TextSize, t.more.TextStyle)
		line = Elide(m.Alarm.Marks()+" "+m.Alarm.Text, t.alarm.TextSize, t.alarm.TextStyle, g.w-28-moreW)
	}
	SetText(t.alarm, line, t.alarm.Color)
	SetText(t.more, more, t.more.Color)

	t.message(empty)
	for i, tr := range t.traces {
		label := ""
		if i < len(m.Traces) && i < len(t.Strips()) {
			label = m.Traces[i].Label
			SetText(tr, label, theme.ClassInk(m.Traces[i].Class))
			continue
		}
		SetText(tr, label, quiet)
	}
	for i, c := range t.cells {
		if i < len(m.Readings) && i < len(g.cells) && m.Message.State == "" {
			c.set(m.Readings[i])
		} else {
			c.clear()
		}
	}
}

func (t *Tile) message(empty bool) {
	m := t.model.Message
	title := ""
	if empty {
		title = m.Title
	}
	state := theme.Ink(theme.Quiet)
	if m.Urgent {
		state = theme.Ink(theme.OnLow)
	}
	w, reason, hint, ink := t.geo.w-24, m.Reason, m.Hint, theme.Ink(theme.Text)
	if reason == "" {
		reason, hint, ink = hint, "", theme.Ink(theme.Quiet)
	}
	SetText(t.title, title, theme.Ink(theme.Quiet))
	SetText(t.state, Elide(m.State, t.state.TextSize, t.state.TextStyle, w), state)
	SetText(t.reason, Elide(reason, t.reason.TextSize, t.reason.TextStyle, w), ink)
	SetText(t.hint, Elide(hint, t.hint.TextSize, t.hint.TextStyle, w), theme.Ink(theme.Quiet))
}

// CreateRenderer is called by Fyne.
func (t *Tile) CreateRenderer() fyne.WidgetRenderer { return &tileRenderer{t} }

type tileRenderer struct{ t *Tile }

func (r *tileRenderer) Layout(s fyne.Size)           { r.t.arrange(s); r.t.texts() }
func (r *tileRenderer) MinSize() fyne.Size           { return fyne.NewSize(120, 60) }
func (r *tileRenderer) Refresh()                     { r.t.texts() }
func (r *tileRenderer) Objects() []fyne.CanvasObject { return r.t.objects }
func (r *tileRenderer) Destroy()                     {}
