package nonin

import "time"

const (
	// group is how many samples go into one array: 1/15 s, a fifth of a packet.
	group = 5
	// maxNudge is how far one array may be moved to follow the device's clock.
	maxNudge = time.Millisecond
	// maxLag is how late samples may be before the line is taken to have paused.
	maxLag = 500 * time.Millisecond
)

// sampleClock lays samples evenly on the host's time. Bytes arrive in lumps,
// samples were taken evenly: an array begins where the one before it ended,
// moved a little towards its arrival. Times never run back.
type sampleClock struct {
	next    time.Time // of the next sample; zero before the first
	arrived time.Time // of the array before
	late    int       // arrays in a row beyond maxLag
}

// start gives the time of the first of n samples that began to arrive at at.
func (c *sampleClock) start(at time.Time, n int) time.Time {
	lag := at.Sub(c.next)
	switch {
	case c.next.IsZero():
		c.next, c.late = at, 0
	case lag <= maxLag:
		c.late = 0
		c.next = c.next.Add(min(max(lag/16, -maxNudge), maxNudge))
	default:
		// Late by much: either the host slept, and a burst catches up at once, or
		// the device paused, and what comes stays late.
		c.late++
		if c.late > 1 && at.Sub(c.arrived) >= group*Period/2 {
			c.next, c.late = at, 0
		}
	}
	c.arrived = at
	t := c.next
	c.next = t.Add(time.Duration(n) * Period)
	return t
}

// skip leaves a gap of n samples that were lost on the way.
func (c *sampleClock) skip(n int) {
	if !c.next.IsZero() {
		c.next = c.next.Add(time.Duration(n) * Period)
	}
}

// restart lets the next array begin when it arrives, but not before the last ended.
func (c *sampleClock) restart(at time.Time) {
	if at.After(c.next) {
		c.next = at
	}
}
