// Package charts draws into pixels: live sweeps, trends. It knows nothing of
// windows and toolkits; what it gives back is an image.
package charts

import (
	"time"

	"lamplight/mdib"
)

// Source gives the arrays of one wave that touch the time from…to, in order.
// It appends to buf and returns it. The arrays are shared and never changed.
type Source interface {
	Samples(from, to time.Time, buf []mdib.SampleArray) []mdib.SampleArray
}
