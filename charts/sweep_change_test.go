package charts

import (
	"bytes"
	"image"
	"image/color"
	"slices"
	"testing"
	"time"
)

// Whatever changes about a wave or the window shows at the next call.
func TestChangesAreTaken(t *testing.T) {
	tp, other := record(4*ms, 256*ms, 0, 30, ecg), record(4*ms, 256*ms, 0, 30, func(s float64) float64 { return -ecg(s) })
	base, _ := line(100, tp, 4*ms)
	for name, change := range map[string]func(*Input){
		"nothing": func(*Input) {},
		"colour":  func(in *Input) { in.Waves[0].Color = cyan },
		"source":  func(in *Input) { in.Waves[0].Source = other },
		"scale":   func(in *Input) { in.Waves[0].Scale = only(-2000, 2000) },
		"rect":    func(in *Input) { in.Waves[0].Rect = image.Rect(20, 10, 150, 30) },
		"removed": func(in *Input) { in.Waves = nil },
		"added": func(in *Input) {
			in.Waves = append(in.Waves, Wave{image.Rect(0, 40, 50, 60), red, 4 * ms, only(0, 500), tp})
		},
		"background": func(in *Input) { in.Background = color.RGBA{1, 2, 3, 255} },
		"grid":       func(in *Input) { in.Grid = color.RGBA{90, 90, 90, 255} },
		"speed":      func(in *Input) { in.Speed = 50 },
		"epoch":      func(in *Input) { in.Epoch = at(0.5) },
		"delay":      func(in *Input) { in.Delay = time.Second },
	} {
		dst := canvas(200, 60)
		var s Sweep
		s.Draw(dst, base, at(4))
		in := base
		in.Waves = slices.Clone(base.Waves)
		change(&in)
		said := s.Draw(dst, in, at(4.1))
		if name == "nothing" && said.Dx() > 30 {
			t.Errorf("nothing changed, yet %v was redrawn", said)
		}
		// As a fresh sweep paints it over what the old wave left blank.
		whole := canvas(200, 60)
		var f Sweep
		f.Draw(whole, Input{Background: base.Background, Waves: []Wave{{Rect: base.Waves[0].Rect}}}, at(0))
		f.Draw(whole, in, at(4.1))
		if name == "removed" {
			if n := inkIn(dst, base.Waves[0].Rect); n != 0 {
				t.Errorf("removed: %d pixels stay", n)
			}
			continue
		}
		for _, w := range in.Waves {
			for y := w.Rect.Min.Y; y < w.Rect.Max.Y; y++ {
				for x := w.Rect.Min.X; x < w.Rect.Max.X; x++ {
					if whole.RGBAAt(x, y) != dst.RGBAAt(x, y) {
						t.Fatalf("%s: pixel %d,%d is not what a fresh sweep draws", name, x, y)
					}
				}
			}
		}
	}
}

func TestJumpsInTime(t *testing.T) {
	in, dst := line(100, record(4*ms, 256*ms, 0, 60, ecg), 4*ms)
	var s Sweep
	for _, now := range []float64{3, 20, 20.01, 5, 5, 40, 1, 1.5} {
		s.Draw(dst, in, at(now))
		whole := canvas(200, 40)
		new(Sweep).Draw(whole, in, at(now))
		if d := changed(whole, dst); !d.Empty() {
			t.Errorf("after the jump to %v s: differs in %v", now, d)
		}
	}
}

func TestAnotherImageIsDrawnWhole(t *testing.T) {
	in, a := line(100, record(4*ms, 256*ms, 0, 60, ecg), 4*ms)
	var s Sweep
	s.Draw(a, in, at(4))
	_, b := line(100, nil, 4*ms)
	s.Draw(b, in, at(4))
	if !bytes.Equal(a.Pix, b.Pix) {
		t.Error("the new image does not show what the old one did")
	}
}

func TestLiveAfterWindow(t *testing.T) {
	in, dst := line(100, record(4*ms, 256*ms, 0, 60, ecg), 4*ms)
	var s Sweep
	s.Draw(dst, in, at(4))
	s.DrawWindow(dst, in, at(1), at(3))
	s.Draw(dst, in, at(6))
	whole := canvas(200, 40)
	new(Sweep).Draw(whole, in, at(6))
	if d := changed(whole, dst); !d.Empty() {
		t.Errorf("differs in %v", d)
	}
}

// When nothing arrives any more, the bar wipes what is left, and then the
// window need not be shown again.
func TestSilenceNeedsNoFrames(t *testing.T) {
	in, dst := line(100, record(4*ms, 256*ms, 0, 4, ecg), 4*ms)
	in.Delay = time.Second
	var s Sweep
	now := 0.0
	for ; now < 5.2; now += 0.033 {
		if s.Draw(dst, in, at(now)).Empty() && now > 1.1 && now < 4.9 {
			t.Fatalf("nothing drawn at %.2f s, while there are data", now)
		}
	}
	wiped := 0
	for ; now < 7.2; now += 0.033 {
		if !s.Draw(dst, in, at(now)).Empty() {
			wiped++
		}
	}
	if wiped < 50 {
		t.Errorf("only %d frames wiped the last pass", wiped)
	}
	for ; now < 12; now += 0.033 {
		if r := s.Draw(dst, in, at(now)); !r.Empty() {
			t.Fatalf("at %.2f s %v is said to have changed", now, r)
		}
	}
	if n := inkIn(dst, dst.Rect); n != 0 {
		t.Errorf("%d pixels of an old trace stay on the screen", n)
	}
}

// Samples that trickle in one by one, right at the pen, make the same line.
func TestTrickle(t *testing.T) {
	all := record(4*ms, 4*ms, 0, 3, ecg)
	some := &tape{}
	in, dst := line(100, some, 4*ms)
	var s Sweep
	for now := 0.0; now < 2.5; now += 0.0023 {
		for len(all.arrays) > 0 && !all.arrays[0].Time.After(at(now-0.003)) {
			some.arrays = append(some.arrays, all.arrays[0])
			all.arrays = all.arrays[1:]
		}
		s.Draw(dst, in, at(now))
	}
	whole := canvas(200, 40)
	new(Sweep).Draw(whole, in, at(2.5-0.0002))
	s.Draw(dst, in, at(2.5-0.0002))
	if d := changed(whole, dst); !d.Empty() {
		t.Errorf("differs in %v", d)
	}
}
