package wire

import (
	"math"
	"strconv"
)

// Float is an IEEE 11073 FLOAT-Type: a decimal exponent in the top byte and a
// signed 24-bit mantissa.
type Float uint32

// The mantissas that stand for no number.
const (
	NaN    Float = 0x007FFFFF
	NRes   Float = 0x00800000 // not at this resolution
	PosInf Float = 0x007FFFFE
	NegInf Float = 0x00800002
)

const floatReserved = 0x00800001

func (f Float) special() (Float, bool) {
	switch s := f & 0xFFFFFF; s {
	case NaN, NRes, PosInf, NegInf:
		return s, true
	case floatReserved:
		return NaN, true
	}
	return 0, false
}

// Value gives the number, as exactly as the decimal digits on the wire read.
// What is not a number is NaN or an infinity.
func (f Float) Value() float64 {
	if s, ok := f.special(); ok {
		switch s {
		case PosInf:
			return math.Inf(1)
		case NegInf:
			return math.Inf(-1)
		}
		return math.NaN()
	}
	m, e := float64(int32(f<<8)>>8), int(int8(f>>24))
	// Powers of ten to 22 are exact, so one rounding gives the nearest double.
	switch {
	case m == 0 || e == 0:
		return m
	case e > 0 && e <= 22:
		return m * pow10[e]
	case e < 0 && e >= -22:
		return m / pow10[-e]
	}
	v, _ := strconv.ParseFloat(strconv.FormatInt(int64(m), 10)+"e"+strconv.Itoa(e), 64)
	return v
}

// IsNRes reports a value that the resolution cannot express.
func (f Float) IsNRes() bool { return f&0xFFFFFF == NRes }

// Decimals gives the decimal places that were sent.
func (f Float) Decimals() uint8 {
	if e := int(int8(f >> 24)); e < 0 {
		if _, special := f.special(); !special {
			return uint8(-e)
		}
	}
	return 0
}

// MakeFloat gives v rounded to so many decimal places (0 to 6). A number too
// large for the mantissa loses decimals first, then becomes an infinity.
func MakeFloat(v float64, decimals uint8) Float {
	switch {
	case math.IsNaN(v):
		return NaN
	case math.IsInf(v, 1):
		return PosInf
	case math.IsInf(v, -1):
		return NegInf
	}
	for d := min(int(decimals), 6); d >= 0; d-- {
		m := math.RoundToEven(v * pow10[d])
		if math.Abs(m) < 0x7FFFFE {
			return Float(uint32(int32(m))&0xFFFFFF | uint32(uint8(-d))<<24)
		}
	}
	if v > 0 {
		return PosInf
	}
	return NegInf
}

var pow10 = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}
