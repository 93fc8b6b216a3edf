package ui

import (
	"image"
	"math"
	"time"

	"lamplight/station"
	"lamplight/ui/theme"
	"lamplight/ui/widget"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
)

// wardPage is the grid of bed tiles.
type wardPage struct {
	u      *UI
	waves  *waves
	tiles  []*widget.Tile
	views  []station.BedView
	box    *fyne.Container
	none   *canvas.Text // says what to do on a ward without beds
	chosen int
	mark   bool // the chosen tile is shown as such: since a key moved it
}

const (
	gridGap    = 8
	tileRadius = 8
)

func newWardPage(u *UI) *wardPage {
	p := &wardPage{u: u}
	p.waves = newWaves(u.epoch, p.floor)
	p.none = widget.NewText(16*u.textScale(), false, theme.Ink(theme.Quiet))
	p.none.Alignment = fyne.TextAlignCenter
	p.box = container.New(&gridLayout{p}, p.waves.image, p.none)
	return p
}

func (p *wardPage) object() fyne.CanvasObject { return p.box }

// show takes the newest view. The grid is rebuilt only if beds or the places
// of their waves changed.
func (p *wardPage) show(v *station.View, now time.Time) {
	again := p.setTiles(len(v.Beds))
	for i := range v.Beds {
		b := &v.Beds[i]
		m := p.u.present.tile(b, now)
		m.Selected = p.mark && i == p.chosen
		before := p.tiles[i].Model()
		p.tiles[i].Set(m, p.u.flash)
		again = again || len(p.views) != len(v.Beds) || !sameWaves(p.views[i].Waves, b.Waves) ||
			before.Message.State != m.Message.State || (len(before.Readings) == 0) != (len(m.Readings) == 0)
	}
	text := ""
	if len(v.Beds) == 0 {
		text = p.u.w.T("ward.noBeds")
	}
	widget.SetText(p.none, text, theme.Ink(theme.Quiet))
	p.views = v.Beds
	if again {
		p.place()
	}
}

func sameWaves(a, b []station.WaveView) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		x, y := &a[i], &b[i]
		if x.Device != y.Device || x.Metric.Ref != y.Metric.Ref || x.Metric.Period != y.Metric.Period ||
			x.Metric.Calibration != y.Metric.Calibration || x.Metric.Class != y.Metric.Class {
			return false
		}
	}
	return true
}

// setTiles makes or drops tiles, and reports whether it did.
func (p *wardPage) setTiles(n int) bool {
	if n == len(p.tiles) {
		return false
	}
	for len(p.tiles) < n {
		t, i := widget.NewTile(), len(p.tiles)
		t.OnTapped = func() { p.choose(i, false); p.u.openBed(i) }
		p.tiles = append(p.tiles, t)
		p.box.Add(t)
	}
	for len(p.tiles) > n {
		last := len(p.tiles) - 1
		p.box.Remove(p.tiles[last])
		p.tiles = p.tiles[:last]
	}
	p.chosen = max(0, min(p.chosen, n-1))
	p.box.Refresh()
	return true
}

// place tells the waves where their strips are.
func (p *wardPage) place() {
	var strips []waveStrip
	for i, t := range p.tiles {
		if i >= len(p.views) {
			break
		}
		chosen := tileWaves(p.views[i].Waves)
		for k, b := range t.Strips() {
			if k < len(chosen) {
				strips = append(strips, waveStrip{chosen[k], t.Position().X + b.X, t.Position().Y + b.Y, b.W, b.H})
			}
		}
	}
	p.waves.arrange(strips)
}

// frame draws what is new in the waves and repaints what flashes.
func (p *wardPage) frame(now time.Time, flashed bool) {
	p.waves.draw(p.u.deps.Ward, p.speed(), now)
	if flashed {
		for _, t := range p.tiles {
			t.Flash(p.u.flash)
		}
	}
}

// speed lets even a narrow tile show four seconds; a wide one runs at 25 mm/s.
func (p *wardPage) speed() float64 {
	const paper = 25 / 25.4 * 96
	speed := paper
	for _, s := range p.waves.strips {
		speed = math.Min(speed, float64(s.w)/4)
	}
	return speed
}

// floor paints the ground of every tile; an empty bed has a dashed border.
func (p *wardPage) floor(dst *image.RGBA, scale float32) {
	fill(dst, dst.Rect, theme.Ink(theme.Window))
	for _, t := range p.tiles {
		r := image.Rect(px(t.Position().X, scale), px(t.Position().Y, scale),
			px(t.Position().X+t.Size().Width, scale), px(t.Position().Y+t.Size().Height, scale))
		void := t.Model().Message.State != ""
		panel(dst, r, tileRadius*float64(scale), 2*float64(scale), theme.Ink(theme.Panel), theme.Ink(theme.PanelEdge), void)
	}
}

// choose moves the mark to a bed.
func (p *wardPage) choose(i int, mark bool) {
	if i < 0 || i >= len(p.tiles) {
		return
	}
	p.chosen, p.mark = i, mark
	for k, t := range p.tiles {
		m := t.Model()
		if want := mark && k == i; m.Selected != want {
			m.Selected = want
			t.Set(m, p.u.flash)
		}
	}
}

func (p *wardPage) key(k fyne.KeyName) bool {
	columns, _ := grid(len(p.tiles), p.box.Size())
	step := map[fyne.KeyName]int{fyne.KeyLeft: -1, fyne.KeyRight: 1, fyne.KeyUp: -columns, fyne.KeyDown: columns}[k]
	switch {
	case step != 0 && !p.mark:
		p.choose(p.chosen, true)
	case step != 0:
		p.choose(p.chosen+step, true)
	case k == fyne.KeySpace:
		p.u.openBed(p.chosen)
	default:
		return false
	}
	return true
}

func (p *wardPage) rune(r rune) bool {
	if r != 'a' && r != 'A' || p.chosen >= len(p.views) {
		return false
	}
	p.u.openBed(p.firstEmpty())
	return p.u.pages[routeBed].(*bedPage).rune(r)
}

// firstEmpty is the chosen bed, or the first empty one if none was chosen.
func (p *wardPage) firstEmpty() int {
	for i := range p.views {
		if !p.mark && p.views[i].Encounter == nil {
			return i
		}
	}
	return p.chosen
}

// A tile lower or narrower than this leaves out waves and limits.
const lowTile, narrowTile = 170, 280

// grid chooses columns and rows for n tiles: the shape that comes nearest to a
// tile of 2.4 to 1, leaves the fewest holes and makes no tile too small to be
// read from afar. The weights were chosen by looking at wards of 1 to 32 beds.
func grid(n int, s fyne.Size) (columns, rows int) {
	best := math.Inf(1)
	columns, rows = 1, max(1, n)
	for c := 1; c <= n; c++ {
		r := (n + c - 1) / c
		w, h := float64(s.Width)/float64(c)-gridGap, float64(s.Height)/float64(r)-gridGap
		if w < 1 || h < 1 {
			continue
		}
		cost := math.Abs(math.Log(w/h/2.4)) + 6*float64(c*r-n)/float64(n) +
			3*math.Max(lowTile/h-1, 0) + math.Max(narrowTile/w-1, 0)
		if cost < best {
			best, columns, rows = cost, c, r
		}
	}
	return columns, rows
}

// gridLayout puts the image below and the tiles above it.
type gridLayout struct{ p *wardPage }

func (g *gridLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(300, 200) }

func (g *gridLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	p := g.p
	p.waves.image.Resize(s)
	p.none.Resize(s)
	room := s
	if !p.u.shell.alarms.bar.Visible() {
		room.Height -= widget.AlarmBarHeight // no tile changes its place when an alarm comes
	}
	columns, rows := grid(len(p.tiles), room)
	w := (s.Width - gridGap*float32(columns+1)) / float32(columns)
	h := (s.Height - gridGap*float32(rows+1)) / float32(rows)
	for i, t := range p.tiles {
		x, y := float32(i%columns), float32(i/columns)
		x0, y0 := round(gridGap+x*(w+gridGap)), round(gridGap+y*(h+gridGap))
		x1, y1 := round(gridGap+x*(w+gridGap)+w), round(gridGap+y*(h+gridGap)+h)
		t.Move(fyne.NewPos(x0, y0))
		t.Resize(fyne.NewSize(x1-x0, y1-y0))
	}
	p.place()
}

func round(v float32) float32 { return float32(math.Round(float64(v))) }

func (p *wardPage) keys() []widget.Key {
	w := p.u.w
	return []widget.Key{
		{Cap: "1 – 9", Does: w.T("do.openBed")}, {Cap: w.T("key.arrows"), Does: w.T("do.choose")},
		{Cap: w.T("key.space"), Does: w.T("do.open")}, {Cap: "F6", Does: w.T("page.trends")}, {Cap: "?", Does: w.T("do.allKeys")},
	}
}
