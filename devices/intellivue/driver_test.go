package intellivue_test

import (
	"errors"
	"testing"
	"time"

	"lamplight/devices"
	"lamplight/devices/intellivue/emulator"
	"lamplight/devices/intellivue/wire"
	"lamplight/mdib"
)

func patient() *mdib.Patient {
	return &mdib.Patient{Identifier: "4711", Family: "Ångström", Given: "Zoë", Birth: time.Date(1961, 7, 4, 0, 0, 0, 0, time.UTC),
		Sex: mdib.Female, Category: mdib.Adult, Paced: true, HeightCm: 171.5, WeightKg: 64.2}
}

// The whole of a quiet session.
func TestSession(t *testing.T) {
	l := &line{e: emulator.New(newBedside(), emulator.Options{BedLabel: "ICU 7", Serial: "DE12345678", Patient: patient(), Demo: true}), end: 40 * time.Second}
	reports, d, err := run(t, l, nil)
	if err != nil {
		t.Fatal(err)
	}
	m := last(reports)
	if m == nil || m.Bed != "ICU 7" || m.Serial != "DE12345678" || m.Model != "IntelliVue MP40 (M8003A)" || m.Version != "G.01.80" ||
		m.Mode != mdib.ModeDemo || m.Manufacturer != "Philips" {
		t.Fatalf("described as %+v", m)
	}
	if m.Patient == nil || *m.Patient != *patient() {
		t.Errorf("patient %+v", m.Patient)
	}
	if m.Clock == nil || m.Clock.Offset().Abs() > 1100*time.Millisecond {
		t.Errorf("clock %+v", m.Clock)
	}
	hr := byRefID(t, m, "MDC_ECG_HEART_RATE", mdib.KindNumeric)
	if hr.Label != "HR" || hr.Unit.UCUM != "/min" || hr.Class != mdib.ClassECG || hr.Episodic {
		t.Errorf("heart rate described as %+v", hr)
	}
	list := numerics(reports, hr.Ref)
	if len(list) < 36 {
		t.Errorf("%d heart rates in 40 s", len(list))
	}
	for i, n := range list {
		if n.Value != 72 || n.Validity != mdib.Valid || n.Mode != mdib.ModeDemo || n.Decimals != 0 {
			t.Fatalf("heart rate %+v", n)
		}
		if i > 0 && n.Time.Sub(list[i-1].Time) != 1024*time.Millisecond {
			t.Errorf("heart rate %d comes %v after the one before", i, n.Time.Sub(list[i-1].Time))
		}
	}
	sat := byRefID(t, m, "MDC_PULS_OXIM_SAT_O2", mdib.KindNumeric)
	if v := numerics(reports, sat.Ref)[0]; v.Value != 97.5 || v.Decimals != 1 {
		t.Errorf("saturation %+v", v)
	}
	if nbp := byRefID(t, m, "MDC_PRESS_BLD_NONINV_SYS", mdib.KindNumeric); !nbp.Episodic {
		t.Error("a cuff pressure is not episodic")
	}
	if s := d.Stats(); s.Bad != 0 || s.Discarded != 0 || s.Frames < 150 {
		t.Errorf("stats %+v", s)
	}
	if l.e.Associated() {
		t.Error("not released at the end")
	}
	if late := l.now.Sub(start) - l.end; late > 300*time.Millisecond {
		t.Errorf("an answered release took %v", late)
	}
	checkWaves(t, reports, m, 0)
	checkOrder(t, reports)
}

// checkWaves proves that every sample stands at its time and in its unit, and
// that so many blocks of lead II are missing between the first and the last.
func checkWaves(t *testing.T, reports []mdib.Report, m *mdib.MDS, missing int) {
	t.Helper()
	for id, height := range map[string]float64{"MDC_ECG_ELEC_POTL_II": 2, "MDC_PRESS_BLD_ART_ABP": 200} {
		w := byRefID(t, m, id, mdib.KindSampleArray)
		blocks := samples(reports, w.Ref)
		if len(blocks) < 40 {
			t.Fatalf("%s: %d blocks", id, len(blocks))
		}
		offset := time.Duration(-1)
		span := w.Period * time.Duration(len(blocks[0].Samples))
		if span != 256*time.Millisecond {
			t.Errorf("%s: a block spans %v", id, span)
		}
		gaps := 0
		for i, b := range blocks {
			if i > 0 {
				step := b.Time.Sub(blocks[i-1].Time)
				gaps += int((step+span/2)/span) - 1
			}
			// The saw tells when the monitor took the sample; the distance to our
			// time must be the same for all.
			saw := time.Duration(w.Calibration.Physical(b.Samples[0]) / height * 1024 * float64(time.Millisecond))
			at := (b.Time.Sub(start) - saw) % (1024 * time.Millisecond)
			if offset < 0 {
				offset = at
			}
			if diff := (at - offset).Abs(); diff > 30*time.Millisecond && diff < 990*time.Millisecond {
				t.Fatalf("%s: block %d at %v has the saw at %v", id, i, b.Time, saw)
			}
		}
		if gaps != missing {
			t.Errorf("%s: %d blocks missing, want %d", id, gaps, missing)
		}
	}
}

// checkOrder proves what holds for every driver: description first, times never
// back.
func checkOrder(t *testing.T, reports []mdib.Report) {
	t.Helper()
	var d *mdib.MDS
	newest := map[mdib.Ref]time.Time{}
	check := func(ref mdib.Ref, at time.Time) {
		if d == nil || d.Metric(ref) == nil {
			t.Fatalf("%s reported before it was described", ref)
		}
		if at.Before(newest[ref]) {
			t.Fatalf("%s runs back from %v to %v", ref, newest[ref], at)
		}
		newest[ref] = at
	}
	for _, r := range reports {
		if r.Describe != nil {
			d = r.Describe
		}
		for _, n := range r.Numerics {
			check(n.Ref, n.Time)
		}
		for _, s := range r.Samples {
			check(s.Ref, s.Time)
		}
		for _, e := range r.Enums {
			check(e.Ref, e.Time)
		}
	}
}

func TestSessionFaults(t *testing.T) {
	for name, c := range map[string]struct {
		faults  emulator.Faults
		missing int
	}{
		"requests ignored": {faults: emulator.Faults{IgnoreRequests: 2}},
		"confirms ignored": {faults: emulator.Faults{IgnoreConfirms: 1}},
		"waves swapped":    {faults: emulator.Faults{SwapWaves: true}},
		"waves doubled":    {faults: emulator.Faults{DoubleWaves: true}},
	} {
		t.Run(name, func(t *testing.T) {
			l := &line{e: emulator.New(newBedside(), emulator.Options{Faults: c.faults}), end: 40 * time.Second}
			reports, _, err := run(t, l, nil)
			if err != nil {
				t.Fatal(err)
			}
			checkWaves(t, reports, last(reports), c.missing)
			checkOrder(t, reports)
		})
	}
}

func TestLostWaveBlocksLeaveGaps(t *testing.T) {
	l := &line{e: emulator.New(newBedside(), emulator.Options{Faults: emulator.Faults{DropWaveEvery: 10}}), end: 40 * time.Second}
	reports, _, err := run(t, l, nil)
	if err != nil {
		t.Fatal(err)
	}
	w := byRefID(t, last(reports), "MDC_ECG_ELEC_POTL_II", mdib.KindSampleArray)
	blocks := samples(reports, w.Ref)
	span := int(blocks[len(blocks)-1].Time.Sub(blocks[0].Time)/(256*time.Millisecond)) + 1
	lost := span - len(blocks)
	if lost < span/10-1 || lost > span/10+1 {
		t.Errorf("%d of %d blocks are missing", lost, span)
	}
	checkWaves(t, reports, last(reports), lost)
	checkOrder(t, reports)
}

func TestNoWavesGranted(t *testing.T) {
	l := &line{e: emulator.New(newBedside(), emulator.Options{Faults: emulator.Faults{NoWaves: true}}), end: 20 * time.Second}
	reports, _, err := run(t, l, nil)
	if err != nil {
		t.Fatal(err)
	}
	said := 0
	for _, r := range reports {
		if len(r.Samples) > 0 {
			t.Fatal("waves came")
		}
		for _, a := range r.Alerts {
			if a.Ref == "link/waves" && a.Provenance == mdib.FromDevice && a.Kind == mdib.Technical && a.Present {
				said++
			}
		}
	}
	if said != 1 {
		t.Errorf("said %d times that there are no waves", said)
	}
	hr := byRefID(t, last(reports), "MDC_ECG_HEART_RATE", mdib.KindNumeric)
	if len(numerics(reports, hr.Ref)) < 15 {
		t.Error("no numerics either")
	}
	for _, p := range l.sent {
		if m, _ := wire.Parse(p); m.Poll != nil && m.Poll.Class == wire.ClassWave {
			t.Error("waves were polled all the same")
		}
	}
}

func TestEndsWithReason(t *testing.T) {
	second := time.Second
	for name, c := range map[string]struct {
		options emulator.Options
		act     func(*line)
		want    mdib.Reason
		by      time.Duration
	}{
		"deaf":    {options: emulator.Options{Faults: emulator.Faults{Deaf: true}}, want: mdib.ReasonSilent, by: 11 * second},
		"aborted": {act: func(l *line) { l.e.Abort() }, want: mdib.ReasonAborted, by: 16 * second},
		"silent": {act: func(l *line) { l.e.SetFaults(emulator.Faults{Deaf: true}) },
			want: mdib.ReasonSilent, by: 26 * second},
		"switched off and on": {act: func(l *line) { l.e.Restart(false) }, want: mdib.ReasonSilent, by: 26 * second},
		"clock began anew":    {act: func(l *line) { l.e.Restart(true) }, want: mdib.ReasonAborted, by: 18 * second},
		"never confirmed":     {options: emulator.Options{Faults: emulator.Faults{IgnoreConfirms: 99}}, want: mdib.ReasonAborted, by: 14 * second},
	} {
		t.Run(name, func(t *testing.T) {
			l := &line{e: emulator.New(newBedside(), c.options), end: time.Minute, during: map[time.Duration]func(){}}
			if c.act != nil {
				l.during[15*second] = func() { c.act(l) }
			}
			_, _, err := run(t, l, nil)
			var f *devices.Fault
			if !errors.As(err, &f) || f.Reason != c.want || f.Detail == "" {
				t.Fatalf("ended with %v, want %s", err, c.want)
			}
			if took := l.now.Sub(start); took > c.by {
				t.Errorf("noticed after %v", took)
			}
		})
	}
}

func TestSecondClientIsRefused(t *testing.T) {
	e := emulator.New(newBedside(), emulator.Options{})
	other := wire.Message{Kind: wire.KindAssociate, User: wire.NewUserInfo(wire.SystemClient, wire.StartCold,
		wire.PollProfile{Period: 8000, MaxRx: 1000, MaxTx: 1000, Extensions: wire.ExtNumerics1s, HasExtensions: true})}
	e.Handle(netipAddr("192.0.2.9:5"), other.Append(nil), start)
	_, _, err := run(t, &line{e: e, end: 20 * time.Second}, nil)
	var f *devices.Fault
	if !errors.As(err, &f) || f.Reason != mdib.ReasonRefused {
		t.Fatalf("ended with %v", err)
	}
}

// The monitor gives up a client that says nothing. Ten minutes also see the
// polls renewed.
func TestKeptAliveAndRenewed(t *testing.T) {
	l := &line{e: emulator.New(newBedside(), emulator.Options{}), end: 25 * time.Minute}
	reports, _, err := run(t, l, nil)
	if err != nil {
		t.Fatal(err)
	}
	m := last(reports)
	hr := numerics(reports, byRefID(t, m, "MDC_ECG_HEART_RATE", mdib.KindNumeric).Ref)
	for i := 1; i < len(hr); i++ {
		if d := hr[i].Time.Sub(hr[i-1].Time); d > 2100*time.Millisecond {
			t.Errorf("no numerics for %v after %v", d, hr[i-1].Time.Sub(start))
		}
	}
	if span := hr[len(hr)-1].Time.Sub(start); span < 24*time.Minute+50*time.Second {
		t.Errorf("numerics ended after %v", span)
	}
	checkOrder(t, reports)
}
