package ui

import (
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
	shown   alarmKey
	since   time.Time // the shown one has been on the screen since
	pinned  bool      // chosen with N: stays until it is gone
	present bool
}

// wardAlarm is one condition and its bed.
type wardAlarm struct {
	bed  int
	name string
	cond alarms.Condition
}

// alarmKey names a condition over all beds.
type alarmKey struct {
	device [16]byte
	ref    mdib.Ref
}

func (a *wardAlarm) key() alarmKey { return alarmKey{a.cond.MDS, a.cond.Ref} }

// seenBefore is how long a condition must have been on the screen before a key
// can acknowledge it: nobody confirms what appeared under the finger.
const seenBefore = 400 * time.Millisecond

func newAlarmList(u *UI) *alarmList {
	l := &alarmList{u: u}
	l.bar = widget.NewAlarmBar(
		widget.Key{Cap: u.w.T("key.enter"), Does: u.w.T("do.acknowledge")},
		widget.Key{Cap: "N", Does: u.w.T("do.next")})
	l.bar.OnTapped = func() {
		if a := l.current(); a != nil {
			u.openBed(a.bed)
		}
	}
	return l
}

// show takes the newest view, and reports whether the bar came or went.
func (l *alarmList) show(v *station.View, now time.Time) bool {
	l.all = l.all[:0]
	var counts [3]int
	for i := range v.Beds {
		for _, c := range v.Beds[i].Conditions {
			l.all = append(l.all, wardAlarm{i, v.Beds[i].Label, c})
			counts[urgency(c.Priority)]++
		}
	}
	sortAlarms(l.all)
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
	if cur := l.current(); cur == nil || !l.pinned {
		l.pinned = false
		l.turnTo(0, now)
	}
	cur := l.current()
	w := l.u.w
	m := widget.AlarmBarModel{Bed: w.T("bed.title", cur.name), Alarm: l.u.present.alarm(&cur.cond, now)}
	if e := v.Beds[cur.bed].Encounter; e != nil {
		m.Detail = l.u.present.name(e, false)
	}
	if cur.cond.Provenance == mdib.FromDevice {
		m.Detail = joined(m.Detail, w.T("alarm.fromDevice"))
	} else {
		m.Detail = joined(m.Detail, w.T("alarm.fromStation"))
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
	if a == "" {
		return b
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

// sortAlarms puts first what nobody has seen, then by priority, then the newest.
func sortAlarms(all []wardAlarm) {
	before := func(a, b *wardAlarm) bool {
		x, y := &a.cond, &b.cond
		if s, t := x.Acknowledged.IsZero(), y.Acknowledged.IsZero(); s != t {
			return s
		}
		if x.Priority != y.Priority {
			return x.Priority > y.Priority
		}
		return x.Onset.After(y.Onset)
	}
	for i := 1; i < len(all); i++ { // few, and nearly sorted: insertion keeps equals in place
		for k := i; k > 0 && before(&all[k], &all[k-1]); k-- {
			all[k], all[k-1] = all[k-1], all[k]
		}
	}
}

func (l *alarmList) current() *wardAlarm {
	for i := range l.all {
		if l.all[i].key() == l.shown {
			return &l.all[i]
		}
	}
	return nil
}

func (l *alarmList) turnTo(i int, now time.Time) {
	if k := l.all[i].key(); k != l.shown {
		l.shown, l.since = k, now
	}
}

// next shows the condition after this one.
func (l *alarmList) next(now time.Time) {
	for i := range l.all {
		if l.all[i].key() == l.shown {
			l.turnTo((i+1)%len(l.all), now)
			l.pinned = true
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
	l.pinned = false
}
