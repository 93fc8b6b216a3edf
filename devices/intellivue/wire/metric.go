package wire

import "encoding/binary"

// Numeric is one observed value.
type Numeric struct {
	Physio uint16
	State  uint16
	Unit   uint16
	Value  Float
}

const numericSize = 10

func (c *cursor) numeric() Numeric { return Numeric{c.u16(), c.u16(), c.u16(), Float(c.u32())} }

func (n Numeric) append(b []byte) []byte {
	return put32(put16(put16(put16(b, n.Physio), n.State), n.Unit), uint32(n.Value))
}

// ParseNumerics reads a simple or compound observed value.
func ParseNumerics(a Attr) ([]Numeric, error) {
	c := cursor{b: a.Value}
	if a.ID == AttrNumeric {
		n := c.numeric()
		return []Numeric{n}, c.end("observed value")
	}
	n, e := c.list()
	if len(e.b) != n*numericSize {
		return nil, malformed("compound of %d values in %d bytes", n, len(e.b))
	}
	list := make([]Numeric, n)
	for i := range list {
		list[i] = e.numeric()
	}
	return list, c.end("compound observed value")
}

// NumericAttr makes the value attribute of one or several values.
func NumericAttr(list ...Numeric) Attr {
	if len(list) == 1 {
		return Attr{AttrNumeric, list[0].append(nil)}
	}
	return Attr{AttrNumericCompound, putList(nil, len(list), func(b []byte) []byte {
		for _, n := range list {
			b = n.append(b)
		}
		return b
	})}
}

// Samples is one block of one wave. Data holds 16-bit or 8-bit samples as sent.
type Samples struct {
	Physio uint16
	State  uint16
	Data   []byte
}

func (c *cursor) samples() Samples { return Samples{c.u16(), c.u16(), c.sized()} }

// Words gives the samples as 16-bit words.
func (s Samples) Words() []uint16 {
	w := make([]uint16, len(s.Data)/2)
	for i := range w {
		w[i] = binary.BigEndian.Uint16(s.Data[2*i:])
	}
	return w
}

// ParseSamples reads a simple or compound block of samples.
func ParseSamples(a Attr) ([]Samples, error) {
	c := cursor{b: a.Value}
	if a.ID == AttrSamples {
		s := c.samples()
		return []Samples{s}, c.end("block of samples")
	}
	n, e := c.list()
	var list []Samples
	for range n {
		if e.short {
			break
		}
		list = append(list, e.samples())
	}
	if err := e.end("compound block of samples"); err != nil {
		return nil, err
	}
	return list, c.end("compound block of samples")
}

// SamplesAttr makes the value attribute of one wave, or of a compound's waves.
func SamplesAttr(compound bool, list ...Samples) Attr {
	fill := func(b []byte) []byte {
		for _, s := range list {
			b = put16(put16(b, s.Physio), s.State)
			b = append(put16(b, uint16(len(s.Data))), s.Data...)
		}
		return b
	}
	if compound {
		return Attr{AttrSamplesCompound, putList(nil, len(list), fill)}
	}
	return Attr{AttrSamples, fill(nil)}
}

// SampleSpec describes the samples of a wave.
type SampleSpec struct {
	ArraySize       uint16
	SampleBits      uint8
	SignificantBits uint8
	Flags           uint16
}

// ParseSampleSpec reads a SaSpec.
func ParseSampleSpec(b []byte) (SampleSpec, error) {
	c := cursor{b: b}
	s := SampleSpec{c.u16(), c.u8(), c.u8(), c.u16()}
	return s, c.end("sample specification")
}

// Append appends the SaSpec.
func (s SampleSpec) Append(b []byte) []byte {
	return put16(append(put16(b, s.ArraySize), s.SampleBits, s.SignificantBits), s.Flags)
}

// Scale maps raw samples to absolute values.
type Scale struct {
	Low, High       Float
	RawLow, RawHigh uint16
}

// ParseScale reads a ScaleRangeSpec16.
func ParseScale(b []byte) (Scale, error) {
	c := cursor{b: b}
	s := Scale{Float(c.u32()), Float(c.u32()), c.u16(), c.u16()}
	return s, c.end("scale")
}

// Append appends the ScaleRangeSpec16.
func (s Scale) Append(b []byte) []byte {
	return put16(put16(put32(put32(b, uint32(s.Low)), uint32(s.High)), s.RawLow), s.RawHigh)
}

// FixedValue is a sample word that is a mark, not a measurement.
type FixedValue struct{ Kind, Mask uint16 }

// ParseFixedValues reads the marks that a wave may bear.
func ParseFixedValues(b []byte) ([]FixedValue, error) {
	c := cursor{b: b}
	n, e := c.list()
	if len(e.b) != 4*n {
		return nil, malformed("%d fixed values in %d bytes", n, len(e.b))
	}
	list := make([]FixedValue, n)
	for i := range list {
		list[i] = FixedValue{e.u16(), e.u16()}
	}
	return list, c.end("fixed values")
}

// AppendFixedValues appends the marks that a wave may bear.
func AppendFixedValues(b []byte, list []FixedValue) []byte {
	return putList(b, len(list), func(b []byte) []byte {
		for _, v := range list {
			b = put16(put16(b, v.Kind), v.Mask)
		}
		return b
	})
}

// MetricSpec describes how a metric comes to be.
type MetricSpec struct {
	Period     uint32 // of update, ticks
	Category   uint16
	Access     uint16
	Structure  uint8 // 0 simple, 1 compound
	Components uint8
	Relevance  uint16
}

// Bits of MetricSpec.Access, and the categories that are not measurements.
const (
	AccessIntermittent  uint16 = 0x8000
	AccessEpisodic      uint16 = 0x2000
	AccessNonContinuous uint16 = 0x1000

	CategoryAutoSetting   uint16 = 3
	CategoryManualSetting uint16 = 4
	CategoryAutoCalc      uint16 = 5
	CategoryManualCalc    uint16 = 6
)

// ParseMetricSpec reads a MetricSpec.
func ParseMetricSpec(b []byte) (MetricSpec, error) {
	c := cursor{b: b}
	s := MetricSpec{c.u32(), c.u16(), c.u16(), c.u8(), c.u8(), c.u16()}
	return s, c.end("metric specification")
}

// Append appends the MetricSpec.
func (s MetricSpec) Append(b []byte) []byte {
	b = put16(put16(put32(b, s.Period), s.Category), s.Access)
	return put16(append(b, s.Structure, s.Components), s.Relevance)
}

// Enum is one value of an enumeration. Choice 1 has an OID, choice 4 an OID, a
// value and a unit; of any other, Raw is all that is known.
type Enum struct {
	Physio uint16
	State  uint16
	Choice uint16
	OID    uint16
	Value  Float
	Unit   uint16
	Raw    []byte
}

// ParseEnum reads an EnumObsVal.
func ParseEnum(b []byte) (Enum, error) {
	c := cursor{b: b}
	e := Enum{Physio: c.u16(), State: c.u16(), Choice: c.u16(), Raw: c.sized(), Value: NaN}
	if err := c.end("enumeration value"); err != nil {
		return e, err
	}
	d := cursor{b: e.Raw}
	switch {
	case e.Choice == 1 && len(e.Raw) == 2:
		e.OID = d.u16()
	case e.Choice == 4 && len(e.Raw) == 8:
		e.OID, e.Value, e.Unit = d.u16(), Float(d.u32()), d.u16()
	}
	return e, nil
}

// Append appends the EnumObsVal.
func (e Enum) Append(b []byte) []byte {
	b = put16(put16(put16(b, e.Physio), e.State), e.Choice)
	return putSized(b, func(b []byte) []byte {
		switch e.Choice {
		case 1:
			return put16(b, e.OID)
		case 4:
			return put16(put32(put16(b, e.OID), uint32(e.Value)), e.Unit)
		}
		return append(b, e.Raw...)
	})
}

// ParseTextIDs reads a priority list.
func ParseTextIDs(b []byte) ([]uint32, error) {
	c := cursor{b: b}
	n, e := c.list()
	if len(e.b) != 4*n {
		return nil, malformed("%d text ids in %d bytes", n, len(e.b))
	}
	list := make([]uint32, n)
	for i := range list {
		list[i] = e.u32()
	}
	return list, c.end("priority list")
}

// AppendTextIDs appends a priority list.
func AppendTextIDs(b []byte, list []uint32) []byte {
	return putList(b, len(list), func(b []byte) []byte {
		for _, id := range list {
			b = put32(b, id)
		}
		return b
	})
}

// U16 reads an attribute of two bytes.
func U16(b []byte) (uint16, bool) {
	if len(b) != 2 {
		return 0, false
	}
	return binary.BigEndian.Uint16(b), true
}

// U32 reads an attribute of four bytes.
func U32(b []byte) (uint32, bool) {
	if len(b) != 4 {
		return 0, false
	}
	return binary.BigEndian.Uint32(b), true
}

// Put16 makes an attribute value of two bytes.
func Put16(v uint16) []byte { return put16(nil, v) }

// Put32 makes an attribute value of four bytes.
func Put32(v uint32) []byte { return put32(nil, v) }

// Type makes a TYPE value: partition and code.
func Type(partition, code uint16) []byte { return put16(put16(nil, partition), code) }
