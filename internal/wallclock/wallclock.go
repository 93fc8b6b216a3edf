// Package wallclock makes times as time.Now gives them after somebody set the
// computer's clock, for tests.
package wallclock

import (
	"testing"
	"time"
	"unsafe"
)

// Set gives a time with its wall clock moved by whole seconds and its monotonic
// reading kept. Package time offers no way to make one, so this reaches into
// its layout and skips the test if that has changed.
func Set(t testing.TB, at time.Time, by time.Duration) time.Time {
	t.Helper()
	moved := at
	p := (*struct {
		wall uint64 // flag, 33 bits of seconds, 30 bits of nanoseconds
		ext  int64  // the monotonic reading
		loc  *time.Location
	})(unsafe.Pointer(&moved))
	p.wall = uint64(int64(p.wall) + int64(by/time.Second)<<30)
	if moved.Sub(at) != 0 || moved.Round(0).Sub(at.Round(0)) != by {
		t.Skip("needs the layout that time.Time has in Go 1.26")
	}
	return moved
}
