package charts

import (
	"bytes"
	"image"
	"image/color"
	"math"
	"slices"
	"time"

	"lamplight/mdib"
)

// epoch of all tests; it bears no monotonic reading, so pictures repeat exactly.
var epoch = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

var (
	ground = color.RGBA{0x10, 0x16, 0x1d, 255}
	green  = color.RGBA{0x3d, 0xdc, 0x84, 255}
	cyan   = color.RGBA{0x4c, 0xc9, 0xf0, 255}
	red    = color.RGBA{0xff, 0x7b, 0x72, 255}
	yellow = color.RGBA{0xf2, 0xcc, 0x60, 255}
	pale   = color.RGBA{0xe6, 0xe1, 0xd6, 255}
)

// tape is a wave in memory: arrays by rising time.
type tape struct{ arrays []mdib.SampleArray }

func (t *tape) Samples(from, to time.Time, buf []mdib.SampleArray) []mdib.SampleArray {
	for _, a := range t.arrays {
		if !a.Time.After(to) && a.Time.Add(8*time.Second).After(from) {
			buf = append(buf, a)
		}
	}
	return buf
}

// record samples f, in seconds, from second a to second b in arrays of a block each.
func record(period, block time.Duration, a, b float64, f func(t float64) float64) *tape {
	t := &tape{}
	n := int(block / period)
	first := int(a * float64(time.Second) / float64(period))
	for i := first; float64(i)*period.Seconds() < b; i += n {
		arr := mdib.SampleArray{Time: epoch.Add(time.Duration(i) * period)}
		for k := range n {
			arr.Samples = append(arr.Samples, int32(math.Round(f(float64(i+k)*period.Seconds()))))
		}
		t.arrays = append(t.arrays, arr)
	}
	return t
}

// The waves are synthetic: bells placed where a textbook puts the waves of a
// beat, at 75/min. ECG in µV.
func bells(t, every float64, at ...[3]float64) float64 {
	p := t - every*math.Floor(t/every)
	v := 0.0
	for _, b := range at {
		for _, q := range []float64{p - every, p, p + every} {
			v += b[0] * math.Exp(-(q-b[1])*(q-b[1])/(2*b[2]*b[2]))
		}
	}
	return v
}

func ecg(t float64) float64 {
	return bells(t, 0.8, [3]float64{120, 0.10, 0.022}, [3]float64{-100, 0.228, 0.008}, [3]float64{1200, 0.25, 0.010},
		[3]float64{-220, 0.274, 0.009}, [3]float64{260, 0.46, 0.042})
}

func pleth(t float64) float64 {
	return 1200 + bells(t, 0.8, [3]float64{1500, 0.30, 0.09}, [3]float64{700, 0.52, 0.11})
}

func abp(t float64) float64 { // mmHg times ten
	return 700 + bells(t, 0.8, [3]float64{480, 0.26, 0.07}, [3]float64{180, 0.48, 0.12})
}

func resp(t float64) float64 { return 2000 + 600*math.Sin(2*math.Pi*t/4) }

func co2(t float64) float64 { // mmHg times ten
	p := math.Mod(t, 4)
	return 380 / (1 + math.Exp(-(p-1.2)*12)) / (1 + math.Exp((p-2.9)*16))
}

func metric(class mdib.SignalClass, ucum string, c mdib.Calibration) mdib.Metric {
	return mdib.Metric{Class: class, Calibration: c, Unit: mdib.Unit{UCUM: ucum, Text: map[string]string{"mm[Hg]": "mmHg"}[ucum]}}
}

var (
	ecgMetric   = metric(mdib.ClassECG, "mV", mdib.Calibration{RawLow: -5000, RawHigh: 5000, Low: -5, High: 5})
	abpMetric   = metric(mdib.ClassABP, "mm[Hg]", mdib.Calibration{RawLow: 0, RawHigh: 3200, Low: 0, High: 320})
	co2Metric   = metric(mdib.ClassCO2, "mm[Hg]", mdib.Calibration{RawLow: 0, RawHigh: 1500, Low: 0, High: 150})
	plethMetric = metric(mdib.ClassSpO2, "", mdib.Calibration{RawLow: 0, RawHigh: 4095, Relative: true})
)

// canvas is an image full of a colour that nothing else has.
func canvas(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := 0; i < len(m.Pix); i += 4 {
		copy(m.Pix[i:], []byte{77, 0, 77, 255})
	}
	return m
}

func clone(m *image.RGBA) *image.RGBA {
	c := *m
	c.Pix = slices.Clone(m.Pix)
	return &c
}

// changed gives the smallest rectangle that holds all differences.
func changed(a, b *image.RGBA) image.Rectangle {
	var r image.Rectangle
	for y := a.Rect.Min.Y; y < a.Rect.Max.Y; y++ {
		i := a.PixOffset(a.Rect.Min.X, y)
		if bytes.Equal(a.Pix[i:i+4*a.Rect.Dx()], b.Pix[i:i+4*a.Rect.Dx()]) {
			continue
		}
		for x := a.Rect.Min.X; x < a.Rect.Max.X; x++ {
			if a.RGBAAt(x, y) != b.RGBAAt(x, y) {
				r = r.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return r
}

// sameOutside tells whether two images differ within r at the most.
func sameOutside(a, b *image.RGBA, r image.Rectangle) bool {
	for y := a.Rect.Min.Y; y < a.Rect.Max.Y; y++ {
		i, j := a.PixOffset(a.Rect.Min.X, y), a.PixOffset(a.Rect.Max.X, y)
		left, right := j, j
		if y >= r.Min.Y && y < r.Max.Y {
			left, right = a.PixOffset(r.Min.X, y), a.PixOffset(r.Max.X, y)
		}
		if !bytes.Equal(a.Pix[i:left], b.Pix[i:left]) || !bytes.Equal(a.Pix[right:j], b.Pix[right:j]) {
			return false
		}
	}
	return true
}
