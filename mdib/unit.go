package mdib

// A Unit is a unit of measure in partition 4 of 11073-10101. The zero Unit is
// unspecified.
type Unit struct {
	Code Code   // MDC_DIM_…
	UCUM string // "/min", "mm[Hg]", "1"; "" if unspecified
	Text string // for the screen: "/min", "mmHg", "°C"
}

// SignalClass groups metrics that share a colour on every screen.
type SignalClass string

const (
	ClassECG   SignalClass = "ecg"
	ClassSpO2  SignalClass = "spo2"
	ClassABP   SignalClass = "abp"
	ClassPAP   SignalClass = "pap"
	ClassCVP   SignalClass = "cvp"
	ClassICP   SignalClass = "icp"
	ClassNIBP  SignalClass = "nibp"
	ClassResp  SignalClass = "resp"
	ClassCO2   SignalClass = "co2"
	ClassTemp  SignalClass = "temp"
	ClassVent  SignalClass = "vent"
	ClassGas   SignalClass = "gas"
	ClassEEG   SignalClass = "eeg"
	ClassOther SignalClass = "other"
)
