package mdib

// A Term is one row of the nomenclature: what a code means, in every system
// that the house speaks.
//
// Some pairs look alike and are not. The heart rate of an ECG is 147842
// (physio 0x4182); the pulse rate of a pleth wave is 149538 (0x4822), while
// many receivers know only 149530, the oximeter's own. The CO₂ wave is 0x50AC,
// its end-tidal value 0x50B0 and not 0x509C.
type Term struct {
	System     string // coding system of Number and RefID; SystemMDC for a standard term
	Number     uint32 // context-free number: partition<<16 | term code
	RefID      string // MDC_…; a maker's NOM_…, or our own LMP_… for private codes
	Alias      string // the RefID of an older edition of the standard; "" if none
	Private    bool   // System is not SystemMDC
	IntelliVue uint16 // physio code of the IntelliVue export; 0 if none
	Unit       Unit   // the usual one; values still bear the unit of the wire
	LOINC      string // "" if none
	Label      string // short label for the screen
	Class      SignalClass
	Episodic   bool
	Source     string // where the row comes from
}
