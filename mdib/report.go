package mdib

import (
	"time"

	"github.com/google/uuid"
)

// A Report is everything one MDS said at one moment. It is the only message
// that flows through the program. Once handed on it is never changed.
type Report struct {
	MDS      uuid.UUID
	Received time.Time // our clock, when the first byte of it arrived

	Describe  *MDS       // non-nil when the device said what it is; always comes before its values
	Link      *Link      // non-nil when the connection changed state
	Encounter *Encounter // non-nil when the encounter that this MDS serves began, changed or ended; one with the zero ID: it serves none any more
	Numerics  []Numeric
	Samples   []SampleArray
	Enums     []EnumString
	Alerts    []AlertCondition // conditions that began, changed or ended since the last Report
}
