package ui

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"slices"
	"time"

	"lamplight/charts"
	"lamplight/mdib"
	"lamplight/station"
	"lamplight/ui/theme"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"github.com/google/uuid"
)

// source is one wave of the ward as a sweep asks for it. It is comparable.
type source struct {
	ward   Ward
	device uuid.UUID
	ref    mdib.Ref
}

func (s source) Samples(from, to time.Time, buf []mdib.SampleArray) []mdib.SampleArray {
	return s.ward.Samples(s.device, s.ref, from, to, buf)
}

// waveStrip is one wave and where it goes, in units of the toolkit relative to
// the image.
type waveStrip struct {
	view       station.WaveView
	x, y, w, h float32
}

// waves shows all waves of a page in one image of exact pixels: the cheapest
// way through the toolkit by measurement. The image is also the floor of the
// page, so that calm tiles cost nothing else.
type waves struct {
	image  *canvas.Image
	pixels *image.RGBA
	sweep  charts.Sweep
	input  charts.Input
	places []image.Rectangle // of the waves that the sweep draws, in pixels
	stale  bool
	dpi    float64 // of the screen, for waves at paper scale; 0 in tiles
	strips []waveStrip
	floor  func(dst *image.RGBA, scale float32) // paints everything that is not a wave
}

func newWaves(epoch time.Time, floor func(*image.RGBA, float32)) *waves {
	v := &waves{floor: floor, stale: true}
	v.image = canvas.NewImageFromImage(image.NewRGBA(image.Rect(0, 0, 1, 1)))
	v.image.ScaleMode, v.image.FillMode = canvas.ImageScalePixels, canvas.ImageFillStretch
	v.input = charts.Input{Background: theme.Ink(theme.Panel), Delay: charts.DefaultDelay, Erase: charts.DefaultErase, Epoch: epoch}
	return v
}

// arrange takes other waves or other places; they are drawn with the next frame.
func (v *waves) arrange(strips []waveStrip) {
	v.strips, v.stale = strips, true
}

// draw brings the image up to now. It returns without work while it has no size.
func (v *waves) draw(ward Ward, speed float64, now time.Time) {
	size := v.image.Size()
	if size.Width < 2 || size.Height < 2 {
		return
	}
	scale := float32(1)
	width, height := int(math.Round(float64(size.Width))), int(math.Round(float64(size.Height)))
	if c := fyne.CurrentApp().Driver().CanvasForObject(v.image); c != nil {
		width, height = c.PixelCoordinateForPosition(fyne.NewPos(size.Width, size.Height))
		scale = float32(width) / size.Width
	}
	if width < 1 || height < 1 {
		return
	}
	if v.pixels == nil || v.pixels.Rect.Dx() != width || v.pixels.Rect.Dy() != height {
		v.pixels = image.NewRGBA(image.Rect(0, 0, width, height))
		v.image.Image = v.pixels
		v.stale, v.places = true, nil
	}
	if v.stale {
		v.stale = false
		places := make([]image.Rectangle, 0, len(v.strips))
		for _, s := range v.strips {
			places = append(places, image.Rect(px(s.x, scale), px(s.y, scale), px(s.x+s.w, scale), px(s.y+s.h, scale)))
		}
		v.ground(places, scale)
		v.input.Stroke = stroke * float64(scale)
		v.input.Speed = speed * float64(scale)
		v.input.Erase = int(float32(charts.DefaultErase) * scale)
		v.input.Waves = v.input.Waves[:0]
		for i, s := range v.strips {
			rect := places[i]
			v.input.Waves = append(v.input.Waves, charts.Wave{
				Rect:   rect,
				Color:  theme.ClassInk(s.view.Metric.Class),
				Period: s.view.Metric.Period,
				Scale:  charts.ScaleOf(s.view.Metric, rect.Dy(), v.dpi*float64(scale)),
				Source: source{ward, s.view.Device, s.view.Metric.Ref},
			})
		}
		v.sweep.Draw(v.pixels, v.input, now)
		v.image.Refresh()
		return
	}
	if !v.sweep.Draw(v.pixels, v.input, now).Empty() {
		v.image.Refresh()
	}
}

// stroke is the width of a trace on a screen of scale 1.
const stroke = 1.7

// ground paints the floor. Traces that stay in their places stay as they are:
// what else moved on the page is no reason to draw them anew.
func (v *waves) ground(places []image.Rectangle, scale float32) {
	if !slices.Equal(places, v.places) {
		v.floor(v.pixels, scale)
		v.sweep, v.places = charts.Sweep{}, places
		return
	}
	was := image.NewRGBA(v.pixels.Rect)
	copy(was.Pix, v.pixels.Pix)
	v.floor(v.pixels, scale)
	for _, r := range places {
		draw.Draw(v.pixels, r, was, r.Min, draw.Src)
	}
}

func px(v, scale float32) int { return int(math.Round(float64(v * scale))) }

// fill paints a rectangle with one colour.
func fill(dst *image.RGBA, r image.Rectangle, c color.RGBA) {
	r = r.Intersect(dst.Rect)
	if r.Empty() {
		return
	}
	first := dst.Pix[dst.PixOffset(r.Min.X, r.Min.Y):][:4*r.Dx()]
	for i := 0; i < len(first); i += 4 {
		first[i], first[i+1], first[i+2], first[i+3] = c.R, c.G, c.B, c.A
	}
	for y := r.Min.Y + 1; y < r.Max.Y; y++ {
		copy(dst.Pix[dst.PixOffset(r.Min.X, y):], first)
	}
}

// panel paints a rounded rectangle with a border, dashed if asked.
func panel(dst *image.RGBA, r image.Rectangle, radius, border float64, ground, edge color.RGBA, dashed bool) {
	inner := r.Inset(int(radius) + int(border) + 1)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if (image.Point{X: x, Y: y}).In(inner) {
				x = inner.Max.X - 1
				continue
			}
			d := outside(float64(x)+0.5, float64(y)+0.5, r, radius)
			c := edge
			if dashed && (x+y)/8%2 == 0 {
				c = ground
			}
			mix(dst, x, y, c, clamp01(0.5-d))
			mix(dst, x, y, ground, clamp01(0.5-d-border))
		}
	}
	fill(dst, inner, ground)
}

// outside is the distance of a point to a rounded rectangle, negative within.
func outside(x, y float64, r image.Rectangle, radius float64) float64 {
	cx, cy := float64(r.Min.X+r.Max.X)/2, float64(r.Min.Y+r.Max.Y)/2
	dx := math.Abs(x-cx) - float64(r.Dx())/2 + radius
	dy := math.Abs(y-cy) - float64(r.Dy())/2 + radius
	return math.Hypot(math.Max(dx, 0), math.Max(dy, 0)) + math.Min(math.Max(dx, dy), 0) - radius
}

func clamp01(v float64) float64 { return math.Min(math.Max(v, 0), 1) }

// mix lays a colour over a pixel.
func mix(dst *image.RGBA, x, y int, c color.RGBA, cover float64) {
	if cover == 0 || !(image.Point{X: x, Y: y}).In(dst.Rect) {
		return
	}
	p := dst.Pix[dst.PixOffset(x, y):][:4]
	for i, v := range [...]uint8{c.R, c.G, c.B} {
		p[i] = uint8(float64(p[i])*(1-cover) + float64(v)*cover + 0.5)
	}
	p[3] = 0xff
}
