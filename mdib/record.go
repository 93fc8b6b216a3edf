package mdib

import (
	"time"

	"github.com/google/uuid"
)

// A Record is one thing of the record as the uplink sees it: a moment of an
// encounter. Exactly one of Numeric, Samples, Enum, Alert is set, or none: then
// the record says that the encounter itself began, changed or ended.
type Record struct {
	ID        uuid.UUID // stable: sending it twice must be harmless
	Seq       int64     // place on the tape, growing
	Encounter *Encounter
	Source    uuid.UUID // the MDS
	Device    *MDS
	Metric    *Metric // of Numeric, Samples, Enum
	Numeric   *Numeric
	Samples   *SampleArray
	Enum      *EnumString
	Alert     *AlertCondition
}

// Rollup sums up one metric over a stretch of time.
type Rollup struct {
	Start          time.Time
	Span           time.Duration
	Min, Max, Mean float64
	Count          int // values that had one; 0 is a gap
}

// A Batch is a run of records off the tape for one target, in order. After is
// the place of the tape's cursor once all of it has been dealt with.
type Batch struct {
	Target  string
	Records []Record
	After   int64
}

// A Result says what became of a batch that was delivered: every record not
// listed as rejected was accepted.
type Result struct {
	Rejected []Rejection
}

// A Rejection is permanent: the same record would be refused again.
type Rejection struct {
	ID     uuid.UUID
	Reason string // in the server's words
}
