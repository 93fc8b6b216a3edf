package widget

import (
	"image/color"

	"lamplight/ui/theme"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Chip is a short state on a raised ground, with an optional dot.
type Chip struct {
	widget.BaseWidget
	ground *canvas.Rectangle
	dot    *canvas.Circle
	text   *canvas.Text
}

// NewChip makes a chip of one text size.
func NewChip(size float32) *Chip {
	c := &Chip{ground: canvas.NewRectangle(theme.Ink(theme.Raised)), dot: canvas.NewCircle(color.Transparent), text: NewText(size, false, theme.Ink(theme.Text))}
	c.ground.CornerRadius = 14
	c.dot.Hide()
	c.ExtendBaseWidget(c)
	return c
}

// Set changes text and colours. A transparent dot is not there. The result
// tells whether the chip needs another width.
func (c *Chip) Set(text string, ink, dot, ground color.RGBA) bool {
	wider := c.text.Text != text
	SetText(c.text, text, ink)
	setRect(c.ground, ground, nil, 0)
	if show(c.dot, dot.A > 0); c.dot.FillColor != color.Color(dot) {
		c.dot.FillColor = dot
		c.dot.Refresh()
	}
	show(c, text != "")
	return wider
}

// Text is what the chip says.
func (c *Chip) Text() string { return c.text.Text }

// CreateRenderer is called by Fyne.
func (c *Chip) CreateRenderer() fyne.WidgetRenderer { return &chipRenderer{c} }

type chipRenderer struct{ c *Chip }

func (r *chipRenderer) MinSize() fyne.Size {
	s := r.c.text.MinSize()
	w := s.Width + 24
	if r.c.dot.Visible() {
		w += 14
	}
	return fyne.NewSize(round(w), 28)
}

func (r *chipRenderer) Layout(s fyne.Size) {
	r.c.ground.Resize(s)
	x := float32(12)
	if r.c.dot.Visible() {
		r.c.dot.Resize(fyne.NewSize(8, 8))
		r.c.dot.Move(fyne.NewPos(12, s.Height/2-4))
		x += 14
	}
	centred(r.c.text, x, 0, s.Width-x, s.Height)
}

func (r *chipRenderer) Refresh() { r.Layout(r.c.Size()) }
func (r *chipRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.c.ground, r.c.dot, r.c.text}
}
func (r *chipRenderer) Destroy() {}

// Key is a key cap with what the key does.
type Key struct{ Cap, Does string }

// Keys shows key caps in a row.
type Keys struct {
	widget.BaseWidget
	keys    []Key
	ink     color.Color
	size    float32
	frames  []*canvas.Rectangle
	texts   []*canvas.Text // cap, does, cap, does, …
	objects []fyne.CanvasObject
}

// NewKeys makes a row of keys.
func NewKeys(size float32, ink color.Color, keys ...Key) *Keys {
	k := &Keys{size: size, ink: ink}
	k.ExtendBaseWidget(k)
	k.Set(keys...)
	return k
}

// Set shows other keys.
func (k *Keys) Set(keys ...Key) {
	k.keys, k.frames, k.texts, k.objects = keys, nil, nil, nil
	for _, key := range keys {
		f := canvas.NewRectangle(color.Transparent)
		f.StrokeWidth, f.CornerRadius = 1, 4
		c, d := NewText(k.size*0.9, false, k.ink), NewText(k.size, false, k.ink)
		c.Text, d.Text = key.Cap, key.Does
		c.Alignment = fyne.TextAlignCenter
		k.frames = append(k.frames, f)
		k.texts = append(k.texts, c, d)
		k.objects = append(k.objects, f, c, d)
	}
	k.Ink(k.ink)
	k.Refresh()
}

// Ink changes the colour of all of it.
func (k *Keys) Ink(c color.Color) {
	k.ink = c
	r, g, b, _ := c.RGBA()
	edge := color.NRGBA{R: uint8(r >> 8), G: uint8(g >> 8), B: uint8(b >> 8), A: 0x90}
	for _, f := range k.frames {
		setRect(f, color.Transparent, edge, 1)
	}
	for _, t := range k.texts {
		SetText(t, t.Text, c)
	}
}

// CreateRenderer is called by Fyne.
func (k *Keys) CreateRenderer() fyne.WidgetRenderer { return &keysRenderer{k} }

type keysRenderer struct{ k *Keys }

func (r *keysRenderer) each(place func(i int, x, capW, textW float32)) float32 {
	x := float32(0)
	for i := range r.k.keys {
		capW := max(r.k.texts[2*i].MinSize().Width+10, r.k.size*1.4)
		textW := r.k.texts[2*i+1].MinSize().Width
		if place != nil {
			place(i, x, round(capW), textW)
		}
		x += round(capW + 5 + textW + 16)
	}
	return max(0, x-16)
}

func (r *keysRenderer) MinSize() fyne.Size { return fyne.NewSize(r.each(nil), r.k.size*1.6) }

func (r *keysRenderer) Layout(s fyne.Size) {
	h := round(r.k.size * 1.45)
	y := round((s.Height - h) / 2)
	r.each(func(i int, x, capW, textW float32) {
		r.k.frames[i].Move(fyne.NewPos(x, y))
		r.k.frames[i].Resize(fyne.NewSize(capW, h))
		centred(r.k.texts[2*i], x, y, capW, h)
		centred(r.k.texts[2*i+1], x+capW+5, y, textW, h)
	})
}

func (r *keysRenderer) Refresh()                     { r.Layout(r.k.Size()); canvas.Refresh(r.k) }
func (r *keysRenderer) Objects() []fyne.CanvasObject { return r.k.objects }
func (r *keysRenderer) Destroy()                     {}

// RailItem is one place to go to: a picture and always a word.
type RailItem struct {
	widget.BaseWidget
	OnTapped func()
	icon     fyne.Resource
	ground   *canvas.Rectangle
	image    *canvas.Image
	text     *canvas.Text
	on       bool
}

var _ desktop.Cursorable = (*RailItem)(nil)

// NewRailItem makes an item that calls tapped.
func NewRailItem(icon fyne.Resource, word string, size float32, tapped func()) *RailItem {
	r := &RailItem{OnTapped: tapped, icon: icon, ground: canvas.NewRectangle(color.Transparent), text: NewText(size, false, theme.Ink(theme.Quiet))}
	r.text.Text, r.text.Alignment = word, fyne.TextAlignCenter
	r.ground.CornerRadius = 8
	r.image = canvas.NewImageFromResource(theme.Tinted(icon, theme.Quiet))
	r.image.FillMode = canvas.ImageFillContain
	r.ExtendBaseWidget(r)
	return r
}

// Select shows whether one is there.
func (r *RailItem) Select(on bool) {
	if r.on == on {
		return
	}
	r.on = on
	ground, ink := color.Color(color.Transparent), theme.Quiet
	if on {
		ground, ink = theme.Ink(theme.Selected), theme.OnSelected
	}
	setRect(r.ground, ground, nil, 0)
	SetText(r.text, r.text.Text, theme.Ink(ink))
	r.image.Resource = theme.Tinted(r.icon, ink)
	r.image.Refresh()
}

// Tapped goes there.
func (r *RailItem) Tapped(*fyne.PointEvent) { r.OnTapped() }

// Cursor is a hand.
func (r *RailItem) Cursor() desktop.Cursor { return desktop.PointerCursor }

// CreateRenderer is called by Fyne.
func (r *RailItem) CreateRenderer() fyne.WidgetRenderer { return &railRenderer{r} }

type railRenderer struct{ r *RailItem }

func (x *railRenderer) MinSize() fyne.Size { return fyne.NewSize(54, 56) }
func (x *railRenderer) Layout(s fyne.Size) {
	x.r.ground.Resize(s)
	x.r.image.Resize(fyne.NewSize(20, 20))
	x.r.image.Move(fyne.NewPos(round(s.Width/2-10), 9))
	// A longer word is written smaller, for a picture without its word says little.
	if w := x.r.text.MinSize().Width; w > s.Width {
		setSize(x.r.text, x.r.text.TextSize*s.Width/w)
	}
	centred(x.r.text, 0, 33, s.Width, 16)
}
func (x *railRenderer) Refresh() {}
func (x *railRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{x.r.ground, x.r.image, x.r.text}
}
func (x *railRenderer) Destroy() {}
