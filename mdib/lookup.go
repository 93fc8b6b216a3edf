package mdib

import (
	"slices"
	"strconv"
)

// The nomenclature's look-ups. Every one is a map access, safe from any goroutine.

// ByNumber finds a standard term by its context-free MDC number. A private
// number means nothing without its system: see ByCode and ByIntelliVue.
func ByNumber(number uint32) (Term, bool) {
	t, ok := tables().byCode[codeKey{SystemMDC, number}]
	return t, ok
}

// ByRefID finds a term by its reference identifier, private ones and those of
// older editions included.
func ByRefID(refID string) (Term, bool) {
	t, ok := tables().byRefID[refID]
	return t, ok
}

// ByIntelliVue finds a term by its IntelliVue physio code.
func ByIntelliVue(physio uint16) (Term, bool) {
	t, ok := tables().byPhysio[physio]
	return t, ok
}

// ByCode finds a term by a code in any system that the table knows: by its
// number, or, for a code that bears none, by its reference identifier.
func ByCode(c Code) (Term, bool) {
	n, err := strconv.ParseUint(c.Value, 10, 32)
	if err != nil {
		t, ok := ByRefID(c.RefID)
		return t, ok && c.Value == "" && (c.System == "" || c.System == t.System)
	}
	t, ok := tables().byCode[codeKey{c.System, uint32(n)}]
	return t, ok
}

// Terms gives every row, in the table's order.
func Terms() []Term { return slices.Clone(tables().terms) }

// Code gives the term's code: MDC, or the maker's own where it is private.
func (t Term) Code() Code {
	return Code{System: t.System, Value: strconv.FormatUint(uint64(t.Number), 10), RefID: t.RefID}
}

// UnitByTerm finds a unit by its 16-bit term code in partition 4. An unknown
// code gives a Unit that bears the code, its number as text and no UCUM.
func UnitByTerm(term uint16) Unit {
	if u, ok := tables().units[term]; ok {
		return u
	}
	u := Unit{Code: codeIn(partitionDim, term, "")}
	u.Text = "unit " + u.Code.Value
	return u
}

// UnitByRefID finds a unit by its reference identifier, such as MDC_DIM_MMHG.
func UnitByRefID(refID string) (Unit, bool) {
	u, ok := tables().unitsByRefID[refID]
	return u, ok
}

// An Event is one row of the alert events (partition 3).
type Event struct {
	Term   uint16 // low bit clear, but for three of the maker's
	RefID  string // MDC_EVT_…; NOM_EVT_… for private codes
	Text   string // "low", "asystole", "leads off"
	Source string // where the row comes from
}

// EventByTerm finds an event. The low bit of an alert code on the wire tells
// the partition of its source, so that a code with no row of its own is looked
// up again with that bit clear.
func EventByTerm(term uint16) (Event, bool) {
	if e, ok := tables().events[term]; ok {
		return e, true
	}
	e, ok := tables().events[term&^1]
	return e, ok
}

// EventByRefID finds an event by its reference identifier.
func EventByRefID(refID string) (Event, bool) {
	e, ok := tables().eventsByRefID[refID]
	return e, ok
}

// Events gives every alert event, in the order of their terms.
func Events() []Event { return slices.Clone(tables().eventRows) }

// Code gives the event's code: MDC, or the maker's own where it is private.
func (e Event) Code() Code { return codeIn(partitionEvt, e.Term, e.RefID) }

const (
	partitionEvt = 3
	partitionDim = 4
	// From here to the end of a partition the numbers belong to makers.
	privateFrom = 0xF000
)

// codeIn gives the code of a term of one partition, in the maker's system
// where the term is private.
func codeIn(partition uint32, term uint16, refID string) Code {
	system := SystemMDC
	if term >= privateFrom {
		system = SystemIntelliVue
	}
	return Code{System: system, Value: strconv.FormatUint(uint64(partition<<16|uint32(term)), 10), RefID: refID}
}
