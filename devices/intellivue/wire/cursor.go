// Package wire is the message format of the IntelliVue Data Export interface:
// pure functions between bytes and structures, both ways. It knows no
// transport, keeps no state and never panics, whatever the bytes are.
//
// All integers are big-endian. What Parse functions return may share memory
// with the bytes they were given.
package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrMalformed is wrapped by every parse error.
var ErrMalformed = errors.New("malformed message")

func malformed(what string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrMalformed, fmt.Sprintf(what, args...))
}

// A cursor reads fields in turn. The first field that does not fit makes it
// short, and everything after that reads as zero.
type cursor struct {
	b     []byte
	short bool
}

func (c *cursor) take(n int) []byte {
	if c.short || n < 0 || n > len(c.b) {
		c.short, c.b = true, nil
		return nil
	}
	p := c.b[:n:n]
	c.b = c.b[n:]
	return p
}

func (c *cursor) u8() byte {
	if p := c.take(1); p != nil {
		return p[0]
	}
	return 0
}

func (c *cursor) u16() uint16 {
	if p := c.take(2); p != nil {
		return binary.BigEndian.Uint16(p)
	}
	return 0
}

func (c *cursor) u32() uint32 {
	if p := c.take(4); p != nil {
		return binary.BigEndian.Uint32(p)
	}
	return 0
}

// sized reads a 16-bit length and that many bytes.
func (c *cursor) sized() []byte { return c.take(int(c.u16())) }

// list reads the count and length that head every list, and gives the
// elements' bytes.
func (c *cursor) list() (count int, elements cursor) {
	count = int(c.u16())
	p := c.sized()
	return count, cursor{b: p, short: c.short}
}

// end is nil when every byte was read and none was missing.
func (c *cursor) end(what string) error {
	if c.short {
		return malformed("%s is cut short", what)
	}
	if len(c.b) != 0 {
		return malformed("%s has %d bytes too many", what, len(c.b))
	}
	return nil
}

func put16(b []byte, v uint16) []byte { return binary.BigEndian.AppendUint16(b, v) }
func put32(b []byte, v uint32) []byte { return binary.BigEndian.AppendUint32(b, v) }

// putSized appends what fill appends, headed by its length in 16 bits.
func putSized(b []byte, fill func([]byte) []byte) []byte {
	at := len(b)
	b = fill(append(b, 0, 0))
	binary.BigEndian.PutUint16(b[at:], uint16(len(b)-at-2))
	return b
}

// putList appends a list: count, length, and what fill appends.
func putList(b []byte, count int, fill func([]byte) []byte) []byte {
	return putSized(put16(b, uint16(count)), fill)
}

// An Attr is one attribute with its undecoded value.
type Attr struct {
	ID    uint16
	Value []byte
}

func (c *cursor) attrs() ([]Attr, error) {
	n, e := c.list()
	if e.short || n > len(e.b)/4 {
		return nil, malformed("attribute list is cut short")
	}
	list := make([]Attr, 0, n)
	for range n {
		list = append(list, Attr{e.u16(), e.sized()})
	}
	return list, e.end("attribute list")
}

// AppendAttrs appends an attribute list with its head.
func AppendAttrs(b []byte, list []Attr) []byte {
	return putList(b, len(list), func(b []byte) []byte {
		for _, a := range list {
			b = put16(b, a.ID)
			b = put16(b, uint16(len(a.Value)))
			b = append(b, a.Value...)
		}
		return b
	})
}

// Find gives the value of the first attribute with this number.
func Find(list []Attr, id uint16) ([]byte, bool) {
	for _, a := range list {
		if a.ID == id {
			return a.Value, true
		}
	}
	return nil, false
}
