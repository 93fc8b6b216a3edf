package ui

import (
	"image"
	"strconv"
	"time"

	"lamplight/station"
	"lamplight/ui/theme"
	"lamplight/ui/widget"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	fynewidget "fyne.io/fyne/v2/widget"
	"github.com/google/uuid"
)

// trendPage shows hours of one bed: a lane for each kind of value, with what
// the record covers said beside it.
type trendPage struct {
	u     *UI
	box   *fyne.Container
	lanes []*lane
	span  time.Duration
	back  time.Duration // how far the right edge is before now

	title, period, note *canvas.Text
	buttons             *fyne.Container
	spans               []*button
	bed                 int
	stay                uuid.UUID // whose values are shown
	asked               time.Time // when the record was last asked
	asking              bool
	again               bool      // something changed while it was asked
	size                fyne.Size // of the lanes that were drawn
}

// lane is one plot with its texts.
type lane struct {
	image                  *canvas.Image
	ground                 *canvas.Rectangle
	label, unit            *canvas.Text
	now, extremes, covered *canvas.Text
}

const maxLanes = 6

var trendSpans = [...]struct {
	hours int
	key   rune
}{{1, '1'}, {4, '4'}, {8, '8'}, {24, '2'}}

func newTrendPage(u *UI) *trendPage {
	p := &trendPage{u: u, span: time.Hour, bed: -1}
	s := u.textScale()
	p.box = container.NewWithoutLayout()
	text := func(size float32, bold bool, c fyne.ThemeColorName) *canvas.Text {
		t := widget.NewText(size*s, bold, theme.Ink(c))
		p.box.Add(t)
		return t
	}
	p.title, p.period, p.note = text(21, true, theme.Text), text(14, false, theme.Quiet), text(15, false, theme.Quiet)
	p.buttons = container.NewHBox()
	for _, t := range trendSpans {
		b := u.newButton(u.w.T("trend.hours", strconv.Itoa(t.hours))+" ("+string(t.key)+")", func() { p.choose(time.Duration(t.hours) * time.Hour) })
		p.spans = append(p.spans, b)
		p.buttons.Add(b)
	}
	p.buttons.Add(u.newButton("←", func() { p.shift(p.span / 2) }))
	p.buttons.Add(u.newButton("→", func() { p.shift(-p.span / 2) }))
	p.buttons.Add(u.newButton(u.w.T("trend.now")+" (End)", func() { p.shift(-p.back) }))
	p.box.Add(p.buttons)
	for range maxLanes {
		l := &lane{image: canvas.NewImageFromImage(image.NewRGBA(image.Rect(0, 0, 1, 1))), ground: canvas.NewRectangle(theme.Ink(theme.Panel))}
		l.image.ScaleMode, l.image.FillMode = canvas.ImageScalePixels, canvas.ImageFillStretch
		l.ground.CornerRadius, l.ground.StrokeWidth, l.ground.StrokeColor = tileRadius, 2, theme.Ink(theme.PanelEdge)
		p.box.Add(l.ground)
		p.box.Add(l.image)
		l.label, l.unit = text(16, true, theme.Text), text(12, false, theme.Quiet)
		l.now, l.extremes, l.covered = text(20, true, theme.Text), text(13, false, theme.Quiet), text(13, false, theme.Quiet)
		p.lanes = append(p.lanes, l)
	}
	p.highlight()
	p.box.Layout = &trendLayout{p} // only now: adding lays out
	return p
}

func (p *trendPage) object() fyne.CanvasObject { return p.box }

func (p *trendPage) choose(span time.Duration) {
	p.span = span
	p.highlight()
	p.reload()
}

func (p *trendPage) highlight() {
	for i, b := range p.spans {
		want := fynewidget.MediumImportance
		if time.Duration(trendSpans[i].hours)*time.Hour == p.span {
			want = fynewidget.HighImportance
		}
		if b.Importance != want {
			b.Importance = want
			b.Refresh()
		}
	}
}

// shift moves the view by d into the past, but not beyond now.
func (p *trendPage) shift(d time.Duration) {
	p.back = max(0, p.back+d)
	p.reload()
}

// reload asks the record again at the next chance.
func (p *trendPage) reload() {
	p.asked = time.Time{}
	p.again = p.asking
	p.u.looked = time.Time{}
}

func (p *trendPage) show(_ *station.View, now time.Time) {
	b := p.u.bedView()
	if b == nil {
		widget.SetText(p.note, p.u.w.T("ward.noBeds"), theme.Ink(theme.Quiet))
		return
	}
	var stay uuid.UUID
	if b.Encounter != nil {
		stay = b.Encounter.ID
		if b.Encounter.Start.After(now.Add(-p.back)) {
			p.back = 0 // nothing of this patient is further back
		}
	}
	if p.bed != p.u.bed || p.stay != stay {
		p.bed, p.stay, p.back, p.asked = p.u.bed, stay, 0, time.Time{}
		p.clear()
	}
	title := p.u.w.T("trend.title", b.Label)
	if b.Encounter != nil {
		title += "  " + p.u.present.name(b.Encounter, true)
	}
	if badge := p.u.present.badge(b.Mode); badge != "" {
		title += "  ·  " + badge
	}
	if p.title.Text != title {
		widget.SetText(p.title, title, theme.Ink(theme.Text))
		p.box.Refresh()
	}
	every := p.span / 720 // a twentieth of a percent is not seen
	if p.back > 0 {
		every = time.Hour
	}
	if d := now.Sub(p.asked); !p.asking && (p.asked.IsZero() || d > max(every, 5*time.Second)) {
		p.ask(b, now)
	}
}

func (p *trendPage) frame(time.Time, bool) {}

func (p *trendPage) key(k fyne.KeyName) bool {
	switch k {
	case fyne.KeyLeft:
		p.shift(p.span / 2)
	case fyne.KeyRight:
		p.shift(-p.span / 2)
	case fyne.KeyEnd:
		p.shift(-p.back)
	case fyne.KeyUp:
		p.turn(-1)
	case fyne.KeyDown:
		p.turn(1)
	default:
		return false
	}
	return true
}

func (p *trendPage) turn(step int) {
	if i := p.u.bed + step; i >= 0 && i < len(p.u.view.Beds) {
		p.u.bed = i
		p.u.looked = time.Time{}
	}
}

func (p *trendPage) rune(r rune) bool {
	for _, t := range trendSpans {
		if t.key == r {
			p.choose(time.Duration(t.hours) * time.Hour)
			return true
		}
	}
	return false
}

func (p *trendPage) keys() []widget.Key {
	w := p.u.w
	return []widget.Key{
		{Cap: "Esc", Does: w.T("page.ward")}, {Cap: "1 4 8 2", Does: w.T("trend.choose")}, {Cap: w.T("key.leftRight"), Does: w.T("trend.shift")},
		{Cap: w.T("key.upDown"), Does: w.T("do.neighbour")}, {Cap: "End", Does: w.T("trend.now")}, {Cap: "?", Does: w.T("do.allKeys")},
	}
}

// ask reads the record and draws, apart from the window.
func (p *trendPage) ask(b *station.BedView, now time.Time) {
	w := p.u.w
	q := question{bed: b.Label, stay: b.Encounter, lanes: p.questions(b), to: now.Add(-p.back)}
	q.from = q.to.Add(-p.span)
	young := b.Encounter != nil && b.Encounter.Start.After(q.from)
	if young && p.back == 0 {
		// A young stay fills the plot, but two minutes at least.
		q.from = earlier(b.Encounter.Start, q.to.Add(-2*time.Minute))
		q.young = true
	}
	for i := range b.Devices {
		q.devices = append(q.devices, b.Devices[i].ID)
	}
	note := ""
	switch {
	case p.u.deps.History == nil:
		note = w.T("trend.noRecord")
	case b.Encounter == nil:
		note = w.T("trend.noPatient")
	case len(q.lanes) == 0:
		note = w.T("trend.nothing")
	}
	period := func() {
		text := q.from.Local().Format("2006-01-02 15:04") + " – " + q.to.Local().Format("15:04")
		if young {
			text += " · " + w.T("trend.sinceAdmission", clock(q.stay.Start))
		}
		if p.period.Text != text {
			widget.SetText(p.period, text, theme.Ink(theme.Quiet))
			p.box.Layout.Layout(nil, p.box.Size())
		}
	}
	p.asked = now
	if note != "" {
		period()
		widget.SetText(p.note, note, theme.Ink(theme.Quiet))
		p.clear()
		return
	}
	p.shape(q.lanes)
	size := p.lanes[0].image.Size()
	if size.Width < 10 || size.Height < 10 {
		p.asked = time.Time{}
		return
	}
	p.asked, p.size = now, size // laying out has asked for another drawing: this is it
	q.w, q.h, q.scale = int(size.Width), int(size.Height), 1
	if c := fyne.CurrentApp().Driver().CanvasForObject(p.box); c != nil {
		q.w, q.h = c.PixelCoordinateForPosition(fyne.NewPos(size.Width, size.Height))
		q.scale = float64(q.w) / float64(size.Width)
	}
	p.asking = true
	bed := p.bed
	stay := p.stay
	var answers []answer
	p.u.work(func() (err error) {
		answers, err = q.answer(p.u.deps.History, w)
		return err
	}, func(err error) {
		p.asking = false
		if p.again || bed != p.bed || stay != p.stay {
			p.again, p.asked = false, time.Time{}
			return
		}
		if err != nil {
			widget.SetText(p.note, w.T("trend.failed", err.Error()), theme.Ink(theme.Text))
			p.clear()
			return
		}
		period() // the answer may have moved its beginning
		widget.SetText(p.note, "", theme.Ink(theme.Quiet))
		p.put(q.lanes, answers)
	})
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// put shows the answers.
func (p *trendPage) put(questions []laneQuestion, answers []answer) {
	for i, a := range answers {
		l := p.lanes[i]
		l.image.Image = a.picture
		l.image.Refresh()
		widget.SetText(l.now, questions[i].now, theme.ClassInk(questions[i].class))
		widget.SetText(l.extremes, a.extremes, theme.Ink(theme.Text))
		widget.SetText(l.covered, a.covered, theme.Ink(theme.Quiet))
	}
}

// shape shows as many lanes as there are kinds of values.
func (p *trendPage) shape(questions []laneQuestion) {
	changed := false
	for i, l := range p.lanes {
		visible := i < len(questions)
		if l.image.Visible() != visible {
			l.show(visible) // the layout hides again what has no room
			changed = true
		}
		if visible {
			q := questions[i]
			widget.SetText(l.label, q.label, theme.ClassInk(q.class))
			widget.SetText(l.unit, q.unit, theme.Ink(theme.Quiet))
		}
	}
	if changed {
		p.box.Refresh()
	}
}

func (p *trendPage) clear() {
	p.shape(nil)
}

func (l *lane) show(visible bool) {
	for _, o := range []fyne.CanvasObject{l.image, l.ground, l.label, l.unit, l.now, l.extremes, l.covered} {
		if visible {
			o.Show()
		} else {
			o.Hide()
		}
	}
}

// trendLayout stands the lanes below each other, texts at their left.
type trendLayout struct{ p *trendPage }

func (t *trendLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(600, 300) }

func (t *trendLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	p := t.p
	const gap = 8
	head, texts := float32(50), 190*p.u.textScale()
	put := func(o fyne.CanvasObject, x, y, w, h float32) {
		o.Move(fyne.NewPos(round(x), round(y)))
		o.Resize(fyne.NewSize(round(w), round(h)))
	}
	b := p.buttons.MinSize()
	put(p.buttons, s.Width-b.Width-gap, (head-b.Height)/2+2, b.Width, b.Height)
	m := p.title.MinSize()
	put(p.title, 16, (head-m.Height)/2+1, m.Width, m.Height)
	if period := p.period.MinSize(); 16+m.Width+18+period.Width < s.Width-b.Width-2*gap {
		put(p.period, 16+m.Width+18, (head-period.Height)/2+2, period.Width, period.Height)
	} else { // no room beside the title
		put(p.period, 16, head-4, period.Width, period.Height)
		head += period.Height + 2
	}
	put(p.note, 30, head+40, s.Width, p.note.MinSize().Height)
	n := 0
	for _, l := range p.lanes {
		if l.image.Visible() {
			n++
		}
	}
	if n == 0 {
		return
	}
	h := min((s.Height-head-gap*float32(n))/float32(n), 300)
	y := head
	for _, l := range p.lanes[:n] {
		put(l.ground, gap, y, s.Width-2*gap, h)
		put(l.image, gap+texts, y+4, s.Width-2*gap-texts-6, h-8)
		ty := y + 8
		all := []*canvas.Text{l.label, l.now, l.extremes, l.covered}
		var high float32
		for _, t := range all {
			high += t.MinSize().Height + 1
		}
		for _, t := range all {
			th := t.MinSize().Height
			if t.Hide(); ty+th > y+h || t == l.now && high > h-10 { // the ward shows the newest value as well
				continue
			}
			t.Show()
			put(t, gap+14, ty, texts-16, th)
			ty += th + 1
		}
		lw := l.label.MinSize()
		put(l.unit, gap+14+lw.Width+8, y+8+lw.Height-l.unit.MinSize().Height-2, texts-lw.Width-24, l.unit.MinSize().Height)
		y += h + gap
	}
	if p.lanes[0].image.Size() != p.size {
		p.asked = time.Time{} // to be drawn for the new size
	}
}
