package charts

import (
	"bytes"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"lamplight/mdib"
)

const ms = time.Millisecond

// only is a scale that never changes.
func only(low, high float64) Scale { return Scale{Ranges: []Range{{Low: low, High: high}}} }

func at(seconds float64) time.Time {
	return epoch.Add(time.Duration(seconds * float64(time.Second)))
}

// rough is a tape with everything that goes wrong: blocks missing, shifted,
// invalid as a whole or in places, wild values, pacing marks.
func rough(r *rand.Rand, period time.Duration, seconds float64) *tape {
	t := record(period, 256*ms, 0, seconds, func(s float64) float64 {
		return 1000*math.Sin(7*s) + 400*math.Sin(40*s) + r.NormFloat64()*50
	})
	var kept []mdib.SampleArray
	for _, a := range t.arrays {
		switch r.IntN(12) {
		case 0:
			continue
		case 1:
			a.Validity = mdib.Invalid
		case 2:
			a.Time = a.Time.Add(time.Duration(r.IntN(20)-10) * ms)
		case 3:
			a.Samples[r.IntN(len(a.Samples))] = math.MaxInt32
			a.Samples[r.IntN(len(a.Samples))] = math.MinInt32
		case 4:
			for i := range a.Samples {
				if r.IntN(6) == 0 {
					a.Marks = append(a.Marks, mdib.Mark{At: i, Kind: mdib.MarkKind(r.IntN(5))})
				}
			}
		}
		kept = append(kept, a)
	}
	t.arrays = kept
	return t
}

// What was drawn piece by piece is what a fresh sweep draws at once, to the
// last pixel, and every call changes nothing but what it says it changed.
func TestDrawnInPiecesEqualsDrawnAtOnce(t *testing.T) {
	for seed := range uint64(24) {
		r := rand.New(rand.NewPCG(seed, 1))
		in := Input{Background: ground, Speed: 20 + 300*r.Float64(), Erase: r.IntN(20), Epoch: epoch, Delay: time.Duration(r.IntN(3)) * time.Second}
		if seed%3 == 0 {
			in.Grid = color.RGBA{30, 40, 50, 255}
		}
		for i, period := range []time.Duration{2 * ms, 4 * ms, 16 * ms, 50 * ms} {
			w := Wave{Color: green, Period: period, Scale: only(-1600, 1600), Source: rough(r, period, 25)}
			w.Rect = image.Rect(3, 5+i*42, 3+90+r.IntN(90), 5+i*42+20+r.IntN(20))
			in.Waves = append(in.Waves, w)
		}
		var s Sweep
		dst := canvas(190, 180)
		for now := 0.5; now < 22; now += 0.4 * r.Float64() * r.Float64() {
			before := clone(dst)
			said := s.Draw(dst, in, at(now))
			if !sameOutside(before, dst, said) {
				t.Fatalf("seed %d at %.3f s: changed %v, said %v", seed, now, changed(before, dst), said)
			}
			if r.IntN(20) != 0 {
				continue
			}
			whole := canvas(190, 180)
			new(Sweep).Draw(whole, in, at(now))
			if d := changed(whole, dst); !d.Empty() {
				t.Fatalf("seed %d at %.3f s: pieces differ from the whole in %v", seed, now, d)
			}
		}
	}
}

func TestNothingOutsideTheRects(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	in := Input{Background: ground, Grid: red, Speed: 150, Erase: 13, Epoch: epoch}
	rects := []image.Rectangle{image.Rect(10, 10, 60, 40), image.Rect(70, 12, 71, 40), image.Rect(-20, 50, 30, 70), image.Rect(60, 60, 140, 61), image.Rect(90, -9, 130, 30)}
	for _, rect := range rects {
		in.Waves = append(in.Waves, Wave{rect, green, 4 * ms, only(-900, 900), rough(r, 4*ms, 10)})
	}
	var s Sweep
	dst := canvas(120, 80)
	for now := 0.0; now < 8; now += 0.03 {
		s.Draw(dst, in, at(now))
	}
	s.DrawWindow(dst, in, at(1), at(2))
	for y := range 80 {
		for x := range 120 {
			inside := slices.ContainsFunc(rects, func(r image.Rectangle) bool { return image.Pt(x, y).In(r) })
			if untouched := dst.RGBAAt(x, y) == (color.RGBA{77, 0, 77, 255}); untouched == inside {
				t.Fatalf("pixel %d,%d: inside a strip %v, untouched %v", x, y, inside, untouched)
			}
		}
	}
}

// A peak of a single sample reaches its height wherever in a column it falls.
func TestPeaksSurvive(t *testing.T) {
	for shift := range 40 {
		const h = 60
		peak := 500 + shift
		tp := record(2*ms, 256*ms, 0, 4, func(s float64) float64 {
			if int(math.Round(s/0.002)) == peak {
				return 1000
			}
			return 0
		})
		// 500 samples a second in 25 columns: 20 in each.
		in := Input{Background: ground, Speed: 25, Epoch: epoch,
			Waves: []Wave{{image.Rect(0, 0, 100, h), green, 2 * ms, only(0, 1000), tp}}}
		dst := canvas(100, h)
		new(Sweep).Draw(dst, in, at(3.5))
		x := peak * 25 / 500
		top := 0
		for y := range 4 {
			top = max(top, int(max(dst.RGBAAt(x-1, y).G, dst.RGBAAt(x, y).G, dst.RGBAAt(x+1, y).G)))
		}
		if top < 110 { // half of the ink's green
			t.Errorf("sample %d: brightest pixel at the height of the peak is %d of %d", peak, top, green.G)
		}
	}
}

func inkIn(m *image.RGBA, r image.Rectangle) int {
	n := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if m.RGBAAt(x, y) != ground {
				n++
			}
		}
	}
	return n
}

func line(speed float64, tp *tape, period time.Duration) (Input, *image.RGBA) {
	return Input{Background: ground, Speed: speed, Erase: 10, Epoch: epoch,
		Waves: []Wave{{image.Rect(0, 0, 200, 40), green, period, only(-1000, 1000), tp}}}, canvas(200, 40)
}

func TestGapsAreEmpty(t *testing.T) {
	for name, spoil := range map[string]func(*tape){
		"missing block": func(t *tape) { t.arrays = slices.Delete(t.arrays, 2, 3) },
		"invalid block": func(t *tape) { t.arrays[2].Validity = mdib.NotAvailable },
		"invalid marks": func(t *tape) {
			for i := range t.arrays[2].Samples {
				t.arrays[2].Marks = append(t.arrays[2].Marks, mdib.Mark{At: i, Kind: mdib.MarkInvalid})
			}
		},
	} {
		tp := record(4*ms, 256*ms, 0, 3, func(s float64) float64 { return 100 })
		spoil(tp)
		in, dst := line(100, tp, 4*ms)
		var s Sweep
		for now := 0.0; now < 1.5; now += 0.033 {
			s.Draw(dst, in, at(now))
		}
		// The block lasts from 0.512 to 0.768 s; the line's round ends reach a pixel further.
		if n := inkIn(dst, image.Rect(53, 0, 76, 40)); n != 0 {
			t.Errorf("%s: %d pixels of ink in the gap", name, n)
		}
		for x := 5; x < 140; x++ {
			if x > 49 && x < 79 {
				continue
			}
			if inkIn(dst, image.Rect(x, 0, x+1, 40)) == 0 {
				t.Errorf("%s: column %d is empty though there are samples", name, x)
			}
		}
	}
}

// One missing sample of a slow wave is a gap too.
func TestOneMissingSampleIsAGap(t *testing.T) {
	tp := record(50*ms, 50*ms, 0, 3, func(float64) float64 { return 0 })
	tp.arrays = slices.Delete(tp.arrays, 20, 21)
	in, dst := line(100, tp, 50*ms)
	new(Sweep).Draw(dst, in, at(1.5))
	if n := inkIn(dst, image.Rect(97, 0, 104, 40)); n != 0 {
		t.Errorf("%d pixels where a sample is missing", n)
	}
	if inkIn(dst, image.Rect(92, 0, 94, 40)) == 0 || inkIn(dst, image.Rect(107, 0, 109, 40)) == 0 {
		t.Error("the line does not reach the gap")
	}
}

// Data that come after the pen has passed appear at their own place, and the
// picture is what it would have been.
func TestLateData(t *testing.T) {
	all := record(4*ms, 256*ms, 0, 6, ecg)
	some := &tape{}
	in, dst := line(100, some, 4*ms)
	var s Sweep
	for now := 0.0; now < 5; now += 0.033 {
		some.arrays = some.arrays[:0]
		for _, a := range all.arrays {
			// Bursts of four blocks, once in 1.024 s, and one of them a second late.
			burst := math.Floor(a.Time.Sub(epoch).Seconds()/1.024)*1.024 + 1.1
			if burst > 3 && burst < 4 {
				burst++
			}
			if burst <= now {
				some.arrays = append(some.arrays, a)
			}
		}
		s.Draw(dst, in, at(now))
		whole := canvas(200, 40)
		new(Sweep).Draw(whole, in, at(now))
		if d := changed(whole, dst); !d.Empty() {
			t.Fatalf("at %.3f s the picture differs in %v", now, d)
		}
	}
	in.Waves[0].Source = all
	whole := canvas(200, 40)
	new(Sweep).Draw(whole, in, at(4.95))
	s.Draw(dst, in, at(4.95))
	if d := changed(whole, dst); !d.Empty() {
		t.Errorf("complete data: differs in %v", d)
	}
}

func TestEraseBarIsBlankAndMoves(t *testing.T) {
	in, dst := line(100, record(4*ms, 256*ms, 0, 30, ecg), 4*ms)
	var s Sweep
	for now := 0.0; now < 9; now += 0.0301 {
		s.Draw(dst, in, at(now))
		head := int(math.Floor(now*100+1e-9)) % 200
		for i := range 10 {
			x := (head + i) % 200
			if n := inkIn(dst, image.Rect(x, 0, x+1, 40)); n != 0 {
				t.Fatalf("at %.3f s column %d of the erase bar holds %d pixels", now, i, n)
			}
		}
		if x := (head + 199) % 200; now > 0.1 && inkIn(dst, image.Rect(x, 0, x+1, 40)) == 0 {
			t.Fatalf("at %.3f s there is no line right behind the bar", now)
		}
	}
}

func TestDelayAndPhase(t *testing.T) {
	tp := record(4*ms, 256*ms, 0, 30, ecg)
	in, a := line(100, tp, 4*ms)
	new(Sweep).Draw(a, in, at(7))
	in.Delay = 2 * time.Second
	_, b := line(100, tp, 4*ms)
	new(Sweep).Draw(b, in, at(9))
	if !bytes.Equal(a.Pix, b.Pix) {
		t.Error("a delay of 2 s does not show what was 2 s ago")
	}
}

func TestPacingMarks(t *testing.T) {
	tp := record(4*ms, 256*ms, 0, 3, func(float64) float64 { return 0 })
	tp.arrays[2].Marks = []mdib.Mark{{At: 10, Kind: mdib.MarkPacer}}
	in, dst := line(100, tp, 4*ms)
	new(Sweep).Draw(dst, in, at(1.5))
	if n := inkIn(dst, image.Rect(55, 0, 56, 15)); n < 6 {
		t.Errorf("pacing mark at 0.552 s: %d pixels above the line", n)
	}
	if n := inkIn(dst, image.Rect(56, 0, 57, 15)) + inkIn(dst, image.Rect(54, 0, 55, 15)); n != 0 {
		t.Errorf("pacing mark is wider than a column: %d pixels beside it", n)
	}
}

func TestWindowShowsItsTime(t *testing.T) {
	tp := record(4*ms, 256*ms, 0, 30, func(s float64) float64 {
		if s >= 4 && s < 5 {
			return 800
		}
		return -800
	})
	in, dst := line(100, tp, 4*ms)
	new(Sweep).DrawWindow(dst, in, at(2), at(7)) // 5 s in 200 columns
	if inkIn(dst, image.Rect(84, 0, 118, 10)) == 0 || inkIn(dst, image.Rect(84, 20, 118, 40)) != 0 {
		t.Error("second 4 to 5 is not high in columns 80 to 120")
	}
	if inkIn(dst, image.Rect(0, 0, 76, 20)) != 0 || inkIn(dst, image.Rect(124, 0, 200, 20)) != 0 {
		t.Error("there is ink above where the signal is low")
	}
	for x := range 200 {
		if inkIn(dst, image.Rect(x, 0, x+1, 40)) == 0 {
			t.Fatalf("column %d is empty", x)
		}
	}
}

func TestNoAllocationPerFrame(t *testing.T) {
	dst, in := ward(16)
	var s Sweep
	now := 10.0
	s.Draw(dst, in, at(now))
	if n := testing.AllocsPerRun(300, func() {
		now += 1.0 / 30
		s.Draw(dst, in, at(now))
	}); n != 0 {
		t.Errorf("%v allocations per frame", n)
	}
}

// Drawing what is new must stay far cheaper than drawing all.
func TestNewColumnsAreCheap(t *testing.T) {
	dst, in := ward(16)
	var s Sweep
	now := 10.0
	s.Draw(dst, in, at(now))
	best := func(n int, f func()) time.Duration {
		d := time.Hour
		for range n {
			t0 := time.Now()
			f()
			d = min(d, time.Since(t0))
		}
		return d
	}
	some := best(200, func() { now += 1.0 / 30; s.Draw(dst, in, at(now)) })
	all := best(10, func() { s.spoil(); s.Draw(dst, in, at(now)) })
	if all < 10*some {
		t.Errorf("a frame of new columns takes %v, all columns %v", some, all)
	}
}

// What no screen has, and what no device should send, never panics.
func FuzzSweep(f *testing.F) {
	f.Add(int64(0), int64(4e6), 100.0, 13, 0, 0, 50, 30, 0.0, 100.0, int64(2e9), int64(0), int32(5), uint8(0))
	f.Add(int64(-1), int64(0), math.NaN(), -3, 10, 10, 0, 0, math.NaN(), math.Inf(1), int64(math.MaxInt64), int64(1), int32(math.MinInt32), uint8(255))
	f.Add(int64(math.MinInt64), int64(math.MaxInt64), math.Inf(1), 1<<30, -50, -50, 1<<30, 1<<30, -1e300, 1e300, int64(math.MinInt64), int64(1e18), int32(math.MaxInt32), uint8(3))
	f.Add(int64(1e9), int64(1), 9999.0, 5, 0, 0, 20, 1, 5.0, 5.0, int64(5e9), int64(5e9), int32(-1), uint8(17))
	f.Fuzz(func(t *testing.T, start, period int64, speed float64, erase, x, y, w, h int, low, high float64, now, step int64, v int32, kind uint8) {
		arr := mdib.SampleArray{Time: epoch.Add(time.Duration(start)), Samples: []int32{v, 0, -v, v / 2, v}, Validity: mdib.Validity(kind % 9)}
		for i := range int(kind % 16) {
			arr.Marks = append(arr.Marks, mdib.Mark{At: i*3 - 4, Kind: mdib.MarkKind(i % 5)})
		}
		tp := &tape{[]mdib.SampleArray{arr, {Time: arr.Time}, arr}}
		in := Input{Speed: speed, Erase: erase, Epoch: epoch, Delay: time.Duration(step), Grid: red, Waves: []Wave{{
			Rect: image.Rectangle{image.Pt(x, y), image.Pt(x+w, y+h)}, Color: green, Period: time.Duration(period),
			Scale: Scale{Ranges: []Range{{Low: low, High: high}, {Low: low * 2, High: high * 2}}, Slide: kind&1 == 0}, Source: tp,
		}}}
		dst := canvas(40, 30)
		var s Sweep
		for i := range int64(4) {
			before := clone(dst)
			said := s.Draw(dst, in, epoch.Add(time.Duration(now+i*step)))
			if did := changed(before, dst); !did.In(said) {
				t.Fatalf("changed %v, said %v", did, said)
			}
		}
		s.DrawWindow(dst, in, epoch.Add(time.Duration(now)), epoch.Add(time.Duration(now+step)))
		s.Draw(image.NewRGBA(image.Rectangle{}), in, epoch)
	})
}
