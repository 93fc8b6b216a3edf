package ui

import (
	"slices"
	"testing"
	"time"

	"lamplight/mdib"
	"lamplight/ui/uitest"

	"fyne.io/fyne/v2"
	"github.com/google/uuid"
)

// A cuff measured ten minutes before the admission: the tile shows its value,
// so the trend does too, but never one of an earlier patient.
func TestTrendShowsTheCuffFromBeforeTheAdmission(t *testing.T) {
	w := uitest.Calm(1, start)
	admitted := start.Add(-5 * time.Minute)
	cuff := admitted.Add(-10 * time.Minute)
	w.Beds[0].Encounter.Start, w.Beds[0].Cuff = admitted, cuff
	row := mdib.Rollup{Start: cuff, Span: time.Second, Min: 124, Max: 124, Mean: 124, Count: 1}
	h := &tape{cuff: []mdib.Rollup{row}, rows: []mdib.Rollup{{Start: admitted, Span: 5 * time.Minute, Min: 70, Max: 90, Mean: 80, Count: 300}}}
	b := newBench(t, w, func(d *Deps) { d.History = h })
	b.key(fyne.KeyF6)
	b.settle()
	b.must("1 reading", "MAP mean 124", "MAP mean 80 · 70 to 90")
	if got, want := h.since["MDC_PRESS_CUFF_SYS"], admitted.Add(-time.Hour); !got.Equal(want) {
		t.Errorf("readings are asked for since %v, want %v", got, want)
	}
	if i := slices.IndexFunc(h.asked, func(at time.Time) bool { return at.Before(admitted) }); i >= 0 {
		t.Errorf("continuous values since %v were asked for, the patient came at %v", h.asked[i], admitted)
	}
	if text := b.pages[routeTrend].(*trendPage).period.Text; text[:16] >= cuff.Local().Format("2006-01-02 15:04") {
		t.Errorf("the plot covers %q, the cuff measured at %v", text, cuff.Local())
	}

	left := admitted.Add(-4 * time.Minute)
	h.other = &mdib.Encounter{ID: uuid.New(), Start: admitted.Add(-5 * time.Hour), End: left}
	b.rune('1')
	b.after(time.Second)
	b.settle()
	if got := h.since["MDC_PRESS_CUFF_SYS"]; !got.Equal(left) {
		t.Errorf("readings are asked for since %v; the patient before left at %v", got, left)
	}
}

func TestFootSaysHowMuchRoomThereIs(t *testing.T) {
	w := NewWords("en")
	for _, c := range []struct {
		free, perDay uint64
		want         string
	}{
		{0, 0, ""}, {73_400_000_000, 0, "73 GB free"}, {73_400_000_000, 2_000_000_000, "room for 36 days"},
		{1_500, 1_000, "room for 1 day"}, {900, 1_000, "room for 0 days"}, {1 << 63, 1, "room for 9999 days"},
	} {
		if got := diskText(w, func() (uint64, uint64) { return c.free, c.perDay }); got != c.want {
			t.Errorf("%d free, %d a day: %q, want %q", c.free, c.perDay, got, c.want)
		}
	}
	b := newBench(t, uitest.Calm(1, start), func(d *Deps) { d.Disk = func() (uint64, uint64) { return 20e9, 1e9 } })
	b.after(2 * time.Second)
	b.must("room for 20 days", "frames/s")
}
