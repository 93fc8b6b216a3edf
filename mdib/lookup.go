package mdib

// The nomenclature's look-ups. Every one is a map access, safe from any goroutine.

// ByNumber finds a term by its context-free MDC number.
func ByNumber(number uint32) (Term, bool) { return Term{}, false }

// ByRefID finds a term by its reference identifier.
func ByRefID(refID string) (Term, bool) { return Term{}, false }

// ByIntelliVue finds a term by its IntelliVue physio code.
func ByIntelliVue(physio uint16) (Term, bool) { return Term{}, false }

// Terms gives every row, in the table's order.
func Terms() []Term { return nil }

// Code gives the term's code: MDC, or the maker's own where it is private.
func (t Term) Code() Code { return Code{} }

// UnitByTerm finds a unit by its 16-bit term code in partition 4. An unknown
// code gives a Unit that bears the code and no UCUM.
func UnitByTerm(term uint16) Unit { return Unit{} }

// An Event is one row of the alert events (partition 3).
type Event struct {
	Term   uint16 // low bit clear
	RefID  string // MDC_EVT_…
	Text   string // "low", "asystole", "leads off"
	Source string // where the row comes from
}

// EventByTerm finds an event.
func EventByTerm(term uint16) (Event, bool) { return Event{}, false }
