package charts

import (
	"image"
	"image/color"
	"math"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// goRegular is the font of labels when the caller brings none.
var goRegular = sync.OnceValue(func() *opentype.Font {
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		panic(err) // the font is part of the program
	}
	return f
})

// face gives the font of the labels. A face is not for two goroutines, so
// each drawing makes its own.
func (l *TrendLook) face() font.Face {
	if l.Face != nil {
		return l.Face
	}
	f, err := opentype.NewFace(goRegular(), &opentype.FaceOptions{Size: 12 * l.unit(), DPI: 72})
	if err != nil {
		panic(err) // only an impossible size could do that
	}
	return f
}

// tint is a colour at a part, 0 to 1, of its opacity.
func tint(c color.RGBA, part float64) color.RGBA {
	f := func(v uint8) uint8 { return uint8(math.Round(float64(v) * part)) }
	return color.RGBA{f(c.R), f(c.G), f(c.B), f(c.A)}
}

// lay puts a colour over a pixel, of which it covers part of 255.
func lay(dst *image.RGBA, x, y int, c color.RGBA, part int) {
	if part <= 0 || !image.Pt(x, y).In(dst.Rect) {
		return
	}
	p := dst.Pix[dst.PixOffset(x, y):][:4]
	rest := 255*255 - int(c.A)*part
	for i, v := range [...]uint8{c.R, c.G, c.B, c.A} {
		p[i] = uint8(min(255, (int(v)*part*255+int(p[i])*rest+255*255/2)/(255*255)))
	}
}

// fill sets all pixels of a rectangle.
func fill(dst *image.RGBA, r image.Rectangle, c color.RGBA) {
	r = r.Intersect(dst.Rect)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := dst.Pix[dst.PixOffset(r.Min.X, y):][:4*r.Dx()]
		for i := 0; i < len(row); i += 4 {
			row[i], row[i+1], row[i+2], row[i+3] = c.R, c.G, c.B, c.A
		}
	}
}

// box lays a rectangle with edges between pixels over dst, kept within clip.
func box(dst *image.RGBA, clip image.Rectangle, x0, y0, x1, y1 float64, c color.RGBA) {
	x0, x1 = max(x0, float64(clip.Min.X)), min(x1, float64(clip.Max.X))
	y0, y1 = max(y0, float64(clip.Min.Y)), min(y1, float64(clip.Max.Y))
	if !(x0 < x1) || !(y0 < y1) {
		return
	}
	for y := int(math.Floor(y0)); float64(y) < y1; y++ {
		h := min(float64(y+1), y1) - max(float64(y), y0)
		for x := int(math.Floor(x0)); float64(x) < x1; x++ {
			w := min(float64(x+1), x1) - max(float64(x), x0)
			lay(dst, x, y, c, int(math.Round(w*h*255)))
		}
	}
}

// dot lays a disc over dst, kept within clip.
func dot(dst *image.RGBA, clip image.Rectangle, cx, cy, radius float64, c color.RGBA) {
	r := image.Rect(int(cx-radius)-1, int(cy-radius)-1, int(cx+radius)+2, int(cy+radius)+2).Intersect(clip)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			d := math.Hypot(float64(x)+0.5-cx, float64(y)+0.5-cy)
			lay(dst, x, y, c, int(min(max(radius+0.5-d, 0), 1)*255))
		}
	}
}

// write puts text with its baseline at y and its left end at x.
func write(dst *image.RGBA, face font.Face, x, y int, text string, c color.RGBA) {
	d := font.Drawer{Dst: dst, Src: image.NewUniform(c), Face: face, Dot: fixed.P(x, y)}
	d.DrawString(text)
}

func textWidth(face font.Face, text string) int { return font.MeasureString(face, text).Ceil() }
