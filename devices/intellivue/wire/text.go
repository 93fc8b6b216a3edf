package wire

import (
	"strings"
	"unicode/utf16"
)

// private maps the monitor's own characters to readable ones. The fill
// character is dropped.
var private = map[rune]string{
	0xE145: "ₑ", 0xE14C: "ₗ", 0xE400: "l/", 0xE401: "H₂", 0xE40D: "*", 0xE425: "V̇", 0xFEFF: "",
}

// text gives UTF-16BE up to the first NUL, without padding at the right.
func text(b []byte) string {
	units := make([]uint16, 0, len(b)/2)
	for i := 0; i+1 < len(b); i += 2 {
		u := uint16(b[i])<<8 | uint16(b[i+1])
		if u == 0 {
			break
		}
		units = append(units, u)
	}
	var s strings.Builder
	for _, r := range utf16.Decode(units) {
		if p, ok := private[r]; ok {
			s.WriteString(p)
			continue
		}
		s.WriteRune(r)
	}
	return strings.TrimRight(s.String(), " ")
}

// ParseString reads a String attribute: a length in bytes, then UTF-16BE. It
// forgives bytes after the text.
func ParseString(b []byte) (string, error) {
	c := cursor{b: b}
	p := c.sized()
	if c.short {
		return "", malformed("string is cut short")
	}
	return text(p), nil
}

// RawString reads a text that fills its attribute, as the connect indication
// has it.
func RawString(b []byte) string { return text(b) }

// AppendString appends a String with its length: s, blanks up to width
// characters, and a NUL.
func AppendString(b []byte, s string, width int) []byte {
	units := utf16.Encode([]rune(s))
	for len(units) < width {
		units = append(units, ' ')
	}
	units = append(units, 0)
	return putSized(b, func(b []byte) []byte {
		for _, u := range units {
			b = put16(b, u)
		}
		return b
	})
}

// AppendRawString appends s in exactly width characters, NUL padded.
func AppendRawString(b []byte, s string, width int) []byte {
	units := utf16.Encode([]rune(s))
	for i := range width {
		if i < len(units) {
			b = put16(b, units[i])
		} else {
			b = put16(b, 0)
		}
	}
	return b
}

// label reads a VariableLabel: 8-bit characters, NUL or blank padded.
func (c *cursor) label() string {
	p := c.sized()
	r := make([]rune, 0, len(p))
	for _, x := range p {
		if x == 0 {
			break
		}
		r = append(r, rune(x))
	}
	return strings.TrimRight(string(r), " ")
}

func putLabel(b []byte, s string) []byte {
	if len(s)%2 == 1 {
		s += "\x00"
	}
	return append(put16(b, uint16(len(s))), s...)
}

// ParseModel reads a SystemModel: maker and model.
func ParseModel(b []byte) (maker, model string, err error) {
	c := cursor{b: b}
	maker, model = c.label(), c.label()
	if c.short {
		return "", "", malformed("system model is cut short")
	}
	return maker, model, nil
}

// AppendModel appends a SystemModel.
func AppendModel(b []byte, maker, model string) []byte {
	return putLabel(putLabel(b, maker+"\x00"), model+"\x00")
}

// Spec is one entry of a production specification.
type Spec struct {
	Kind      uint16 // 1 serial, 2 part number, 3 hardware, 4 software, 5 firmware, 6 protocol revision
	Component uint16 // 8 product, 0x58 application software
	Text      string
}

// ParseProduction reads a ProductionSpec.
func ParseProduction(b []byte) ([]Spec, error) {
	c := cursor{b: b}
	n, e := c.list()
	var list []Spec
	for range n {
		if e.short {
			break
		}
		list = append(list, Spec{e.u16(), e.u16(), e.label()})
	}
	return list, e.end("production specification")
}

// AppendProduction appends a ProductionSpec.
func AppendProduction(b []byte, list []Spec) []byte {
	return putList(b, len(list), func(b []byte) []byte {
		for _, s := range list {
			b = putLabel(put16(put16(b, s.Kind), s.Component), s.Text)
		}
		return b
	})
}
