package ui

import (
	"image/color"
	"slices"
	"strconv"
	"time"

	"lamplight/alarms"
	"lamplight/mdib"
	"lamplight/station"
	"lamplight/ui/theme"
	"lamplight/ui/widget"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"
)

// Heights and widths of the frame around every page.
const (
	topHeight  = 52
	railWidth  = 66
	footHeight = 26
)

// shell is what every page has around it: top bar, alarm bar, rail, foot line.
type shell struct {
	u   *UI
	box *fyne.Container
	top *fyne.Container

	name, unit, clock, date        *canvas.Text
	beds, mode, syncChip, recorder *widget.Chip
	alarms                         *alarmList
	rail                           map[route]*widget.RailItem
	railBox, middle, foot          *fyne.Container
	keys                           *widget.Keys
	notes                          *canvas.Text
}

func newShell(u *UI) *shell {
	scale := u.textScale()
	s := &shell{u: u, rail: map[route]*widget.RailItem{}}
	s.name = widget.NewText(19*scale, true, theme.Ink(theme.Text))
	s.name.Text = "Lamplight"
	s.unit = widget.NewText(15*scale, false, theme.Ink(theme.Quiet))
	s.clock = widget.NewText(23*scale, true, theme.Ink(theme.Text))
	s.date = widget.NewText(14*scale, false, theme.Ink(theme.Quiet))
	s.beds, s.mode = widget.NewChip(13*scale), widget.NewChip(13*scale)
	s.syncChip, s.recorder = widget.NewChip(13*scale), widget.NewChip(13*scale)
	s.top = container.New(&topLayout{s}, s.name, s.unit, s.beds, s.mode, s.syncChip, s.recorder, s.clock, s.date)
	s.alarms = newAlarmList(u)
	s.alarms.bar.Hide()

	s.railBox = container.New(&railLayout{})
	for _, r := range []struct {
		at   route
		icon fyne.ThemeIconName
	}{
		{routeWard, fynetheme.IconNameGrid}, {routeBed, fynetheme.IconNameAccount},
		{routeTrend, fynetheme.IconNameHistory}, {routeDevices, fynetheme.IconNameComputer},
		{routeSettings, fynetheme.IconNameSettings}, {routeAbout, fynetheme.IconNameInfo},
	} {
		item := widget.NewRailItem(fynetheme.Icon(r.icon), u.w.T(r.at.word()), 11*scale, func() { u.visit(r.at) })
		s.rail[r.at] = item
		s.railBox.Add(item)
	}
	s.middle = container.NewStack()
	s.keys = widget.NewKeys(12*scale, theme.Ink(theme.Quiet))
	s.notes = widget.NewText(12*scale, false, theme.Ink(theme.Quiet))
	s.notes.Alignment = fyne.TextAlignTrailing
	s.foot = container.New(&footLayout{s}, s.keys, s.notes)
	railGround := canvas.NewRectangle(theme.Ink(theme.Rail))
	topGround := canvas.NewRectangle(theme.Ink(theme.Rail))
	s.box = container.New(&shellLayout{s, railGround, topGround}, topGround, railGround, s.top, s.alarms.bar, s.railBox, s.middle, s.foot)
	return s
}

func (u *UI) textScale() float32 {
	if s := float32(u.preferences().TextScale); s > 0 {
		return s
	}
	return 1
}

// content shows a page in the middle.
func (s *shell) content(o fyne.CanvasObject, at route) {
	s.middle.Objects = []fyne.CanvasObject{o}
	s.middle.Refresh()
	for r, item := range s.rail {
		item.Select(r == at)
	}
	s.keys.Set(s.u.pages[at].keys()...)
	s.foot.Refresh()
}

// show brings chips and alarm bar up to the view.
func (s *shell) show(v *station.View, now time.Time) {
	w := s.u.w
	widget.SetText(s.unit, s.u.preferences().Unit, theme.Ink(theme.Quiet))
	widget.SetText(s.clock, clock(now), theme.Ink(theme.Text))
	widget.SetText(s.date, now.Local().Format("2006-01-02"), theme.Ink(theme.Quiet))

	occupied, recording, mode := 0, 0, mdib.ModeReal
	for i := range v.Beds {
		b := &v.Beds[i]
		mode = max(mode, b.Mode)
		if b.Encounter == nil {
			continue
		}
		occupied++
		for _, d := range b.Devices {
			if d.Link.State == mdib.LinkConnected {
				recording++
				break
			}
		}
	}
	ink, raised := theme.Ink(theme.Text), theme.Ink(theme.Raised)
	wider := s.beds.Set(w.N("chip.beds", len(v.Beds))+" · "+w.T("chip.occupied", strconv.Itoa(occupied)), ink, none, raised)
	text := s.u.present.badge(mode)
	if text != "" {
		text = w.T("chip.simulated")
	}
	wider = s.mode.Set(text, theme.Ink(theme.OnSelected), none, theme.Ink(theme.Selected)) || wider
	text = ""
	if occupied > 0 {
		text = w.T("chip.recording", strconv.Itoa(recording), strconv.Itoa(occupied))
	}
	ground := raised
	if slices.ContainsFunc(v.Conditions, func(c alarms.Condition) bool { return c.Finding == alarms.FindRecord && c.Present }) {
		text = w.T("chip.recordTrouble")
		ink, ground = theme.Ink(theme.OnMedium), theme.Ink(theme.Medium)
	}
	wider = s.recorder.Set(text, ink, none, ground) || wider
	wider = s.showSync(now) || wider
	if wider {
		s.top.Refresh()
	}
	if s.alarms.show(v, now) {
		s.box.Refresh()
	}
}

var none color.RGBA // no dot

// showSync says how far the record has got on its way to the hospital.
func (s *shell) showSync(now time.Time) bool {
	if s.u.deps.Sync == nil {
		return s.syncChip.Set("", none, none, none)
	}
	text, dot := syncText(s.u.w, s.u.deps.Sync.Status(), now)
	return s.syncChip.Set(text, theme.Ink(theme.Text), theme.Ink(dot), theme.Ink(theme.Raised))
}

func syncText(w *Words, st SyncStatus, now time.Time) (string, fyne.ThemeColorName) {
	switch {
	case !st.Enabled:
		return w.T("sync.off"), theme.Faint
	case st.Parked > 0:
		return w.N("sync.parked", st.Parked), theme.Medium
	case !st.OfflineSince.IsZero():
		return w.T("sync.offline", clock(st.OfflineSince), strconv.Itoa(st.Pending)), theme.Medium
	case st.LastContact.IsZero():
		return w.T("sync.waiting"), theme.Faint
	case st.Pending > 0:
		return w.N("sync.pending", st.Pending), theme.Good
	case now.Sub(st.LastContact) < time.Minute:
		return w.T("sync.now"), theme.Good
	}
	return w.T("sync.ago", strconv.Itoa(int(now.Sub(st.LastContact)/time.Minute))), theme.Good
}

// tick shows what changes once a second.
func (s *shell) tick(_ time.Time, frames int, d time.Duration) {
	note := s.u.w.T("foot.secondary")
	if d > 0 && d < 5*time.Second {
		rate := int(float64(frames)/d.Seconds() + 0.5)
		note = s.u.w.T("foot.frames", strconv.Itoa(rate)) + " · " + note
	}
	if s.u.deps.Disk != nil {
		note = joined(diskText(s.u.w, s.u.deps.Disk), note)
	}
	widget.SetText(s.notes, note, theme.Ink(theme.Quiet))
}

// diskText says for how long the record has room, or how much room it has.
func diskText(w *Words, disk func() (free, perDay uint64)) string {
	switch free, perDay := disk(); {
	case free == 0:
		return ""
	case perDay == 0:
		return w.T("foot.free", strconv.FormatUint(free/1_000_000_000, 10))
	default:
		return w.N("foot.room", int(min(free/perDay, 9999)))
	}
}

func (s *shell) flash(f widget.Flash)      { s.alarms.bar.Flash(f) }
func (s *shell) acknowledge(now time.Time) { s.alarms.acknowledge(now) }
func (s *shell) next(now time.Time)        { s.alarms.next(now) }

// shellLayout is the frame. On a low window the foot line goes first.
type shellLayout struct {
	s                     *shell
	railGround, topGround fyne.CanvasObject
}

func (l *shellLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(900, 560) }

func (l *shellLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	put := func(o fyne.CanvasObject, x, y, w, h float32) {
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(w, h))
	}
	s := l.s
	y := float32(topHeight)
	put(l.topGround, 0, 0, size.Width, topHeight)
	put(s.top, 0, 0, size.Width, topHeight)
	if s.alarms.bar.Visible() {
		put(s.alarms.bar, 0, y, size.Width, widget.AlarmBarHeight)
		y += widget.AlarmBarHeight
	}
	foot := float32(footHeight)
	if size.Height < 700 {
		foot = 0
	}
	if s.foot.Visible() != (foot > 0) {
		if foot > 0 {
			s.foot.Show()
		} else {
			s.foot.Hide()
		}
	}
	put(l.railGround, 0, y, railWidth, size.Height-y)
	put(s.railBox, 0, y, railWidth, size.Height-y)
	put(s.middle, railWidth, y, size.Width-railWidth, size.Height-y-foot)
	put(s.foot, railWidth, size.Height-foot, size.Width-railWidth, foot)
}

// topLayout stands name, unit and beds at the left, the rest at the right.
type topLayout struct{ s *shell }

func (l *topLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(600, topHeight) }

func (l *topLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	s := l.s
	middle := func(o fyne.CanvasObject, x float32) float32 {
		m := o.MinSize()
		o.Move(fyne.NewPos(round(x), round((size.Height-m.Height)/2)))
		o.Resize(m)
		return m.Width
	}
	x := float32(20)
	x += middle(s.name, x) + 20
	if s.unit.Text != "" {
		x += middle(s.unit, x) + 18
	}
	for _, c := range []*widget.Chip{s.beds, s.mode} {
		if c.Visible() {
			x += middle(c, x) + 10
		}
	}
	right := size.Width - 18
	for _, t := range []*canvas.Text{s.date, s.clock} {
		right -= t.MinSize().Width
		middle(t, right)
		right -= 16
	}
	for _, c := range []*widget.Chip{s.recorder, s.syncChip} {
		if c.Visible() {
			right -= c.MinSize().Width
			middle(c, right)
			right -= 12
		}
	}
}

// railLayout stacks the places to go to.
type railLayout struct{}

func (railLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(railWidth, 100) }

func (railLayout) Layout(objects []fyne.CanvasObject, _ fyne.Size) {
	for i, o := range objects {
		o.Move(fyne.NewPos(6, 12+float32(i)*64))
		o.Resize(fyne.NewSize(railWidth-12, 58))
	}
}

// footLayout stands the keys at the left and the notes at the right; the notes
// win where there is no room for both.
type footLayout struct{ s *shell }

func (l *footLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(100, footHeight) }

func (l *footLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	h := float32(footHeight)
	l.s.keys.Move(fyne.NewPos(10, 0))
	l.s.keys.Resize(fyne.NewSize(l.s.keys.MinSize().Width, h))
	l.s.notes.Move(fyne.NewPos(0, 0))
	l.s.notes.Resize(fyne.NewSize(size.Width-12, h))
}
