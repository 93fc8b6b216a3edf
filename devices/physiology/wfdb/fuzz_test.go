package wfdb

import (
	"testing"
	"testing/fstest"
)

// No header, and no data under it, may bring the reader down.
func FuzzOpen(f *testing.F) {
	f.Add("r 2 360 3 17:27:45 15/08/1994\nr.dat 212x4:1 200(5)/mV 11 1024 995 -22131 0 MLII\nr.dat 212 200 11 1024 1011 20052 0 V5\n", []byte("abcdefghijkl"))
	f.Add("r/3 1 100 4\ns 0\n~ 2\ns 2\n", []byte{1, 2, 3})
	f.Add("r 1 1/2(3)\nr.dat 516\n", []byte("fLaC\x00\x00\x00\x22"))
	f.Add("r 1\nr.dat 8+1 0\n#x", []byte{1, 2, 3})
	f.Add("r 1 250 0\n~ 0 1 1 0 0 0 0 II\n", []byte{})
	f.Fuzz(func(t *testing.T, head string, data []byte) {
		fsys := fstest.MapFS{
			"r.hea": {Data: []byte(head)},
			"r.dat": {Data: data},
			"s.hea": {Data: []byte("s 1 100 2\nr.dat 16 10 16 0 0 0 0 II\n")},
		}
		r, err := openFS(fsys, "r")
		if err != nil {
			return
		}
		dst := make([]float64, 4)
		for i := range r.Signals {
			for _, from := range []int64{-2, 0, r.Frames - 1, 1 << 50} {
				r.Signals[i].Physical(from, dst)
			}
			for _, run := range r.Signals[i].Runs {
				if end := run.At + int64(len(run.Samples)); run.At < 0 || end > r.Frames*int64(r.Signals[i].PerFrame) {
					t.Fatalf("a run from %d to %d in a record of %d frames", run.At, end, r.Frames)
				}
			}
		}
		r.Duration()
	})
}

// What 212 decodes to, it was encoded from.
func FuzzFormat212(f *testing.F) {
	f.Add([]byte{0xE3, 0x33, 0xF3})
	f.Add([]byte{0xE3, 0x33})
	f.Fuzz(func(t *testing.T, data []byte) {
		samples := make([]int32, formats[212].samples(len(data)))
		decode212(data, samples)
		for _, v := range samples {
			if v < -2048 || v > 2047 {
				t.Fatalf("%d does not fit 12 bits", v)
			}
		}
		back := encode(212, samples)
		for i, b := range back {
			if i == len(back)-1 && len(samples)%2 == 1 {
				if b != data[i]&0x0F {
					t.Fatalf("%x became %x", data, back)
				}
			} else if b != data[i] {
				t.Fatalf("%x became %x", data, back)
			}
		}
	})
}
