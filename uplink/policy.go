package uplink

import (
	"time"

	"lamplight/mdib"

	"github.com/google/uuid"
)

// Policy says what of the record a target gets. Encounters, alarms and values
// taken now and then (a cuff pressure) always go.
type Policy struct {
	Numerics time.Duration // one value of each metric per this much time; 0 sends every value
	Waves    bool
}

// A sieve applies a Policy to a tape. Its memory makes the first value of each
// stretch go, and the first good one if that was none. After a restart one
// more value of a stretch may go; never the same one twice.
type sieve struct {
	Policy
	last map[series]kept
}

type series struct {
	encounter, source uuid.UUID
	ref               mdib.Ref
}

type kept struct {
	stretch int64
	value   bool // a value that may be shown was among those kept
	text    string
}

func newSieve(p Policy) *sieve { return &sieve{Policy: p, last: map[series]kept{}} }

// pick gives the records of b that are to be sent. held counts those that are
// nobody's: without an encounter there is no patient to file them under. A
// later ledger of consent asks here, too.
func (s *sieve) pick(b mdib.Batch) (out mdib.Batch, held int) {
	out = mdib.Batch{Target: b.Target, After: b.After}
	for i := range b.Records {
		r := &b.Records[i]
		switch {
		case r.Encounter == nil:
			held++
		case s.wants(r):
			out.Records = append(out.Records, *r)
		}
	}
	return out, held
}

func (s *sieve) wants(r *mdib.Record) bool {
	switch {
	case r.Samples != nil:
		return s.Waves
	case r.Metric != nil && r.Metric.Episodic:
		return true
	case r.Numeric != nil:
		return s.first(r, r.Numeric.Ref, r.Numeric.Time, r.Numeric.Validity.HasValue(), "")
	case r.Enum != nil:
		e := r.Enum
		return s.first(r, e.Ref, e.Time, e.Validity.HasValue(), e.Code.Value+" "+e.Text)
	}
	return true
}

func (s *sieve) first(r *mdib.Record, ref mdib.Ref, at time.Time, value bool, text string) bool {
	if s.Numerics <= 0 {
		return true
	}
	key := series{r.Encounter.ID, r.Source, ref}
	now := kept{stretch: at.UnixNano() / int64(s.Numerics), value: value, text: text}
	was, known := s.last[key]
	if known && was.stretch == now.stretch && was.text == text && (was.value || !value) {
		return false
	}
	s.last[key] = now
	return true
}

// wholeMoments shortens a batch that was cut by its size, so that what one
// device said at one moment stays together: a blood pressure is three records
// and one resource.
func wholeMoments(b mdib.Batch) mdib.Batch {
	last := len(b.Records) - 1
	source, at := b.Records[last].Source, moment(&b.Records[last])
	for i := last; i > 0; i-- {
		if p := &b.Records[i-1]; p.Source != source || !moment(p).Equal(at) {
			b.Records, b.After = b.Records[:i], p.Seq
			return b
		}
	}
	return b
}

func moment(r *mdib.Record) time.Time {
	switch {
	case r.Numeric != nil:
		return r.Numeric.Time
	case r.Samples != nil:
		return r.Samples.Time
	case r.Enum != nil:
		return r.Enum.Time
	case r.Alert != nil:
		return r.Alert.Time
	}
	return time.Time{}
}
