// Package physiology makes the signals that emulators play: a synthetic patient
// on published models, and the replay of recordings. It knows no protocol.
package physiology

import "time"

// Signal is the bedside as an emulator sees it. Time is counted from the start
// of the play. Metrics and waves are named by their MDC reference identifier,
// such as "MDC_ECG_HEART_RATE" or "MDC_ECG_ELEC_POTL_II". A Signal is
// deterministic: the same question has the same answer.
type Signal interface {
	// Value gives a numeric in the nomenclature's usual unit. The State tells
	// whether it is being measured.
	Value(refID string, at time.Duration) (float64, State)
	// Samples fills dst with the wave from at on, one value every period, in
	// physical units (mV, mmHg, Ohm; pleth: 0…1). It reports false when the
	// wave is not measured.
	Samples(refID string, at, period time.Duration, dst []float64) bool
	// Events gives what a bedside monitor would alarm about at this moment.
	Events(at time.Duration) []Event
}

// Episodic is a Signal that takes some values now and then. Measured gives when
// the value that Value reports at a moment was taken: before that moment, or
// before the play began (negative).
type Episodic interface {
	Signal
	Measured(refID string, at time.Duration) time.Duration
}

// State of a measurement.
type State uint8

const (
	Absent    State = iota // not connected: no such measurement
	Measured               // a good value
	Doubtful               // a value, to be marked questionable
	SensorOff              // connected once, now without a patient: no value
)

// Event is a condition that a bedside monitor would announce.
type Event struct {
	Source    string // RefID of the metric it is about
	Code      string // RefID of the event: "MDC_EVT_ECG_ASYSTOLE", "MDC_EVT_LO", "MDC_EVT_LEADS_OFF"
	Technical bool
	Priority  uint8 // 1 low, 2 medium, 3 high
}

// Patient is a synthetic patient. All it says follows from the same beats and
// breaths: waves, numerics and events agree with one another. It answers the
// same whatever was asked before. It remembers what it has worked out, so that
// it belongs to one goroutine.
type Patient struct {
	profile Profile
	random  source
	beats   series[beat]
	breaths series[breath]
	scales  map[calibrationKey]scale
	seen    readings // the last ones asked for
	cuff    readings // of the cuff's last measurement asked for
}

// start is when the series begin, so that at 0 everything is settled.
const start = -40

// NewPatient makes a patient. Values out of reach are brought to the nearest
// that a body can have.
func NewPatient(f Profile) *Patient {
	f = f.complete()
	p := &Patient{profile: f, random: source(f.Seed), scales: map[calibrationKey]scale{}}
	p.breaths = series[breath]{
		first: breath{at: start - 10, period: 60 / f.RespRate, depth: 1},
		next:  p.nextBreath,
		when:  func(b breath) float64 { return b.at },
	}
	p.beats = series[beat]{
		first: beat{at: start, rr: 60 / f.HeartRate, shape: noComplex},
		next:  p.nextBeat,
		when:  func(b beat) float64 { return b.at },
	}
	return p
}

// Samples implements Signal. ECG leads are in mV, pressures and CO₂ in mmHg,
// the impedance of the chest in Ohm, the pleth from 0 to 1.
func (p *Patient) Samples(refID string, at, period time.Duration, dst []float64) bool {
	f := p.wave(refID, at)
	if f == nil {
		return false
	}
	for i := range dst {
		dst[i] = f((at + time.Duration(i)*period).Seconds())
	}
	return true
}

// wave gives the wave of that name as a function of seconds, or nil when it is
// not measured at that moment.
func (p *Patient) wave(refID string, at time.Duration) func(float64) float64 {
	s := p.profile.Schedule
	_, _, leadOff := s.active(LeadOff, at.Seconds())
	_, _, probeOff := s.active(ProbeOff, at.Seconds())
	if l, ok := leads[refID]; ok && !leadOff {
		return func(t float64) float64 { return p.potential(l, t) }
	}
	switch refID {
	case "MDC_PULS_OXIM_PLETH":
		if !probeOff {
			return p.pleth
		}
	case "MDC_RESP", "MDC_IMPED_TTHOR":
		if !leadOff {
			return p.impedance
		}
	case "MDC_PRESS_BLD_ART_ABP":
		if p.profile.Arterial {
			return p.arterialPressure
		}
	case "MDC_PRESS_BLD_ART_PULM":
		if p.profile.Pulmonary {
			return p.pulmonaryPressure
		}
	case "MDC_PRESS_BLD_VEN_CENT":
		if p.profile.Central {
			return p.venousPressure
		}
	case "MDC_AWAY_CO2", "MDC_CONC_AWAY_CO2":
		if p.profile.Capnography {
			return p.capnogram
		}
	}
	return nil
}
