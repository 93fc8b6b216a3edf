package widget

import "fyne.io/fyne/v2"

// Box is a rectangle relative to the widget that gave it.
type Box struct {
	X, Y, W, H float32
	half       bool // shares its row with another
}

// tileGeometry is where the parts of a tile go.
type tileGeometry struct {
	w, h                    float32
	head, headBase, bar     float32 // heights; the baseline of the header
	nameX, badgeX           float32
	bedSize, nameSize, line float32 // font sizes
	strips, cells           []Box
	limits, labelled        bool // there is room for limits, and for the names of the waves
}

// geometry says how a tile of this size is divided. Wide tiles give the waves
// more seconds and stand heart rate and oxygen side by side.
func geometry(w, h float32, readings []Reading, traces int) tileGeometry {
	g := tileGeometry{w: w, h: h}
	g.head = round(clamp(h*0.15, 26, 40))
	g.bar = round(clamp(h*0.105, 20, 32))
	g.bedSize = round(clamp(g.head*0.53, 14, 20))
	g.nameSize = round(clamp(g.head*0.44, 12, 17))
	g.line = round(clamp(g.bar*0.6, 12, 18))
	g.headBase = round(g.head/2 + g.bedSize*capHeight/2 + 1)

	wide := w/h > 2.9
	column := clamp(w*0.335, 112, 330)
	switch {
	case wide:
		column = clamp(w*0.4, 230, 460)
	case w < 360: // narrow: pressures would be too small to read
		column = clamp(w*0.4, 112, 330)
	}
	if w/h < 1.4 { // a tall tile: its waves are low anyway, its values need the width
		column = clamp(w*0.46, 112, 330)
	}
	if len(readings) == 0 {
		column = 0
	}
	if traces == 0 {
		column = w - 20
	}
	top, bottom := g.head+g.bar+2, h-8
	g.limits = column/columns(wide) >= 118 && h >= 170
	g.cells = cells(w-column-10, top, column, bottom-top, wide || traces == 0 && w > 260, readings)

	lines := min(traces, maxTraces)
	for lines > 1 && (bottom-top)/float32(lines) < 40 {
		lines--
	}
	left, right := float32(10), w-column-18
	if column == 0 {
		right = w - 10
	}
	if right-left < 40 {
		lines = 0
	}
	label := float32(0)
	if g.labelled = lines > 0 && (bottom-top)/float32(lines) >= 64; g.labelled {
		label = 13
	}
	// A wave that is higher than wide looks like another one.
	spare := max(0, (bottom-top)/float32(max(lines, 1))-label-(right-left)*0.75)
	for i := range lines {
		y0 := round(top + (bottom-top)*float32(i)/float32(lines))
		y1 := round(top + (bottom-top)*float32(i+1)/float32(lines))
		g.strips = append(g.strips, Box{X: left, Y: y0 + 1 + label + round(spare/2), W: round(right - left), H: y1 - y0 - 2 - label - round(spare)})
	}
	return g
}

func columns(wide bool) float32 {
	if wide {
		return 2
	}
	return 1
}

// cells divides the column of values into rows: the first two readings large,
// a pressure in a row of its own, the others in pairs.
func cells(x, y, w, h float32, wide bool, readings []Reading) []Box {
	type row struct {
		weight float32
		of     int
	}
	var rows []row
	n := min(len(readings), maxCells)
	for i := 0; i < n && len(rows) < 4; { // more rows would be too small to read
		pair := i+1 < n && !readings[i].Wide && !readings[i+1].Wide
		switch {
		case i == 0 && wide && pair:
			rows = append(rows, row{1.45, 2})
			i += 2
		case i < 2 && !readings[i].Wide:
			rows = append(rows, row{1.3 - 0.2*float32(i), 1})
			i++
		case wide && pair && i+2 < n && !readings[i+2].Wide:
			rows = append(rows, row{0.85, 3})
			i += 3
		case pair:
			rows = append(rows, row{0.85, 2})
			i += 2
		default:
			rows = append(rows, row{0.85, 1})
			i++
		}
	}
	var sum float32
	for _, r := range rows {
		sum += r.weight
	}
	var out []Box
	for _, r := range rows {
		rh := h * r.weight / sum
		cw := w / float32(r.of)
		for k := range r.of {
			b := Box{x + cw*float32(k), y, cw, rh, r.of > 1 && r.weight < 1}
			if k > 0 {
				b.X, b.W = b.X+10, b.W-10
			}
			out = append(out, b)
		}
		y += rh
	}
	return out
}

// arrange puts everything in its place for a size.
func (t *Tile) arrange(s fyne.Size) {
	if s.Width < 10 || s.Height < 10 {
		return
	}
	m := &t.model
	t.geo = geometry(s.Width, s.Height, m.Readings, len(m.Traces))
	g := &t.geo
	t.border.Resize(s)
	t.header.Move(fyne.NewPos(3, 3))
	t.header.Resize(fyne.NewSize(s.Width-6, g.head-4))
	t.bar.Move(fyne.NewPos(2, g.head))
	t.bar.Resize(fyne.NewSize(s.Width-4, g.bar))

	setSize(t.bed, g.bedSize)
	setSize(t.name, g.nameSize)
	setSize(t.who, g.nameSize*0.88)
	setSize(t.badge, clamp(g.nameSize*0.78, 10, 12))
	setSize(t.alarm, g.line)
	setSize(t.more, g.line)
	bedW := Width(m.Bed, g.bedSize, t.bed.TextStyle)
	badgeW := Width(m.Badge, t.badge.TextSize, t.badge.TextStyle)
	g.nameX = 11 + bedW + 9
	g.badgeX = s.Width - 11 - badgeW
	onBaseline(t.bed, 11, g.headBase, bedW)
	onBaseline(t.name, g.nameX, g.headBase, s.Width)
	onBaseline(t.badge, 0, g.headBase, s.Width-11)
	centred(t.alarm, 11, g.head, s.Width-22, g.bar)
	centred(t.more, 11, g.head, s.Width-22, g.bar)

	for i, tr := range t.traces {
		show(tr, i < len(g.strips) && g.labelled)
		if i < len(g.strips) {
			onBaseline(tr, g.strips[i].X+2, g.strips[i].Y-2, g.strips[i].W)
		}
	}
	for i, c := range t.cells {
		if i < len(g.cells) {
			b := g.cells[i]
			c.reading = Reading{}
			if i < len(m.Readings) {
				c.reading = m.Readings[i]
			}
			c.place(b.X, b.Y, b.W, b.H, g.limits && (!b.half || b.W >= 150), b.half)
		}
	}
	t.arrangeMessage()
}

func (t *Tile) arrangeMessage() {
	g := &t.geo
	f := clamp(g.h/230, 0.75, 1.3)
	setSize(t.title, round(18*f))
	setSize(t.state, round(15*f))
	setSize(t.reason, round(13*f))
	setSize(t.hint, round(13*f))
	step := round(23 * f)
	middle := g.h / 2
	if t.model.Message.Title == "" {
		middle = (g.head + g.bar + g.h) / 2
	}
	first := middle - step
	if t.model.Message.Title != "" {
		first = middle - step/2
		onBaseline(t.title, 12, first-step*0.6, g.w-24)
	}
	onBaseline(t.state, 12, first+step*0.5, g.w-24)
	onBaseline(t.reason, 12, first+step*1.5, g.w-24)
	onBaseline(t.hint, 12, first+step*2.5, g.w-24)
}
