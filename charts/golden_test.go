package charts

import (
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"lamplight/mdib"
)

var update = flag.Bool("update", false, "write the pictures in testdata anew; look at them before they are committed")

// golden compares with the picture of that name. Processors may round a
// position differently by 1/64 px, hence the small tolerance.
func golden(t *testing.T, name string, got *image.RGBA) {
	t.Helper()
	path := filepath.Join("testdata", name+".png")
	if *update {
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(f, got); err != nil {
			t.Fatal(err)
		}
		return
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatalf("%v: make it with go test ./charts -update", err)
	}
	defer f.Close()
	want, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if want.Bounds() != got.Rect {
		t.Fatalf("%s: size %v, want %v", path, got.Rect, want.Bounds())
	}
	worst, where := 0, image.Point{}
	for y := range got.Rect.Dy() {
		for x := range got.Rect.Dx() {
			a, b := got.RGBAAt(x, y), color.RGBAModel.Convert(want.At(x, y)).(color.RGBA)
			for _, d := range []int{int(a.R) - int(b.R), int(a.G) - int(b.G), int(a.B) - int(b.B)} {
				if d = max(d, -d); d > worst {
					worst, where = d, image.Pt(x, y)
				}
			}
		}
	}
	if worst > 8 {
		t.Errorf("%s: differs by %d at %v; if the new picture is right, go test ./charts -update", path, worst, where)
	}
}

func filled(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(m, m.Rect, image.NewUniform(ground), image.Point{}, draw.Src)
	return m
}

func TestGoldenSweep(t *testing.T) {
	dst := filled(420, 330)
	in := Input{Background: ground, Speed: PixelsPerSecond(25, 96), Erase: DefaultErase, Delay: DefaultDelay, Epoch: epoch}
	y := 6
	add := func(h int, c color.RGBA, period time.Duration, scale Scale, tp *tape) {
		in.Waves = append(in.Waves, Wave{image.Rect(6, y, 414, y+h), c, period, scale, tp})
		y += h + 8
	}
	paced := record(4*ms, 256*ms, 0, 12, ecg)
	for i := range paced.arrays {
		a := &paced.arrays[i]
		for k := range a.Samples {
			if (i*64+k)%200 == 50 {
				a.Marks = append(a.Marks, mdib.Mark{At: k, Kind: mdib.MarkPacer})
			}
		}
	}
	holed := record(8*ms, 256*ms, 0, 12, pleth)
	holed.arrays = append(holed.arrays[:20:20], holed.arrays[23:]...)
	add(80, green, 2*ms, ScaleOf(ecgMetric, 80, 96), record(2*ms, 256*ms, 0, 12, ecg))
	add(48, green, 4*ms, ScaleOf(ecgMetric, 48, 0), paced)
	add(48, cyan, 8*ms, ScaleOf(plethMetric, 48, 96), holed)
	add(60, red, 8*ms, ScaleOf(abpMetric, 60, 96), record(8*ms, 256*ms, 0, 12, abp))
	add(44, pale, 16*ms, ScaleOf(co2Metric, 44, 96), record(16*ms, 256*ms, 0, 12, co2))
	var s Sweep
	for f := range 30 * 9 {
		s.Draw(dst, in, at(float64(f)/30))
	}
	golden(t, "sweep", dst)
}

func TestGoldenFrozenWithGrid(t *testing.T) {
	dst := filled(400, 120)
	in := Input{Background: ground, Grid: color.RGBA{0x24, 0x2e, 0x3a, 255},
		Waves: []Wave{{image.Rect(0, 0, 400, 120), green, 2 * ms, ScaleOf(ecgMetric, 120, 96), record(2*ms, 256*ms, 0, 12, ecg)}}}
	new(Sweep).DrawWindow(dst, in, at(2), at(2+400/PixelsPerSecond(25, 96)))
	golden(t, "frozen", dst)
}
