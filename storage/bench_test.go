package storage

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"
)

// BenchmarkWardSecond writes one second of a ward of monitors with four waves
// (562 samples) and ten numerics each, as the writer does it once a second.
func BenchmarkWardSecond(b *testing.B) {
	for _, beds := range []int{8, 64, 256} {
		b.Run(fmt.Sprint(beds, "beds"), func(b *testing.B) {
			r := newRig(b, Options{Queue: 1 << 30})
			for i := range beds {
				r.keep(hello(i))
			}
			var payload int64
			for n := 0; b.Loop(); n++ {
				b.StopTimer()
				for i := range beds {
					r.Record(second(i, start.Add(time.Duration(n)*time.Second)))
				}
				r.now = start.Add(time.Duration(n+1) * time.Second)
				b.StartTimer()
				if err := r.Flush(context.Background()); err != nil {
					b.Fatal(err)
				}
			}
			b.StopTimer()
			s := must(r.Stats(context.Background()))
			r.write.QueryRow("SELECT (SELECT coalesce(sum(length(body)), 0) FROM waves)").Scan(&payload)
			b.ReportMetric(float64(payload)*8/float64(s.Samples), "bits/sample")
			r.Close()
			info := must(os.Stat(r.path))
			b.ReportMetric(float64(info.Size())/float64(b.N), "file-B/op")
		})
	}
}

func benchWave(n int) []int32 {
	rnd := rand.New(rand.NewPCG(1, 2))
	w := make([]int32, n)
	v := 0.0
	for i := range w {
		v += rnd.NormFloat64() * 3
		w[i] = int32(v)
	}
	return w
}

func BenchmarkEncode(b *testing.B) {
	w := benchWave(1000)
	var buf []byte
	b.SetBytes(int64(2 * len(w)))
	for b.Loop() {
		buf = appendSamples(buf[:0], w)
	}
	b.ReportMetric(float64(len(buf))*8/float64(len(w)), "bits/sample")
}

func BenchmarkDecode(b *testing.B) {
	w := benchWave(1000)
	buf := appendSamples(nil, w)
	b.SetBytes(int64(2 * len(w)))
	for b.Loop() {
		r := reader{b: buf}
		if len(r.samples()) != len(w) {
			b.Fatal(r.err)
		}
	}
}
