package storage

import (
	"encoding/binary"

	"lamplight/mdib"

	"github.com/google/uuid"
)

// identity gives a record its UUID: version 5, in the namespace of its device
// (of the encounter, for a change of that), of what it is, its Ref, its time in
// nanoseconds, and for an alert what tells two changes of one moment apart. The
// same thing recorded again, or read back again, bears the same one.
func identity(r *mdib.Record, change []byte) uuid.UUID {
	name := func(kind byte, ref mdib.Ref, time int64, more ...byte) uuid.UUID {
		b := append(make([]byte, 0, 64), kind)
		b = append(b, ref...)
		b = append(b, 0)
		b = binary.BigEndian.AppendUint64(b, uint64(time))
		return uuid.NewSHA1(r.Source, append(b, more...))
	}
	switch {
	case r.Numeric != nil:
		return name('n', r.Numeric.Ref, nanos(r.Numeric.Time))
	case r.Enum != nil:
		return name('e', r.Enum.Ref, nanos(r.Enum.Time))
	case r.Samples != nil:
		return name('w', r.Samples.Ref, nanos(r.Samples.Time))
	case r.Alert != nil:
		present := byte(0)
		if r.Alert.Present {
			present = 1
		}
		return name('a', r.Alert.Ref, nanos(r.Alert.Time), present, byte(r.Alert.Signal), byte(r.Alert.Priority), byte(r.Alert.Provenance))
	}
	return uuid.NewSHA1(r.Encounter.ID, change)
}
