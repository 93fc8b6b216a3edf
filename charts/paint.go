package charts

import (
	"encoding/binary"
	"image"
	"image/color"
	"math"
	"slices"
)

const (
	margin  = 1.0 // pixels between the edge of a strip and the middle of a line at the end of its range
	full    = sub * unit
	dashes  = 3       // rows on and off in a pacing mark
	largest = 1 << 15 // pixels across or down a strip
)

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

// place gives how far from the strip's left edge a column is.
func (s *strip) place(column int64) int {
	w := int64(s.Rect.Dx())
	m := column % w
	if m < 0 {
		m += w
	}
	return int(m)
}

// wipe restores the ground of the whole strip.
func (s *strip) wipe(dst *image.RGBA) image.Rectangle {
	r := s.clip(dst)
	if r.Empty() {
		return r
	}
	width := 4 * r.Dx()
	var plain []byte // a row to copy from
	for y := r.Min.Y; y < r.Max.Y; y++ {
		i := dst.PixOffset(r.Min.X, y)
		row := dst.Pix[i : i+width]
		lined := s.palette.grid && s.palette.onGrid(y-s.Rect.Min.Y-s.Rect.Dy()/2)
		if plain != nil && !lined {
			copy(row, plain)
			continue
		}
		for x := r.Min.X; x < r.Max.X; x++ {
			c := s.palette.ink[0]
			if lined || s.palette.grid && s.palette.onGrid(x-s.Rect.Min.X) {
				c = s.palette.lined[0]
			}
			binary.LittleEndian.PutUint32(row[4*(x-r.Min.X):], c)
		}
		if !lined {
			plain = row
		}
	}
	s.inked = slices.Grow(s.inked[:0], s.Rect.Dx())[:s.Rect.Dx()]
	clear(s.inked)
	return r
}

// clip is the part of dst that the strip may paint: nothing if its size is
// beyond any screen's.
func (s *strip) clip(dst *image.RGBA) image.Rectangle {
	if s.Rect.Dx() > largest || s.Rect.Dy() > largest {
		return image.Rectangle{}
	}
	return s.Rect.Intersect(dst.Rect)
}

// blank restores the ground of the columns from…to, where there is ink on
// it, and gives their rectangle.
func (s *strip) blank(dst *image.RGBA, from, to int64) image.Rectangle {
	first, last := to, from
	for c := max(from, to-int64(s.Rect.Dx())); c < to; c++ {
		i := s.place(c)
		if k := &s.inked[i]; k.bottom > k.top {
			s.ground(dst, s.Rect.Min.X+i, s.Rect.Min.Y+int(k.top), s.Rect.Min.Y+int(k.bottom))
			*k = rows{}
			first, last = min(first, c), c+1
		}
	}
	return s.box(dst, first, last)
}

// box is the part of dst in which the columns from…to are.
func (s *strip) box(dst *image.RGBA, from, to int64) image.Rectangle {
	if from >= to {
		return image.Rectangle{}
	}
	r := s.Rect
	if i := s.place(from); i+int(to-from) <= s.Rect.Dx() {
		r.Min.X, r.Max.X = r.Min.X+i, r.Min.X+i+int(to-from)
	}
	return r.Intersect(dst.Rect)
}

// ground restores the rows y0…y1 of one column of dst.
func (s *strip) ground(dst *image.RGBA, x, y0, y1 int) {
	p := &s.palette
	lined := p.grid && p.onGrid(x-s.Rect.Min.X)
	middle := s.Rect.Min.Y + s.Rect.Dy()/2
	i := dst.PixOffset(x, y0)
	for y := y0; y < y1; y++ {
		c := p.ink[0]
		if lined || p.grid && p.onGrid(y-middle) {
			c = p.lined[0]
		}
		binary.LittleEndian.PutUint32(dst.Pix[i:], c)
		i += dst.Stride
	}
}

// paint puts the traced columns from…to into the image. It writes whole
// pixels, never onto what is there, so painting twice does no harm.
func (s *strip) paint(dst *image.RGBA, work *workspace, from, to int64) image.Rectangle {
	if from >= to {
		return image.Rectangle{}
	}
	h := s.Rect.Dy()
	if len(work.sums) < h+2 {
		work.sums = make([]int32, h+2)
	}
	sums := work.sums[:h+2]
	thick := 2 * work.pen[0]
	for c := from; c < to; c++ {
		i := s.place(c)
		x := s.Rect.Min.X + i
		if x < dst.Rect.Min.X || x >= dst.Rect.Max.X {
			continue
		}
		first, last := h, -1
		q := (int(c-from) + work.pen.columns()) * sub
		for end := q + sub; q < end; q++ {
			l, u := work.extent(q)
			if l > u {
				continue
			}
			// What leaves the strip runs along its edge.
			l = max(min(l, int32(h*unit)-thick), 0)
			u = min(max(u, thick), int32(h*unit))
			cover(sums, l, u)
			first, last = min(first, int(l/unit)), max(last, int(u/unit))
		}
		paced := slices.Contains(work.pacer, c)
		if paced {
			first, last = 0, h
		}
		s.inked[i].include(s.column(dst, x, sums, first, last, paced))
	}
	return s.box(dst, from, to)
}

// cover adds the stretch l…u to the coverage of a column's rows, written as
// differences from row to row.
func cover(sums []int32, l, u int32) {
	i, k := l/unit, u/unit
	f, g := unit-l%unit, u%unit
	sums[i] += f
	sums[i+1] += unit - f
	sums[k] += g - unit
	sums[k+1] -= g
}

// column writes the pixels of the rows first…last, clears their sums and gives
// the rows that it wrote.
func (s *strip) column(dst *image.RGBA, x int, sums []int32, first, last int, paced bool) rows {
	// What does not fit into dst is not written.
	shown := rows{int32(max(first, dst.Rect.Min.Y-s.Rect.Min.Y)), int32(min(last+1, s.Rect.Dy(), dst.Rect.Max.Y-s.Rect.Min.Y))}
	p := &s.palette
	lined := p.grid && p.onGrid(x-s.Rect.Min.X)
	middle := s.Rect.Dy() / 2
	at := dst.PixOffset(x, s.Rect.Min.Y+int(shown.top))
	part := int32(0)
	for i := first; i <= last; i++ {
		part += sums[i]
		sums[i] = 0
		if int32(i) < shown.top || int32(i) >= shown.bottom {
			continue
		}
		full := part
		if paced && i/dashes%2 == 0 {
			full = max(full, sub*unit/2)
		}
		c := p.ink[full]
		if lined || p.grid && p.onGrid(i-middle) {
			c = p.lined[full]
		}
		binary.LittleEndian.PutUint32(dst.Pix[at:], c)
		at += dst.Stride
	}
	if last >= 0 {
		sums[last+1] = 0
	}
	return shown
}

// rows is a stretch of rows of a strip, bottom excluded.
type rows struct{ top, bottom int32 }

func (r *rows) include(o rows) {
	switch {
	case o.bottom <= o.top:
	case r.bottom <= r.top:
		*r = o
	default:
		r.top, r.bottom = min(r.top, o.top), max(r.bottom, o.bottom)
	}
}
