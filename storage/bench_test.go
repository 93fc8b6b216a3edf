package storage

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
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
			before := written()
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
			r.write.QueryRow("SELECT sum(length(body)) FROM waves").Scan(&payload)
			b.ReportMetric(float64(payload)*8/float64(s.Samples), "bits/sample")
			r.write.QueryRow("SELECT sum(length(body)) + (SELECT sum(length(body)) FROM numerics) FROM waves").Scan(&payload)
			r.Close()
			info := must(os.Stat(r.path))
			b.ReportMetric(float64(info.Size())/float64(payload), "file-B/payload-B")
			if wrote := written() - before; before > 0 {
				b.ReportMetric(float64(wrote)/float64(payload), "written-B/payload-B")
			}
		})
	}
}

// written is what this process has had written to disks, in bytes; 0 where the
// system does not tell.
func written() int64 {
	text, _ := os.ReadFile("/proc/self/io")
	var n int64
	if _, after, ok := strings.Cut(string(text), "write_bytes: "); ok {
		fmt.Sscan(after, &n)
	}
	return n
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

// day records a day of so many beds' numerics, ten each, a value a second. The
// disk is spared: what is measured is reading.
func day(b *testing.B, beds int) *rig {
	r := newRig(b, Options{Queue: 1 << 30})
	if _, err := r.write.Exec("PRAGMA synchronous = OFF"); err != nil {
		b.Fatal(err)
	}
	r.register("fhir", Policy{NumericsEvery: time.Minute})
	for i := range beds {
		r.keep(hello(i))
	}
	for n := range 24 * 3600 {
		r.now = start.Add(time.Duration(n) * time.Second)
		for i := range beds {
			r.Record(values(i, r.now))
		}
		if err := r.Flush(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
	return r
}

// BenchmarkDay reads a day of eight beds: the trend of ten metrics in 720
// steps, every value of one, and how much waits for a target.
func BenchmarkDay(b *testing.B) {
	r := day(b, 8)
	end := start.Add(24 * time.Hour)
	b.Run("trend10", func(b *testing.B) {
		for b.Loop() {
			for i := range 10 {
				if got := must(r.Rollups(ctx, encID(3), numericRef(i), start, end, 2*time.Minute)); got[300].Count != 120 {
					b.Fatal(got[300])
				}
			}
		}
	})
	b.Run("values", func(b *testing.B) {
		for b.Loop() {
			if got := must(r.Numerics(ctx, encID(3), "n4", start, end)); len(got) != 86400 {
				b.Fatal(len(got))
			}
		}
	})
	b.Run("minute", func(b *testing.B) {
		for b.Loop() {
			if got := must(r.Numerics(ctx, encID(3), "n4", end.Add(-6*time.Hour), end.Add(-6*time.Hour+time.Minute))); len(got) != 60 {
				b.Fatal(len(got))
			}
		}
	})
	b.Run("pending", func(b *testing.B) {
		for b.Loop() {
			r.register("fhir", Policy{NumericsEvery: time.Minute})
			if n := pending(r, "fhir"); n != 8+8*10*1440 {
				b.Fatal(n)
			}
		}
	})
}

// BenchmarkPage reads 30 seconds of four waves of one bed of a ward.
func BenchmarkPage(b *testing.B) {
	for _, beds := range []int{8, 64} {
		b.Run(fmt.Sprint(beds, "beds"), func(b *testing.B) {
			r := newRig(b, Options{Queue: 1 << 30})
			for i := range beds {
				r.keep(hello(i))
			}
			for n := range 120 {
				for i := range beds {
					r.Record(second(i, start.Add(time.Duration(n)*time.Second)))
				}
				r.Flush(ctx)
			}
			for b.Loop() {
				for _, ref := range waveRefs {
					if got := must(r.Samples(ctx, mdsID(beds-1), ref, start.Add(44*time.Second), start.Add(74*time.Second))); len(got) != 30 {
						b.Fatal(len(got))
					}
				}
			}
		})
	}
}

// BenchmarkTape reads a tape from its beginning in batches of a hundred.
func BenchmarkTape(b *testing.B) {
	r := newRig(b, Options{Queue: 1 << 30})
	for i := range 8 {
		r.keep(hello(i))
	}
	for n := range 300 {
		for i := range 8 {
			r.Record(values(i, start.Add(time.Duration(n)*time.Second)))
		}
		r.Flush(ctx)
	}
	r.register("fhir", Policy{})
	n := 0
	for b.Loop() {
		batch := must(r.Next(ctx, "fhir", 100))
		if len(batch.Records) == 0 {
			b.Fatal("ended")
		}
		n += len(batch.Records)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
}
