package ui

import (
	"strconv"
	"time"

	"lamplight/mdib"
	"lamplight/station"
	"lamplight/ui/widget"
)

// tile is one bed as its tile shows it.
func (p presenter) tile(b *station.BedView, now time.Time) widget.TileModel {
	m := widget.TileModel{Bed: b.Label, Name: p.name(b.Encounter, false), Who: p.who(b.Encounter, now), Badge: p.badge(b.Mode)}
	if m.Name == "" && len(b.Devices) > 0 {
		m.Name = p.w.T("bed.notAdmitted")
	}
	if len(b.Conditions) > 0 {
		worst := b.Conditions[0]
		worst.Reason = mdib.ReasonNone // the tile says below why there is no link
		m.Alarm = p.alarm(&worst, now)
		m.Alarm.More = len(b.Conditions) - 1
	}
	if m.Message = p.message(b, now); m.Message.State != "" {
		return m
	}
	m.Readings = tileReadings(p.items(b))
	for _, w := range tileWaves(b.Waves) {
		m.Traces = append(m.Traces, widget.Trace{Label: w.Metric.Label, Class: w.Metric.Class})
	}
	return m
}

// tileWaves chooses up to three waves: one of each class first.
func tileWaves(all []station.WaveView) []station.WaveView {
	var out []station.WaveView
	have := map[mdib.SignalClass]bool{}
	for _, w := range all {
		if !have[w.Metric.Class] && len(out) < 3 {
			have[w.Metric.Class] = true
			out = append(out, w)
		}
	}
	if len(out) == 0 {
		return nil
	}
	if len(out) == 1 {
		for _, w := range all {
			if w.Metric.Ref != out[0].Metric.Ref && len(out) < 2 {
				out = append(out, w)
			}
		}
	}
	return out
}

// message says why a bed shows no values, or nothing if it does.
func (p presenter) message(b *station.BedView, now time.Time) widget.Message {
	switch {
	case len(b.Devices) == 0 && b.Encounter == nil:
		return widget.Message{Title: p.w.T("bed.title", b.Label), State: p.w.T("bed.empty"), Hint: p.w.T("bed.empty.hint")}
	case len(b.Devices) == 0:
		return widget.Message{State: p.w.T("bed.noDevice"), Hint: p.w.T("bed.noDevice.hint")}
	}
	best := &b.Devices[0]
	for i := range b.Devices {
		if linkOrder(b.Devices[i].Link.State) > linkOrder(best.Link.State) {
			best = &b.Devices[i]
		}
	}
	l := best.Link
	switch l.State {
	case mdib.LinkConnected:
		if len(b.Numerics) == 0 && len(b.Waves) == 0 {
			return widget.Message{State: p.w.T("bed.waiting"), Reason: deviceName(best)}
		}
		return widget.Message{}
	case mdib.LinkInitial, mdib.LinkConnecting, mdib.LinkNegotiating:
		return widget.Message{State: p.w.T("link." + l.State.String()), Reason: deviceName(best)}
	}
	m := widget.Message{Urgent: true, State: p.w.T("bed.noLink", clock(l.Since)), Reason: p.reason(l.Reason), Hint: deviceName(best)}
	if r := p.retry(l, now); r != "" {
		m.Hint += " · " + r
	}
	return m
}

// linkOrder puts the states in the order of how near they are to data.
func linkOrder(s mdib.LinkState) int {
	switch s {
	case mdib.LinkConnected:
		return 5
	case mdib.LinkNegotiating:
		return 4
	case mdib.LinkConnecting:
		return 3
	case mdib.LinkLost:
		return 2
	case mdib.LinkInitial:
		return 1
	}
	return 0
}

// deviceName is what a person calls a device.
func deviceName(d *station.DeviceView) string {
	if d.MDS != nil && d.MDS.Model != "" {
		return d.MDS.Model
	}
	return d.Name
}

// reason says in a clinician's words why there is no link.
func (p presenter) reason(r mdib.Reason) string {
	if r == mdib.ReasonNone {
		return ""
	}
	return p.w.Or("reason."+string(r), string(r))
}

// remedy is the next step for a reason.
func (p presenter) remedy(r mdib.Reason) string {
	if r == mdib.ReasonNone {
		return ""
	}
	return p.w.Or("remedy."+string(r), "")
}

// retry says when the next try comes.
func (p presenter) retry(l mdib.Link, now time.Time) string {
	if l.State == mdib.LinkTerminal || l.Retry.IsZero() {
		return ""
	}
	s := int(l.Retry.Sub(now)/time.Second) + 1
	if s < 1 {
		return p.w.T("link.retryNow")
	}
	return p.w.T("link.retry", strconv.Itoa(s))
}
