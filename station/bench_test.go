package station

import (
	"testing"

	"lamplight/mdib"

	"github.com/google/uuid"
)

// full makes a ward of n beds with all their values and a minute of waves.
func full(b *testing.B, n int) (*ward, []uuid.UUID) {
	ids := make([]uuid.UUID, n)
	w := newWard(b, func(c *Config) {
		c.Recorder, c.Beds = nil, nil
		for i := range ids {
			ids[i] = uuid.NewSHA1(devA, []byte{byte(i)})
			c.Beds = append(c.Beds, Bed{Label: string(rune('A' + i)), Devices: []DeviceConfig{{ids[i], "Monitor", "intellivue"}}})
		}
	})
	for i, id := range ids {
		w.connect(0, id, anna, mdib.ModeDemo)
		for s := range 60 {
			r := second(float64(s))
			r.MDS = id
			if i%8 == 0 {
				r.Numerics[0].Value = 150
			}
			w.s.take(r)
		}
	}
	return w, ids
}

func second(s float64) mdib.Report {
	r := mdib.Report{Received: at(s)}
	for _, ref := range []mdib.Ref{"hr", "spo2", "abps", "nbps", "rr", "temp", "x1", "x2", "x3", "x4", "x5", "x6"} {
		r.Numerics = append(r.Numerics, mdib.Numeric{Ref: ref, Time: at(s), Value: 80})
	}
	for i := range 4 {
		r.Samples = append(r.Samples, mdib.SampleArray{Ref: "ecg", Time: at(s + float64(i)/4), Samples: make([]int32, 128)})
		r.Samples = append(r.Samples, mdib.SampleArray{Ref: "pleth", Time: at(s + float64(i)/4), Samples: make([]int32, 32)})
	}
	return r
}

func BenchmarkView16Beds(b *testing.B) {
	w, _ := full(b, 16)
	b.ReportAllocs()
	for b.Loop() {
		w.s.View(at(60))
	}
}

func BenchmarkViewInto16Beds(b *testing.B) {
	w, _ := full(b, 16)
	var v View
	b.ReportAllocs()
	for b.Loop() {
		w.s.ViewInto(at(60), &v)
	}
}

func BenchmarkSamples(b *testing.B) {
	w, ids := full(b, 1)
	var buf []mdib.SampleArray
	b.ReportAllocs()
	for b.Loop() {
		buf = w.s.Samples(ids[0], "ecg", at(57), at(58), buf[:0])
	}
	if len(buf) == 0 {
		b.Fatal("no arrays")
	}
}

// BenchmarkTake16Beds is a second of 16 beds: one Report each with 12 numerics
// and 8 arrays.
func BenchmarkTake16Beds(b *testing.B) {
	w, ids := full(b, 16)
	s := 60.0
	b.ReportAllocs()
	for b.Loop() {
		for _, id := range ids {
			r := second(s)
			r.MDS = id
			w.s.take(r)
		}
		s++
	}
}
