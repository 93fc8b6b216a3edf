package ui

import (
	"errors"
	"image"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"lamplight/mdib"
	"lamplight/ui/theme"
	"lamplight/ui/uitest"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	fynewidget "fyne.io/fyne/v2/widget"
	"github.com/google/uuid"
)

// tape is a record that remembers what it was asked.
type tape struct {
	asked []time.Time // the beginnings of all ranges
	rows  []mdib.Rollup
	err   error
	other *mdib.Encounter // an earlier patient of the bed
	cuff  []mdib.Rollup   // of every episodic metric
	since map[mdib.Ref]time.Time
}

func (h *tape) Rollups(_ uuid.UUID, m mdib.Ref, from, to time.Time, most int) ([]mdib.Rollup, error) {
	if strings.Contains(string(m), "CUFF") {
		if h.since == nil {
			h.since = map[mdib.Ref]time.Time{}
		}
		h.since[m] = from
		return h.cuff, h.err
	}
	h.asked = append(h.asked, from)
	return h.rows, h.err
}

func (h *tape) Encounters(bed string, from, to time.Time) ([]mdib.Encounter, error) {
	if h.other == nil {
		return nil, nil
	}
	return []mdib.Encounter{*h.other}, nil
}

func (h *tape) Alerts(_ uuid.UUID, from, to time.Time) ([]mdib.AlertCondition, error) {
	h.asked = append(h.asked, from)
	return nil, nil
}

// settle waits for what the window asked of the record.
func (b *bench) settle() {
	b.finish()
	b.after(time.Second)
}

// finish shows what work has done.
func (b *bench) finish() {
	b.working.Wait()
	b.mu.Lock()
	posted := b.posted
	b.posted = nil
	b.mu.Unlock()
	for _, f := range posted {
		f()
	}
}

func TestTrendNeverAsksForAnotherPatientsValues(t *testing.T) {
	w := uitest.Calm(1, start)
	admitted := start.Add(-20 * time.Minute)
	w.Beds[0].Encounter.Start = admitted
	h := &tape{rows: []mdib.Rollup{{Start: admitted, Span: 10 * time.Minute, Min: 70, Max: 90, Mean: 80, Count: 600}}}
	b := newBench(t, w, func(d *Deps) { d.History = h })
	b.key(fyne.KeyF6)
	b.settle()
	b.rune('2') // 24 h
	b.after(time.Second)
	b.settle()
	if len(h.asked) == 0 {
		t.Fatal("the trend page asked for nothing")
	}
	for _, from := range h.asked {
		if from.Before(admitted) {
			t.Fatalf("values from %v were asked for, the patient came at %v", from, admitted)
		}
	}
	b.must("Trends, bed 01", "SIMULATED", "mean 80 · 70 to 90", "coverage 50 %", "admitted")
}

func TestTrendSaysWhyThereIsNothing(t *testing.T) {
	w := uitest.Busy(start)
	h := &tape{}
	b := newBench(t, w, func(d *Deps) { d.History = h })
	b.openBed(3)
	b.key(fyne.KeyF6)
	b.settle()
	b.must("No patient is admitted to this bed")
	h.err = errors.New("the disk is gone")
	b.key(fyne.KeyUp)
	b.after(time.Second)
	b.settle()
	b.must("The record could not be read: the disk is gone")
}

// shelf is a list of devices that remembers.
type shelf struct {
	list  []Device
	err   error
	found []Found
}

func (s *shelf) List() []Device { return s.list }
func (s *shelf) Models() []Model {
	return []Model{{Name: "nonin", Title: "Nonin oximeter", URLs: []string{"serial:/dev/ttyUSB0"}}}
}
func (s *shelf) Found() []Found { return s.found }
func (s *shelf) Add(c DeviceConfig) error {
	if s.err == nil {
		s.list = append(s.list, Device{ID: uuid.New(), DeviceConfig: c})
	}
	return s.err
}
func (s *shelf) Edit(uuid.UUID, DeviceConfig) error { return s.err }
func (s *shelf) Remove(uuid.UUID) error             { s.list = nil; return s.err }

func TestDevicePageSaysWhatIsWrongAndWhatToDo(t *testing.T) {
	s := &shelf{}
	b := newBench(t, uitest.Calm(1, start), func(d *Deps) { d.Devices = s })
	b.key(fyne.KeyF8)
	if !b.pages[routeDevices].(*devicePage).empty.Visible() {
		t.Error("an empty list does not say what to do")
	}
	s.list = []Device{{ID: uuid.New(), DeviceConfig: DeviceConfig{Name: "oximeter", Model: "nonin", URL: "serial:/dev/ttyUSB0", Bed: "01"},
		Link: mdib.Link{State: mdib.LinkLost, Since: start, Reason: mdib.ReasonNoAccess, Detail: "open /dev/ttyUSB0: permission denied", Retry: start.Add(10 * time.Second),
			Counts: mdib.LinkCounts{Bytes: 48_123_456, Frames: 91_234, Bad: 3, Discarded: 17}}}}
	s.found = []Found{{Model: "nonin", URL: "udp://192.168.1.33:24105", Label: "MX800", Seen: start}}
	b.after(2 * time.Second)
	b.must("Bed 01 · oximeter", "Nonin oximeter", "serial:/dev/ttyUSB0", "No link", "next try in", "may not open the serial port",
		"Ask the administrator", "48.1 MB · 91234 frames", "3 bad frames · 17 B discarded", "MX800")
	b.rune('+')
	if !b.dialogOpen() {
		t.Error("+ opens no form")
	}
}

func TestDeviceFormNamesWhatIsMissing(t *testing.T) {
	for c, want := range map[DeviceConfig]string{
		{}: "device.needModel", {Model: "nonin"}: "device.needAddress", {Model: "nonin", URL: "serial:/dev/x"}: "device.needBed",
	} {
		if err := c.check(); err == nil || err.Error() != want {
			t.Errorf("%+v: %v, want %s", c, err, want)
		}
	}
	if err := (DeviceConfig{Model: "nonin", URL: "serial:/dev/x", Bed: "1"}).check(); err != nil {
		t.Error(err)
	}
}

// What is wrong stands below the fields, not across them.
func TestFormComplainsBelowItsFields(t *testing.T) {
	b := newBench(t, uitest.Busy(start), nil)
	b.openBed(3)
	b.rune('a')
	high := b.dialog.MinSize().Height
	b.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if !b.dialogOpen() {
		t.Fatal("a patient without a name was admitted")
	}
	if b.dialog.MinSize().Height <= high {
		t.Error("the form has no place for what is wrong")
	}
	var complaint, lowest float32
	for _, o := range test.LaidOutObjects(b.win.Canvas().Overlays().Top()) {
		y := fyne.CurrentApp().Driver().AbsolutePositionForObject(o).Y
		switch o := o.(type) {
		case *fynewidget.Label:
			if strings.Contains(o.Text, "Enter the family name") {
				complaint = y
			}
		case *field:
			lowest = max(lowest, y)
		}
	}
	if complaint <= lowest || lowest == 0 {
		t.Errorf("the complaint stands at %v, the last field at %v", complaint, lowest)
	}
}

func TestAdmissionForm(t *testing.T) {
	good := admission{family: " Okafor ", given: "Ngozi", number: "40117302", birth: "1962-05-31", height: "171", weight: "70,5", sex: 1, category: 1}
	p, err := good.patient(start)
	if err != nil || p.Family != "Okafor" || p.WeightKg != 70.5 || p.Sex != mdib.Female || p.Category != mdib.Adult || p.Birth.Year() != 1962 {
		t.Fatalf("%+v %v", p, err)
	}
	for want, spoil := range map[string]func(*admission){
		"admit.needName":      func(a *admission) { a.family, a.number = " ", "" },
		"admit.needCategory":  func(a *admission) { a.category = 0 },
		"admit.badBirth":      func(a *admission) { a.birth = "31/05/1962" },
		"admit.unlikelyBirth": func(a *admission) { a.birth = "2062-05-31" },
		"admit.badHeight":     func(a *admission) { a.height = "1.71" },
		"admit.badWeight":     func(a *admission) { a.weight = "NaN" },
	} {
		a := good
		spoil(&a)
		_, err := a.patient(start)
		if err == nil || err.Error() != want {
			t.Errorf("%+v: %v, want %s", a, err, want)
		}
		if NewWords("en").T(want) == want {
			t.Errorf("%s has no words", want)
		}
	}
}

func TestAges(t *testing.T) {
	p := presenter{w: NewWords("en")}
	for birth, want := range map[time.Time]string{
		{}: "", start.AddDate(0, 0, -3): "3 d", start.AddDate(0, -8, -1): "8 mo", start.AddDate(-2, 0, -1): "2 y",
		start.AddDate(-63, 0, 1): "62 y", start.AddDate(0, 0, 1): "",
	} {
		if got := p.ageOf(birth, start); got != want {
			t.Errorf("born %v: %q, want %q", birth, got, want)
		}
	}
}

func TestSyncChip(t *testing.T) {
	w := NewWords("en")
	for _, c := range []struct {
		s    SyncStatus
		want string
		dot  fyne.ThemeColorName
	}{
		{SyncStatus{}, "not set up", theme.Faint},
		{SyncStatus{Enabled: true}, "Connecting", theme.Faint},
		{SyncStatus{Enabled: true, LastContact: start}, "Synced", theme.Good},
		{SyncStatus{Enabled: true, LastContact: start.Add(-3 * time.Minute)}, "3 min ago", theme.Good},
		{SyncStatus{Enabled: true, LastContact: start, Pending: 1}, "1 value to send", theme.Good},
		{SyncStatus{Enabled: true, LastContact: start, Pending: 5, OfflineSince: start}, "5 waiting", theme.Medium},
		{SyncStatus{Enabled: true, LastContact: start, Parked: 2}, "2 values refused", theme.Medium},
	} {
		if text, dot := syncText(w, c.s, start); !strings.Contains(text, c.want) || dot != c.dot {
			t.Errorf("%+v: %q %s", c.s, text, dot)
		}
	}
}

func TestSettingsRefuseAnAddressThatIsNone(t *testing.T) {
	for _, a := range []string{"fhir.hospital", "ftp://x", "https://", "://"} {
		if (Preferences{FHIR: a}).check() == nil {
			t.Errorf("%q passes as an address", a)
		}
	}
	for _, a := range []string{"", "https://fhir.hospital/r4", "http://127.0.0.1:8080"} {
		if err := (Preferences{FHIR: a}).check(); err != nil {
			t.Errorf("%q: %v", a, err)
		}
	}
}

func TestPressuresAreOneReading(t *testing.T) {
	w := uitest.Calm(1, start)
	v := w.View(start)
	p := presenter{w: NewWords("en")}
	n := 0
	for _, it := range p.items(&v.Beds[0]) {
		if it.Label == "ABP" {
			n++
		}
		if strings.Contains(it.Label, "sys") || strings.Contains(it.Label, "dia") {
			t.Errorf("%q stands alone", it.Label)
		}
	}
	if n != 1 {
		t.Errorf("%d readings called ABP", n)
	}
}

func TestPanelStaysInItsPlace(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 60, 40))
	bounds := image.Rect(10, 10, 50, 30)
	panel(m, bounds, 8, 2, theme.Ink(theme.Panel), theme.Ink(theme.PanelEdge), false)
	for y := range 40 {
		for x := range 60 {
			if painted := m.RGBAAt(x, y).A != 0; painted && !(image.Point{X: x, Y: y}).In(bounds) {
				t.Fatalf("%d,%d is painted", x, y)
			}
		}
	}
	if m.RGBAAt(30, 20) != theme.Ink(theme.Panel) || m.RGBAAt(30, 10) != theme.Ink(theme.PanelEdge) || m.RGBAAt(10, 10).A != 0 {
		t.Errorf("middle %v, edge %v, corner %v", m.RGBAAt(30, 20), m.RGBAAt(30, 10), m.RGBAAt(10, 10))
	}
}

// A click leaves the focus on a button; the keys go on meaning what they mean.
func TestKeysWorkWhereverTheFocusIs(t *testing.T) {
	b := newBench(t, uitest.Busy(start), func(d *Deps) { d.History = &tape{} })
	b.key(fyne.KeyF6)
	page := b.pages[routeTrend].(*trendPage)
	b.win.Canvas().Focus(page.spans[1])
	page.spans[1].TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	if page.span != 4*time.Hour {
		t.Errorf("Space on the button chose %v", page.span)
	}
	page.spans[1].TypedRune('8')
	if page.span != 8*time.Hour {
		t.Errorf("8 chose %v", page.span)
	}
	b.after(time.Second)
	page.spans[1].TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if len(b.ward.Acked) != 1 {
		t.Error("Enter did not acknowledge while a button had the focus")
	}
	page.spans[1].TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if b.at != routeWard {
		t.Errorf("Escape leads to page %d", b.at)
	}
	b.settle()
}

func TestClosingAsksOnlyForRealPatients(t *testing.T) {
	real := newBench(t, uitest.Busy(start), nil) // bed 13 is real
	real.askToClose()
	if real.closed || !real.dialogOpen() {
		t.Error("a window that records a real patient closes without asking")
	}
	demo := newBench(t, uitest.Calm(2, start), nil)
	demo.askToClose()
	if !demo.closed || demo.dialogOpen() {
		t.Error("a demo ward does not close at once")
	}
}

func BenchmarkFrameOfSixteenBeds(b *testing.B) {
	w := uitest.Calm(16, start)
	now := start
	u := New(test.NewApp(), Deps{Ward: w, Now: func() time.Time { return now }})
	u.win.Resize(fyne.NewSize(1920, 1080))
	for range 60 {
		now = now.Add(time.Second / 30)
		u.Frame(now)
	}
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(time.Second / 30)
		u.Frame(now)
	}
}

// Whatever is pressed in whatever order, on wards that change meanwhile, the
// window goes on.
func TestRandomKeysOnAChangingWard(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	wards := [][]uitest.Bed{uitest.Busy(start).Beds, uitest.Calm(3, start).Beds, nil, uitest.Calm(9, start).Beds}
	b := newBench(t, uitest.Busy(start), func(d *Deps) { d.History, d.Devices, d.Settings = &tape{}, &shelf{}, &memory{} })
	keys := []fyne.KeyName{fyne.KeyUp, fyne.KeyDown, fyne.KeyLeft, fyne.KeyRight, fyne.KeySpace, fyne.KeyReturn, fyne.KeyEscape, fyne.KeyEnd,
		fyne.KeyF1, fyne.KeyF11, fyne.KeyF6, fyne.KeyF7, fyne.KeyF8, fyne.KeyF9, fyne.KeyF12}
	runes := []rune("0123489aAdDnN+?x")
	for i := range 250 {
		switch random.IntN(8) {
		case 0, 1, 2:
			b.key(keys[random.IntN(len(keys))])
		case 3, 4, 5:
			b.rune(runes[random.IntN(len(runes))])
		case 6:
			b.closeDialogs()
		case 7:
			if i%5 == 0 {
				b.ward.Beds = append([]uitest.Bed(nil), wards[random.IntN(len(wards))]...)
			}
		}
		b.after(time.Duration(random.IntN(1500)) * time.Millisecond)
		b.finish()
	}
	b.closeDialogs()
	b.ward.Beds = wards[1]
	b.visit(routeWard)
	b.after(time.Second)
	b.must("Haugen, I.")
}
