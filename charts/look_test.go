package charts

import (
	"image"
	"image/draw"
	"image/png"
	"os"
	"testing"
	"time"
)

func TestLook(t *testing.T) {
	dst := image.NewRGBA(image.Rect(0, 0, 700, 560))
	draw.Draw(dst, dst.Rect, image.NewUniform(ground), image.Point{}, draw.Src)
	y := 4
	in := Input{Background: ground, Speed: PixelsPerSecond(25, 96), Erase: DefaultErase, Epoch: epoch}
	add := func(h int, w Wave, tp *tape) {
		w.Rect = image.Rect(8, y, 692, y+h)
		w.Source = tp
		y += h + 8
		in.Waves = append(in.Waves, w)
	}
	ms := time.Millisecond
	add(100, Wave{Color: green, Period: 4 * ms, Scale: ScaleOf(ecgMetric, 100, 96)}, record(4*ms, 256*ms, 0, 30, ecg))
	add(40, Wave{Color: green, Period: 4 * ms, Scale: ScaleOf(ecgMetric, 40, 96)}, record(4*ms, 256*ms, 0, 30, ecg))
	add(60, Wave{Color: green, Period: 2 * ms, Scale: ScaleOf(ecgMetric, 60, 96)}, record(2*ms, 256*ms, 0, 30, ecg))
	add(70, Wave{Color: cyan, Period: 8 * ms, Scale: ScaleOf(plethMetric, 70, 96)}, record(8*ms, 256*ms, 0, 30, pleth))
	add(80, Wave{Color: red, Period: 8 * ms, Scale: ScaleOf(abpMetric, 100, 96)}, record(8*ms, 256*ms, 0, 30, abp))
	add(60, Wave{Color: yellow, Period: 16 * ms, Scale: ScaleOf(plethMetric, 100, 96)}, record(16*ms, 256*ms, 0, 30, resp))
	add(60, Wave{Color: pale, Period: 16 * ms, Scale: ScaleOf(co2Metric, 100, 96)}, record(16*ms, 256*ms, 0, 30, co2))
	var s Sweep
	for f := 0; f < 30*12; f++ {
		s.Draw(dst, in, epoch.Add(time.Duration(f)*time.Second/30))
	}
	f, _ := os.Create("/tmp/look.png")
	png.Encode(f, dst)
	f.Close()
	// magnified
	big := image.NewRGBA(image.Rect(0, 0, 1000, 800))
	for y := range 800 {
		for x := range 1000 {
			big.Set(x, y, dst.At(8+x/8, 4+y/8))
		}
	}
	f, _ = os.Create("/tmp/big.png")
	png.Encode(f, big)
	f.Close()
	for i := range in.Waves {
		t.Log(s.Range(i))
	}
}
