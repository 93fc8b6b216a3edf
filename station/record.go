package station

import (
	"math"
	"time"

	"lamplight/alarms"
	"lamplight/mdib"

	"github.com/google/uuid"
)

const recordRef mdib.Ref = "lamplight/record"

// RecordTrouble says that the record is not kept as it should be, in a sentence
// that names the remedy, or with "" that it is again. It is presented as a
// technical condition of the station, also while nothing had to be refused yet.
func (s *Station) RecordTrouble(sentence string, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sentence == s.trouble {
		return
	}
	s.trouble = sentence
	now = s.passed(now)
	if sentence == "" {
		s.recordAlerts(s.engine.Lower(now, alarms.Key{MDS: uuid.Nil, Ref: recordRef}))
		return
	}
	s.recordAlerts(s.engine.Raise(now, alarms.Condition{
		AlertCondition: mdib.AlertCondition{Ref: recordRef, Priority: mdib.PriorityMedium, Text: sentence},
		Finding:        alarms.FindRecord, Value: math.NaN(),
	}))
}
