package storage

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"

	"lamplight/mdib"
)

const (
	riceMethod = 0x10 // + order of differences
	riceGroup  = 64
	riceZeros  = 31 // k of a group that is all zero
	riceEscape = 24
	riceRaw    = 40
	maxRun     = 1 << 20 // samples in one run; longer ones are cut in two
	maxMarks   = 1 << 21
)

// appendSamples codes samples without loss; package doc has the bytes.
func appendSamples(dst []byte, s []int32) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(s)))
	if len(s) == 0 {
		return dst
	}
	step := stepOf(s)
	x := make([]int64, len(s))
	if step > 0 {
		for i, v := range s {
			x[i] = (int64(v) - int64(s[0])) / step
		}
	}
	order := bestOrder(x)
	dst = append(dst, riceMethod+byte(order))
	dst = binary.AppendUvarint(dst, uint64(step))
	dst = binary.AppendVarint(dst, int64(s[0]))
	if step == 0 {
		return dst
	}
	residuals(x, order)
	w := bitWriter{b: dst}
	for x = x[1:]; len(x) > 0; x = x[min(riceGroup, len(x)):] {
		w.group(x[:min(riceGroup, len(x))])
	}
	return w.done()
}

// stepOf is the greatest number that divides every difference: devices that
// scale a coarse converter up leave the low bits unused.
func stepOf(s []int32) int64 {
	var g uint64
	for _, v := range s {
		d := int64(v) - int64(s[0])
		if d < 0 {
			d = -d
		}
		for a := uint64(d); a != 0; {
			g, a = a, g%a
		}
		if g == 1 {
			break
		}
	}
	return int64(g)
}

// bestOrder chooses how often to take differences, by the least sum of sizes.
func bestOrder(x []int64) int {
	var sum [4]uint64
	var d1, d2, d3 int64 // last value of each order
	for i, v := range x {
		a := v
		b := a - d1
		c := b - d2
		e := c - d3
		if i > 0 {
			sum[0] += magnitude(a)
			sum[1] += magnitude(b)
			sum[2] += magnitude(c)
			sum[3] += magnitude(e)
		}
		d1, d2, d3 = a, b, c
	}
	best := 0
	for i, s := range sum {
		if s < sum[best] {
			best = i
		}
	}
	return best
}

func magnitude(v int64) uint64 {
	if v < 0 {
		return uint64(-v)
	}
	return uint64(v)
}

func residuals(x []int64, order int) {
	for range order {
		var last int64
		for i, v := range x {
			x[i], last = v-last, v
		}
	}
}

func zigzag(v int64) uint64   { return uint64(v)<<1 ^ uint64(v>>63) }
func unzigzag(u uint64) int64 { return int64(u>>1) ^ -int64(u&1) }

type bitWriter struct {
	b    []byte
	acc  uint64 // low n bits wait to be written
	n    uint
	left [riceGroup]uint64
}

// put writes the low n bits of v, n at most 40.
func (w *bitWriter) put(v uint64, n uint) {
	w.acc = w.acc<<n | v&(1<<n-1)
	for w.n += n; w.n >= 8; w.n -= 8 {
		w.b = append(w.b, byte(w.acc>>(w.n-8)))
	}
}

func (w *bitWriter) done() []byte {
	if w.n > 0 {
		w.b = append(w.b, byte(w.acc<<(8-w.n)))
	}
	return w.b
}

func (w *bitWriter) group(x []int64) {
	z := w.left[:len(x)]
	var sum uint64
	for i, v := range x {
		z[i] = zigzag(v)
		sum += z[i]
	}
	if sum == 0 {
		w.put(riceZeros, 5)
		return
	}
	guess := max(bits.Len64(sum/uint64(len(z)))-1, 0)
	k, least := 0, uint64(math.MaxUint64)
	for c := max(guess-1, 0); c <= min(guess+1, riceZeros-1); c++ {
		cost := uint64(c) * uint64(len(z))
		for _, v := range z {
			cost += v >> c
		}
		if cost < least {
			k, least = c, cost
		}
	}
	w.put(uint64(k), 5)
	for _, v := range z {
		q := v >> k
		if q >= riceEscape {
			w.put(1<<riceEscape-1, riceEscape)
			w.put(v, riceRaw)
			continue
		}
		w.put(1<<(q+1)-2, uint(q)+1)
		w.put(v, uint(k))
	}
}

// samples reads what appendSamples wrote.
func (r *reader) samples() []int32 {
	n := r.uvarint()
	if n == 0 || r.err != nil {
		return nil
	}
	if n > maxRun {
		r.fail(fmt.Errorf("a run of %d samples is longer than any that is written", n))
		return nil
	}
	method := r.byte()
	step, first := r.uvarint(), r.varint()
	switch {
	case r.err != nil:
		return nil
	case method < riceMethod || method > riceMethod+3:
		r.fail(fmt.Errorf("samples are coded by the unknown method %#x", method))
		return nil
	case step > math.MaxUint32 || first != int64(int32(first)):
		r.fail(errChecksum)
		return nil
	case step > 0 && (n-1+riceGroup-1)/riceGroup*5 > uint64(len(r.b))*8:
		r.fail(errShort)
		return nil
	}
	out := make([]int32, n)
	out[0] = int32(first)
	if step == 0 {
		for i := range out {
			out[i] = out[0]
		}
		return out
	}
	order := int(method - riceMethod)
	br := bitReader{b: r.b}
	var d [4]int64 // last value of each order; d[0] is x itself
	k := uint(0)
	for i := 1; i < len(out); i++ {
		if (i-1)%riceGroup == 0 {
			k = uint(br.get(5))
		}
		var v int64
		if k != riceZeros {
			v = unzigzag(br.rice(k))
		}
		d[order] = v
		for o := order - 1; o >= 0; o-- {
			d[o] += d[o+1]
		}
		s := first + int64(step)*d[0]
		if s != int64(int32(s)) {
			r.fail(errChecksum)
			return nil
		}
		out[i] = int32(s)
	}
	if br.short {
		r.fail(errShort)
		return nil
	}
	r.b = br.rest()
	return out
}

// bitReader gives zeros, and short, behind the end.
type bitReader struct {
	b     []byte
	pos   int    // bytes taken into acc
	acc   uint64 // top n bits are next
	n     uint
	short bool
}

func (r *bitReader) fill() {
	for r.n <= 56 && r.pos < len(r.b) {
		r.acc |= uint64(r.b[r.pos]) << (56 - r.n)
		r.pos++
		r.n += 8
	}
}

func (r *bitReader) get(n uint) uint64 {
	if r.n < n {
		r.fill()
		if r.n < n {
			r.short = true
			return 0
		}
	}
	v := r.acc >> 1 >> (63 - n)
	r.acc <<= n
	r.n -= n
	return v
}

func (r *bitReader) rice(k uint) uint64 {
	if r.n < 56 {
		r.fill()
	}
	q := uint(bits.LeadingZeros64(^r.acc))
	if q >= riceEscape {
		r.get(riceEscape)
		return r.get(riceRaw)
	}
	r.get(q + 1)
	return uint64(q)<<k | r.get(k)
}

// rest is what follows the byte that the last bit lies in.
func (r *bitReader) rest() []byte { return r.b[r.pos-int(r.n/8):] }

// appendMarks codes marks, equal neighbours as one stretch.
func appendMarks(dst []byte, marks []mdib.Mark) []byte {
	stretches := 0
	for i := range marks {
		if !continues(marks, i) {
			stretches++
		}
	}
	dst = binary.AppendUvarint(dst, uint64(stretches))
	end := 0
	for i := 0; i < len(marks); {
		j := i + 1
		for j < len(marks) && continues(marks, j) {
			j++
		}
		dst = binary.AppendVarint(dst, int64(marks[i].At-end))
		dst = append(dst, byte(marks[i].Kind))
		dst = binary.AppendUvarint(dst, uint64(j-i-1))
		end = marks[j-1].At + 1
		i = j
	}
	return dst
}

func continues(m []mdib.Mark, i int) bool {
	return i > 0 && m[i].Kind == m[i-1].Kind && m[i].At == m[i-1].At+1
}

func (r *reader) marks() []mdib.Mark {
	var out []mdib.Mark
	end := int64(0)
	for range r.count(3) {
		at, kind, more := end+r.varint(), mdib.MarkKind(r.byte()), r.uvarint()
		if more >= uint64(maxMarks-len(out)) {
			r.fail(errShort)
		}
		if r.err != nil {
			return nil
		}
		for i := range int64(more) + 1 {
			out = append(out, mdib.Mark{At: int(at + i), Kind: kind})
		}
		end = at + int64(more) + 1
	}
	return out
}
