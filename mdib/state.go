package mdib

import "time"

// Validity is the measurement validity of 11073-10207 (BICEPS).
type Validity uint8

const (
	Valid Validity = iota
	Validated
	Ongoing      // a new measurement is being taken; no value yet
	Questionable // has a value, to be marked
	CalibrationOngoing
	Invalid
	Overflow
	Underflow
	NotAvailable
)

var validityNames = [...]string{"Vld", "Vldated", "Ong", "Qst", "Calib", "Inv", "Oflw", "Uflw", "NA"}

// String gives the BICEPS literal.
func (v Validity) String() string { return validityNames[v] }

// HasValue reports whether a number may be shown for it.
func (v Validity) HasValue() bool { return v == Valid || v == Validated || v == Questionable }

// Numeric is one value of a numeric metric. It is never changed once reported.
type Numeric struct {
	Ref      Ref
	Time     time.Time // determination time on our clock, mapped from the device's where it tells one
	Value    float64   // in the metric's unit; NaN unless Validity.HasValue
	Decimals uint8     // decimal places that the device sent
	Validity Validity
	Mode     GenerationMode
}

// SampleArray is a run of samples of one wave, evenly spaced by the metric's
// Period. Samples are the integers that the device sent.
type SampleArray struct {
	Ref      Ref
	Time     time.Time // of the FIRST sample, on our clock
	Samples  []int32
	Marks    []Mark // what the device flagged inside this run, in order
	Validity Validity
	Mode     GenerationMode
}

// A Mark flags one sample of an array.
type Mark struct {
	At   int // index into Samples
	Kind MarkKind
}

// MarkKind is what a device flags inside a wave.
type MarkKind uint8

const (
	MarkInvalid MarkKind = iota
	MarkPacer
	MarkDefibrillator
	MarkSaturated
	MarkQRS
)

// EnumString is one value of an enumeration metric.
type EnumString struct {
	Ref      Ref
	Time     time.Time
	Code     Code   // of the value; zero when the device sends text only
	Text     string // verbatim, or the nomenclature's
	Validity Validity
	Mode     GenerationMode
}
