package ui

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"lamplight/mdib"
	"lamplight/station"
	"lamplight/ui/theme"
	"lamplight/ui/widget"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	fynewidget "fyne.io/fyne/v2/widget"
	"github.com/google/uuid"
)

// devicePage lists the devices, how their connections do, and what to do next.
type devicePage struct {
	u      *UI
	box    *fyne.Container
	list   *fyne.Container
	rows   []*deviceRow
	found  []*foundRow
	empty  *fynewidget.Label
	heard  *canvas.Text
	looked time.Time
}

func newDevicePage(u *UI) *devicePage {
	p := &devicePage{u: u}
	w, s := u.w, u.textScale()
	title := widget.NewText(21*s, true, theme.Ink(theme.Text))
	title.Text = w.T("page.devices")
	add := u.newButton(w.T("device.add")+" (+)", func() { p.edit(nil, DeviceConfig{}) })
	add.Importance = fynewidget.HighImportance
	p.empty = fynewidget.NewLabel(w.T("device.none"))
	p.heard = widget.NewText(15*s, true, theme.Ink(theme.Quiet))
	p.heard.Text = w.T("device.found")
	p.heard.Hide()
	p.list = container.NewVBox(p.empty, p.heard)
	head := container.NewBorder(nil, nil, container.NewPadded(title), container.NewPadded(add))
	p.box = container.NewBorder(container.NewPadded(head), nil, nil, nil, container.NewVScroll(container.NewPadded(p.list)))
	return p
}

func (p *devicePage) object() fyne.CanvasObject { return p.box }
func (p *devicePage) frame(time.Time, bool)     {}

// show asks once a second; rows are made only when devices come or go.
func (p *devicePage) show(_ *station.View, now time.Time) {
	if d := now.Sub(p.looked); p.u.deps.Devices == nil || d < time.Second && d >= 0 && !p.looked.IsZero() {
		return
	}
	p.looked = now
	devices, found := p.u.deps.Devices.List(), p.u.deps.Devices.Found()
	if len(devices) != len(p.rows) || len(found) != len(p.found) {
		p.rebuild(len(devices), len(found))
	}
	titles := map[string]string{}
	for _, m := range p.u.deps.Devices.Models() {
		titles[m.Name] = m.Title
	}
	for i := range devices {
		p.rows[i].set(&devices[i], titles[devices[i].Model], now)
	}
	for i := range found {
		p.found[i].set(found[i], titles[found[i].Model])
	}
}

func (p *devicePage) rebuild(devices, found int) {
	p.rows, p.found = nil, nil
	p.list.RemoveAll()
	p.list.Add(p.empty)
	for range devices {
		r := newDeviceRow(p)
		p.rows = append(p.rows, r)
		p.list.Add(r.box)
	}
	p.list.Add(p.heard)
	for range found {
		r := newFoundRow(p)
		p.found = append(p.found, r)
		p.list.Add(r.box)
	}
	if p.empty.Hide(); devices == 0 {
		p.empty.Show()
	}
	if p.heard.Hide(); found > 0 {
		p.heard.Show()
	}
}

func (p *devicePage) key(fyne.KeyName) bool { return false }

func (p *devicePage) rune(r rune) bool {
	if r == '+' {
		p.edit(nil, DeviceConfig{})
		return true
	}
	return false
}

func (p *devicePage) keys() []widget.Key {
	w := p.u.w
	return []widget.Key{{Cap: "Esc", Does: w.T("page.ward")}, {Cap: "+", Does: w.T("device.add")}, {Cap: "Tab", Does: w.T("do.nextField")}, {Cap: w.T("key.space"), Does: w.T("do.press")}, {Cap: "?", Does: w.T("do.allKeys")}}
}

// deviceRow is one device.
type deviceRow struct {
	p                          *devicePage
	box                        *fyne.Container
	device                     Device
	ground                     *canvas.Rectangle
	dot                        *canvas.Circle
	name, model, address       *canvas.Text
	state, reason, remedy, sum *canvas.Text
	bad                        *canvas.Text
	buttons                    *fyne.Container
}

func newDeviceRow(p *devicePage) *deviceRow {
	s := p.u.textScale()
	r := &deviceRow{p: p, ground: canvas.NewRectangle(theme.Ink(theme.Panel)), dot: canvas.NewCircle(theme.Ink(theme.Faint))}
	r.ground.CornerRadius, r.ground.StrokeWidth, r.ground.StrokeColor = tileRadius, 2, theme.Ink(theme.PanelEdge)
	text := func(size float32, bold bool, c fyne.ThemeColorName) *canvas.Text {
		return widget.NewText(size*s, bold, theme.Ink(c))
	}
	r.name, r.model, r.address = text(16, true, theme.Text), text(13, false, theme.Quiet), text(13, false, theme.Quiet)
	r.state, r.reason, r.remedy = text(15, true, theme.Text), text(13, false, theme.Text), text(13, false, theme.Quiet)
	r.sum, r.bad = text(13, false, theme.Text), text(13, false, theme.Quiet)
	edit := p.u.newButton(p.u.w.T("device.edit"), func() { id := r.device.ID; p.edit(&id, r.device.DeviceConfig) })
	remove := p.u.newButton(p.u.w.T("device.remove"), func() { p.remove(r.device) })
	r.buttons = container.NewHBox(edit, remove)
	r.box = container.New(&deviceLayout{r}, r.ground, r.dot, r.name, r.model, r.address, r.state, r.reason, r.remedy, r.sum, r.bad, r.buttons)
	return r
}

func (r *deviceRow) set(d *Device, title string, now time.Time) {
	r.device = *d
	w, pr := r.p.u.w, r.p.u.present
	l := d.Link
	text, quiet := theme.Ink(theme.Text), theme.Ink(theme.Quiet)
	name := d.Name
	if name == "" {
		name = d.URL
	}
	if d.Bed != "" {
		name = w.T("bed.title", d.Bed) + " · " + name
	}
	if d.MDS != nil && d.MDS.Model != "" {
		title = strings.TrimSpace(d.MDS.Manufacturer + " " + d.MDS.Model)
	}
	widget.SetText(r.name, name, text)
	widget.SetText(r.model, title, quiet)
	widget.SetText(r.address, d.URL, quiet)

	state, ink := w.T("link."+l.State.String()), theme.Quiet
	switch l.State {
	case mdib.LinkConnected:
		ink = theme.Good
		state += " · " + w.T("device.since", clock(l.Since))
	case mdib.LinkLost, mdib.LinkTerminal:
		ink = theme.Medium
		if !l.Since.IsZero() {
			state += " · " + w.T("device.since", clock(l.Since))
		}
	}
	if t := pr.retry(l, now); t != "" {
		state += " · " + t
	}
	if c := theme.Ink(ink); r.dot.FillColor != c {
		r.dot.FillColor = c
		r.dot.Refresh()
	}
	widget.SetText(r.state, state, text)
	reason, remedy := pr.reason(l.Reason), pr.remedy(l.Reason)
	if l.State == mdib.LinkConnected {
		reason, remedy = "", ""
	}
	// The engineer's words come last, where there is room.
	if l.Detail != "" && l.State != mdib.LinkConnected {
		remedy = joined(remedy, l.Detail)
	}
	room := r.state.Size().Width
	widget.SetText(r.reason, widget.Elide(reason, r.reason.TextSize, r.reason.TextStyle, room), text)
	widget.SetText(r.remedy, widget.Elide(remedy, r.remedy.TextSize, r.remedy.TextStyle, room), quiet)
	widget.SetText(r.sum, w.T("device.counts", bytes(l.Counts.Bytes), strconv.FormatUint(l.Counts.Frames, 10)), text)
	bad, ink := "", theme.Quiet
	if l.Counts.Bad > 0 || l.Counts.Discarded > 0 {
		bad, ink = w.T("device.bad", strconv.FormatUint(l.Counts.Bad, 10), bytes(l.Counts.Discarded)), theme.Medium
	}
	widget.SetText(r.bad, bad, theme.Ink(ink))
}

// bytes in the unit that has at most four figures.
func bytes(n uint64) string {
	units := [...]string{"B", "kB", "MB", "GB", "TB"}
	v, i := float64(n), 0
	for v >= 1000 && i < len(units)-1 {
		v, i = v/1000, i+1
	}
	if i == 0 {
		return strconv.FormatUint(n, 10) + " B"
	}
	return strconv.FormatFloat(v, 'f', 1, 64) + " " + units[i]
}

// deviceLayout has four columns: what it is, how it does, what came, what can be done.
type deviceLayout struct{ r *deviceRow }

func (l *deviceLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	r := l.r
	return fyne.NewSize(700, r.name.MinSize().Height+r.model.MinSize().Height*2+22)
}

func (l *deviceLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	r := l.r
	r.ground.Resize(s)
	b := r.buttons.MinSize()
	right := s.Width - b.Width - 14
	r.buttons.Move(fyne.NewPos(round(right), round((s.Height-b.Height)/2)))
	r.buttons.Resize(b)
	countW := float32(190) * r.p.u.textScale()
	counts := right - countW - 10
	first := float32(16)
	second := round(first + (counts-first)*0.42)
	column := func(x, w float32, texts ...*canvas.Text) {
		y := float32(10)
		for _, t := range texts {
			h := t.MinSize().Height
			t.Move(fyne.NewPos(round(x), round(y)))
			t.Resize(fyne.NewSize(round(w), h))
			y += h + 1
		}
	}
	column(first, second-first-20, r.name, r.model, r.address)
	column(second+18, counts-second-34, r.state, r.reason, r.remedy)
	column(counts, countW, r.sum, r.bad)
	r.dot.Resize(fyne.NewSize(10, 10))
	r.dot.Move(fyne.NewPos(second, 10+r.state.MinSize().Height/2-5))
}

// foundRow is one monitor that announced itself.
type foundRow struct {
	box   *fyne.Container
	text  *canvas.Text
	found Found
}

func newFoundRow(p *devicePage) *foundRow {
	r := &foundRow{text: widget.NewText(15*p.u.textScale(), false, theme.Ink(theme.Text))}
	connect := p.u.newButton(p.u.w.T("device.connect"), func() {
		p.edit(nil, DeviceConfig{Name: r.found.Label, Model: r.found.Model, URL: r.found.URL})
	})
	ground := canvas.NewRectangle(theme.Ink(theme.Panel))
	ground.CornerRadius = tileRadius
	r.box = container.NewStack(ground, container.NewPadded(container.NewBorder(nil, nil, nil, connect, container.NewPadded(r.text))))
	return r
}

func (r *foundRow) set(f Found, title string) {
	r.found = f
	widget.SetText(r.text, joined(joined(f.Label, title), f.URL), theme.Ink(theme.Text))
}

func (p *devicePage) remove(d Device) {
	p.u.confirm("device.removeTitle", "device.removeText", "device.remove", func() {
		p.u.work(func() error { return p.u.deps.Devices.Remove(d.ID) }, func(err error) {
			p.looked = time.Time{}
			if err != nil {
				p.u.tell("device.failed", err)
			}
		})
	})
}

// edit opens the form for a new device, or for one that is there.
func (p *devicePage) edit(id *uuid.UUID, c DeviceConfig) {
	u, w := p.u, p.u.w
	if u.deps.Devices == nil {
		return
	}
	models := u.deps.Devices.Models()
	var titles []string
	chosen := 0
	for i, m := range models {
		titles = append(titles, m.Title)
		if m.Name == c.Model {
			chosen = i
		}
	}
	name, bed, address := u.newField(c.Name, w.T("device.nameHint")), u.newField(c.Bed, w.T("device.bedHint")), u.newField(c.URL, "")
	model := fynewidget.NewSelect(titles, nil)
	hint := fynewidget.NewLabel("")
	hint.Wrapping = fyne.TextWrapWord
	model.OnChanged = func(string) {
		if i := model.SelectedIndex(); i >= 0 && len(models[i].URLs) > 0 {
			address.SetPlaceHolder(models[i].URLs[0])
			hint.SetText(w.T("device.addressHint", strings.Join(models[i].URLs, "   ")))
		}
	}
	if len(models) > 0 {
		model.SetSelectedIndex(chosen)
	}
	wrong, fail := u.newComplaint()
	submit := func() {
		next := DeviceConfig{Name: strings.TrimSpace(name.Text), URL: strings.TrimSpace(address.Text), Bed: strings.TrimSpace(bed.Text)}
		if i := model.SelectedIndex(); i >= 0 {
			next.Model = models[i].Name
		}
		if err := next.check(); err != nil {
			fail(w.T(err.Error()))
			return
		}
		u.work(func() error {
			if id != nil {
				return u.deps.Devices.Edit(*id, next)
			}
			return u.deps.Devices.Add(next)
		}, func(err error) {
			if err != nil {
				fail(err.Error())
				return
			}
			p.looked = time.Time{}
			u.closeDialog()
		})
	}
	name.enter, bed.enter, address.enter = submit, submit, submit
	form := container.New(&formLayout{}, formRows(w.T("device.model"), model, w.T("device.address"), address, "", hint, w.T("device.bed"), bed, w.T("device.name"), name)...)
	title, yes := "device.addTitle", "device.add"
	if id != nil {
		title, yes = "device.editTitle", "do.save"
	}
	ok := u.newButton(w.T(yes), submit)
	ok.Importance = fynewidget.HighImportance
	u.open(w.T(title), container.NewVBox(form, wrong), 640, u.newButton(w.T("do.cancel"), u.closeDialog), ok)
	u.win.Canvas().Focus(address)
}

// check finds what is plainly missing. Its error is a key of the words; what
// is wrong with an address the devices say themselves.
func (c DeviceConfig) check() error {
	switch {
	case c.Model == "":
		return errors.New("device.needModel")
	case c.URL == "":
		return errors.New("device.needAddress")
	case c.Bed == "":
		return errors.New("device.needBed")
	}
	return nil
}
