package intellivue

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"lamplight/devices/intellivue/wire"
	"lamplight/mdib"
)

var kinds = [2]struct {
	attr uint16
	kind mdib.AlertKind
	key  string
}{
	{wire.AttrPatientAlarms, mdib.Physiological, "p"},
	{wire.AttrTechnicalAlarms, mdib.Technical, "t"},
}

func (r *reader) alertObject(attrs []wire.Attr) {
	for i, k := range kinds {
		v, ok := wire.Find(attrs, k.attr)
		if !ok {
			continue
		}
		list, err := wire.ParseAlarms(v)
		if err != nil {
			continue // Parse has checked it
		}
		r.snapshot.alarmsTold[i] = true
		for _, a := range list {
			r.alert(a, k.kind, k.key)
		}
	}
}

func (r *reader) alert(a wire.Alarm, kind mdib.AlertKind, key string) {
	ref := mdib.Ref(fmt.Sprintf("al/%s/%04X/%04X/%d.%d.%d", key, a.Source, a.Code, a.Object.Class, a.Object.Context, a.Object.Handle))
	if r.snapshot.alarms[ref] { // twice in one list: the instance number tells them apart
		ref += mdib.Ref("/" + strconv.Itoa(int(a.Instance)))
	}
	r.snapshot.alarms[ref] = true
	now := mdib.AlertCondition{
		Ref: ref, Kind: kind, Provenance: mdib.FromDevice, Present: true,
		Source: r.alarmSource(a), Code: eventCode(a.Code), Priority: priority(a.Type),
		Text: r.alarmText(a), Signal: signal(a.State), Mode: r.alarmMode(a.State),
	}
	was, known := r.alerts[ref]
	now.Time = was.Time
	if known && now == was {
		return
	}
	now.Time = r.clock.time(r.snapshot.time)
	r.alerts[ref] = now
	r.report.Alerts = append(r.report.Alerts, now)
}

// endAlerts reports what the lists of a whole result no longer hold.
func (r *reader) endAlerts() {
	for _, ref := range slices.Sorted(maps.Keys(r.alerts)) {
		was := r.alerts[ref]
		if r.snapshot.alarms[ref] || !r.snapshot.alarmsTold[was.Kind] {
			continue
		}
		delete(r.alerts, ref)
		was.Present, was.Signal, was.Time = false, mdib.SignalOff, r.clock.time(r.snapshot.time)
		r.report.Alerts = append(r.report.Alerts, was)
	}
}

func eventCode(code uint16) mdib.Code {
	if e, ok := mdib.EventByTerm(code); ok {
		return e.Code()
	}
	return mdib.Code{System: mdib.SystemIntelliVue, Value: strconv.Itoa(3<<16 | int(code&^1))}
}

func priority(alarmType uint16) mdib.Priority {
	switch {
	case alarmType&0x0404 != 0:
		return mdib.PriorityHigh
	case alarmType&0x0202 != 0:
		return mdib.PriorityMedium
	case alarmType&0x0101 != 0:
		return mdib.PriorityLow
	}
	return mdib.PriorityNone
}

func signal(state uint16) mdib.AlertSignal {
	switch {
	case state&wire.AlarmInhibited != 0:
		return mdib.SignalOff
	case state&wire.AlarmSuspended != 0:
		return mdib.SignalPaused
	case state&wire.AlarmSilenced != 0:
		return mdib.SignalAcknowledged
	case state&wire.AlarmLatched != 0:
		return mdib.SignalLatched
	}
	return mdib.SignalOn
}

func (r *reader) alarmMode(state uint16) mdib.GenerationMode {
	switch {
	case state&wire.AlarmDemo != 0:
		return mdib.ModeDemo
	case state&wire.AlarmTest != 0:
		return mdib.ModeTest
	}
	return r.mds.Mode
}

// alarmSource finds the metric that an alarm is about: under the handle that it
// names, or else the one that has its source's code.
func (r *reader) alarmSource(a wire.Alarm) mdib.Ref {
	if a.Code&1 != 0 {
		return "" // about equipment
	}
	var found mdib.Ref
	for _, x := range r.order {
		for _, mt := range x.metrics {
			if mt.physio != a.Source {
				continue
			}
			if x.key.context == a.Object.Context && x.key.handle == a.Object.Handle {
				return mt.desc.Ref
			}
			if found == "" {
				found = mt.desc.Ref
			}
		}
	}
	return found
}

// alarmText gives the monitor's own words, or makes them of source and event.
func (r *reader) alarmText(a wire.Alarm) string {
	if a.Text != "" {
		return a.Text
	}
	event := "event " + hex16(a.Code&^1)
	if e, ok := mdib.EventByTerm(a.Code); ok && e.Text != "" {
		event = e.Text
	}
	if a.Code&1 != 0 {
		return "device " + hex16(a.Source) + " " + event
	}
	if t, ok := mdib.ByIntelliVue(a.Source); ok && t.Label != "" {
		return t.Label + " " + event
	}
	return hex16(a.Source) + " " + event
}
