package mdib

import "strconv"

// SystemMDC is the coding system of ISO/IEEE 11073-10101, as FHIR and BICEPS name it.
const SystemMDC = "urn:iso:std:iso:11073:10101"

// SystemIntelliVue is the system of the private codes of the IntelliVue export:
// the numbers from 0xF000 of each partition. A value is the context-free number
// in decimal, as in MDC.
const SystemIntelliVue = "urn:philips:intellivue"

// SystemLamplight is our own system, for what bedside devices measure and
// nobody has published a code for. Its numbers lie in partition 1024, which
// the standard leaves to everybody.
const SystemLamplight = "urn:lamplight:metric"

// A Code says what something is, in one coding system. The zero Code says nothing.
type Code struct {
	System string // SystemMDC, or a maker's own, such as "urn:philips:intellivue"
	Value  string // the code in that system; for MDC the context-free number in decimal
	RefID  string // the reference identifier or the maker's mnemonic; "" when unknown
}

// MDC gives the Code of a context-free 11073-10101 number (partition<<16 | term),
// with its reference identifier when the nomenclature knows it as a metric, a
// unit or an event.
func MDC(number uint32) Code {
	c := Code{System: SystemMDC, Value: strconv.FormatUint(uint64(number), 10)}
	term := uint16(number)
	switch number >> 16 {
	case partitionEvt:
		if e := tables().events[term]; term < privateFrom {
			c.RefID = e.RefID
		}
	case partitionDim:
		if u := tables().units[term]; term < privateFrom {
			c.RefID = u.Code.RefID
		}
	default:
		t, _ := ByNumber(number)
		c.RefID = t.RefID
	}
	return c
}

// Number gives the context-free number of an MDC code; false for any other system.
func (c Code) Number() (uint32, bool) {
	if c.System != SystemMDC {
		return 0, false
	}
	n, err := strconv.ParseUint(c.Value, 10, 32)
	return uint32(n), err == nil
}

// IsZero reports whether the code says nothing.
func (c Code) IsZero() bool { return c.Value == "" && c.RefID == "" }

// String gives the reference identifier, or the raw code where there is none.
func (c Code) String() string {
	if c.RefID != "" {
		return c.RefID
	}
	return c.Value
}
