package intellivue

import (
	"slices"
	"testing"

	"lamplight/devices/intellivue/wire"
	"lamplight/mdib"
)

func alarm(source, code, kind, state uint16, text string) wire.Alarm {
	return wire.Alarm{Source: source, Code: code, Type: kind, State: state, Info: wire.InfoText, Text: text,
		Object: wire.Object{Class: wire.ClassNumeric, Context: 1, Handle: 7}}
}

func alarms(sequence uint16, patient, technical []wire.Alarm) *wire.Message {
	return result(wire.ClassAlerts, wire.GroupAlarms, sequence, 1,
		wire.Attr{ID: wire.AttrTechnicalAlarms, Value: wire.AppendAlarms(nil, technical)},
		wire.Attr{ID: wire.AttrPatientAlarms, Value: wire.AppendAlarms(nil, patient)})
}

func TestAlarmEntries(t *testing.T) {
	for _, c := range []struct {
		entry    wire.Alarm
		kind     mdib.AlertKind
		text     string
		priority mdib.Priority
		signal   mdib.AlertSignal
		code     string
		source   mdib.Ref
	}{
		{alarm(0x4BB8, 0x003E, 0x0200, 0, "\uE40D\uE40D SpO₂ 85 < 90"), mdib.Physiological, "** SpO₂ 85 < 90", mdib.PriorityMedium, mdib.SignalOn, "MDC_EVT_LO", "nu/1/7/4BB8"},
		{alarm(0x4BB8, 0x003E, 0x0400, wire.AlarmSilenced, ""), mdib.Physiological, "SpO₂ low", mdib.PriorityHigh, mdib.SignalAcknowledged, "MDC_EVT_LO", "nu/1/7/4BB8"},
		{alarm(0x4BB8, 0x003E, 0x0100, wire.AlarmSuspended, "x"), mdib.Physiological, "x", mdib.PriorityLow, mdib.SignalPaused, "MDC_EVT_LO", "nu/1/7/4BB8"},
		{alarm(0x4BB8, 0x003E, 0x0100, wire.AlarmLatched, "x"), mdib.Physiological, "x", mdib.PriorityLow, mdib.SignalLatched, "MDC_EVT_LO", "nu/1/7/4BB8"},
		{alarm(0x4BB8, 0x003E, 0x0000, wire.AlarmInhibited, "x"), mdib.Physiological, "x", mdib.PriorityNone, mdib.SignalOff, "MDC_EVT_LO", "nu/1/7/4BB8"},
		{alarm(0xF276, 0x1871, 0x0001, 0, "MMS unplugged"), mdib.Technical, "MMS unplugged", mdib.PriorityLow, mdib.SignalOn, "MDC_EVT_STAT_DISCONN", ""},
		{alarm(0x4182, 0x7ABC, 0x0004, 0, ""), mdib.Technical, "HR event 7ABC", mdib.PriorityHigh, mdib.SignalOn, "", ""},
	} {
		values := result(wire.ClassNumeric, 0, 0, 7, value(0x4BB8, 0, 85))
		patient, technical := []wire.Alarm{c.entry}, []wire.Alarm(nil)
		if c.kind == mdib.Technical {
			patient, technical = technical, patient
		}
		r := feed(t, values, alarms(1, patient, technical))
		if len(r) != 2 || len(r[1].Alerts) != 1 {
			t.Fatalf("reports %+v", r)
		}
		a := r[1].Alerts[0]
		if a.Kind != c.kind || a.Text != c.text || a.Priority != c.priority || a.Signal != c.signal || a.Code.RefID != c.code ||
			a.Source != c.source || !a.Present || a.Provenance != mdib.FromDevice || a.Code.IsZero() {
			t.Errorf("%+v is told as %+v", c.entry, a)
		}
	}
}

func told(reports []mdib.Report) (out []string) {
	for _, r := range reports {
		for _, a := range r.Alerts {
			s := "+"
			if !a.Present {
				s = "-"
			}
			out = append(out, s+a.Text)
		}
	}
	return out
}

func TestAlarmListsAreSnapshots(t *testing.T) {
	one, two := alarm(0x4BB8, 0x003E, 0x0200, 0, "one"), alarm(0x4182, 0x0028, 0x0200, 0, "two")
	t.Run("diffed", func(t *testing.T) {
		got := told(feed(t, alarms(0, []wire.Alarm{one, two}, nil), alarms(1, []wire.Alarm{two, one}, nil), alarms(2, []wire.Alarm{two}, nil), alarms(3, nil, nil)))
		if !slices.Equal(got, []string{"+one", "+two", "-one", "-two"}) {
			t.Errorf("told %q", got)
		}
	})
	t.Run("twins", func(t *testing.T) {
		twin := one
		twin.Instance, twin.Text = 9, "one again"
		got := told(feed(t, alarms(0, []wire.Alarm{one, twin}, nil), alarms(1, []wire.Alarm{one}, nil)))
		if !slices.Equal(got, []string{"+one", "+one again", "-one again"}) {
			t.Errorf("told %q", got)
		}
	})
	t.Run("a list that is not told ends nothing", func(t *testing.T) {
		half := result(wire.ClassAlerts, wire.GroupAlarms, 1, 1, wire.Attr{ID: wire.AttrTechnicalAlarms, Value: wire.AppendAlarms(nil, nil)})
		if got := told(feed(t, alarms(0, []wire.Alarm{one}, nil), half)); !slices.Equal(got, []string{"+one"}) {
			t.Errorf("told %q", got)
		}
	})
	// Parts 1 and 3 of three; the middle one was lost.
	t.Run("a broken one ends nothing", func(t *testing.T) {
		part := func(state, count uint8, m *wire.Message) *wire.Message {
			m.RO, m.State, m.Count = wire.Linked, state, count
			return m
		}
		end := result(wire.ClassAlerts, wire.GroupAlarms, 1, 1)
		end.PollResult.Contexts = nil
		lost := []*wire.Message{alarms(0, []wire.Alarm{one}, nil), part(1, 1, alarms(1, nil, nil)), part(3, 3, alarms(1, nil, nil)), end}
		if got := told(feed(t, lost...)); !slices.Equal(got, []string{"+one"}) {
			t.Errorf("told %q", got)
		}
		whole := []*wire.Message{alarms(0, []wire.Alarm{one}, nil), part(1, 1, alarms(1, nil, nil)), part(3, 2, alarms(1, nil, nil)), end}
		if got := told(feed(t, whole...)); !slices.Equal(got, []string{"+one", "-one"}) {
			t.Errorf("told %q", got)
		}
	})
}
