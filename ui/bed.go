package ui

import (
	"time"

	"lamplight/mdib"
	"lamplight/station"
	"lamplight/ui/theme"
	"lamplight/ui/widget"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
)

// bedPage is everything of one bed: all waves, all values, its alarms.
type bedPage struct {
	u     *UI
	box   *fyne.Container
	waves *waves
	shown int // the bed it was last arranged for
	view  station.BedView
	items []item

	title, name, who, badge *canvas.Text
	buttons                 *fyne.Container
	admit, discharge        *button
	labels, ranges          [maxBedWaves]*canvas.Text
	boxes                   [maxBoxes]*widget.ValueBox
	alarmHead, restHead     *canvas.Text
	calm                    *canvas.Text
	rows                    [maxRows]*widget.AlarmRow
	rest                    [maxRest]*canvas.Text
	restValues              [maxRest]*canvas.Text
	device                  *canvas.Text
	state, reason, hint     *canvas.Text
	grounds                 []fyne.CanvasObject // places whose floor the image paints
	wavePanel, alarmPanel   *canvas.Rectangle
	restPanel               *canvas.Rectangle
	blank                   bool // there is a reason instead of values
	scaled                  time.Time
}

const (
	maxBedWaves = 10
	maxBoxes    = 7
	maxRows     = 6
	maxRest     = 24
)

func newBedPage(u *UI) *bedPage {
	p := &bedPage{u: u, shown: -1}
	s := u.textScale()
	text, quiet := theme.Ink(theme.Text), theme.Ink(theme.Quiet)
	p.waves = newWaves(u.epoch, p.floor)
	p.waves.dpi = 96
	p.box = container.NewWithoutLayout(p.waves.image)
	add := func(size float32, bold bool, c fyne.ThemeColorName) *canvas.Text {
		t := widget.NewText(size*s, bold, theme.Ink(c))
		p.box.Add(t)
		return t
	}
	p.title, p.name = add(21, true, theme.Text), add(18, true, theme.Text)
	p.who, p.badge = add(14, false, theme.Quiet), add(13, true, theme.Changed)
	p.alarmHead, p.restHead = add(13, false, theme.Quiet), add(13, false, theme.Quiet)
	p.calm = add(14, false, theme.Quiet)
	p.device = add(12.5, false, theme.Quiet)
	p.state, p.reason, p.hint = add(22, true, theme.Quiet), add(16, false, theme.Text), add(14, false, theme.Quiet)
	for _, t := range []*canvas.Text{p.state, p.reason, p.hint} {
		t.Alignment = fyne.TextAlignCenter
	}
	p.alarmHead.Text, p.restHead.Text = u.w.T("bed.alarms"), u.w.T("bed.more")
	p.calm.Text = u.w.T("bed.noAlarms")
	p.wavePanel, p.alarmPanel, p.restPanel = place(), place(), place()
	p.grounds = []fyne.CanvasObject{p.wavePanel, p.alarmPanel, p.restPanel}
	for i := range p.labels {
		p.labels[i], p.ranges[i] = widget.NewText(14*s, true, text), widget.NewText(12*s, false, quiet)
		p.box.Add(p.labels[i])
		p.box.Add(p.ranges[i])
	}
	for i := range p.boxes {
		p.boxes[i] = widget.NewValueBox()
		p.boxes[i].Hide()
		p.box.Add(p.boxes[i])
	}
	for i := range p.rows {
		p.rows[i] = widget.NewAlarmRow(14 * s)
		p.rows[i].OnTapped = func() { p.acknowledge(i) }
		p.rows[i].Hide()
		p.box.Add(p.rows[i])
	}
	for i := range p.rest {
		p.rest[i], p.restValues[i] = widget.NewText(13*s, false, quiet), widget.NewText(16*s, true, text)
		p.restValues[i].Alignment = fyne.TextAlignTrailing
		p.box.Add(p.rest[i])
		p.box.Add(p.restValues[i])
	}
	p.admit = u.newButton(u.w.T("do.admit")+" (A)", p.askAdmit)
	p.discharge = u.newButton(u.w.T("do.discharge")+" (D)", p.askDischarge)
	trends := u.newButton(u.w.T("page.trends")+" (F6)", func() { u.visit(routeTrend) })
	p.buttons = container.NewHBox(p.admit, p.discharge, trends)
	p.box.Add(p.buttons)
	p.box.Layout = &bedLayout{p} // only now: adding lays out
	return p
}

// place is a rectangle that is only a place.
func place() *canvas.Rectangle { return canvas.NewRectangle(none) }

func (p *bedPage) object() fyne.CanvasObject { return p.box }

// show takes the newest view of the bed.
func (p *bedPage) show(_ *station.View, now time.Time) {
	b := p.u.bedView()
	if b == nil {
		widget.SetText(p.title, p.u.w.T("ward.noBeds"), theme.Ink(theme.Text))
		return
	}
	pr := p.u.present
	items := pr.items(b)
	again := p.shown != p.u.bed || !sameWaves(p.view.Waves, b.Waves) || !sameItems(items, p.items)
	p.shown, p.view, p.items = p.u.bed, *b, items
	m := pr.message(b, now)
	again = again || p.blank != (m.State != "")
	p.blank = m.State != ""
	p.header(b, now)
	p.values(b, now)
	p.alarms(b, now)
	p.message(m)
	p.deviceLine(b, now)
	if again {
		p.box.Refresh() // lays out anew, which arranges the waves
	}
}

func sameItems(a, b []item) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].source != b[i].source || a[i].rank != b[i].rank || a[i].Wide != b[i].Wide {
			return false
		}
	}
	return true
}

func (p *bedPage) header(b *station.BedView, now time.Time) {
	w, pr := p.u.w, p.u.present
	changed := p.title.Text + p.name.Text + p.who.Text + p.badge.Text
	widget.SetText(p.title, w.T("bed.title", b.Label), theme.Ink(theme.Text))
	name := pr.name(b.Encounter, true)
	who := pr.who(b.Encounter, now)
	if e := b.Encounter; e == nil {
		name = w.T("bed.notAdmitted")
	} else {
		if id := e.Patient.Identifier; id != "" && !pr.hideNames {
			who = joined(who, w.T("patient.number", id))
		}
		if !e.Start.IsZero() {
			who = joined(who, w.T("patient.since", e.Start.Local().Format("2006-01-02 15:04")))
		}
		if e.Patient.Category != mdib.CategoryUnknown {
			who = joined(who, w.T("category."+e.Patient.Category.String()))
		}
		if e.Patient.Paced {
			who = joined(who, w.T("patient.paced"))
		}
	}
	widget.SetText(p.name, name, theme.Ink(theme.Text))
	widget.SetText(p.who, who, theme.Ink(theme.Quiet))
	widget.SetText(p.badge, pr.badge(b.Mode), theme.Ink(theme.Changed))
	if occupied := b.Encounter != nil; p.discharge.Visible() != occupied {
		if occupied {
			p.discharge.Show()
			p.admit.Hide()
		} else {
			p.discharge.Hide()
			p.admit.Show()
		}
	} else if occupied && p.admit.Visible() {
		p.admit.Hide()
	}
	if changed != p.title.Text+p.name.Text+p.who.Text+p.badge.Text {
		p.box.Refresh()
	}
}

// split says which items get a box and which a line among the rest.
func (p *bedPage) split() (large, rest []item) {
	if p.blank {
		return nil, nil
	}
	have := map[rank]bool{}
	for _, it := range p.items {
		twice := have[it.rank]
		if len(large) < maxBoxes && !twice && it.rank != rankRest && !(it.rank == rankPulse && have[rankHeart]) {
			large = append(large, it)
			have[it.rank] = true
		} else {
			rest = append(rest, it)
		}
	}
	if len(large) == 0 {
		large, rest = rest[:min(4, len(rest))], rest[min(4, len(rest)):]
	}
	return large, rest
}
