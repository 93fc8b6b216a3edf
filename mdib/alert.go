package mdib

import "time"

// Priority of an alert condition, in the order of urgency (IEC 60601-1-8).
type Priority uint8

const (
	PriorityNone Priority = iota // information only
	PriorityLow
	PriorityMedium
	PriorityHigh
)

func (p Priority) String() string { return [...]string{"none", "low", "medium", "high"}[p] }

// AlertKind tells a patient's condition from an equipment's.
type AlertKind uint8

const (
	Physiological AlertKind = iota
	Technical
)

func (k AlertKind) String() string { return [...]string{"physiological", "technical"}[k] }

// Provenance says who found a condition. The two are kept apart everywhere.
type Provenance uint8

const (
	FromDevice      Provenance = iota // sent by the bedside device, verbatim
	FromWorkstation                   // derived here
)

func (p Provenance) String() string { return [...]string{"device", "workstation"}[p] }

// AlertCondition is what is wrong, at one moment. A condition that ended is
// reported once more with Present false.
type AlertCondition struct {
	Ref        Ref // identity of the condition within its MDS, from onset to end
	Source     Ref // the metric it is about; "" when it is about the device
	Code       Code
	Kind       AlertKind
	Priority   Priority
	Provenance Provenance
	Present    bool
	Text       string    // the device's words, verbatim, or ours
	Time       time.Time // of this change
	Signal     AlertSignal
	Mode       GenerationMode
}

// AlertSignal is what the clinician sees and hears of a condition, as its
// source says.
type AlertSignal uint8

const (
	SignalOn AlertSignal = iota
	SignalOff
	SignalLatched
	SignalAcknowledged
	SignalPaused
)

func (s AlertSignal) String() string {
	return [...]string{"on", "off", "latch", "ack", "pause"}[s]
}
