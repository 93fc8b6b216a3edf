package charts

import (
	"fmt"
	"image"
	"image/color"
	"math/rand/v2"
	"testing"
	"time"

	"lamplight/mdib"
)

// ring is a source as fast as a station's: the arrays lie in order and the
// ones asked for are found by halving.
type ring struct{ tape }

func (r *ring) Samples(from, to time.Time, buf []mdib.SampleArray) []mdib.SampleArray {
	lo, hi := 0, len(r.arrays)
	for lo < hi {
		m := (lo + hi) / 2
		if r.arrays[m].Time.Add(256 * time.Millisecond).After(from) {
			hi = m
		} else {
			lo = m + 1
		}
	}
	for ; lo < len(r.arrays) && !r.arrays[lo].Time.After(to); lo++ {
		buf = append(buf, r.arrays[lo])
	}
	return buf
}

// ward lays out n strips of 400×60 in four columns, as many ECG 500/s and
// 250/s, pleth 125/s and respiration 62.5/s.
func ward(n int) (*image.RGBA, Input) {
	dst := image.NewRGBA(image.Rect(0, 0, 1600, 60*((n+3)/4)))
	in := Input{Background: ground, Speed: PixelsPerSecond(25, 96), Erase: DefaultErase, Epoch: epoch}
	ms := time.Millisecond
	const hour = 120.0
	kinds := []struct {
		period time.Duration
		scale  Scale
		colour color.RGBA
		source Source
	}{
		{2 * ms, ScaleOf(ecgMetric, 60, 0), green, &ring{*record(2*ms, 256*ms, 0, hour, ecg)}},
		{4 * ms, ScaleOf(ecgMetric, 60, 0), green, &ring{*record(4*ms, 256*ms, 0, hour, ecg)}},
		{8 * ms, ScaleOf(plethMetric, 60, 0), cyan, &ring{*record(8*ms, 256*ms, 0, hour, pleth)}},
		{16 * ms, ScaleOf(plethMetric, 60, 0), yellow, &ring{*record(16*ms, 256*ms, 0, hour, resp)}},
	}
	for i := range n {
		k := kinds[i%4]
		x, y := i%4*400, i/4*60
		in.Waves = append(in.Waves, Wave{image.Rect(x, y, x+400, y+60), k.colour, k.period, k.scale, k.source})
	}
	return dst, in
}

func BenchmarkSweep(b *testing.B) {
	for _, n := range []int{16, 64, 256} {
		dst, in := ward(n)
		for _, fps := range []int{30, 60} {
			b.Run(fmt.Sprintf("%d strips/new columns at %d Hz", n, fps), func(b *testing.B) {
				var s Sweep
				now := 10 * time.Second
				s.Draw(dst, in, epoch.Add(now))
				b.ReportAllocs()
				for b.Loop() {
					if now += time.Second / time.Duration(fps); now > 110*time.Second {
						now = 10 * time.Second
						b.StopTimer()
						s.Draw(dst, in, epoch.Add(now))
						b.StartTimer()
					}
					s.Draw(dst, in, epoch.Add(now))
				}
			})
		}
		b.Run(fmt.Sprintf("%d strips/all columns", n), func(b *testing.B) {
			var s Sweep
			b.ReportAllocs()
			for b.Loop() {
				s.spoil()
				s.Draw(dst, in, epoch.Add(10*time.Second+time.Duration(rand.IntN(1000))*time.Millisecond))
			}
		})
	}
}
