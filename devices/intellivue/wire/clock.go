package wire

import "time"

// ParseTime reads an absolute time: eight BCD bytes, local to the monitor. It
// reports false for a time that is unset, not supported or no date.
func ParseTime(b []byte, loc *time.Location) (time.Time, bool) {
	if len(b) != 8 {
		return time.Time{}, false
	}
	var v [7]int
	for i := range v {
		hi, lo := int(b[i]>>4), int(b[i]&15)
		if hi > 9 || lo > 9 {
			return time.Time{}, false
		}
		v[i] = 10*hi + lo
	}
	y, mo, d, h, mi, s := 100*v[0]+v[1], v[2], v[3], v[4], v[5], v[6]
	if mo < 1 || mo > 12 || d < 1 || d > 31 || h > 23 || mi > 59 || s > 59 {
		return time.Time{}, false
	}
	t := time.Date(y, time.Month(mo), d, h, mi, s, 0, loc)
	return t, t.Day() == d // no 31 February
}

// AppendTime appends an absolute time.
func AppendTime(b []byte, t time.Time) []byte {
	for _, v := range []int{t.Year() / 100, t.Year() % 100, int(t.Month()), t.Day(), t.Hour(), t.Minute(), t.Second(), 0} {
		b = append(b, byte(v/10<<4|v%10))
	}
	return b
}

// Duration gives the span of some ticks.
func Duration(ticks int64) time.Duration { return time.Duration(ticks) * (125 * time.Microsecond) }

// Ticks gives a span in ticks, rounded down.
func Ticks(d time.Duration) int64 { return int64(d / (125 * time.Microsecond)) }

// AssociationTimeout is how long a monitor waits for a message of its client,
// by the granted poll period in ticks.
func AssociationTimeout(period uint32) time.Duration {
	p := Duration(int64(period))
	switch {
	case p < 3300*time.Millisecond:
		return 10 * time.Second
	case p <= 43*time.Second:
		return 3 * p
	}
	return 130 * time.Second
}

// Measure is a patient's age, height, weight or body surface.
type Measure struct {
	Value Float
	Unit  uint16
}

// ParseMeasure reads a PatMeasure.
func ParseMeasure(b []byte) (Measure, error) {
	c := cursor{b: b}
	m := Measure{Float(c.u32()), c.u16()}
	return m, c.end("patient measure")
}

// Append appends the PatMeasure.
func (m Measure) Append(b []byte) []byte { return put16(put32(b, uint32(m.Value)), m.Unit) }

// Protocol is one entry of the protocols that a connect indication offers.
type Protocol struct{ Application, Transport, Port, Options uint16 }

// ParseProtocols reads a PCOL_SUPPORT attribute.
func ParseProtocols(b []byte) ([]Protocol, error) {
	c := cursor{b: b}
	n, e := c.list()
	if len(e.b) != 8*n {
		return nil, malformed("%d protocols in %d bytes", n, len(e.b))
	}
	list := make([]Protocol, n)
	for i := range list {
		list[i] = Protocol{e.u16(), e.u16(), e.u16(), e.u16()}
	}
	return list, c.end("protocol support")
}

// AppendProtocols appends a PCOL_SUPPORT attribute.
func AppendProtocols(b []byte, list []Protocol) []byte {
	return putList(b, len(list), func(b []byte) []byte {
		for _, p := range list {
			b = put16(put16(put16(put16(b, p.Application), p.Transport), p.Port), p.Options)
		}
		return b
	})
}
