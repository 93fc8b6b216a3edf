// Package station is the hearth: the one loop that takes every Report, keeps
// the newest state of every bed, asks package alarms what it means, and hands
// it to the recorder.
package station

import (
	"time"

	"lamplight/alarms"
	"lamplight/mdib"

	"github.com/google/uuid"
)

// Recorder is storage as the station sees it. Record never blocks; it returns
// false if it had to refuse.
type Recorder interface{ Record(mdib.Report) bool }

// View is all that a screen may see, at one moment. It shares nothing mutable
// with the station.
type View struct {
	At         time.Time
	Beds       []BedView          // in configured order
	Conditions []alarms.Condition // about the station itself, most urgent first
	Refused    uint64             // Reports that the recorder could not take since the start
}

// BedView is one bed.
type BedView struct {
	Label      string
	Unit       string
	Encounter  *mdib.Encounter // nil: empty
	Discharged bool            // values that its devices still send are neither shown nor kept until somebody is admitted
	Devices    []DeviceView
	Numerics   []NumericView       // in display order: heart rate, SpO2, pressures, respiration, temperature, the rest
	Enums      []EnumView          // in display order
	Waves      []WaveView          // in display order
	Conditions []alarms.Condition  // active or unacknowledged, most urgent first
	Mode       mdib.GenerationMode // demo or test if any shown value is
}

// DeviceView is one device of a bed.
type DeviceView struct {
	ID       uuid.UUID
	Name     string    // as configured
	Protocol string    // registry name of its driver
	MDS      *mdib.MDS // nil until it described itself
	Link     mdib.Link
	Last     time.Time // of its newest Report
}

// NumericView is the newest value of one metric.
type NumericView struct {
	Device uuid.UUID
	Metric mdib.Metric
	mdib.Numeric
	Age    time.Duration // since its determination, by the monotonic clock
	Stale  bool          // too old to be shown as a number, or the link is lost
	Limits alarms.Limits
	Alarm  mdib.Priority // of the worst condition about it
}

// EnumView is the newest value of one enumeration metric.
type EnumView struct {
	Device uuid.UUID
	Metric mdib.Metric
	mdib.EnumString
	Age   time.Duration
	Stale bool
}

// WaveView names one wave; its samples are taken with Station.Samples.
type WaveView struct {
	Device uuid.UUID
	Metric mdib.Metric
	Mode   mdib.GenerationMode
}
