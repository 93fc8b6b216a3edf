package ui

import (
	"slices"
	"time"

	"lamplight/alarms"
	"lamplight/mdib"
	"lamplight/station"
	"lamplight/ui/widget"
)

// alarmList is the ward's conditions as the alarm bar shows them: one at a
// time, the most urgent first.
type alarmList struct {
	u       *UI
	bar     *widget.AlarmBar
	all     []wardAlarm
	shown   alarms.Key
	since   time.Time  // the shown one has been on the screen since
	chosen  bool       // with N: stays for chosenFor, or until something more urgent comes
	lead    alarms.Key // the most urgent one when it was chosen
	present bool
}

// wardAlarm is one condition and its bed; noBed when it is about the workstation.
type wardAlarm struct {
	bed  int
	cond alarms.Condition
}

const noBed = -1

// seenBefore is how long a condition must have been on the screen before a key
// can acknowledge it: nobody confirms what appeared under the finger.
const seenBefore = 400 * time.Millisecond

// chosenFor is how long a condition chosen with N stays before the most urgent
// one. Longer would hide that one for good.
const chosenFor = 20 * time.Second

func newAlarmList(u *UI) *alarmList {
	l := &alarmList{u: u}
	l.bar = widget.NewAlarmBar(
		widget.Key{Cap: u.w.T("key.enter"), Does: u.w.T("do.acknowledge")},
		widget.Key{Cap: "N", Does: u.w.T("do.next")})
	l.bar.OnTapped = func() {
		switch a := l.current(); {
		case a == nil:
		case a.bed == noBed:
			u.say("setting.station", u.present.condition(&a.cond))
		default:
			u.openBed(a.bed)
		}
	}
	return l
}

// show takes the newest view, and reports whether the bar came or went.
func (l *alarmList) show(v *station.View, now time.Time) bool {
	l.all = l.all[:0]
	var counts [3]int
	add := func(bed int, conditions []alarms.Condition) {
		for _, c := range conditions {
			l.all = append(l.all, wardAlarm{bed, c})
			counts[urgency(c.Priority)]++
		}
	}
	add(noBed, v.Conditions)
	for i := range v.Beds {
		add(i, v.Beds[i].Conditions)
	}
	slices.SortStableFunc(l.all, func(a, b wardAlarm) int { return alarms.Compare(a.cond, b.cond) })
	visible := len(l.all) > 0
	changed := visible != l.present
	l.present = visible
	if changed {
		if visible {
			l.bar.Show()
		} else {
			l.bar.Hide()
		}
	}
	if !visible {
		return changed
	}
	if l.current() == nil || l.all[0].cond.Key() != l.lead || now.Sub(l.since) > chosenFor {
		l.chosen = false
	}
	if !l.chosen {
		l.turnTo(0, now)
	}
	cur := l.current()
	w := l.u.w
	m := widget.AlarmBarModel{Bed: w.T("setting.station"), Alarm: l.u.present.alarm(&cur.cond, now)}
	if cur.bed != noBed {
		m.Bed = w.T("bed.title", v.Beds[cur.bed].Label)
		if e := v.Beds[cur.bed].Encounter; e != nil {
			m.Detail = l.u.present.name(e, false)
		}
		from := "alarm.fromStation"
		if cur.cond.Provenance == mdib.FromDevice {
			from = "alarm.fromDevice"
		}
		m.Detail = joined(m.Detail, w.T(from))
	}
	if m.Alarm.Acknowledged {
		m.Detail = joined(m.Detail, w.T("alarm.acknowledged"))
	}
	for i, key := range [...]string{"count.high", "count.medium", "count.low"} {
		if counts[i] > 0 {
			m.Counts[i] = w.N(key, counts[i])
		}
	}
	l.bar.Set(m, l.u.flash)
	return changed
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " · " + b
}

// urgency is the place of a priority among the counts.
func urgency(p mdib.Priority) int {
	switch p {
	case mdib.PriorityHigh:
		return 0
	case mdib.PriorityMedium:
		return 1
	}
	return 2
}

func (l *alarmList) current() *wardAlarm {
	for i := range l.all {
		if l.all[i].cond.Key() == l.shown {
			return &l.all[i]
		}
	}
	return nil
}

func (l *alarmList) turnTo(i int, now time.Time) {
	if k := l.all[i].cond.Key(); k != l.shown {
		l.shown, l.since = k, now
	}
}

// next shows the condition after this one.
func (l *alarmList) next(now time.Time) {
	for i := range l.all {
		if l.all[i].cond.Key() == l.shown {
			l.turnTo((i+1)%len(l.all), now)
			l.chosen, l.lead = true, l.all[0].cond.Key()
			l.u.looked = time.Time{}
			return
		}
	}
}

// acknowledge marks the shown condition as seen.
func (l *alarmList) acknowledge(now time.Time) {
	cur := l.current()
	if cur == nil || !cur.cond.Acknowledged.IsZero() || now.Sub(l.since) < seenBefore {
		return
	}
	l.u.acknowledge(cur.cond, now)
	l.chosen = false
}
