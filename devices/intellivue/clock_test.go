package intellivue

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"lamplight/devices/intellivue/wire"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// tickAt gives the relative time at a moment of a monitor that was switched on
// so long before noon.
func tickAt(up, since time.Duration) uint32 { return uint32(wire.Ticks(up + since)) }

func TestClockTakesTheQuickestArrival(t *testing.T) {
	c := clock{live: true}
	r := rand.New(rand.NewPCG(1, 2))
	up := 5 * time.Hour
	var at time.Time
	for i := range 3000 { // fifty minutes
		since := time.Duration(i) * time.Second
		late := 20*time.Millisecond + time.Duration(r.Int64N(int64(400*time.Millisecond)))
		at = noon.Add(since + late)
		c.see(tickAt(up, since), at)
		if i < 120 {
			continue
		}
		if off := c.time(tickAt(up, since)).Sub(noon.Add(since)); off < 0 || off > 90*time.Millisecond {
			t.Fatalf("after %v the clock is %v late", since, off)
		}
	}
}

func TestClockFollowsDrift(t *testing.T) {
	c := clock{live: true}
	up := time.Hour
	for i := range 8 * 3600 {
		since := time.Duration(i) * time.Second
		monitor := since + since/10000 // its crystal is 100 ppm fast
		c.see(tickAt(up, monitor), noon.Add(since))
		if off := c.time(tickAt(up, monitor)).Sub(noon.Add(since)); off.Abs() > 80*time.Millisecond {
			t.Fatalf("after %v the clock is off by %v", since, off)
		}
	}
}

func TestClockOfACaptureIgnoresArrivals(t *testing.T) {
	c := clock{}
	for i := range 100 {
		since := time.Duration(i) * 10 * time.Second
		c.see(tickAt(time.Hour, since), noon)
		if got := c.time(tickAt(time.Hour, since)); !got.Equal(noon.Add(since)) {
			t.Fatalf("%v is mapped to %v", since, got)
		}
	}
}

func TestClockWrapsAndRestarts(t *testing.T) {
	for _, live := range []bool{false, true} {
		c := clock{live: live}
		before := uint32(0xFFFFFFFF - 4*wire.TicksPerSecond)
		c.see(before, noon)
		if c.see(before+8*wire.TicksPerSecond, noon.Add(8*time.Second)) {
			t.Error("a wrap was taken for a restart")
		}
		if got := c.time(before + 8*wire.TicksPerSecond); !got.Equal(noon.Add(8 * time.Second)) {
			t.Errorf("after the wrap: %v", got)
		}
		if c.see(before+7*wire.TicksPerSecond, noon.Add(8*time.Second)) {
			t.Error("an older block was taken for a restart")
		}
		c = clock{live: live}
		c.see(tickAt(time.Hour, 0), noon)
		c.see(tickAt(time.Hour, 8*time.Second), noon.Add(8*time.Second))
		late := c.time(tickAt(time.Hour, 8*time.Second))
		if !c.see(tickAt(time.Minute, 0), noon.Add(5*time.Second)) {
			t.Error("a restart was not seen")
		}
		if got := c.time(tickAt(time.Minute, 0)); got.Before(late) {
			t.Errorf("the restart put time back from %v to %v", late, got)
		}
	}
}

// The monitor may have been on for longer than half of the count's range.
func TestClockSeesRestartAfterAWeek(t *testing.T) {
	c := clock{live: true}
	c.see(tickAt(100*time.Hour, 0), noon)
	if !c.see(tickAt(time.Minute, 0), noon.Add(2*time.Minute)) {
		t.Error("a restart after four days looks like a step ahead")
	}
}

func TestMappedTimesKeepTheMonotonicReading(t *testing.T) {
	c := clock{live: true}
	now := time.Now()
	c.see(1000, now)
	if got := c.time(9000); !strings.Contains(got.String(), "m=") {
		t.Error("the monotonic reading was stripped")
	}
}
