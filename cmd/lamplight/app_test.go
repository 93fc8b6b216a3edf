package main

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"lamplight/alarms"
	"lamplight/devices/all"
	"lamplight/devices/intellivue/emulator"
	"lamplight/devices/link"
	nonin "lamplight/devices/nonin/emulator"
	"lamplight/devices/physiology"
	"lamplight/mdib"
	"lamplight/station"
	"lamplight/ui"
	"lamplight/uplink/fhir/fhirtest"

	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"go.uber.org/goleak"
)

// bedside is two emulated devices on their true transports.
type bedside struct {
	monitor *emulator.Emulator
	config  Config
	tty     string // a link to the oximeter's line, like those of /dev/serial/by-id
	unplug  func()
	plug    func()
	stop    func() // ends both, for good
}

func newBedside(t *testing.T) *bedside {
	t.Helper()
	b := &bedside{tty: filepath.Join(t.TempDir(), "oximeter")}
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b.monitor = emulator.New(physiology.NewPatient(physiology.Profile{Seed: 1, HeartRate: 72, Arterial: true}), emulator.Options{
		BedLabel: "Bed 1", Serial: "DE12345678", Demo: true, Patient: &mdib.Patient{Family: "Haugen", Identifier: "4711", Category: mdib.Adult}})
	ctx, cancel := context.WithCancel(context.Background())
	played := start(func(context.Context) { b.monitor.Serve(ctx, conn) })
	b.unplug = func() {}
	b.stop = func() { cancel(); conn.Close(); played.stop(); b.unplug() }
	t.Cleanup(func() { b.stop() })
	b.plug = func() {
		master, slave, err := link.OpenPTY()
		if err != nil {
			t.Fatal(err)
		}
		os.Remove(b.tty)
		if err := os.Symlink(slave, b.tty); err != nil {
			t.Fatal(err)
		}
		o := nonin.New(physiology.NewPatient(physiology.Profile{Seed: 2, HeartRate: 64}), nonin.Options{Format: 7})
		played := start(func(ctx context.Context) { o.Serve(ctx, master) })
		b.unplug = sync.OnceFunc(func() { os.Remove(b.tty); played.stop(); master.Close() })
	}
	b.plug()
	b.config = Config{Unit: "Ward", Beds: []BedConfig{{Label: "1"}, {Label: "2"}}, Devices: []DeviceConfig{
		{Name: "Monitor", Model: "intellivue", Address: "udp://" + conn.LocalAddr().String(), Bed: "1"},
		{Name: "Oximeter", Model: "nonin", Address: "serial:" + b.tty, Bed: "2", Options: map[string]string{"mode": "demo"}},
	}}
	if err := b.config.check(all.Registry()); err != nil {
		t.Fatal(err)
	}
	return b
}

// bed gives the newest state of a bed.
func bed(a *App, label string) station.BedView {
	v := a.Station.View(time.Now())
	return v.Beds[slices.IndexFunc(v.Beds, func(b station.BedView) bool { return b.Label == label })]
}

func numeric(b station.BedView, refID string) (station.NumericView, bool) {
	for _, n := range b.Numerics {
		if n.Metric.Code.RefID == refID && n.Validity.HasValue() && !n.Stale {
			return n, true
		}
	}
	return station.NumericView{}, false
}

// From a device's bytes to the tile, the record and the hospital, and nothing
// left behind.
func TestFromTheWireToTheHospital(t *testing.T) {
	b := newBedside(t)
	hospital := fhirtest.NewServer(t)
	b.config.Uplinks = []UplinkConfig{{Name: "hospital", Kind: "fhir", URL: hospital.URL, NumericsEvery: Duration(time.Second), Waves: true}}
	a, err := Start(t.Context(), b.config, all.Registry(), "", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	window := ui.New(test.NewTempApp(t), ui.Deps{Ward: a.Station, History: history{a}, Devices: deviceList{a}, Settings: preferences{a}, Sync: syncState{a}})

	var rate, sat station.NumericView
	eventually(t, 15*time.Second, "a heart rate of bed 1 and a saturation of bed 2", func() bool {
		var hr, spo2 bool
		rate, hr = numeric(bed(a, "1"), "MDC_ECG_HEART_RATE")
		sat, spo2 = numeric(bed(a, "2"), "MDC_PULS_OXIM_SAT_O2")
		return hr && spo2
	})
	if rate.Value < 60 || rate.Value > 85 || sat.Value < 90 {
		t.Errorf("heart rate %v, saturation %v: not those of the patients", rate.Value, sat.Value)
	}
	if rate.Mode != mdib.ModeDemo || sat.Mode != mdib.ModeDemo {
		t.Errorf("modes %v, %v: simulated values must say so", rate.Mode, sat.Mode)
	}

	eventually(t, 5*time.Second, "the heart rate on the tile", func() bool {
		now := time.Now()
		window.Frame(now)
		n, ok := numeric(bed(a, "1"), "MDC_ECG_HEART_RATE")
		texts := shown(window)
		return ok && slices.Contains(texts, itoa(n.Value)) && slices.ContainsFunc(texts, func(s string) bool { return strings.HasPrefix(s, "Haugen") })
	})

	eventually(t, 10*time.Second, "the heart rate in the record", func() bool {
		rows, err := a.DB.Numerics(t.Context(), b.config.Devices[0].ID, rate.Ref, time.Now().Add(-time.Minute), time.Now().Add(time.Minute))
		return err == nil && len(rows) > 2 && rows[0].Value > 60
	})
	waves := bed(a, "1").Waves
	if len(waves) < 3 {
		t.Fatalf("%d waves of bed 1", len(waves))
	}
	eventually(t, 10*time.Second, "a wave in the record", func() bool {
		rows, err := a.DB.Samples(t.Context(), waves[0].Device, waves[0].Metric.Ref, time.Now().Add(-time.Minute), time.Now().Add(time.Minute))
		return err == nil && len(rows) > 0 && len(rows[0].Samples) > 0
	})

	eventually(t, 20*time.Second, "the heart rate at the hospital", func() bool {
		return slices.ContainsFunc(hospital.Resources("Observation"), func(raw json.RawMessage) bool {
			return strings.Contains(string(raw), `"8867-4"`) && strings.Contains(string(raw), "HTEST")
		})
	})
	if c := hospital.Complaints(); len(c) > 0 {
		t.Errorf("the hospital's server complains: %v", c)
	}
	if n := len(hospital.Resources("Patient")); n == 0 {
		t.Error("no patient at the hospital")
	}

	window.Stop()
	closing := time.Now()
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if d := time.Since(closing); d > 5*time.Second {
		t.Errorf("closing took %v", d)
	}
}

// shown gives every text of the window.
func shown(w *ui.UI) []string {
	var out []string
	for _, o := range test.LaidOutObjects(w.Window().Content()) {
		if x, ok := o.(*canvas.Text); ok && x.Visible() {
			out = append(out, x.Text)
		}
	}
	return out
}

// Closing leaves no goroutine.
func TestCloseLeavesNothing(t *testing.T) {
	before := goleak.IgnoreCurrent()
	b := newBedside(t)
	a, err := Start(t.Context(), b.config, all.Registry(), "", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, 15*time.Second, "data", func() bool {
		_, ok := numeric(bed(a, "1"), "MDC_ECG_HEART_RATE")
		return ok
	})
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	b.stop()
	goleak.VerifyNone(t, before)
}

// A pulled cable and a silent monitor raise a technical condition, come back
// by themselves, and leave a gap in the record.
func TestPulledCableComesBack(t *testing.T) {
	b := newBedside(t)
	a, err := Start(t.Context(), b.config, all.Registry(), "", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	alive := func(label, refID string) func() bool {
		return func() bool { _, ok := numeric(bed(a, label), refID); return ok }
	}
	lost := func(label string) func() bool {
		return func() bool {
			return slices.ContainsFunc(bed(a, label).Conditions, func(c alarms.Condition) bool {
				return c.Finding == alarms.FindLink && c.Kind == mdib.Technical && c.Present
			})
		}
	}
	eventually(t, 15*time.Second, "data of both beds", func() bool {
		return alive("1", "MDC_ECG_HEART_RATE")() && alive("2", "MDC_PULS_OXIM_SAT_O2")()
	})

	b.unplug()
	b.monitor.SetFaults(emulator.Faults{Deaf: true})
	eventually(t, 3*time.Second, "the pulled cable in words", lost("2"))
	if alive("2", "MDC_PULS_OXIM_SAT_O2")() {
		t.Error("an old saturation is still shown as a number")
	}
	eventually(t, 15*time.Second, "the silent monitor in words", lost("1"))

	b.plug()
	b.monitor.SetFaults(emulator.Faults{})
	eventually(t, 30*time.Second, "both beds back", func() bool {
		return alive("1", "MDC_ECG_HEART_RATE")() && alive("2", "MDC_PULS_OXIM_SAT_O2")() && !lost("1")() && !lost("2")()
	})
	if err := a.DB.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, d := range b.config.Devices {
		gaps, err := a.DB.Gaps(t.Context(), d.ID, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
		if err != nil || len(gaps) == 0 {
			t.Errorf("%s: gaps %v, %v", d.Name, gaps, err)
		}
	}
}

func itoa(v float64) string { return strconv.FormatFloat(v, 'f', 0, 64) }
