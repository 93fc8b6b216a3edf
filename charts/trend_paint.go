package charts

import (
	"fmt"
	"image"
	"image/color"
	"iter"
	"math"
	"time"

	"golang.org/x/image/font"

	"lamplight/mdib"
)

// painter is one drawing of a trend.
type painter struct {
	*Trend
	dst         *image.RGBA
	plot        image.Rectangle
	face        font.Face
	u           float64 // pixels per unit of design
	perNano     float64 // pixels
	line, cloud workspace
}

func (t *Trend) open(dst *image.RGBA) *painter {
	p := &painter{Trend: t, dst: dst, plot: t.Plot(dst.Rect).Intersect(dst.Rect), face: t.Look.face(), u: t.Look.unit()}
	if span := t.To.Sub(t.From); span > 0 {
		p.perNano = float64(p.plot.Dx()) / float64(span)
	}
	return p
}

// x gives the place of a time, from the plot's left edge.
func (p *painter) x(t time.Time) float64 { return float64(t.Sub(p.From)) * p.perNano }

// y gives the place of a value in dst; one beyond the scale is at its edge.
func (p *painter) y(v, low, high float64) float64 {
	part := (v - low) / (high - low)
	if math.IsNaN(part) {
		part = 0.5
	}
	return float64(p.plot.Max.Y) - 1 - min(max(part, 0), 1)*float64(p.plot.Dy()-2)
}

// gaps hatches the times of which no series knows anything that should.
func (p *painter) gaps() {
	w := p.plot.Dx()
	known := make([]int, w+1) // differences from column to column
	continuous := false
	for i := range p.Series {
		if p.Series[i].Episodic {
			continue
		}
		continuous = true
		for r := range runs(within(p.Series[i].Rows, p.From, p.To)) {
			a, b := int(math.Floor(max(p.x(r.from), 0))), int(math.Ceil(min(p.x(r.to), float64(w))))
			if a < b {
				known[a]++
				known[b]--
			}
		}
	}
	if !continuous {
		return
	}
	for x := 1; x < w; x++ {
		known[x] += known[x-1]
	}
	known[w] = 1 // ends the last gap
	start := 0   // of the gap before x
	for x, n := range known {
		if n > 0 {
			if float64(x-start) >= 2*p.u {
				p.hatch(start, x)
			}
			start = x + 1
		}
	}
}

// hatch draws one gap and says how long it is, where there is room.
func (p *painter) hatch(x0, x1 int) {
	r := image.Rect(p.plot.Min.X+x0, p.plot.Min.Y, p.plot.Min.X+x1, p.plot.Max.Y)
	pitch := 8 * p.u
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			d := math.Abs(math.Mod(float64(x-p.plot.Min.X+y-p.plot.Min.Y), pitch)-pitch/2) / math.Sqrt2
			cover := 0.25 + 0.6*min(max(0.5+p.u/2-d, 0), 1)
			lay(p.dst, x, y, p.Look.Gap, int(cover*255))
		}
	}
	label := duration(time.Duration(float64(x1-x0) / p.perNano))
	if n := textWidth(p.face, label); float64(n)+12*p.u <= float64(x1-x0) {
		write(p.dst, p.face, r.Min.X+int(6*p.u), r.Min.Y+p.face.Metrics().Ascent.Ceil()+int(3*p.u), label, p.Look.Text)
	}
}

// duration says how long something lasted, in two units at the most.
func duration(d time.Duration) string {
	switch {
	case d < 90*time.Second:
		return fmt.Sprintf("%d s", d.Round(time.Second)/time.Second)
	case d < 100*time.Minute:
		return fmt.Sprintf("%d min", d.Round(time.Minute)/time.Minute)
	case d < 48*time.Hour:
		d = d.Round(time.Minute)
		if m := d % time.Hour / time.Minute; m != 0 && d < 10*time.Hour {
			return fmt.Sprintf("%d h %d min", d/time.Hour, m)
		}
		return fmt.Sprintf("%d h", d.Round(time.Hour)/time.Hour)
	}
	return fmt.Sprintf("%d d", d.Round(day)/day)
}

// valueScale is a scale that series share, and the colour of its labels.
type valueScale struct {
	low, high float64
	color     color.RGBA
}

// axisScales gives the scale for the left and the right edge, if any.
func (t *Trend) axisScales() (left, right *valueScale) {
	use := func(low, high float64, c color.RGBA) {
		for _, s := range []**valueScale{&left, &right} {
			if *s == nil && high > low {
				*s = &valueScale{low, high, c}
				return
			}
			if *s != nil && (*s).low == low && (*s).high == high {
				if (*s).color != c {
					(*s).color = t.Look.Text
				}
				return
			}
		}
	}
	for i := range t.Series {
		use(t.Series[i].Low, t.Series[i].High, t.Series[i].Color)
	}
	for i := range t.Bars {
		use(t.Bars[i].Low, t.Bars[i].High, t.Bars[i].Color)
	}
	return left, right
}

// axes draws the grid and the labels around the plot.
func (p *painter) axes() {
	m := p.face.Metrics()
	base := p.plot.Max.Y + int(5*p.u) + m.Ascent.Ceil()
	for _, tick := range timeTicks(p.From, p.To, int(float64(p.plot.Dx())/(85*p.u)), p.Zone) {
		x := p.plot.Min.X + int(min(p.x(tick.at), float64(p.plot.Dx()-1)))
		fill(p.dst, image.Rect(x, p.plot.Min.Y, x+1, p.plot.Max.Y).Intersect(p.plot), over(p.Look.Grid, p.Look.Background))
		n := textWidth(p.face, tick.label)
		write(p.dst, p.face, min(max(x-n/2, p.dst.Rect.Min.X+2), p.dst.Rect.Max.X-2-n), base, tick.label, p.Look.Text)
	}
	left, right := p.axisScales()
	for i, s := range []*valueScale{left, right} {
		if s == nil {
			continue
		}
		for _, v := range valueTicks(s.low, s.high, max(2, int(float64(p.plot.Dy())/(34*p.u)))) {
			y := int(p.y(v, s.low, s.high))
			label := number(v)
			x := p.plot.Max.X + int(6*p.u)
			if i == 0 {
				x = p.plot.Min.X - int(6*p.u) - textWidth(p.face, label)
				fill(p.dst, image.Rect(p.plot.Min.X, y, p.plot.Max.X, y+1).Intersect(p.plot), over(p.Look.Grid, p.Look.Background))
			}
			// Figures have no descenders: their middle is half the cap height up.
			write(p.dst, p.face, x, y+m.CapHeight.Round()/2+1, label, s.color)
		}
	}
}

// series draws the band of extremes and over it the line of the means.
func (p *painter) series(s *Series) {
	if s.High == s.Low {
		return
	}
	if s.Episodic {
		p.dots(s)
		return
	}
	p.line.pen = newPen(stroke * p.u)
	n := (p.plot.Dx() + 2*p.line.pen.columns()) * sub
	p.line.open(n)
	p.cloud.open(n)
	merged := time.Duration(1.5 * p.u / p.perNano)
	for r := range runs(within(s.Rows, p.From, p.To)) {
		p.run(s, merge(r, merged))
	}
	p.shade(tint(s.Color, 0.28), func(q int) (int32, int32) { return p.cloud.lo[q], p.cloud.hi[q] })
	p.shade(s.Color, p.line.extent)
}

// dots draws one dot for each row that has a value.
func (p *painter) dots(s *Series) {
	for _, r := range within(s.Rows, p.From, p.To) {
		if x := p.x(r.Start.Add(r.Span / 2)); has(r) && x > -clipped && x < clipped {
			dot(p.dst, p.plot, float64(p.plot.Min.X)+x, p.y(r.Mean, s.Low, s.High), 2.2*p.u, s.Color)
		}
	}
}

// run adds a stretch without a gap, from the start of its first row to the
// end of its last.
func (p *painter) run(s *Series, rows iter.Seq[mdib.Rollup]) {
	var x0, mean0, low0, high0 float64
	drawing := false
	side := float64(p.line.pen.columns()) // quarters are counted from there
	to := func(t time.Time, r *mdib.Rollup) {
		x := min(max((p.x(t)+side)*sub, -clipped), clipped)
		mean, low, high := p.steps(s, r.Mean), p.steps(s, orElse(r.Min, r.Mean)), p.steps(s, orElse(r.Max, r.Mean))
		q := int64(math.Floor(x))
		if q0 := int64(math.Floor(x0)); drawing && q != q0 && x > x0 {
			p.line.cross(0, x0, mean0, q0, x, mean, q)
			p.cloud.cross(0, x0, low0, q0, x, low, q)
			p.cloud.cross(0, x0, high0, q0, x, high, q)
		}
		p.line.grow(q, mean)
		p.cloud.grow(q, low)
		p.cloud.grow(q, high)
		x0, mean0, low0, high0, drawing = x, mean, low, high, true
	}
	var last mdib.Rollup
	for r := range rows {
		if !drawing {
			to(r.Start, &r)
		}
		to(r.Start.Add(r.Span/2), &r)
		last = r
	}
	if drawing {
		to(last.Start.Add(last.Span), &last)
	}
}

func orElse(v, other float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return other
	}
	return v
}

// steps is the place of a value in steps below the plot's top.
func (p *painter) steps(s *Series, v float64) float64 {
	return (p.y(v, s.Low, s.High) - float64(p.plot.Min.Y)) * unit
}

// shade lays what extent says each quarter covers over the plot.
func (p *painter) shade(c color.RGBA, extent func(q int) (top, bottom int32)) {
	h := p.plot.Dy()
	sums := make([]int32, h+2)
	for x := range p.plot.Dx() {
		first, last := h, -1
		q := (x + p.line.pen.columns()) * sub
		for end := q + sub; q < end; q++ {
			l, u := extent(q)
			if l > u {
				continue
			}
			l, u = max(l, 0), min(u, int32(h*unit))
			if l >= u {
				continue
			}
			cover(sums, l, u)
			first, last = min(first, int(l/unit)), max(last, int(u/unit))
		}
		part := int32(0)
		for i := first; i <= last+1 && i < len(sums); i++ {
			part += sums[i]
			sums[i] = 0
			if i < h {
				lay(p.dst, p.plot.Min.X+x, p.plot.Min.Y+i, c, int(part)*255/full)
			}
		}
	}
}

// bars draws pressures that are taken now and then.
func (p *painter) bars(b *Bars) {
	if b.High == b.Low {
		return
	}
	for _, r := range b.Readings {
		x := float64(p.plot.Min.X) + p.x(r.Time)
		if x < float64(p.plot.Min.X)-4*p.u || x > float64(p.plot.Max.X)+4*p.u {
			continue
		}
		mark := func(v, half, thick float64) {
			if !math.IsNaN(v) {
				y := p.y(v, b.Low, b.High)
				box(p.dst, p.plot, x-half*p.u, y-thick/2*p.u, x+half*p.u, y+thick/2*p.u, b.Color)
			}
		}
		if !math.IsNaN(r.Sys) && !math.IsNaN(r.Dia) {
			top, bottom := p.y(r.Sys, b.Low, b.High), p.y(r.Dia, b.Low, b.High)
			box(p.dst, p.plot, x-0.75*p.u, min(top, bottom), x+0.75*p.u, max(top, bottom), tint(b.Color, 0.7))
		}
		mark(r.Sys, 3.5, 1.5)
		mark(r.Dia, 3.5, 1.5)
		mark(r.Mean, 2.5, 3)
	}
}

// events draws dashed lines with their words at the foot, on three lines in
// turn where they would cover each other.
func (p *painter) events() {
	m := p.face.Metrics()
	var taken [3]int
	for i := range taken {
		taken[i] = math.MinInt
	}
	for _, e := range p.Events {
		if e.Time.Before(p.From) || e.Time.After(p.To) {
			continue
		}
		x := p.plot.Min.X + int(min(p.x(e.Time), float64(p.plot.Dx()-1)))
		for y := p.plot.Min.Y; y < p.plot.Max.Y; y++ {
			if int(float64(y-p.plot.Min.Y)/(4*p.u))%2 == 0 {
				lay(p.dst, x, y, e.Color, 200)
			}
		}
		n := textWidth(p.face, e.Label)
		at := x + int(5*p.u)
		if at+n > p.plot.Max.X {
			at = x - int(5*p.u) - n
		}
		for row := range taken {
			if taken[row] < at {
				write(p.dst, p.face, at, p.plot.Max.Y-int(4*p.u)-row*m.Height.Ceil(), e.Label, e.Color)
				taken[row] = at + n + int(6*p.u)
				break
			}
		}
	}
}

// cursor draws the line under the pointer, a dot on each series and the time.
func (p *painter) cursor() {
	if p.Cursor.IsZero() || p.Cursor.Before(p.From) || p.Cursor.After(p.To) {
		return
	}
	x := min(p.x(p.Cursor), float64(p.plot.Dx()-1)) + float64(p.plot.Min.X)
	fill(p.dst, image.Rect(int(x), p.plot.Min.Y, int(x)+1, p.plot.Max.Y), p.Look.Cursor)
	for i := range p.Series {
		s := &p.Series[i]
		if r, ok := At(s.Rows, p.Cursor); ok && s.High != s.Low {
			dot(p.dst, p.plot, x+0.5, p.y(r.Mean, s.Low, s.High), 4.5*p.u, p.Look.Background)
			dot(p.dst, p.plot, x+0.5, p.y(r.Mean, s.Low, s.High), 3*p.u, s.Color)
		}
	}
	zone := p.Zone
	if zone == nil {
		zone = time.Local
	}
	label := p.Cursor.In(zone).Format("15:04:05")
	if p.To.Sub(p.From) > 2*day {
		label = p.Cursor.In(zone).Format("2 Jan 15:04")
	}
	m := p.face.Metrics()
	n, pad := textWidth(p.face, label), int(5*p.u)
	left := min(max(int(x)-n/2, p.dst.Rect.Min.X+pad), p.dst.Rect.Max.X-n-pad)
	r := image.Rect(left-pad, p.plot.Max.Y+int(2*p.u), left+n+pad, p.plot.Max.Y+int(8*p.u)+m.Height.Ceil()).Intersect(p.dst.Rect)
	fill(p.dst, r, p.Look.Cursor)
	write(p.dst, p.face, left, p.plot.Max.Y+int(5*p.u)+m.Ascent.Ceil(), label, p.Look.Background)
}
