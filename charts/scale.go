package charts

import (
	"slices"

	"lamplight/mdib"
)

// Scale says what a strip may show from bottom to top. The sweep takes the
// first range that holds the last ten seconds of the wave, and looks again
// once a second. A range is kept as long as it holds the wave and a range two
// steps smaller would not, so that the picture is calm.
type Scale struct {
	Ranges []Range // smallest first, never changed once given
	Slide  bool    // only the height of a range counts; it is moved to where the signal is
}

// Range is a stretch of raw sample values and what the screen says of it.
type Range struct {
	Low, High float64 // raw, at the bottom and the top of the strip
	Label     string  // "0–160 mmHg", "×1", "auto"
}

// same compares without looking at every range when both are one slice.
func (s Scale) same(o Scale) bool {
	if s.Slide != o.Slide || len(s.Ranges) != len(o.Ranges) {
		return false
	}
	return len(s.Ranges) == 0 || &s.Ranges[0] == &o.Ranges[0] || slices.Equal(s.Ranges, o.Ranges)
}

// ScaleOf gives the usual scale of a wave.
func ScaleOf(m mdib.Metric) Scale {
	c := m.Calibration
	return Scale{Ranges: []Range{{Low: float64(c.RawLow), High: float64(c.RawHigh), Label: "auto"}}}
}
