package ui

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"lamplight/ui/uitest"

	"fyne.io/fyne/v2"
)

// What moves elsewhere on the page leaves the traces as they are.
func TestTracesSurviveAnotherLayout(t *testing.T) {
	b := newBench(t, uitest.Calm(2, start), nil)
	for range 60 {
		b.after(100 * time.Millisecond)
	}
	v := b.pages[routeWard].(*wardPage).waves
	was := append([]uint8(nil), v.pixels.Pix...)
	sweep, places := v.sweep, v.places
	b.pages[routeWard].object().Refresh()
	if !v.stale {
		t.Fatal("a refresh does not lay out: this test tests nothing")
	}
	v.draw(b.ward, 25/25.4*96, b.now)
	if !slices.Equal(was, v.pixels.Pix) {
		t.Error("the picture changed")
	}
	if len(v.places) != 6 || &v.places[0] != &places[0] || !reflect.DeepEqual(sweep, v.sweep) {
		t.Error("the sweep began anew")
	}
	if v.input.Stroke != stroke {
		t.Errorf("lines are %v wide on a screen of scale 1", v.input.Stroke)
	}
	b.ward.Beds = b.ward.Beds[:1]
	b.after(time.Second)
	if len(v.places) != 3 {
		t.Errorf("%d waves of one bed", len(v.places))
	}
}

func TestGrid(t *testing.T) {
	for n, want := range map[int][2]int{1: {1, 1}, 2: {1, 2}, 4: {2, 2}, 6: {2, 3}, 8: {2, 4}, 12: {3, 4}, 16: {4, 4}} {
		c, r := grid(n, fyne.NewSize(1850, 950))
		if c*r < n || [2]int{c, r} != want {
			t.Errorf("%d beds stand in %d by %d, want %v", n, c, r, want)
		}
	}
	if c, r := grid(8, fyne.NewSize(1300, 600)); c != 4 || r != 2 {
		t.Errorf("8 beds stand in %d by %d on a small screen, not in 4 by 2", c, r)
	}
	for n := 1; n <= 32; n++ {
		if c, r := grid(n, fyne.NewSize(1300, 640)); c*r < n {
			t.Errorf("%d beds do not fit into %d by %d", n, c, r)
		}
	}
}

// Nobody has to search for a bed because another one alarms.
func TestTilesKeepTheirPlacesWhenAnAlarmComes(t *testing.T) {
	for n := 1; n <= 24; n++ {
		b := newBench(t, uitest.Calm(n, start), nil)
		tiles := b.pages[routeWard].(*wardPage).tiles
		column := func() (all []float32) {
			for _, x := range tiles {
				all = append(all, x.Position().X)
			}
			return all
		}
		was := column()
		b.ward.Beds[0].Alerts = uitest.Busy(start).Beds[4].Alerts
		b.after(time.Second)
		if now := column(); !slices.Equal(was, now) {
			t.Errorf("%d beds: columns %v became %v", n, was, now)
		}
	}
}
