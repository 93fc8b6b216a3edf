package ui

import (
	"math"
	"strings"
	"testing"
	"time"

	"lamplight/alarms"
	"lamplight/mdib"
	"lamplight/ui/uitest"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/uuid"
)

func stationCondition(f alarms.Finding, ref mdib.Ref, p mdib.Priority, text string) alarms.Condition {
	return alarms.Condition{
		AlertCondition: mdib.AlertCondition{Ref: ref, Kind: mdib.Technical, Priority: p, Provenance: mdib.FromWorkstation, Present: true, Text: text},
		Onset:          start, Finding: f, Value: math.NaN(), Limit: math.NaN(),
	}
}

func TestTroubleOfTheWorkstationIsShownAndAcknowledged(t *testing.T) {
	b := newBench(t, uitest.Calm(3, start), nil)
	b.must("Recording 3/3")
	const why = "the disk that holds /data/record.db is full: free some space; recording then goes on by itself"
	b.ward.Station = []alarms.Condition{stationCondition(alarms.FindRecord, "lamplight/record", mdib.PriorityMedium, why)}
	b.after(time.Second)
	m := b.shell.alarms.bar.Model()
	if !b.shell.alarms.bar.Visible() || m.Bed != "This workstation" || !strings.Contains(m.Alarm.Text, "the disk that holds") || m.Counts[1] != "1 medium" {
		t.Fatalf("the bar says %+v", m)
	}
	b.mustNot("Recording 3/3")
	b.must("Record in trouble")

	test.Tap(b.shell.alarms.bar)
	if b.at != routeWard || !b.dialogOpen() {
		t.Fatalf("a tap leads to page %d, bed %d; dialog: %v", b.at, b.bed, b.dialogOpen())
	}
	b.closeDialogs()
	b.after(time.Second)
	b.key(fyne.KeyReturn)
	if b.ward.Acked["lamplight/record"].IsZero() {
		t.Error("Enter did not acknowledge it")
	}
	b.ward.Station = nil
	b.after(time.Second)
	b.must("Recording 3/3")
	if b.shell.alarms.bar.Visible() {
		t.Error("the bar stays although nothing is wrong any more")
	}
}

// What the bar shows first is never of lower priority than anything else.
func TestAcknowledgedHighAlarmLeadsTheBar(t *testing.T) {
	w := uitest.Calm(3, start)
	busy := uitest.Busy(start)
	w.Beds[0].Alerts = busy.Beds[4].Alerts // medium
	w.Beds[2].Alerts = busy.Beds[6].Alerts[:1]
	w.Acked = map[string]time.Time{"030-asystole": start}
	b := newBench(t, w, nil)
	bar := b.shell.alarms.bar
	if m := bar.Model(); m.Bed != "Bed 03" || !m.Alarm.Acknowledged {
		t.Fatalf("the bar leads with %+v", m)
	}
	b.after(time.Second)
	b.rune('n')
	b.after(time.Second)
	if m := bar.Model(); m.Bed != "Bed 01" {
		t.Fatalf("N shows %+v", m)
	}
	b.key(fyne.KeyReturn)
	if len(w.Acked) != 2 || w.Acked["01spo2"].IsZero() {
		t.Errorf("Enter acknowledged %v, the bar showed SpO₂ of bed 01", w.Acked)
	}
	b.after(time.Second)
	b.rune('n')
	b.after(time.Second)
	if m := bar.Model(); m.Bed != "Bed 01" {
		t.Fatalf("N shows %+v", m)
	}
	b.after(chosenFor)
	if m := bar.Model(); m.Bed != "Bed 03" {
		t.Errorf("%v later the bar still shows %+v", chosenFor, m)
	}
	b.rune('n')
	b.after(time.Second)
	w.Beds[1].Alerts = []alarms.Condition{busy.Beds[6].Alerts[1]} // high, and nobody has seen it
	b.after(time.Second)
	if m := bar.Model(); m.Bed != "Bed 02" {
		t.Errorf("a new high alarm waits behind %+v", m)
	}
}

func TestConditionsSpeakTheLanguageOfTheWindow(t *testing.T) {
	limit := func(f alarms.Finding, label, unit string, v, limit float64, decimals uint8) alarms.Condition {
		c := stationCondition(f, "x", mdib.PriorityMedium, "stored words")
		c.Label, c.Unit, c.Value, c.Limit, c.Decimals = label, unit, v, limit, decimals
		return c
	}
	frozen := limit(alarms.FindLow, "SpO₂", "%", 78, 80, 1)
	frozen.Frozen = true
	lost := stationCondition(alarms.FindLink, "x", mdib.PriorityMedium, "Connection lost (silent)")
	lost.Reason = mdib.ReasonSilent
	device := stationCondition(alarms.FindDevice, "x", mdib.PriorityHigh, "*** SpO₂ BASSE 78 < 80 !")
	device.Provenance = mdib.FromDevice
	for _, c := range []struct {
		c               alarms.Condition
		english, french string
	}{
		{limit(alarms.FindLow, "SpO₂", "%", 78, 80, 1), "SpO₂ low 78 < 80", "SpO₂ basse 78 < 80"},
		{limit(alarms.FindHigh, "HR", "/min", 131, 130, 1), "HR high 131 > 130", "HR haute 131 > 130"},
		{limit(alarms.FindLow, "HR", "/min", 49.6, 50, 1), "HR low 49.6 < 50", "HR basse 49.6 < 50"}, // not "50 < 50"
		{limit(alarms.FindHigh, "Temp", "°C", 39, 38.5, 1), "Temp high 39.0 > 38.5 °C", "Temp haute 39.0 > 38.5 °C"},
		{limit(alarms.FindHigh, "etCO₂", "%", 6.4, 6, 1), "etCO₂ high 6.4 > 6", "etCO₂ haute 6.4 > 6"},
		{frozen, "SpO₂ low 78 < 80 · last known", "SpO₂ basse 78 < 80 · dernier état connu"},
		{lost, "Connection lost · The line is open but the monitor is silent", "Liaison perdue · La ligne est ouverte mais le moniteur se tait"},
		{limit(alarms.FindStale, "SpO₂", "", math.NaN(), math.NaN(), 0), "SpO₂: no data", "SpO₂ : pas de données"},
		{limit(alarms.FindClock, "", "", -90, math.NaN(), 0), "The clock of this workstation was set back by 1:30", "L’horloge de ce poste a été reculée de 1:30"},
		{limit(alarms.FindIncomplete, "", "", 1, math.NaN(), 0), "Recording incomplete: 1 report lost", "Enregistrement incomplet : 1 message perdu"},
		{stationCondition(alarms.FindPatient, "x", mdib.PriorityMedium, "stored"), "The monitor names another patient than the bed", "Le moniteur nomme un autre patient que le lit"},
		{device, "SpO₂ BASSE 78 < 80 !", "SpO₂ BASSE 78 < 80 !"},
		{stationCondition("of a later version", "x", mdib.PriorityLow, "Stored words"), "Stored words", "Stored words"},
	} {
		was := c.c.Text
		for code, want := range map[string]string{"en": c.english, "fr": c.french} {
			if got := (presenter{w: NewWords(code)}).condition(&c.c); got != want {
				t.Errorf("%s in %s: %q, want %q", c.c.Finding, code, got, want)
			}
		}
		if c.c.Text != was {
			t.Errorf("the words of the record became %q", c.c.Text)
		}
	}
}

func TestClockStepIsShownAndRecordingGoesOn(t *testing.T) {
	b := newBench(t, uitest.Calm(1, start), nil)
	step := stationCondition(alarms.FindClock, "lamplight/clock", mdib.PriorityLow, "clock")
	step.Value = 60
	b.ward.Station = []alarms.Condition{step}
	b.after(time.Second)
	b.must("Recording 1/1", "set forward by 1:00", "1 low")
	if c := b.shell.alarms.all[0]; c.bed != noBed || c.cond.MDS != uuid.Nil {
		t.Errorf("%+v", c)
	}
}

func TestTwoFiguresOpenOneBed(t *testing.T) {
	b := newBench(t, uitest.Calm(16, start), nil)
	at := func(label string) {
		t.Helper()
		if got := b.view.Beds[b.bed].Label; b.at != routeBed || got != label {
			t.Errorf("page %d, bed %s; want bed %s", b.at, got, label)
		}
	}
	b.rune('1')
	at("01")
	b.after(300 * time.Millisecond)
	b.rune('2')
	at("12")
	b.rune('3') // the number was complete: this begins another
	at("03")
	b.after(2 * time.Second)
	b.rune('1')
	b.after(2 * time.Second)
	b.rune('2')
	at("02")
	b.rune('5') // there is no bed 25
	at("05")
	b.after(2 * time.Second)
	b.rune('1')
	b.rune('0')
	at("10")
	b.after(2 * time.Second)
	b.rune('0')
	at("10")
}

func TestFullScreenAndBack(t *testing.T) {
	b := newBench(t, uitest.Calm(1, start), nil)
	b.key(fyne.KeyF11)
	if !b.win.FullScreen() {
		t.Error("F11 does not fill the screen")
	}
	b.key(fyne.KeyF11)
	if b.win.FullScreen() {
		t.Error("F11 does not bring the window back")
	}
}
