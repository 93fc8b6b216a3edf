package uplink

import (
	"time"

	"lamplight/mdib"
)

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
