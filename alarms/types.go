// Package alarms judges every Report against the limits in force and the state
// of the links, and keeps the conditions and signals that follow. It is a pure
// state machine: time comes in as a parameter, nothing goes out but answers.
package alarms

import (
	"time"

	"lamplight/mdib"

	"github.com/google/uuid"
)

// Limits in force for one metric; an absent side is NaN.
type Limits struct {
	Low, High float64
	Priority  mdib.Priority
	Delay     time.Duration
	Enabled   bool
	Changed   bool // differs from the preset
}

// Condition is one alert condition with its signal, as the workstation keeps it.
type Condition struct {
	MDS uuid.UUID
	mdib.AlertCondition
	Onset        time.Time
	Acknowledged time.Time // zero until acknowledged
	Value, Limit float64   // NaN where there is none
}
