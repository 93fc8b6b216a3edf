// Package physiology makes the signals that emulators play: a synthetic patient
// on published models, and the replay of recordings. It knows no protocol.
package physiology

import "time"

// Signal is the bedside as an emulator sees it. Time is counted from the start
// of the play. Metrics and waves are named by their MDC reference identifier,
// such as "MDC_ECG_HEART_RATE" or "MDC_ECG_ELEC_POTL_II". A Signal is
// deterministic: the same question has the same answer.
type Signal interface {
	// Value gives a numeric in the nomenclature's usual unit. The State tells
	// whether it is being measured.
	Value(refID string, at time.Duration) (float64, State)
	// Samples fills dst with the wave from at on, one value every period, in
	// physical units (mV, mmHg, Ohm; pleth: 0…1). It reports false when the
	// wave is not measured.
	Samples(refID string, at, period time.Duration, dst []float64) bool
	// Events gives what a bedside monitor would alarm about at this moment.
	Events(at time.Duration) []Event
}

// State of a measurement.
type State uint8

const (
	Absent    State = iota // not connected: no such measurement
	Measured               // a good value
	Doubtful               // a value, to be marked questionable
	SensorOff              // connected once, now without a patient: no value
)

// Event is a condition that a bedside monitor would announce.
type Event struct {
	Source    string // RefID of the metric it is about
	Code      string // RefID of the event: "MDC_EVT_ECG_ASYSTOLE", "MDC_EVT_LO", "MDC_EVT_LEADS_OFF"
	Technical bool
	Priority  uint8 // 1 low, 2 medium, 3 high
}
