package charts

import (
	"image/color"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"lamplight/mdib"
)

var dusk = TrendLook{
	Background: ground,
	Grid:       color.RGBA{0x1b, 0x25, 0x30, 255},
	Text:       color.RGBA{0x8b, 0x98, 0xa5, 255},
	Gap:        color.RGBA{0x36, 0x44, 0x53, 255},
	Cursor:     color.RGBA{0xe6, 0xed, 0xf3, 255},
}

// rollups sums up f, in minutes, with a spread, in steps of span; hole tells
// where nothing is known.
func rollups(span time.Duration, n int, f, spread func(m float64) float64, hole func(m float64) bool) []mdib.Rollup {
	var rows []mdib.Rollup
	for i := range n {
		m := (time.Duration(i) * span).Minutes()
		r := mdib.Rollup{Start: epoch.Add(time.Duration(i) * span), Span: span}
		if hole == nil || !hole(m) {
			r.Mean, r.Count = f(m), 60
			r.Min, r.Max = r.Mean-spread(m), r.Mean+spread(m)
		}
		rows = append(rows, r)
	}
	return rows
}

func fourHours() *Trend {
	r := rand.New(rand.NewPCG(1, 2))
	hole := func(m float64) bool { return m >= 100 && m < 109 || m >= 200 && m < 201 }
	noise := func(n float64) func(float64) float64 {
		return func(float64) float64 { return n * (0.5 + r.Float64()) }
	}
	t := &Trend{From: epoch, To: epoch.Add(4 * time.Hour), Zone: time.UTC, Look: dusk}
	t.Series = []Series{
		{green, rollups(time.Minute, 240, func(m float64) float64 { return 88 + 6*math.Sin(m/30) + r.Float64()*3 + m/20 }, noise(4), hole), 0, 160, false},
		{cyan, rollups(time.Minute, 240, func(m float64) float64 {
			if m > 205 && m < 212 {
				return 84
			}
			return 96 + math.Sin(m/17)
		}, noise(0.7), hole), 60, 100, false},
		{red, rollups(time.Minute, 240, func(m float64) float64 { return 70 + 4*math.Sin(m/9) }, noise(3), hole), 0, 160, false},
		{yellow, rollups(time.Minute, 240, func(m float64) float64 { return 18 + 3*math.Sin(m/25) }, noise(1.5), hole), 0, 160, false},
	}
	b := Bars{Color: color.RGBA{0xd0, 0xd7, 0xde, 255}, Low: 0, High: 160}
	for m := 7; m < 240; m += 15 {
		s := 118 + 8*math.Sin(float64(m)/40)
		b.Readings = append(b.Readings, Reading{epoch.Add(time.Duration(m) * time.Minute), s, s * 0.55, s * 0.7})
	}
	t.Bars = []Bars{b}
	t.Events = []Event{
		{epoch.Add(45 * time.Minute), "Turned", dusk.Text},
		{epoch.Add(165 * time.Minute), "Paracetamol", dusk.Text},
		{epoch.Add(206 * time.Minute), "** SpO2", color.RGBA{255, 0xc4, 0, 255}},
		{epoch.Add(216 * time.Minute), "Suction", dusk.Text},
	}
	return t
}

func TestGoldenTrend(t *testing.T) {
	dst := filled(900, 240)
	tr := fourHours()
	tr.Cursor = epoch.Add(137 * time.Minute)
	tr.Draw(dst)
	golden(t, "trend", dst)
}

func plain(rows []mdib.Rollup, from, to time.Time) *Trend {
	return &Trend{From: from, To: to, Zone: time.UTC, Look: dusk, Series: []Series{{green, rows, 0, 100, false}}}
}

func flat(v float64) func(float64) float64 { return func(float64) float64 { return v } }

// One extreme second among a day of them is to be seen at its height.
func TestExtremesSurviveDecimation(t *testing.T) {
	for i, at := range []int{5, 43210, 43211, 86390, 30000} {
		rows := rollups(time.Second, 86400, flat(40), flat(1), nil)
		rows[at].Max = 90
		if i == 4 { // all alone
			rows = rows[at : at+1]
		}
		tr := plain(rows, epoch, epoch.Add(day))
		dst := filled(600, 200)
		tr.Draw(dst)
		plot := tr.Plot(dst.Rect)
		x := plot.Min.X + at*plot.Dx()/86400
		y := plot.Max.Y - 1 - (plot.Dy()-2)*89/100 // a pixel or two below the extreme
		seen := false
		for c := max(x-1, plot.Min.X); c <= min(x+1, plot.Max.X-1); c++ {
			seen = seen || dst.RGBAAt(c, y).G > ground.G+10
		}
		if !seen {
			t.Errorf("the extreme of second %d is not to be seen", at)
		}
	}
}

// The line is where the values are, and nowhere in a gap.
func TestTrendGaps(t *testing.T) {
	missing := func(rows []mdib.Rollup) []mdib.Rollup { return append(rows[:30:30], rows[40:]...) }
	empty := func(rows []mdib.Rollup) []mdib.Rollup {
		for i := 30; i < 40; i++ {
			rows[i] = mdib.Rollup{Start: rows[i].Start, Span: rows[i].Span}
		}
		return rows
	}
	undefined := func(rows []mdib.Rollup) []mdib.Rollup {
		for i := 30; i < 40; i++ {
			rows[i].Mean = math.NaN()
		}
		return rows
	}
	for name, spoil := range map[string]func([]mdib.Rollup) []mdib.Rollup{"missing": missing, "empty": empty, "undefined": undefined} {
		tr := plain(spoil(rollups(time.Minute, 60, flat(50), flat(2), nil)), epoch, epoch.Add(time.Hour))
		dst := filled(650, 200)
		tr.Draw(dst)
		plot := tr.Plot(dst.Rect)
		y := plot.Max.Y - 1 - (plot.Dy()-2)/2
		for x := plot.Min.X; x < plot.Max.X; x++ {
			minute := float64(x-plot.Min.X) / float64(plot.Dx()) * 60
			px := dst.RGBAAt(x, y)
			line := px.G > 150
			switch {
			case minute > 30.3 && minute < 39.7:
				if line {
					t.Fatalf("%s: a line at minute %.1f", name, minute)
				}
				if dst.RGBAAt(x, plot.Min.Y+40) == ground {
					t.Fatalf("%s: minute %.1f is not hatched", name, minute)
				}
			case minute < 29.8 || minute > 40.2:
				if !line {
					t.Fatalf("%s: no line at minute %.1f", name, minute)
				}
			}
		}
	}
}

// A monitor that reports each 1.024 s is not full of gaps.
func TestRhythmIsNoGap(t *testing.T) {
	rows := rollups(time.Second, 100, flat(50), flat(0), func(m float64) bool { s := math.Round(m * 60); return s == 42 || s == 85 })
	n := 0
	for range runs(rows) {
		n++
	}
	if n != 1 {
		t.Errorf("%d stretches, want one", n)
	}
	if c := Coverage(rows, epoch, epoch.Add(100*time.Second)); c != 1 {
		t.Errorf("coverage %v, want 1", c)
	}
}

func TestCoverage(t *testing.T) {
	hour := epoch.Add(time.Hour)
	rows := rollups(time.Minute, 60, flat(1), flat(0), func(m float64) bool { return m >= 20 && m < 35 })
	for _, c := range []struct {
		name     string
		rows     []mdib.Rollup
		from, to time.Time
		want     float64
	}{
		{"three quarters", rows, epoch, hour, 0.75},
		{"nothing", nil, epoch, hour, 0},
		{"no time", rows, epoch, epoch, 0},
		{"time turned round", rows, hour, epoch, 0},
		{"before the first", rows, epoch.Add(-time.Hour), hour, 0.375},
		{"within a row", rows, epoch.Add(10 * time.Second), epoch.Add(20 * time.Second), 1},
		{"half in the gap", rows, epoch.Add(15 * time.Minute), epoch.Add(25 * time.Minute), 0.5},
		{"rows that overlap count once", append(append([]mdib.Rollup{}, rows[:10]...), rows[5:10]...), epoch, hour, 1. / 6},
	} {
		if got := Coverage(c.rows, c.from, c.to); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestAt(t *testing.T) {
	rows := rollups(time.Minute, 60, func(m float64) float64 { return m }, flat(0), func(m float64) bool { return m >= 20 && m < 35 })
	for _, c := range []struct {
		minute float64
		want   float64
		ok     bool
	}{{0, 0, true}, {7.5, 7, true}, {19.99, 19, true}, {20.5, 0, false}, {30, 0, false}, {35, 35, true}, {59.9, 59, true}, {61, 0, false}, {-1, 0, false}} {
		r, ok := At(rows, epoch.Add(time.Duration(c.minute*float64(time.Minute))))
		if ok != c.ok || ok && r.Mean != c.want {
			t.Errorf("minute %v: %v %v, want %v %v", c.minute, r.Mean, ok, c.want, c.ok)
		}
	}
}

// A trend that starts and ends within rows draws what is in between only.
func TestTrendStaysInItsPlot(t *testing.T) {
	tr := plain(rollups(time.Minute, 600, func(m float64) float64 { return 50 + 300*math.Sin(m) }, flat(90), nil), epoch.Add(95*time.Second), epoch.Add(3*time.Hour))
	with, without := filled(400, 150), filled(400, 150)
	tr.Draw(with)
	bare := *tr
	bare.Series = []Series{{green, nil, 0, 100, false}}
	bare.Draw(without)
	if d := changed(with, without); !d.In(tr.Plot(with.Rect)) {
		t.Errorf("curves reach to %v, the plot is %v", d, tr.Plot(with.Rect))
	}
	if d := changed(with, without); d.Dx() < tr.Plot(with.Rect).Dx()-1 {
		t.Errorf("curves fill only %v of %v", d, tr.Plot(with.Rect))
	}
}

func TestBars(t *testing.T) {
	tr := &Trend{From: epoch, To: epoch.Add(time.Hour), Zone: time.UTC, Look: dusk, Bars: []Bars{{Color: pale, Low: 0, High: 200, Readings: []Reading{
		{epoch.Add(30 * time.Minute), 150, 50, 90},
		{epoch.Add(45 * time.Minute), math.NaN(), math.NaN(), 100},
	}}}}
	dst := filled(600, 220)
	tr.Draw(dst)
	plot := tr.Plot(dst.Rect)
	bright := func(minute, value float64) bool {
		x := plot.Min.X + int(minute/60*float64(plot.Dx()))
		y := plot.Max.Y - 1 - int(value/200*float64(plot.Dy()-2))
		return dst.RGBAAt(x, y).R > 90
	}
	for _, c := range []struct {
		minute, value float64
		want          bool
	}{{30, 160, false}, {30, 149, true}, {30, 120, true}, {30, 52, true}, {30, 40, false}, {45, 100, true}, {45, 110, false}, {45, 90, false}} {
		if bright(c.minute, c.value) != c.want {
			t.Errorf("minute %v, %v mmHg: ink %v, want %v", c.minute, c.value, !c.want, c.want)
		}
	}
}

// Merging rows keeps what they say: the count, the mean, the extremes.
func TestMerge(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	rows := rollups(time.Second, 5000, func(float64) float64 { return 50 + 10*r.NormFloat64() }, func(float64) float64 { return 5 * r.Float64() },
		func(m float64) bool { return m > 20 && m < 25 })
	for i := range rows {
		rows[i].Count = min(rows[i].Count, 1+r.IntN(60))
	}
	whole := func(rows []mdib.Rollup) (m mdib.Rollup) {
		m.Min, m.Max = math.Inf(1), math.Inf(-1)
		sum := 0.0
		for _, r := range rows {
			if r.Count > 0 {
				m.Count += r.Count
				sum += r.Mean * float64(r.Count)
				m.Min, m.Max = min(m.Min, r.Min), max(m.Max, r.Max)
			}
		}
		m.Mean = sum / float64(m.Count)
		return m
	}
	var merged []mdib.Rollup
	for r := range runs(rows) {
		for m := range merge(r, 37*time.Second) {
			merged = append(merged, m)
		}
	}
	if n := len(merged); n < 5000/37-10 || n > 5000/37+5 {
		t.Errorf("5000 rows became %d", n)
	}
	a, b := whole(rows), whole(merged)
	if a.Count != b.Count || a.Min != b.Min || a.Max != b.Max || math.Abs(a.Mean-b.Mean) > 1e-9 {
		t.Errorf("rows say %+v, merged %+v", a, b)
	}
	for i, m := range merged {
		if m.Span > 38*time.Second || i > 0 && m.Start.Before(merged[i-1].Start.Add(merged[i-1].Span)) {
			t.Errorf("row %d overlaps or is too long: %v, %v", i, m.Start, m.Span)
		}
		if s := m.Start.Sub(epoch).Minutes(); s > 20.1 && s < 24.9 || s <= 20 && m.Start.Add(m.Span).Sub(epoch).Minutes() > 20.1 {
			t.Errorf("row %d lies in the gap", i)
		}
	}
	n := 0
	for r := range runs(rows) {
		for m := range merge(r, 0) {
			if m.Span != time.Second {
				t.Fatalf("rows of a second were merged into %v", m.Span)
			}
			n++
		}
	}
	if want := 5000 - 299; n != want {
		t.Errorf("%d rows, want %d", n, want)
	}
}

func TestEpisodicSeries(t *testing.T) {
	rows := rollups(time.Minute, 60, flat(50), flat(0), func(m float64) bool { return math.Mod(m, 20) != 10 })
	tr := plain(rows, epoch, epoch.Add(time.Hour))
	tr.Series[0].Episodic = true
	dst := filled(650, 200)
	tr.Draw(dst)
	plot := tr.Plot(dst.Rect)
	y := plot.Max.Y - 1 - (plot.Dy()-2)/2
	var at []int
	for x := plot.Min.X; x < plot.Max.X; x++ {
		if dst.RGBAAt(x, y).G > 150 {
			at = append(at, (x-plot.Min.X)*60/plot.Dx())
		}
	}
	if got := slices.Compact(at); !slices.Equal(got, []int{10, 30, 50}) {
		t.Errorf("dots at minutes %v, want 10, 30, 50", got)
	}
	if dst.RGBAAt(plot.Min.X+plot.Dx()/4, plot.Min.Y+30) != ground {
		t.Error("the time between is hatched")
	}
}

func FuzzTrend(f *testing.F) {
	f.Add(int64(0), int64(3600e9), int64(60e9), 50.0, 40.0, 60.0, 5, 0.0, 100.0, 200, 100, 1.0)
	f.Add(int64(math.MinInt64), int64(math.MaxInt64), int64(-1), math.NaN(), math.Inf(1), math.Inf(-1), -1, 0.0, 0.0, 0, 0, 0.0)
	f.Add(int64(5), int64(1), int64(0), 1e300, -1e300, 1e300, 1, 1e300, -1e300, 3, 3, 9.0)
	f.Add(int64(0), int64(1), int64(math.MaxInt64), 1.0, 1.0, 1.0, 1, 0.0, 1e-300, 90, 30, 90.0)
	// A scale next to nothing once asked for as many ticks as memory holds.
	f.Add(int64(38), int64(83), int64(math.MaxInt64-22), -136.0, 550.0, 79.2, 88, -64.2, 182.0, 51, 20, 12.000000000000028)
	f.Fuzz(func(t *testing.T, from, span, step int64, mean, low, high float64, count int, bottom, top float64, w, h int, scale float64) {
		tr := &Trend{From: epoch, To: epoch.Add(time.Duration(span)), Zone: time.UTC, Cursor: epoch.Add(time.Duration(span / 2)), Look: dusk}
		tr.Look.Scale = math.Mod(scale, 4)
		s := Series{Color: green, Low: bottom, High: top}
		for i := range int64(6) {
			at := epoch.Add(time.Duration(from + i*step))
			s.Rows = append(s.Rows, mdib.Rollup{Start: at, Span: time.Duration(step), Mean: mean, Min: low, Max: high, Count: count})
			tr.Events = append(tr.Events, Event{at, "word", red})
			tr.Bars = append(tr.Bars, Bars{red, []Reading{{at, high, low, mean}}, bottom, top})
		}
		tr.Series = []Series{s, s}
		dst := filled(max(0, w%400), max(0, h%300))
		tr.Draw(dst)
		At(s.Rows, tr.Cursor)
		if c := Coverage(s.Rows, tr.From, tr.To); !(c >= 0 && c <= 1) {
			t.Errorf("coverage %v", c)
		}
	})
}

func BenchmarkTrend(b *testing.B) {
	tr := fourHours()
	dst := filled(1300, 240)
	b.Run("4 h by the minute, 4 series", func(b *testing.B) {
		for b.Loop() {
			tr.Draw(dst)
		}
	})
	rows := rollups(time.Second, 86400, flat(50), flat(3), nil)
	long := plain(rows, epoch, epoch.Add(day))
	b.Run("24 h by the second, 1 series", func(b *testing.B) {
		for b.Loop() {
			long.Draw(dst)
		}
	})
}
