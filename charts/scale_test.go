package charts

import (
	"image"
	"math"
	"testing"
	"time"

	"lamplight/mdib"
)

func TestScaleOf(t *testing.T) {
	full := mdib.Calibration{RawLow: 0, RawHigh: 4000, Low: -100, High: 300} // 10 raw steps to one
	// unit by unit: the first range, in raw steps, and its label.
	for _, c := range []struct {
		name      string
		m         mdib.Metric
		low, high float64
		label     string
		ranges    int
		slide     bool
		dpi       float64
	}{
		{"ABP in mmHg", metric(mdib.ClassABP, "mm[Hg]", full), 1000, 2600, "0–160 mmHg", 3, false, 96},
		{"ABP in kPa", metric(mdib.ClassABP, "kPa", full), 1000, 1200, "0–20", 3, false, 96},
		{"ABP in a tile", metric(mdib.ClassABP, "mm[Hg]", full), 1000, 1640, "auto", 6, true, 0},
		{"CO2 in a tile", metric(mdib.ClassCO2, "mm[Hg]", full), 1000, 1600, "0–60 mmHg", 3, false, 0},
		{"CO2 in mmHg", metric(mdib.ClassCO2, "mm[Hg]", full), 1000, 1600, "0–60 mmHg", 3, false, 96},
		{"CO2 in %", metric(mdib.ClassCO2, "%", full), 1000, 1080, "0–8", 3, false, 96},
		{"CVP", metric(mdib.ClassCVP, "mm[Hg]", full), 1000, 1200, "0–20 mmHg", 3, false, 96},
		{"EEG", metric(mdib.ClassEEG, "uV", full), 500, 1500, "±50", 4, false, 96},
		{"pleth", metric(mdib.ClassSpO2, "", mdib.Calibration{RawLow: 0, RawHigh: 4000, Relative: true}), 0, 400, "auto", 8, true, 96},
		{"ABP without a scale", metric(mdib.ClassABP, "mm[Hg]", mdib.Calibration{RawLow: 0, RawHigh: 4000, Relative: true}), 0, 400, "auto", 8, true, 96},
		{"ABP with a scale of no height", metric(mdib.ClassABP, "mm[Hg]", mdib.Calibration{RawLow: 0, RawHigh: 4000, Low: 5, High: 5}), 0, 400, "auto", 8, true, 96},
		{"ABP calibrated with NaN", metric(mdib.ClassABP, "mm[Hg]", mdib.Calibration{RawLow: 0, RawHigh: 4000, Low: math.NaN(), High: 5}), 0, 400, "auto", 8, true, 96},
		{"nothing known", metric(mdib.ClassOther, "", mdib.Calibration{}), 0, 64, "auto", 53, true, 96},
		{"display range of the device", metric(mdib.ClassVent, "", mdib.Calibration{RawLow: 0, RawHigh: 4000, Low: 0, High: 1, ShowLow: 300, ShowHigh: 900}), 300, 900, "auto", 2, false, 96},
		{"ECG in a tile", metric(mdib.ClassECG, "mV", mdib.Calibration{RawLow: -5000, RawHigh: 5000, Low: -5, High: 5}), -1600.0 / 3, 3200.0 / 3, "auto", 7, true, 0},
		{"ECG in µV", metric(mdib.ClassECG, "uV", mdib.Calibration{RawLow: -5000, RawHigh: 5000, Low: -5000, High: 5000}), -1600.0 / 3, 3200.0 / 3, "auto", 7, true, 0},
	} {
		s := ScaleOf(c.m, 60, c.dpi)
		r := s.Ranges[0]
		if math.Abs(r.Low-c.low) > 0.01 || math.Abs(r.High-c.high) > 0.01 || r.Label != c.label || len(s.Ranges) != c.ranges || s.Slide != c.slide {
			t.Errorf("%s: %v…%v %q, %d ranges, slides %v; want %v…%v %q, %d, %v",
				c.name, r.Low, r.High, r.Label, len(s.Ranges), s.Slide, c.low, c.high, c.label, c.ranges, c.slide)
		}
	}
}

// At ×1 a millivolt is ten millimetres of the screen.
func TestECGIsTrueToPaper(t *testing.T) {
	const height, dpi = 120, 110.0
	tp := record(4*ms, 256*ms, 0, 5, func(s float64) float64 {
		if math.Mod(s, 0.4) < 0.2 {
			return 1000
		}
		return 0
	})
	in := Input{Background: ground, Speed: PixelsPerSecond(25, dpi), Epoch: epoch,
		Waves: []Wave{{image.Rect(0, 0, 300, height), green, 4 * ms, ScaleOf(ecgMetric, height, dpi), tp}}}
	dst := canvas(300, height)
	var s Sweep
	s.Draw(dst, in, at(3))
	if r, _ := s.Range(0); r.Label != "×1 · 10 mm/mV" {
		t.Fatalf("scale is %q", r.Label)
	}
	var box image.Rectangle
	for y := range height {
		for x := 20; x < 250; x++ {
			if dst.RGBAAt(x, y).G > 200 {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	if want := 10 * dpi / 25.4; math.Abs(float64(box.Dy()-1)-want) > 1.5 {
		t.Errorf("a millivolt is %d px high, want %.1f", box.Dy()-1, want)
	}
}

func TestRangeFollowsTheSignalCalmly(t *testing.T) {
	abp := ScaleOf(abpMetric, 60, 96) // raw: mmHg times ten
	for _, c := range []struct {
		name    string
		current int
		lo, hi  float64
		held    bool
		want    int
	}{
		{"fits", 0, 600, 1200, true, 0},
		{"too high goes up at once", 0, 600, 1700, true, 1},
		{"much too high", 0, 600, 2500, true, 2},
		{"beyond all stays at the largest", 2, 600, 9000, true, 2},
		{"just fits the smaller: stays", 1, 600, 1500, true, 1},
		{"fits the smaller with a fifth to spare", 1, 600, 1270, true, 0},
		{"first look takes the smallest that fits", 0, 600, 1590, false, 0},
	} {
		if got := abp.choose(abp.Ranges[c.current], c.lo, c.hi, c.held); got != abp.Ranges[c.want] {
			t.Errorf("%s: %q, want %q", c.name, got.Label, abp.Ranges[c.want].Label)
		}
	}
}

func TestSlidingRange(t *testing.T) {
	sc := sliding(0, 400, 4000, 0)
	r := sc.choose(sc.Ranges[0], 1990, 2010, false)
	if r.height() != 400 || r.Low > 1990 || r.High < 2010 {
		t.Errorf("a flat line with little noise is shown from %v to %v; a tenth of the scale is 400", r.Low, r.High)
	}
	if again := sc.choose(r, 1985, 2020, true); again != r {
		t.Errorf("moved to %v without need", again)
	}
	if r = sc.choose(r, 1000, 3000, true); r.Low > 1000 || r.High < 3000 || r.height() > 3200 {
		t.Errorf("a signal from 1000 to 3000 is shown from %v to %v", r.Low, r.High)
	}
	down := sliding(4000, -400, -4000, 0)
	if r = down.choose(down.Ranges[0], 1000, 1200, false); !(r.Low > r.High) || r.High > 1000 || r.Low < 1200 {
		t.Errorf("an inverted scale shows %v…%v for a signal from 1000 to 1200", r.Low, r.High)
	}
}

// A signal that outgrows its strip gets a larger scale within a second, the
// whole strip at once; when it has been small for ten seconds it gets its
// size back.
func TestWholeStripHasOneScale(t *testing.T) {
	tp := record(8*ms, 256*ms, 0, 60, func(s float64) float64 {
		high := 1200.0
		if s > 10 && s < 20 {
			high = 2000
		}
		return 600 + (high-600)*(0.5+0.5*math.Sin(8*s))
	})
	in := Input{Background: ground, Speed: 50, Erase: 10, Epoch: epoch,
		Waves: []Wave{{image.Rect(0, 0, 200, 60), red, 8 * ms, ScaleOf(abpMetric, 60, 96), tp}}}
	dst := canvas(200, 60)
	var s Sweep
	labels := map[float64]string{}
	for f := 0; f < 40*30; f++ {
		now := float64(f) / 30
		s.Draw(dst, in, at(now))
		r, _ := s.Range(0)
		labels[now] = r.Label
		if f%50 != 0 {
			continue
		}
		fix := in
		fix.Waves = []Wave{in.Waves[0]}
		fix.Waves[0].Scale = Scale{Ranges: []Range{r}}
		whole := canvas(200, 60)
		new(Sweep).Draw(whole, fix, at(now))
		if d := changed(whole, dst); !d.Empty() {
			t.Fatalf("at %.2f s the strip is not all in %q: %v", now, r.Label, d)
		}
	}
	for second, want := range map[float64]string{9: "0–160 mmHg", 12: "0–240 mmHg", 28: "0–240 mmHg", 32: "0–160 mmHg"} {
		if labels[second] != want {
			t.Errorf("at %v s the scale is %q, want %q", second, labels[second], want)
		}
	}
}

// The first look already knows the last ten seconds, also where the strip is
// too narrow to show them.
func TestFirstLookIsLong(t *testing.T) {
	tp := record(8*ms, 256*ms, 0, 20, func(s float64) float64 {
		if s > 3 && s < 4 {
			return 2000
		}
		return 900
	})
	in := Input{Background: ground, Speed: 50, Epoch: epoch,
		Waves: []Wave{{image.Rect(0, 0, 50, 60), red, 8 * ms, ScaleOf(abpMetric, 60, 96), tp}}}
	var s Sweep
	s.Draw(canvas(50, 60), in, at(11))
	if r, _ := s.Range(0); r.Label != "0–240 mmHg" {
		t.Errorf("seven seconds after 200 mmHg the scale is %q", r.Label)
	}
}

// Without a usable scale there is no line, rather than a flat one.
func TestNoScaleNoLine(t *testing.T) {
	for _, sc := range []Scale{{}, only(5, 5), only(math.NaN(), 1), only(0, math.Inf(1))} {
		in, dst := line(100, record(4*ms, 256*ms, 0, 5, ecg), 4*ms)
		in.Waves[0].Scale = sc
		new(Sweep).Draw(dst, in, at(2))
		if n := inkIn(dst, dst.Rect); n != 0 {
			t.Errorf("%v: %d pixels of ink", sc, n)
		}
	}
}

func TestRangeOfNoStrip(t *testing.T) {
	var s Sweep
	s.Draw(canvas(5, 5), Input{}, time.Time{})
	if _, ok := s.Range(0); ok {
		t.Error("an empty sweep has a range")
	}
	if _, ok := s.Range(-1); ok {
		t.Error("strip -1 has a range")
	}
}

func FuzzScaleOf(f *testing.F) {
	f.Add("abp", "mm[Hg]", int32(0), int32(4000), 0.0, 400.0, int32(0), int32(0), 60, 96.0)
	f.Add("ecg", "mV", int32(0), int32(4000), 0.0, 1e-300, int32(5), int32(3), 0, 0.0)
	f.Add("ecg", "V", int32(math.MinInt32), int32(math.MaxInt32), -1e300, 1e300, int32(0), int32(0), -5, math.NaN())
	f.Fuzz(func(t *testing.T, class, unit string, rawLow, rawHigh int32, low, high float64, showLow, showHigh int32, height int, dpi float64) {
		m := metric(mdib.SignalClass(class), unit, mdib.Calibration{
			RawLow: rawLow, RawHigh: rawHigh, Low: low, High: high, ShowLow: showLow, ShowHigh: showHigh})
		if n := len(ScaleOf(m, height, dpi).Ranges); n == 0 || n > 5000 {
			t.Errorf("%d ranges", n)
		}
	})
}
