package emulator

import (
	"slices"
	"strings"
	"time"

	"lamplight/devices/intellivue/wire"
	"lamplight/devices/physiology"
	"lamplight/mdib"
)

// alarmBook remembers which alarms are on, so that each keeps its number.
type alarmBook struct {
	on      []openAlarm
	last    uint16
	changes uint16
}

type openAlarm struct {
	event    physiology.Event
	instance uint16
}

func (b *alarmBook) update(events []physiology.Event) {
	kept := slices.DeleteFunc(slices.Clone(b.on), func(a openAlarm) bool { return !slices.Contains(events, a.event) })
	if len(kept) != len(b.on) {
		b.changes++
	}
	for _, e := range events {
		if !slices.ContainsFunc(kept, func(a openAlarm) bool { return a.event == e }) {
			b.last++
			b.changes++
			kept = append(kept, openAlarm{e, b.last})
		}
	}
	b.on = kept
}

// about tells that one of an object's values is in alarm.
func (b *alarmBook) about(r *row) bool {
	return slices.ContainsFunc(b.on, func(a openAlarm) bool {
		return !a.event.Technical && slices.Contains(r.parts, physio(a.event.Source))
	})
}

func physio(refID string) uint16 {
	t, _ := mdib.ByRefID(refID)
	return t.IntelliVue
}

func (m *monitor) alertAttrs(group uint16, now time.Time) []wire.Attr {
	if group == wire.GroupStatic {
		return []wire.Attr{{ID: wire.AttrHandle, Value: wire.Put16(alertHandle)},
			{ID: wire.AttrType, Value: wire.Type(wire.PartitionObj, wire.ClassAlerts)}}
	}
	m.alarms.update(m.sig.Events(now.Sub(m.born)))
	var lists [2][]wire.Alarm // patient, technical
	var highest [2]uint16
	for _, a := range m.alarms.on {
		i := 0
		if a.event.Technical {
			i = 1
		}
		x := m.alarm(a)
		lists[i] = append(lists[i], x)
		highest[i] = max(highest[i], x.Type)
	}
	condition := slices.Concat(wire.Put16(m.alarmState()), wire.Put16(m.alarms.changes), wire.Put16(highest[0]), wire.Put16(highest[1]),
		wire.Put16(max(highest[0], highest[1])))
	return []wire.Attr{
		{ID: wire.AttrAlarmCondition, Value: condition},
		{ID: wire.AttrTechnicalAlarms, Value: wire.AppendAlarms(nil, lists[1])},
		{ID: wire.AttrPatientAlarms, Value: wire.AppendAlarms(nil, lists[0])},
	}
}

func (m *monitor) alarmState() uint16 {
	if m.options.Demo {
		return wire.AlarmDemo
	}
	return 0
}

// star is the monitor's own character for the priority of an alarm.
const star = "\uE40D"

func (m *monitor) alarm(a openAlarm) wire.Alarm {
	e := a.event
	event, _ := mdib.EventByRefID(e.Code)
	level := min(max(e.Priority, 1), 3)
	x := wire.Alarm{Source: physio(e.Source), Code: event.Term, Type: 1 << (level - 1), State: m.alarmState(),
		Info: wire.InfoText, Instance: a.instance, Priority: uint16(level), Flags: 0x4000}
	subject := ""
	if t, ok := mdib.ByRefID(e.Source); ok {
		subject = t.Label + " "
	}
	x.Text = subject + event.Text
	if !e.Technical {
		x.Type <<= 8
		x.Text = strings.Repeat(star, int(level)) + " " + x.Text
	}
	for _, r := range rows {
		if slices.Contains(r.parts, x.Source) {
			x.Object = wire.Object{Class: wire.ClassNumeric, Context: r.context, Handle: r.handle}
			break
		}
	}
	return x
}
