package mdib

// A Term is one row of the nomenclature: what a code means, in every system
// that the house speaks.
type Term struct {
	Number     uint32 // context-free MDC number: partition<<16 | term code
	RefID      string // MDC_…; a maker's NOM_… for private codes
	Private    bool   // a maker's own code: System of Code() is then the maker's
	IntelliVue uint16 // physio code of the IntelliVue export; 0 if none
	Unit       Unit   // the usual one; values still bear the unit of the wire
	LOINC      string // "" if none
	Label      string // short label for the screen
	Class      SignalClass
	Episodic   bool
	Source     string // where the row comes from
}
