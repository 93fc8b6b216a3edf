// Package alarms judges every Report against the limits in force and the state
// of the links, and keeps the conditions and signals that follow. It is a pure
// state machine: time comes in as a parameter, nothing goes out but answers.
package alarms

import (
	"math"
	"time"

	"lamplight/mdib"

	"github.com/google/uuid"
)

// Limits in force for one metric, in its unit; an absent side is NaN.
type Limits struct {
	Low, High float64
	Priority  mdib.Priority
	Delay     time.Duration // how long a value must be seen beyond Low or High
	Enabled   bool
	Changed   bool // differs from the preset

	// The second limits: beyond them the condition is of high priority.
	ExtremeLow, ExtremeHigh float64
	ExtremeDelay            time.Duration

	Hysteresis float64 // how far inside a limit a value must be to end its condition
}

// NoLimits is what a metric without a preset has.
func NoLimits() Limits {
	nan := math.NaN()
	return Limits{Low: nan, High: nan, ExtremeLow: nan, ExtremeHigh: nan}
}

// System is the coding system of the technical conditions found here; its
// values are the Findings.
const System = "urn:lamplight:alarm"

// Finding says what a condition found, for the screen to put into its language.
type Finding string

const (
	FindDevice     Finding = "device"       // sent by the device: Text is all there is
	FindLow        Finding = "low"          // Value is below Limit
	FindHigh       Finding = "high"         // Value is above Limit
	FindLink       Finding = "link-lost"    // Reason says why
	FindStale      Finding = "no-data"      // the link is up, but no value has come
	FindClock      Finding = "clock-step"   // the workstation's clock was set; Value is by how many seconds
	FindIncomplete Finding = "incomplete"   // Value Reports could not be recorded
	FindRecord     Finding = "record"       // the record is not kept as it should be: Text says why
	FindPatient    Finding = "patient"      // the device names another patient than the bed
	FindSimulated  Finding = "mode-refused" // values of another generation mode than the bed's are not shown
)

// Key names a condition in the whole station.
type Key struct {
	MDS uuid.UUID // uuid.Nil: the station itself
	Ref mdib.Ref
}

// Condition is one alert condition with its signal, as the workstation keeps it.
// Text says the whole in English, for the record; Finding, Label, Value, Limit,
// Unit and Reason say the same in parts.
type Condition struct {
	MDS uuid.UUID
	mdib.AlertCondition
	Onset        time.Time
	Acknowledged time.Time // zero until acknowledged
	Value, Limit float64   // NaN where there is none

	Finding  Finding
	Label    string // of the metric; "" when it is about the device
	Unit     string // of Value and Limit, for the screen
	Decimals uint8  // of Value
	Reason   mdib.Reason
	Frozen   bool // its data are missing: this is how it stood when they were last seen
}

// Key names the condition.
func (c Condition) Key() Key { return Key{c.MDS, c.Ref} }
