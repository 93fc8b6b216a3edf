package mdib

import (
	"iter"
	"math"
	"time"
)

// A Ref names one metric or alert condition within its MDS. It is made by the
// driver from what the device says, so that the same thing bears the same Ref
// after a reconnect or a restart.
type Ref string

// MDS is a medical device system: one device, and everything it can say.
// A description is whole: a later one replaces the earlier.
type MDS struct {
	Protocol     string // registry name of the driver, such as "intellivue"
	Manufacturer string
	Model        string
	Serial       string
	Version      string   // software or firmware revision
	Bed          string   // the bed label that the device itself bears; "" if none
	Patient      *Patient // whom the device believes it is connected to; nil if it does not say
	Mode         GenerationMode
	Clock        *DeviceClock // nil when the device tells no wall-clock time
	VMDs         []VMD
}

// VMD is a virtual medical device: a module or function block of an MDS.
type VMD struct {
	Ref      Ref
	Label    string
	Channels []Channel
}

// Channel groups the metrics of one sensor or site.
type Channel struct {
	Ref     Ref
	Label   string
	Metrics []Metric
}

// Metrics walks all metrics of the device in their order.
func (m *MDS) Metrics() iter.Seq[*Metric] {
	return func(yield func(*Metric) bool) {
		for v := range m.VMDs {
			for c := range m.VMDs[v].Channels {
				ms := m.VMDs[v].Channels[c].Metrics
				for i := range ms {
					if !yield(&ms[i]) {
						return
					}
				}
			}
		}
	}
}

// Metric finds the description of one metric, or nil.
func (m *MDS) Metric(r Ref) *Metric {
	for x := range m.Metrics() {
		if x.Ref == r {
			return x
		}
	}
	return nil
}

// Kind is the form in which a metric's values come.
type Kind uint8

const (
	KindNumeric     Kind = iota // Numeric
	KindSampleArray             // SampleArray: a wave
	KindEnum                    // EnumString
)

// Category says how a metric's value comes to be (BICEPS MetricCategory).
type Category uint8

const (
	CategoryMeasurement Category = iota
	CategoryCalculation
	CategorySetting
)

// Metric describes one thing a device can report.
type Metric struct {
	Ref         Ref
	Code        Code   // what is measured; an unknown code is kept as the device's own
	Source      Code   // the device's own code, when Code was translated from it
	Label       string // short label for the screen: "HR", "SpO₂"
	Unit        Unit
	Class       SignalClass
	Kind        Kind
	Category    Category
	Episodic    bool          // taken now and then (NIBP, cardiac output): ages, is not stale after seconds
	Period      time.Duration // sample array: time from one sample to the next; numeric: nominal update period, 0 if unknown
	Calibration Calibration   // sample array only
}

// Calibration maps the integers of a sample array to physical units by the
// line through (RawLow, Low) and (RawHigh, High). When Relative is set the
// device gave no physical scale (pleth): only RawLow and RawHigh count.
type Calibration struct {
	RawLow, RawHigh int32
	Low, High       float64 // in the metric's unit
	Relative        bool
	// The part of the scale that the device itself displays, raw; both 0 if it does not say.
	ShowLow, ShowHigh int32
}

// Physical gives the value of one raw sample in the metric's unit; for a
// relative scale, a fraction from 0 to 1. NaN if the calibration is degenerate.
func (c Calibration) Physical(raw int32) float64 {
	span := float64(c.RawHigh) - float64(c.RawLow)
	if span == 0 {
		return math.NaN()
	}
	f := (float64(raw) - float64(c.RawLow)) / span
	if c.Relative {
		return f
	}
	return c.Low + f*(c.High-c.Low)
}

// GenerationMode says where values come from (BICEPS GenerationMode).
type GenerationMode uint8

const (
	ModeReal GenerationMode = iota
	ModeTest
	ModeDemo
)

func (m GenerationMode) String() string { return [...]string{"real", "test", "demo"}[m] }

// DeviceClock pairs the device's wall clock with ours at one moment.
type DeviceClock struct {
	Device time.Time // what the device's clock showed, read in the workstation's zone when it tells none
	Ours   time.Time
}

// Offset is how far the device's clock is ahead of ours.
func (c DeviceClock) Offset() time.Duration { return c.Device.Sub(c.Ours) }
