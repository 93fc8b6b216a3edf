package ui

import (
	"image"
	"math"
	"strconv"
	"time"

	"lamplight/mdib"
	"lamplight/station"
	"lamplight/ui/theme"
	"lamplight/ui/widget"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// values shows the large boxes and the list of the rest.
func (p *bedPage) values(b *station.BedView, now time.Time) {
	large, rest := p.split()
	for i, box := range p.boxes {
		if i >= len(large) {
			box.Hide()
			continue
		}
		box.Show()
		it := &large[i]
		aux := ""
		if it.Changed {
			aux = p.u.w.T("bed.limitChanged")
		}
		box.Set(it.Reading, p.about(b, it, now), aux, p.u.flash)
	}
	for i := range p.rest {
		label, value, ink := "", "", theme.Ink(theme.Text)
		if i < len(rest) {
			label = joinUnit(rest[i].Label, rest[i].Unit)
			value, ink = rest[i].Value+" "+rest[i].Note, theme.ClassInk(rest[i].Class)
		}
		widget.SetText(p.rest[i], label, theme.Ink(theme.Quiet))
		widget.SetText(p.restValues[i], value, ink)
	}
}

func joinUnit(label, unit string) string {
	if unit == "" {
		return label
	}
	return label + " " + unit
}

// about is the worst condition about a reading.
func (p *bedPage) about(b *station.BedView, it *item, now time.Time) widget.Alarm {
	stem, _ := pressurePart(string(it.source))
	for i := range b.Conditions {
		c := &b.Conditions[i]
		s, _ := pressurePart(string(c.Source))
		if c.Source != "" && [16]byte(c.MDS) == it.device && (c.Source == it.source || it.Wide && s == stem) {
			return p.u.present.alarm(c, now)
		}
	}
	if it.Alarm != mdib.PriorityNone { // the station knows better which condition is about it
		for i := range b.Conditions {
			if c := &b.Conditions[i]; c.Priority == it.Alarm {
				return p.u.present.alarm(c, now)
			}
		}
	}
	return widget.Alarm{}
}

func (p *bedPage) alarms(b *station.BedView, now time.Time) {
	w := p.u.w
	for i, row := range p.rows {
		if i >= len(b.Conditions) {
			row.Set(widget.Alarm{}, "", p.u.flash)
			continue
		}
		c := &b.Conditions[i]
		state := w.T("alarm.tapToAcknowledge")
		if !c.Acknowledged.IsZero() {
			state = w.T("alarm.acknowledgedAt", clock(c.Acknowledged))
		}
		row.Set(p.u.present.alarm(c, now), state, p.u.flash)
	}
	calm := ""
	if len(b.Conditions) == 0 {
		calm = w.T("bed.noAlarms")
	}
	widget.SetText(p.calm, calm, theme.Ink(theme.Quiet))
	head := w.T("bed.alarms")
	if n := len(b.Conditions); n > maxRows {
		head = w.T("bed.alarmsMore", strconv.Itoa(maxRows), strconv.Itoa(n))
	}
	widget.SetText(p.alarmHead, head, theme.Ink(theme.Quiet))
}

func (p *bedPage) acknowledge(i int) {
	if i < len(p.view.Conditions) && p.view.Conditions[i].Acknowledged.IsZero() {
		p.u.acknowledge(p.view.Conditions[i], p.u.now())
	}
}

func (p *bedPage) message(m widget.Message) {
	ink := theme.Ink(theme.Quiet)
	if m.Urgent {
		ink = theme.Ink(theme.OnLow)
	}
	widget.SetText(p.state, m.State, ink)
	widget.SetText(p.reason, m.Reason, theme.Ink(theme.Text))
	hint := m.Hint
	if m.Urgent && len(p.view.Devices) > 0 {
		hint = joined(p.u.present.remedy(p.view.Devices[0].Link.Reason), hint)
	}
	widget.SetText(p.hint, hint, theme.Ink(theme.Quiet))
}

// deviceLine names what the values come from.
func (p *bedPage) deviceLine(b *station.BedView, now time.Time) {
	w, line := p.u.w, ""
	for i := range b.Devices {
		d := &b.Devices[i]
		name := d.Name
		if d.MDS != nil && d.MDS.Model != "" {
			name = d.MDS.Manufacturer + " " + d.MDS.Model
		}
		state := w.T("link." + d.Link.State.String())
		if d.Link.State == mdib.LinkConnected {
			state = w.T("device.since", clock(d.Link.Since))
		}
		part := name + " · " + state
		if d.MDS != nil && d.MDS.Clock != nil {
			part += " · " + w.T("device.clock", offset(d.MDS.Clock.Offset()))
		}
		if line != "" {
			line += "     "
		}
		line += part
	}
	if line != "" && !p.blank {
		line += " · " + w.N("device.waves", len(b.Waves)) + ", " + w.N("device.numerics", len(b.Numerics))
	}
	widget.SetText(p.device, widget.Elide(line, p.device.TextSize, p.device.TextStyle, p.box.Size().Width-24), theme.Ink(theme.Quiet))
}

// offset of a clock with its sign, in the unit that says most.
func offset(d time.Duration) string {
	sign := "+"
	if d = d.Round(100 * time.Millisecond); d < 0 {
		sign, d = "−", -d
	}
	if d < time.Minute {
		return sign + strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	}
	return sign + elapsed(d)
}

func (p *bedPage) frame(now time.Time, flashed bool) {
	p.waves.draw(p.u.deps.Ward, 25/25.4*96, now)
	if d := now.Sub(p.scaled); d > time.Second || d < 0 {
		p.scaled = now
		for i := range p.ranges {
			text := ""
			if r, ok := p.waves.sweep.Range(i); ok && !p.blank {
				text = r.Label
			}
			if text == "auto" {
				text = p.u.w.T("wave.auto")
			}
			widget.SetText(p.ranges[i], text, theme.Ink(theme.Quiet))
		}
	}
	if flashed {
		for _, b := range p.boxes {
			b.Flash(p.u.flash)
		}
		for _, r := range p.rows {
			if r.Visible() {
				r.Flash(p.u.flash)
			}
		}
	}
}

func (p *bedPage) key(k fyne.KeyName) bool {
	switch k {
	case fyne.KeyLeft, fyne.KeyUp:
		p.u.openBed(p.u.bed - 1)
	case fyne.KeyRight, fyne.KeyDown:
		p.u.openBed(p.u.bed + 1)
	default:
		return false
	}
	return true
}

func (p *bedPage) rune(r rune) bool {
	occupied := p.view.Encounter != nil
	switch {
	case (r == 'a' || r == 'A') && !occupied:
		p.askAdmit()
	case (r == 'd' || r == 'D') && occupied:
		p.askDischarge()
	default:
		return false
	}
	return true
}

func (p *bedPage) keys() []widget.Key {
	w := p.u.w
	return []widget.Key{
		{Cap: "Esc", Does: w.T("page.ward")}, {Cap: w.T("key.leftRight"), Does: w.T("do.neighbour")},
		{Cap: "A", Does: w.T("do.admit")}, {Cap: "D", Does: w.T("do.discharge")}, {Cap: "F6", Does: w.T("page.trends")}, {Cap: "?", Does: w.T("do.allKeys")},
	}
}

// floor paints the panels of the page.
func (p *bedPage) floor(dst *image.RGBA, scale float32) {
	fill(dst, dst.Rect, theme.Ink(theme.Window))
	paint := func(o fyne.CanvasObject) {
		r := image.Rect(px(o.Position().X, scale), px(o.Position().Y, scale),
			px(o.Position().X+o.Size().Width, scale), px(o.Position().Y+o.Size().Height, scale))
		panel(dst, r, tileRadius*float64(scale), 2*float64(scale), theme.Ink(theme.Panel), theme.Ink(theme.PanelEdge), false)
	}
	for _, o := range p.grounds {
		paint(o)
	}
	for _, b := range p.boxes {
		if b.Visible() {
			paint(b)
		}
	}
}

// bedLayout divides the page: header, waves and boxes, alarms and the rest, the
// device line.
type bedLayout struct{ p *bedPage }

func (l *bedLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(600, 300) }

func (l *bedLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	p := l.p
	const gap, head = 8, 50
	put := func(o fyne.CanvasObject, x, y, w, h float32) {
		o.Move(fyne.NewPos(round(x), round(y)))
		o.Resize(fyne.NewSize(round(w), round(h)))
	}
	put(p.waves.image, 0, 0, s.Width, s.Height)

	buttons := p.buttons.MinSize()
	put(p.buttons, s.Width-buttons.Width-gap, (head-buttons.Height)/2+2, buttons.Width, buttons.Height)
	x := float32(16)
	for _, t := range []*canvas.Text{p.title, p.name, p.who, p.badge} {
		m := t.MinSize()
		put(t, x, (head-m.Height)/2+1, m.Width, m.Height)
		if m.Width > 0 {
			x += m.Width + 18
		}
	}

	deviceH := p.device.MinSize().Height + 6
	bottom := s.Height - deviceH
	put(p.device, 14, bottom+1, s.Width, deviceH)
	lower := float32(math.Max(120, math.Min(float64(s.Height)*0.2, 200)))
	upper := bottom - head - lower - gap
	column := float32(math.Max(230, math.Min(float64(s.Width)*0.27, 520)))
	large, rest := p.split()
	if len(large) == 0 {
		column = -gap
	}
	waveW := s.Width - column - 3*gap
	put(p.wavePanel, gap, head, waveW, upper)
	l.strips(gap, head, waveW, upper)
	l.boxes(large, gap+waveW+gap, head, column, upper)

	y := float32(head) + upper + gap
	alarmW := (s.Width - 3*gap) / 2
	put(p.alarmPanel, gap, y, alarmW, lower)
	put(p.restPanel, 2*gap+alarmW, y, s.Width-3*gap-alarmW, lower)
	headH := p.alarmHead.MinSize().Height
	put(p.alarmHead, gap+14, y+8, alarmW, headH)
	put(p.restHead, 2*gap+alarmW+14, y+8, alarmW, headH)
	put(p.calm, gap+14, y+14+headH, alarmW, headH)
	rowH := float32(30)
	for i, r := range p.rows {
		ry := y + headH + 14 + float32(i)*(rowH+4)
		if ry+rowH > y+lower-4 {
			put(r, gap+10, ry, 0, 0) // no room: the head says how many there are
			continue
		}
		put(r, gap+10, ry, alarmW-20, rowH)
	}
	l.list(rest, 2*gap+alarmW+14, y+headH+14, s.Width-3*gap-alarmW-28, lower-headH-20)

	middle := head + upper/2
	for i, t := range []*canvas.Text{p.state, p.reason, p.hint} {
		m := t.MinSize()
		put(t, gap+20, middle-40+float32(i)*34, waveW-40, m.Height)
	}
}

// strips divides the wave panel among the waves.
func (l *bedLayout) strips(x, y, w, h float32) {
	p := l.p
	n := min(len(p.view.Waves), maxBedWaves)
	if p.blank {
		n = 0
	}
	var strips []waveStrip
	for i := range p.labels {
		if i >= n {
			p.labels[i].Hide()
			p.ranges[i].Hide()
			continue
		}
		v := p.view.Waves[i]
		top, bottom := y+6+(h-12)*float32(i)/float32(n), y+6+(h-12)*float32(i+1)/float32(n)
		label := p.labels[i].MinSize().Height
		if p.labels[i].Text != v.Metric.Label {
			p.labels[i].Text = v.Metric.Label
		}
		p.labels[i].Color = theme.ClassInk(v.Metric.Class)
		p.labels[i].Show()
		p.ranges[i].Show()
		p.labels[i].Refresh()
		p.labels[i].Move(fyne.NewPos(x+14, round(top)))
		p.ranges[i].Move(fyne.NewPos(x+14+p.labels[i].MinSize().Width+14, round(top+2)))
		strips = append(strips, waveStrip{v, x + 12, round(top + label*0.8), w - 24, round(bottom - top - label*0.8 - 4)})
	}
	p.waves.arrange(strips)
}

// boxes divides the column of values; heart rate and oxygen are the largest.
func (l *bedLayout) boxes(large []item, x, y, w, h float32) {
	const gap = 8
	var sum float32
	weight := func(i int) float32 { return []float32{1.5, 1.3, 1.1, 1, 0.9, 0.9, 0.9}[i] }
	for i := range large {
		sum += weight(i)
	}
	free := h - gap*float32(len(large)-1)
	for i := range large {
		bh := free * weight(i) / sum
		l.p.boxes[i].Move(fyne.NewPos(round(x), round(y)))
		l.p.boxes[i].Resize(fyne.NewSize(round(w), round(bh)))
		y += bh + gap
	}
}

// list stands the rest in columns of label and value.
func (l *bedLayout) list(rest []item, x, y, w, h float32) {
	p := l.p
	rowH := p.restValues[0].MinSize().Height + 2
	rows := max(1, int(h/rowH))
	columns := max(1, min(4, int(w/200)))
	cw := w / float32(columns)
	for i := range p.rest {
		column, row := i/rows, i%rows
		visible := i < len(rest) && column < columns
		for _, t := range []*canvas.Text{p.rest[i], p.restValues[i]} {
			if t.Visible() != visible {
				if visible {
					t.Show()
				} else {
					t.Hide()
				}
			}
			t.Move(fyne.NewPos(round(x+float32(column)*cw), round(y+float32(row)*rowH)))
			t.Resize(fyne.NewSize(cw-24, rowH))
		}
	}
}
