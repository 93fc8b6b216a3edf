package intellivue

import (
	"time"

	"lamplight/devices/intellivue/wire"
)

const (
	// A relative time that steps outside these bounds is another count: the
	// monitor restarted, or was away so long that nothing can be said.
	longestBack  = -30 * wire.TicksPerSecond
	longestAhead = 3600 * wire.TicksPerSecond

	clockWindow = time.Minute      // over which the quickest arrival counts
	clockSettle = 10 * time.Second // within which every quicker arrival counts at once
	clockSlack  = 40 * time.Millisecond
)

// clock maps the monitor's relative time to ours. A message is never early,
// only late, so the smallest distance between arrival and relative time over a
// window is the best guess of what lies between the two clocks.
//
// A capture's clock does not follow arrivals: the first message sets it, and
// from there the monitor's own time tells how long things took.
type clock struct {
	live   bool
	set    bool
	anchor time.Time // our time of tick 0
	first  uint32    // the relative time that is tick 0
	newest int64     // latest tick seen
	offset time.Duration

	windowEnd         time.Time
	current, previous time.Duration
}

// see takes in one relative time with its arrival. It reports that the count
// began anew.
func (c *clock) see(rel uint32, at time.Time) (restarted bool) {
	if !c.set {
		c.start(rel, at)
		return false
	}
	step := int64(int32(rel - c.last()))
	if step < longestBack || step > longestAhead {
		// What follows must not come before what was.
		if latest := c.tick(c.newest); at.Before(latest) {
			at = latest
		}
		c.start(rel, at)
		return true
	}
	tick := c.newest + step
	c.newest = max(c.newest, tick)
	if c.live {
		c.follow(at.Sub(c.anchor)-wire.Duration(tick), at)
	}
	return false
}

func (c *clock) start(rel uint32, at time.Time) {
	*c = clock{live: c.live, set: true, anchor: at, first: rel, windowEnd: at.Add(clockWindow)}
}

func (c *clock) last() uint32 { return c.first + uint32(c.newest) }

func (c *clock) follow(distance time.Duration, at time.Time) {
	if at.After(c.windowEnd) {
		c.previous, c.current = c.current, distance
		c.windowEnd = at.Add(clockWindow)
	}
	c.current = min(c.current, distance)
	best := min(c.current, c.previous)
	settling := at.Sub(c.anchor) < clockSettle
	// Small corrections would only make the waves tremble.
	if (settling && best < c.offset) || (best-c.offset).Abs() > clockSlack {
		c.offset = best
	}
}

func (c *clock) tick(t int64) time.Time { return c.anchor.Add(c.offset + wire.Duration(t)) }

// time gives our time of a relative time within three days of the newest one.
func (c *clock) time(rel uint32) time.Time {
	return c.tick(c.newest + int64(int32(rel-c.last())))
}
