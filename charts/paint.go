package charts

import (
	"encoding/binary"
	"image"
	"image/color"
	"math"
	"slices"
)

const (
	margin = 1.0 // pixels between the edge of a strip and the middle of a line at the end of its range
	full   = sub * unit
	half   = 51 // half the width of the line in steps: 0.8 pixels
	dashes = 3  // rows on and off in a pacing mark
)

// reach is how far the line extends up and down, seen 0, 1, 2 and 3 quarters
// of a column beside its middle: a disc.
var reach = [sub]int32{
	half,
	int32(math.Round(math.Sqrt(half*half - 16*16))),
	int32(math.Round(math.Sqrt(half*half - 32*32))),
	int32(math.Round(math.Sqrt(half*half - 48*48))),
}

// palette holds the colour of every coverage, over the ground and over the grid.
type palette struct {
	ink, lined [full + 1]uint32
	grid       bool
	step       float64 // pixels between grid lines
}

func newPalette(l *look, c color.RGBA) palette {
	p := palette{grid: l.grid.A > 0, step: l.speed / 5}
	line := over(l.grid, l.background)
	for i := range p.ink {
		p.ink[i], p.lined[i] = blend(l.background, c, i), blend(line, c, i)
	}
	p.grid = p.grid && p.step >= 2
	return p
}

// onGrid tells whether the grid has a line in this pixel, counted from its anchor.
func (p *palette) onGrid(i int) bool {
	k := math.Round(float64(i) / p.step)
	return int(math.Round(k*p.step)) == i
}

// over lays one colour on another; both are premultiplied, as color.RGBA is.
func over(c, ground color.RGBA) color.RGBA {
	rest := 255 - int(c.A)
	f := func(c, g uint8) uint8 { return uint8(min(255, int(c)+(int(g)*rest+127)/255)) }
	return color.RGBA{f(c.R, ground.R), f(c.G, ground.G), f(c.B, ground.B), f(c.A, ground.A)}
}

// blend is the colour of a pixel of which the line covers i of full parts.
func blend(ground, c color.RGBA, i int) uint32 {
	f := func(g, c uint8) uint32 { return uint32((int(g)*(full-i) + int(c)*i + full/2) / full) }
	return f(ground.R, c.R) | f(ground.G, c.G)<<8 | f(ground.B, c.B)<<16 | f(ground.A, c.A)<<24
}

// place gives the x in dst of a column of the strip.
func (s *strip) place(column int64) int {
	w := int64(s.Rect.Dx())
	m := column % w
	if m < 0 {
		m += w
	}
	return s.Rect.Min.X + int(m)
}

// blank restores the ground of the columns from…to and gives their rectangle.
func (s *strip) blank(dst *image.RGBA, from, to int64) image.Rectangle {
	w := int64(s.Rect.Dx())
	from = max(from, to-w)
	if from >= to {
		return image.Rectangle{}
	}
	x0 := s.place(from)
	x1 := x0 + int(to-from)
	r := image.Rect(x0, s.Rect.Min.Y, min(x1, s.Rect.Max.X), s.Rect.Max.Y).Intersect(dst.Rect)
	s.ground(dst, r)
	if x1 > s.Rect.Max.X {
		q := image.Rect(s.Rect.Min.X, s.Rect.Min.Y, x1-int(w), s.Rect.Max.Y).Intersect(dst.Rect)
		s.ground(dst, q)
		r = r.Union(q)
	}
	return r
}

func (s *strip) ground(dst *image.RGBA, r image.Rectangle) {
	if r.Empty() {
		return
	}
	p := &s.palette
	middle := s.Rect.Min.Y + s.Rect.Dy()/2
	for y := r.Min.Y; y < r.Max.Y; y++ {
		i := dst.PixOffset(r.Min.X, y)
		row := dst.Pix[i : i+4*r.Dx()]
		if p.grid {
			line := p.onGrid(y - middle)
			for x := r.Min.X; x < r.Max.X; x++ {
				c := p.ink[0]
				if line || p.onGrid(x-s.Rect.Min.X) {
					c = p.lined[0]
				}
				binary.LittleEndian.PutUint32(row[4*(x-r.Min.X):], c)
			}
			continue
		}
		for ; len(row) >= 4; row = row[4:] {
			binary.LittleEndian.PutUint32(row, p.ink[0])
		}
	}
}

// paint puts the traced columns from…to into the image. It writes whole
// pixels, never onto what is there, so painting twice does no harm.
func (s *strip) paint(dst *image.RGBA, work *workspace, from, to int64) image.Rectangle {
	if from >= to {
		return image.Rectangle{}
	}
	h := s.Rect.Dy()
	if len(work.rows) < h+2 {
		work.rows = make([]int32, h+2)
	}
	rows := work.rows[:h+2]
	for c := from; c < to; c++ {
		x := s.place(c)
		if x < dst.Rect.Min.X || x >= dst.Rect.Max.X {
			continue
		}
		first, last := h, -1
		q := int(c-from+1) * sub
		for ; q < int(c-from+2)*sub; q++ {
			l, u := work.extent(q)
			if l > u {
				continue
			}
			// What leaves the strip runs along its edge.
			l = max(min(l, int32(h*unit-2*half)), 0)
			u = min(max(u, 2*half), int32(h*unit))
			cover(rows, l, u)
			first, last = min(first, int(l/unit)), max(last, int(u/unit))
		}
		paced := slices.Contains(work.pacer, c)
		if paced {
			first, last = 0, h
		}
		s.column(dst, x, rows, first, last, paced)
	}
	x0, n, w := s.place(from), int(to-from), s.Rect.Dx()
	if x0+n > s.Rect.Max.X {
		x0, n = s.Rect.Min.X, w
	}
	return image.Rect(x0, s.Rect.Min.Y, x0+n, s.Rect.Max.Y).Intersect(dst.Rect)
}

// extent is what the round pen covers, from top to bottom, in quarter q.
func (w *workspace) extent(q int) (l, u int32) {
	lo, hi := (*[2*sub - 1]int32)(w.lo[q-sub+1:]), (*[2*sub - 1]int32)(w.hi[q-sub+1:])
	l = min(lo[3]-reach[0], min(lo[2], lo[4])-reach[1], min(lo[1], lo[5])-reach[2], min(lo[0], lo[6])-reach[3])
	u = max(hi[3]+reach[0], max(hi[2], hi[4])+reach[1], max(hi[1], hi[5])+reach[2], max(hi[0], hi[6])+reach[3])
	return l, u
}

// cover adds the stretch l…u to the coverage of a column's rows, written as
// differences from row to row.
func cover(rows []int32, l, u int32) {
	i, k := l/unit, u/unit
	f, g := unit-l%unit, u%unit
	rows[i] += f
	rows[i+1] += unit - f
	rows[k] += g - unit
	rows[k+1] -= g
}

// column writes the pixels of the rows first…last and clears their coverage.
func (s *strip) column(dst *image.RGBA, x int, rows []int32, first, last int, paced bool) {
	h, middle := s.Rect.Dy(), s.Rect.Dy()/2
	p := &s.palette
	lined := p.grid && p.onGrid(x-s.Rect.Min.X)
	sum := int32(0)
	for i := first; i <= last; i++ {
		sum += rows[i]
		rows[i] = 0
		y := s.Rect.Min.Y + i
		if i >= h || y < dst.Rect.Min.Y || y >= dst.Rect.Max.Y {
			continue
		}
		part := sum
		if paced && i/dashes%2 == 0 {
			part = max(part, full/2)
		}
		c := p.ink[part]
		if lined || p.grid && p.onGrid(i-middle) {
			c = p.lined[part]
		}
		binary.LittleEndian.PutUint32(dst.Pix[dst.PixOffset(x, y):], c)
	}
	if last >= 0 {
		rows[last+1] = 0
	}
}
