package storage

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"iter"
	"math"
	"sync"
	"time"
)

const rowVersion = 1

var castagnoli = sync.OnceValue(func() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) })

var (
	errShort    = errors.New("block ends too early")
	errChecksum = errors.New("block does not match its checksum")
)

// noTime stands for the zero time.
const noTime = math.MinInt64

// nanos gives a time as it is kept. Times beyond what 64 bits of nanoseconds
// can say (years 1678 to 2262) become the nearest that they can.
func nanos(t time.Time) int64 {
	switch {
	case t.IsZero():
		return noTime
	case t.Year() < 1680:
		return math.MinInt64 + 1
	case t.Year() > 2260:
		return math.MaxInt64
	}
	return t.UnixNano()
}

func fromNanos(n int64) time.Time {
	if n == noTime {
		return time.Time{}
	}
	return time.Unix(0, n)
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// appendBlock frames a payload.
func appendBlock(row, payload []byte) []byte {
	row = binary.AppendUvarint(row, uint64(len(payload)))
	row = append(row, payload...)
	return binary.LittleEndian.AppendUint32(row, crc32.Checksum(payload, castagnoli()))
}

// blocks walks the payloads of a row. A damaged block is given as an error and
// the walk goes on behind it; a row that cannot be walked further ends with one.
func blocks(row []byte) iter.Seq2[*reader, error] {
	return func(yield func(*reader, error) bool) {
		if len(row) == 0 || row[0] != rowVersion {
			yield(nil, fmt.Errorf("row is of no known version: %x", row[:min(1, len(row))]))
			return
		}
		whole := len(row)
		for row = row[1:]; len(row) > 0; {
			at := whole - len(row)
			n, w := binary.Uvarint(row)
			if w <= 0 || n > uint64(len(row)-w) || uint64(len(row)-w)-n < 4 {
				yield(nil, errShort)
				return
			}
			payload := row[w : w+int(n)]
			sum := binary.LittleEndian.Uint32(row[w+int(n):])
			row = row[w+int(n)+4:]
			if crc32.Checksum(payload, castagnoli()) != sum {
				if !yield(nil, errChecksum) {
					return
				}
				continue
			}
			if !yield(&reader{b: payload, at: at}, nil) {
				return
			}
		}
	}
}

// reader takes a payload apart. After an error every read gives zero.
type reader struct {
	b   []byte
	at  int // of the block in its row
	err error
}

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
	r.b = nil
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.fail(errShort)
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) varint() int64 {
	u := r.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

func (r *reader) id() int64 { return int64(r.uvarint() & math.MaxInt64) }

func (r *reader) byte() byte {
	if len(r.b) == 0 {
		r.fail(errShort)
		return 0
	}
	c := r.b[0]
	r.b = r.b[1:]
	return c
}

func (r *reader) take(n uint64) []byte {
	if n > uint64(len(r.b)) {
		r.fail(errShort)
		return nil
	}
	p := r.b[:n]
	r.b = r.b[n:]
	return p
}

func (r *reader) text() string { return string(r.take(r.uvarint())) }

// count reads how many things follow; each takes at least size bytes, so that
// a wrong count cannot ask for more memory than the block could fill.
func (r *reader) count(size int) int {
	n := r.uvarint()
	if n > uint64(len(r.b)/size) {
		r.fail(errShort)
		return 0
	}
	return int(n)
}
