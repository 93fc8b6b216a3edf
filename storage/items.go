package storage

import (
	"encoding/binary"
	"math"

	"lamplight/mdib"
)

// head says whose a block is, in row ids of the database; 0 is none.
type head struct{ mds, encounter, description int64 }

func (h head) append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(h.mds))
	b = binary.AppendUvarint(b, uint64(h.encounter))
	return binary.AppendUvarint(b, uint64(h.description))
}

func (r *reader) head() head { return head{r.id(), r.id(), r.id()} }

// item is what numerics, enumerations and runs begin with.
type item struct {
	metric         int64
	time, received int64
}

type numeric struct {
	item
	mdib.Numeric // without Ref
}

type enum struct {
	item
	mdib.EnumString // without Ref
}

type run struct {
	item
	period           int64
	mdib.SampleArray // without Ref
}

// end is the time behind the last sample.
func (r *run) end() int64 { return r.time + int64(len(r.Samples))*r.period }

// times carries the differences of time from item to item.
type times struct{ time, received int64 }

func (t *times) append(b []byte, i item, v mdib.Validity, m mdib.GenerationMode) []byte {
	b = binary.AppendUvarint(b, uint64(i.metric))
	b = binary.AppendVarint(b, i.time-t.time)
	b = binary.AppendVarint(b, i.received-t.received)
	t.time, t.received = i.time, i.received
	return append(b, byte(v), byte(m))
}

func (r *reader) item(t *times) (item, mdib.Validity, mdib.GenerationMode) {
	metric := r.id()
	t.time += r.varint()
	t.received += r.varint()
	return item{metric, t.time, t.received}, mdib.Validity(r.byte()), mdib.GenerationMode(r.byte())
}

const (
	formDecimal = iota
	formFloat
	formNone
)

// appendValues codes a block of numerics and enumerations.
func appendValues(b []byte, at int64, h head, ns []numeric, es []enum) []byte {
	t := times{at, at}
	b = h.append(b)
	b = binary.AppendUvarint(b, uint64(len(ns)))
	for _, n := range ns {
		b = t.append(b, n.item, n.Validity, n.Mode)
		b = append(b, n.Decimals)
		if math.IsNaN(n.Value) {
			b = append(b, formNone)
		} else if v, ok := decimal(n.Value, n.Decimals); ok {
			b = binary.AppendVarint(append(b, formDecimal), v)
		} else {
			b = binary.LittleEndian.AppendUint64(append(b, formFloat), math.Float64bits(n.Value))
		}
	}
	b = binary.AppendUvarint(b, uint64(len(es)))
	for _, e := range es {
		b = t.append(b, e.item, e.Validity, e.Mode)
		for _, s := range []string{e.Code.System, e.Code.Value, e.Code.RefID, e.Text} {
			b = appendText(b, s)
		}
	}
	return b
}

// decimal gives v × 10^decimals when that whole number brings v back exactly.
func decimal(v float64, decimals uint8) (int64, bool) {
	if decimals > 9 || math.Abs(v) > 1e9 {
		return 0, false
	}
	n := int64(math.Round(v * pow10(decimals)))
	return n, math.Float64bits(undecimal(n, decimals)) == math.Float64bits(v)
}

func undecimal(n int64, decimals uint8) float64 { return float64(n) / pow10(decimals) }

func pow10(n uint8) float64 {
	p := 1.0
	for range n {
		p *= 10
	}
	return p
}

func (r *reader) numerics(t *times) []numeric {
	out := make([]numeric, 0, r.count(7))
	for range cap(out) {
		var n numeric
		n.item, n.Validity, n.Mode = r.item(t)
		n.Time = fromNanos(n.time)
		n.Decimals = r.byte()
		switch form := r.byte(); form {
		case formDecimal:
			n.Value = undecimal(r.varint(), min(n.Decimals, 9))
		case formFloat:
			if p := r.take(8); p != nil {
				n.Value = math.Float64frombits(binary.LittleEndian.Uint64(p))
			}
		case formNone:
			n.Value = math.NaN()
		default:
			r.fail(errChecksum)
		}
		if r.err != nil {
			break
		}
		out = append(out, n)
	}
	return out
}

func (r *reader) enums(t *times) []enum {
	out := make([]enum, 0, r.count(9))
	for range cap(out) {
		var e enum
		e.item, e.Validity, e.Mode = r.item(t)
		e.Time = fromNanos(e.time)
		e.Code = mdib.Code{System: r.text(), Value: r.text(), RefID: r.text()}
		e.Text = r.text()
		if r.err != nil {
			break
		}
		out = append(out, e)
	}
	return out
}

// appendRuns codes a block of waves.
func appendRuns(b []byte, at int64, h head, runs []run) []byte {
	t := times{at, at}
	b = h.append(b)
	b = binary.AppendUvarint(b, uint64(len(runs)))
	for _, x := range runs {
		b = t.append(b, x.item, x.Validity, x.Mode)
		b = binary.AppendUvarint(b, uint64(x.period))
		b = appendSamples(b, x.Samples)
		b = appendMarks(b, x.Marks)
	}
	return b
}

func (r *reader) runs(t *times) []run {
	out := make([]run, 0, r.count(8))
	for range cap(out) {
		var x run
		x.item, x.Validity, x.Mode = r.item(t)
		x.Time = fromNanos(x.time)
		x.period = r.id()
		x.Samples = r.samples()
		x.Marks = r.marks()
		if r.err != nil {
			break
		}
		out = append(out, x)
	}
	return out
}
