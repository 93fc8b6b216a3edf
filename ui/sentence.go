package ui

import (
	"math"
	"strconv"
	"strings"
	"time"

	"lamplight/alarms"
	"lamplight/mdib"
)

// condition says what a condition is about, in the language of the window. What
// a device sent stays in its words; only its own marks go, since ours come
// before them.
func (p presenter) condition(c *alarms.Condition) string {
	text := ""
	if c.Provenance == mdib.FromWorkstation {
		text = p.found(c)
	}
	if text == "" {
		text = strings.TrimLeft(c.Text, "*! ")
	}
	if text == "" {
		text = c.Code.String()
	}
	if c.Frozen {
		text += " · " + p.w.T("alarm.frozen")
	}
	return text
}

// found is the sentence for what the workstation found itself; "" for a
// finding that only its text describes.
func (p presenter) found(c *alarms.Condition) string {
	w := p.w
	switch c.Finding {
	case alarms.FindLow, alarms.FindHigh:
		key := "found.low"
		if c.Finding == alarms.FindHigh {
			key = "found.high"
		}
		return w.T(key, c.Label, conditionValue(c), strconv.FormatFloat(c.Limit, 'f', -1, 64), conditionUnit(c.Unit))
	case alarms.FindLink:
		return joined(w.T("found.link"), p.reason(c.Reason))
	case alarms.FindStale:
		return w.T("found.noData", c.Label)
	case alarms.FindClock:
		step := time.Duration(math.Abs(c.Value) * float64(time.Second)).Round(time.Second)
		if c.Value < 0 {
			return w.T("found.clockBack", elapsed(step))
		}
		return w.T("found.clockForward", elapsed(step))
	case alarms.FindIncomplete:
		return w.N("found.incomplete", int(c.Value))
	case alarms.FindRecord:
		return w.T("found.record", c.Text) // the reason and the remedy are the record's own words
	case alarms.FindPatient:
		return w.T("found.patient")
	case alarms.FindSimulated:
		return w.T("found.simulated")
	}
	return ""
}

// whole says that a person reads values of a unit as whole numbers: rates, and
// percentages of the size of a saturation.
func whole(unit string, limit float64) bool {
	switch unit {
	case "/min", "1/min", "bpm", "rpm":
		return true
	case "%":
		return limit > 20
	}
	return false
}

// conditionValue is the value beyond its limit. Decimals that nobody reads are
// left out, unless the rounded value would not be beyond the limit any more.
func conditionValue(c *alarms.Condition) string {
	if r := math.Round(c.Value); whole(c.Unit, c.Limit) && (r < c.Limit) == (c.Value < c.Limit) && (r > c.Limit) == (c.Value > c.Limit) {
		return number(r, 0)
	}
	return number(c.Value, c.Decimals)
}

// conditionUnit is left out where nobody doubts it.
func conditionUnit(unit string) string {
	switch unit {
	case "", "%", "/min", "1/min", "bpm", "rpm":
		return ""
	}
	return " " + unit
}
