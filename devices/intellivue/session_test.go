package intellivue_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"lamplight/devices/intellivue/emulator"
	"lamplight/devices/intellivue/wire"
	"lamplight/devices/physiology"
	"lamplight/mdib"
)

func TestWavesAreChosen(t *testing.T) {
	setOf := func(l *line) (ids []uint32, n int) {
		for _, p := range l.sent {
			m, _ := wire.Parse(p)
			for _, c := range m.Set {
				ids, _ = wire.ParseTextIDs(c.Attr.Value)
				n++
			}
		}
		return ids, n
	}
	t.Run("by the user", func(t *testing.T) {
		l := &line{e: emulator.New(newBedside(), emulator.Options{}), end: 15 * time.Second}
		reports, _, err := run(t, l, map[string]string{"waves": "Pleth, MDC_ECG_ELEC_POTL_V,0x00020102"})
		if err != nil {
			t.Fatal(err)
		}
		if ids, _ := setOf(l); !slices.Equal(ids, []uint32{0x00024BB4, 0x00020143, 0x00020102}) {
			t.Errorf("asked for %x", ids)
		}
		for m := range last(reports).Metrics() {
			if m.Kind == mdib.KindSampleArray && !slices.Contains([]string{"Pleth", "V", "II"}, m.Label) {
				t.Errorf("got %s", m.Label)
			}
		}
	})
	t.Run("by the monitor", func(t *testing.T) {
		l := &line{e: emulator.New(newBedside(), emulator.Options{Waves: []string{"MDC_PULS_OXIM_PLETH"}}), end: 15 * time.Second}
		reports, _, err := run(t, l, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, n := setOf(l); n != 0 {
			t.Error("the monitor's own choice was overruled")
		}
		byRefID(t, last(reports), "MDC_PULS_OXIM_PLETH", mdib.KindSampleArray)
	})
	t.Run("by nobody", func(t *testing.T) {
		l := &line{e: emulator.New(newBedside(), emulator.Options{Waves: []string{}}), end: 15 * time.Second}
		reports, _, err := run(t, l, nil)
		if err != nil {
			t.Fatal(err)
		}
		byRefID(t, last(reports), "MDC_ECG_ELEC_POTL_II", mdib.KindSampleArray)
		byRefID(t, last(reports), "MDC_RESP", mdib.KindSampleArray)
	})
	t.Run("a compound", func(t *testing.T) {
		l := &line{e: emulator.New(newBedside(), emulator.Options{}), end: 20 * time.Second}
		reports, _, err := run(t, l, map[string]string{"waves": "0x00020100,II"})
		if err != nil {
			t.Fatal(err)
		}
		m := last(reports)
		single, part := m.Metric("sa/1/686/0102"), m.Metric("sa/1/686/0102/c")
		if single == nil || part == nil {
			t.Fatal("a lead and the same lead in the compound are not told apart")
		}
		if single.Period != 2*time.Millisecond || part.Period != 4*time.Millisecond {
			t.Errorf("periods %v and %v", single.Period, part.Period)
		}
	})
}

func TestAlarmsBeginChangeAndEnd(t *testing.T) {
	b := newBedside()
	low := physiology.Event{Source: "MDC_PULS_OXIM_SAT_O2", Code: "MDC_EVT_LO", Priority: 2}
	worse := low
	worse.Priority = 3
	leads := physiology.Event{Source: "MDC_ECG_HEART_RATE", Code: "MDC_EVT_LEADS_OFF", Technical: true, Priority: 1}
	b.events = func(at time.Duration) []physiology.Event {
		switch {
		case at < 10*time.Second:
			return []physiology.Event{leads}
		case at < 20*time.Second:
			return []physiology.Event{leads, low}
		case at < 30*time.Second:
			return []physiology.Event{worse}
		}
		return nil
	}
	l := &line{e: emulator.New(b, emulator.Options{Demo: true}), end: 40 * time.Second}
	reports, _, err := run(t, l, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range reports {
		for _, a := range r.Alerts {
			state := "begins"
			if !a.Present {
				state = "ends"
			}
			got = append(got, a.Kind.String()+" "+a.Priority.String()+" "+a.Text+" "+state)
			if a.Provenance != mdib.FromDevice || a.Mode != mdib.ModeDemo {
				t.Errorf("alert %+v", a)
			}
			if a.Kind == mdib.Physiological {
				if m := last(reports).Metric(a.Source); m == nil || m.Label != "SpO₂" {
					t.Errorf("alert about %q", a.Source)
				}
			}
		}
	}
	want := []string{
		"technical low HR leads off begins",
		"physiological medium ** SpO₂ low begins",
		"physiological high *** SpO₂ low begins",
		"technical low HR leads off ends",
		"physiological high *** SpO₂ low ends",
	}
	if !slices.Equal(got, want) {
		t.Errorf("alerts\n%q, want\n%q", got, want)
	}
}

func TestValuesThatGo(t *testing.T) {
	b := newBedside()
	l := &line{e: emulator.New(b, emulator.Options{}), end: 20 * time.Second, during: map[time.Duration]func(){
		8 * time.Second:  func() { b.states["MDC_PULS_OXIM_SAT_O2"] = physiology.SensorOff },
		12 * time.Second: func() { b.states["MDC_ECG_HEART_RATE"] = physiology.Absent },
	}}
	reports, _, err := run(t, l, nil)
	if err != nil {
		t.Fatal(err)
	}
	m := last(reports)
	sat := numerics(reports, byRefID(t, m, "MDC_PULS_OXIM_SAT_O2", mdib.KindNumeric).Ref)
	if v := sat[len(sat)-1]; v.Validity != mdib.Invalid || !math.IsNaN(v.Value) {
		t.Errorf("a probe that fell off gives %+v", v)
	}
	hr := numerics(reports, byRefID(t, m, "MDC_ECG_HEART_RATE", mdib.KindNumeric).Ref)
	gone := 0
	for _, v := range hr {
		if v.Validity == mdib.NotAvailable {
			gone++
		}
	}
	if gone != 1 || hr[len(hr)-1].Validity != mdib.NotAvailable {
		t.Errorf("an object that went was called not available %d times", gone)
	}
}

// A datagram may be lost on its way. Whatever it was, the session goes on.
func TestLostAnswers(t *testing.T) {
	for name, lost := range map[string]func(*wire.Message) bool{
		"the list of waves":   func(m *wire.Message) bool { return m.RO == wire.Result && m.Command == wire.CmdGet },
		"the first numerics":  func(m *wire.Message) bool { return m.PollResult != nil && m.PollResult.Class == wire.ClassNumeric },
		"the first waves":     func(m *wire.Message) bool { return m.PollResult != nil && m.PollResult.Class == wire.ClassWave },
		"the acceptance":      func(m *wire.Message) bool { return m.Kind == wire.KindAccept },
		"the first MDS event": func(m *wire.Message) bool { return m.Type == wire.EventMDSCreate },
	} {
		t.Run(name, func(t *testing.T) {
			left := 2
			l := &line{e: emulator.New(newBedside(), emulator.Options{Waves: []string{}}), end: 40 * time.Second}
			l.lose = func(p []byte) bool {
				m, err := wire.Parse(p)
				if err != nil || left == 0 || !lost(m) {
					return false
				}
				left--
				return true
			}
			reports, _, err := run(t, l, nil)
			if err != nil {
				t.Fatal(err)
			}
			m := last(reports)
			if n := len(numerics(reports, byRefID(t, m, "MDC_ECG_HEART_RATE", mdib.KindNumeric).Ref)); n < 20 {
				t.Errorf("%d heart rates", n)
			}
			if n := len(samples(reports, byRefID(t, m, "MDC_ECG_ELEC_POTL_II", mdib.KindSampleArray).Ref)); n < 80 {
				t.Errorf("%d blocks", n)
			}
			checkOrder(t, reports)
		})
	}
}

func TestRefusedRequests(t *testing.T) {
	// The monitor answers every request of a kind with an error.
	refuse := func(l *line, code uint16, kind func(*wire.Message) bool) {
		l.lose = func(p []byte) bool {
			m, err := wire.Parse(p)
			if err != nil || m.Kind != wire.KindData || !kind(m) {
				return false
			}
			e := wire.Message{Kind: wire.KindData, Context: 2, RO: wire.Error, ID: m.ID, ErrorCode: code}
			l.queue = append(l.queue, e.Append(nil))
			return true
		}
	}
	polls := func(l *line, class uint16) (n int) {
		for _, p := range l.sent {
			if m, _ := wire.Parse(p); m.Poll != nil && m.Poll.Class == class && m.Type == wire.ActionPollExt {
				n++
			}
		}
		return n
	}
	wave := func(m *wire.Message) bool { return m.PollResult != nil && m.PollResult.Class == wire.ClassWave }
	choose := func(m *wire.Message) bool { return m.Command == wire.CmdConfirmedSet }
	numbers := func(m *wire.Message) bool { return m.PollResult != nil && m.PollResult.Class == wire.ClassEnum }
	for name, c := range map[string]struct {
		kind        func(*wire.Message) bool
		code, class uint16
		most        int // requests in a minute
		said        int
	}{
		"waves, because another client has them": {wave, wire.ErrAccessDenied, wire.ClassWave, 3, 1},
		"waves, because there are none":          {wave, wire.ErrNoClass, wire.ClassWave, 1, 1},
		"the choice of waves":                    {choose, wire.ErrAccessDenied, wire.ClassWave, 1, 1},
		"enumerations":                           {numbers, wire.ErrNoClass, wire.ClassEnum, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			l := &line{e: emulator.New(newBedside(), emulator.Options{Waves: []string{}}), end: time.Minute}
			refuse(l, c.code, c.kind)
			reports, _, err := run(t, l, nil)
			if err != nil {
				t.Fatal(err)
			}
			said := 0
			for _, r := range reports {
				said += len(r.Alerts)
			}
			if said != c.said {
				t.Errorf("said %d times that there are no waves", said)
			}
			if n := polls(l, c.class); n < 1 || n > c.most {
				t.Errorf("asked %d times", n)
			}
			if n := len(numerics(reports, byRefID(t, last(reports), "MDC_ECG_HEART_RATE", mdib.KindNumeric).Ref)); n < 55 {
				t.Errorf("%d heart rates", n)
			}
		})
	}
}
