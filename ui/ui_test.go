package ui

import (
	"strings"
	"sync"
	"testing"
	"time"

	"lamplight/assets"
	"lamplight/mdib"
	"lamplight/ui/uitest"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"lamplight/ui/theme"
)

var start = time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC)

// bench is a window over a synthetic ward, with a clock that tests move.
type bench struct {
	*UI
	t    *testing.T
	ward *uitest.Ward
	now  time.Time

	mu     sync.Mutex
	posted []func() // what work has done, to be shown by settle
}

func newBench(t *testing.T, ward *uitest.Ward, change func(*Deps)) *bench {
	t.Helper()
	b := &bench{t: t, ward: ward, now: start}
	deps := Deps{Ward: ward, Now: func() time.Time { return b.now }, Version: "test"}
	if change != nil {
		change(&deps)
	}
	b.UI = New(test.NewTempApp(t), deps)
	b.post = func(f func()) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.posted = append(b.posted, f)
	}
	b.win.Resize(fyne.NewSize(1366, 768))
	t.Cleanup(b.cancel)
	b.after(time.Second)
	return b
}

// after moves the clock and draws a frame.
func (b *bench) after(d time.Duration) {
	b.now = b.now.Add(d)
	b.Frame(b.now)
}

// texts are all texts that can be seen.
func (b *bench) texts() []string { return seen(b.win.Content()) }

func seen(o fyne.CanvasObject) (all []string) {
	for _, x := range test.LaidOutObjects(o) {
		if x, ok := x.(*canvas.Text); ok && x.Visible() && x.Text != "" {
			all = append(all, x.Text)
		}
	}
	return all
}

// tile are the texts of the tile of a bed.
func (b *bench) tile(bed string) []string {
	b.t.Helper()
	for _, t := range b.pages[routeWard].(*wardPage).tiles {
		if t.Model().Bed == bed {
			return seen(t)
		}
	}
	b.t.Fatalf("there is no tile of bed %s", bed)
	return nil
}

func (b *bench) sees(want string) bool {
	for _, s := range b.texts() {
		if strings.Contains(s, want) {
			return true
		}
	}
	return false
}

func (b *bench) must(want ...string) {
	b.t.Helper()
	for _, w := range want {
		if !b.sees(w) {
			b.t.Errorf("the screen does not say %q; it says %q", w, b.texts())
		}
	}
}

func (b *bench) mustNot(want ...string) {
	b.t.Helper()
	for _, w := range want {
		if b.sees(w) {
			b.t.Errorf("the screen says %q", w)
		}
	}
}

func TestTileShowsValuesWithUnitsAndLimits(t *testing.T) {
	b := newBench(t, uitest.Calm(2, start), nil)
	tile := b.tile("01")
	for _, want := range []string{"01", "Haugen, I.", "F 71 y", "SIMULATED", "HR", "58", "/min", "120", "50", "SpO₂", "99", "112/62", "(78)", "RR", "12", "36.4"} {
		found := false
		for _, s := range tile {
			found = found || s == want
		}
		if !found {
			t.Errorf("tile 01 lacks %q: %q", want, tile)
		}
	}
}

func TestStaleValuesAreNeverShown(t *testing.T) {
	w := uitest.Calm(1, start)
	b := newBench(t, w, nil)
	b.must("58")
	w.Beds[0].Stale = true
	b.after(time.Second)
	b.must(missing)
	for _, s := range b.tile("01") {
		if s == "58" || s == "99" {
			t.Errorf("an old value %q is still shown", s)
		}
	}
}

func TestEveryStateOfABedSaysWhatItIs(t *testing.T) {
	b := newBench(t, uitest.Busy(start), nil)
	for bed, want := range map[string]string{
		"04": "Empty", "09": "Connecting", "12": "No monitor connected", "15": "NO LINK since", "05": "** SpO₂ low 91 < 92", "07": "*** ASYSTOLE", "14": "! ECG lead V off",
	} {
		if got := strings.Join(b.tile(bed), " | "); !strings.Contains(got, want) {
			t.Errorf("bed %s does not say %q: %s", bed, want, got)
		}
	}
	if got := strings.Join(b.tile("13"), " "); strings.Contains(got, "SIMULATED") {
		t.Errorf("real bed 13 is marked as simulated")
	}
	if got := strings.Join(b.tile("15"), " "); !strings.Contains(got, "the monitor is silent") || !strings.Contains(got, "next try") {
		t.Errorf("bed 15 says neither why nor what next: %s", got)
	}
}

func TestAlarmBarAcknowledgesWhatHasBeenSeen(t *testing.T) {
	b := newBench(t, uitest.Busy(start), nil)
	if got := b.shell.alarms.bar.Model(); got.Alarm.Text == "" || !strings.Contains(got.Alarm.Text, "ASYSTOLE") || got.Counts[0] != "2 high" {
		t.Fatalf("the bar does not lead with the most urgent condition: %+v", got)
	}
	b.shell.alarms.since = b.now
	b.key(fyne.KeyReturn)
	if len(b.ward.Acked) != 0 {
		t.Fatal("a condition was acknowledged that nobody can have read yet")
	}
	b.after(time.Second)
	b.key(fyne.KeyReturn)
	if len(b.ward.Acked) != 1 {
		t.Fatalf("Enter acknowledged %d conditions", len(b.ward.Acked))
	}
	b.after(time.Second)
	if got := b.shell.alarms.bar.Model().Alarm.Text; !strings.Contains(got, "ABP sys low") {
		t.Errorf("after that the bar shows %q, not the next unacknowledged one", got)
	}
	first := b.shell.alarms.bar.Model().Alarm.Text
	b.rune('n')
	b.after(time.Second)
	if got := b.shell.alarms.bar.Model().Alarm.Text; got == first {
		t.Error("N did not turn to another condition")
	}
}

func TestCalmWardHasNoAlarmBar(t *testing.T) {
	b := newBench(t, uitest.Calm(4, start), nil)
	if b.shell.alarms.bar.Visible() {
		t.Error("the alarm bar is shown although nothing is wrong")
	}
	b.ward.Beds[0].Alerts = uitest.Busy(start).Beds[4].Alerts
	b.after(time.Second)
	if !b.shell.alarms.bar.Visible() {
		t.Error("the alarm bar is not shown although something is wrong")
	}
}

func TestFlashKeepsTheRatesOfTheStandard(t *testing.T) {
	count := func(of func(time.Time) bool) (edges int) {
		last := of(start)
		for ms := range 10_000 {
			if now := of(start.Add(time.Duration(ms) * time.Millisecond)); now != last {
				last, edges = now, edges+1
			}
		}
		return edges
	}
	if got := count(func(t time.Time) bool { return flashAt(t).High }); got < 39 || got > 41 {
		t.Errorf("high priority changes %d times in 10 s, want 40 for 2 Hz", got)
	}
	if got := count(func(t time.Time) bool { return flashAt(t).Medium }); got < 11 || got > 13 {
		t.Errorf("medium priority changes %d times in 10 s, want 12 for 0.6 Hz", got)
	}
}

func TestKeysLeadEverywhere(t *testing.T) {
	b := newBench(t, uitest.Calm(8, start), nil)
	b.rune('3')
	if b.at != routeBed || b.bed != 2 {
		t.Fatalf("3 leads to page %d, bed %d", b.at, b.bed)
	}
	b.must("Bed 03", "Silva, Rui")
	b.key(fyne.KeyRight)
	b.must("Bed 04")
	for key, at := range map[fyne.KeyName]route{fyne.KeyF6: routeTrend, fyne.KeyF7: routeBed, fyne.KeyF8: routeDevices, fyne.KeyF9: routeSettings, fyne.KeyF12: routeAbout, fyne.KeyEscape: routeWard} {
		b.key(key)
		if b.at != at {
			t.Errorf("%s leads to page %d, want %d", key, b.at, at)
		}
	}
	b.visit(routeWard)
	b.key(fyne.KeyDown)
	b.key(fyne.KeyDown)
	b.key(fyne.KeyRight)
	b.key(fyne.KeySpace)
	if b.at != routeBed || b.bed == 0 {
		t.Errorf("arrows and Space lead to page %d, bed %d", b.at, b.bed)
	}
}

func TestTapOpensTheBed(t *testing.T) {
	b := newBench(t, uitest.Calm(4, start), nil)
	tile := b.pages[routeWard].(*wardPage).tiles[2]
	test.Tap(tile)
	if b.at != routeBed || b.bed != 2 {
		t.Errorf("a tap on the third tile leads to page %d, bed %d", b.at, b.bed)
	}
}

func TestEmptyBedPageSaysSo(t *testing.T) {
	b := newBench(t, uitest.Busy(start), nil)
	b.openBed(3)
	b.after(time.Second)
	b.must("Bed 04", "Empty")
	b.openBed(14)
	b.after(time.Second)
	b.must("NO LINK since", "Is the monitor on")
}

func TestNamesCanBeHidden(t *testing.T) {
	b := newBench(t, uitest.Calm(2, start), func(d *Deps) { d.Settings = &memory{Preferences{HideNames: true}} })
	b.must("H. I.")
	b.mustNot("Haugen")
	b.openBed(0)
	b.mustNot("Haugen", "Ingrid")
}

// memory keeps settings.
type memory struct{ p Preferences }

func (m *memory) Get() Preferences        { return m.p }
func (m *memory) Set(p Preferences) error { m.p = p; return nil }

func TestLanguageIsChosenBySetting(t *testing.T) {
	b := newBench(t, uitest.Busy(start), func(d *Deps) { d.Settings = &memory{Preferences{Language: "fr"}} })
	b.must("Libre", "SANS LIAISON depuis", "Réglages")
	b.mustNot("Settings")
	for _, code := range assets.Languages() {
		newBench(t, uitest.Busy(start), func(d *Deps) { d.Settings = &memory{Preferences{Language: code, TextScale: 1.3}} }).visit(routeAbout)
	}
}

func TestCalmFrameChangesNoObjects(t *testing.T) {
	b := newBench(t, uitest.Calm(8, start), nil)
	b.after(time.Second)
	before := test.LaidOutObjects(b.win.Content())
	for range 90 {
		b.after(time.Second / 30)
	}
	after := test.LaidOutObjects(b.win.Content())
	if len(before) != len(after) {
		t.Fatalf("%d objects became %d", len(before), len(after))
	}
	for i := range before {
		if before[i] != after[i] {
			t.Fatalf("object %d was replaced", i)
		}
	}
}

func TestWavesArePainted(t *testing.T) {
	b := newBench(t, uitest.Calm(1, start), nil)
	for range 60 {
		b.after(100 * time.Millisecond)
	}
	page := b.pages[routeWard].(*wardPage)
	if len(page.waves.strips) == 0 {
		t.Fatal("the ward has no waves")
	}
	for _, s := range page.waves.strips {
		ink, found := theme.ClassInk(s.view.Metric.Class), 0
		for y := int(s.y); y < int(s.y+s.h); y++ {
			for x := int(s.x); x < int(s.x+s.w); x++ {
				if c := page.waves.pixels.RGBAAt(x, y); c == ink {
					found++
				}
			}
		}
		if found < 50 {
			t.Errorf("wave %s has %d pixels in its colour", s.view.Metric.Label, found)
		}
	}
}

func TestAdmitAndDischarge(t *testing.T) {
	b := newBench(t, uitest.Busy(start), nil)
	b.openBed(3)
	if err := b.ward.Admit("04", mdib.Patient{Family: "New"}, b.now); err != nil {
		t.Fatal(err)
	}
	b.after(time.Second)
	b.must("New")
	b.rune('d')
	if !b.dialogOpen() {
		t.Fatal("D does not ask before it discharges")
	}
	if b.ward.Beds[3].Encounter == nil {
		t.Fatal("D discharged without asking")
	}
	b.key(fyne.KeyEscape)
	if b.dialogOpen() {
		t.Error("Escape does not close the dialog")
	}
}

func TestWardWithoutBedsSaysWhatToDo(t *testing.T) {
	b := newBench(t, &uitest.Ward{Started: start}, nil)
	b.must("No beds yet. Add a device on the Devices page (F8).")
	for _, key := range []fyne.KeyName{fyne.KeyDown, fyne.KeySpace, fyne.KeyReturn, fyne.KeyF7, fyne.KeyF6, fyne.KeyRight, fyne.KeyEscape} {
		b.key(key) // nothing to act on
		b.after(time.Second)
	}
	for _, r := range "1adn+?" {
		b.rune(r)
		b.closeDialogs()
		b.after(time.Second)
	}
	b.ward.Beds = uitest.Calm(3, start).Beds
	b.after(time.Second)
	b.visit(routeWard)
	b.after(time.Second)
	b.must("Haugen, I.")
	b.ward.Beds = b.ward.Beds[:1]
	b.after(time.Second)
	b.must("Haugen, I.")
	b.mustNot("Mwangi")
}
