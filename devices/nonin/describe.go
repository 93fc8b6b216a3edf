package nonin

import (
	"fmt"
	"time"

	"lamplight/mdib"
)

// system of the codes that the standard has no word for.
const system = "urn:nonin:oximetry"

// Refs of the metrics. The plain ones are the same in every format.
const (
	refPleth mdib.Ref = "pleth"
	refSpO2  mdib.Ref = "spo2"
	refPulse mdib.Ref = "pulse"
)

// average is one of the other averages of formats 2 and 7. They bear codes of
// their own: only one saturation and one rate are to be judged by limits.
type average struct {
	ref   mdib.Ref
	label string
	code  string
	rate  bool // a pulse rate, else a saturation
	value func(*Packet) int
}

var averages = [...]average{
	{"spo2_d", "SpO₂ D", "SpO2-D", false, func(p *Packet) int { return p.SpO2D }},
	{"spo2_fast", "SpO₂ fast", "SpO2-Fast", false, func(p *Packet) int { return p.SpO2Fast }},
	{"spo2_b", "SpO₂ B-B", "SpO2-B-B", false, func(p *Packet) int { return p.SpO2Beat }},
	{"spo2_e", "SpO₂ E", "E-SpO2", false, func(p *Packet) int { return p.SpO2E }},
	{"spo2_ed", "SpO₂ E-D", "E-SpO2-D", false, func(p *Packet) int { return p.SpO2ED }},
	{"pulse_d", "Pulse D", "HR-D", true, func(p *Packet) int { return p.RateD }},
	{"pulse_e", "Pulse E", "E-HR", true, func(p *Packet) int { return p.RateE }},
	{"pulse_ed", "Pulse E-D", "E-HR-D", true, func(p *Packet) int { return p.RateED }},
}

// memory refs hold what format 13 plays back: values of earlier, which must not
// be taken for those of now.
const (
	refMemorySpO2  mdib.Ref = "spo2_memory"
	refMemoryPulse mdib.Ref = "pulse_memory"
)

// describe says what the device can report in a format.
func describe(f Format, revision string, clock *mdib.DeviceClock, mode mdib.GenerationMode) *mdib.MDS {
	var metrics []mdib.Metric
	period := time.Second
	if f == Format13 {
		period = 0
	}
	numeric := func(ref mdib.Ref, like, label, code string) {
		m := metric(ref, like)
		m.Period, m.Episodic = period, f == Format13
		if code != "" {
			m.Label, m.Code = label, mdib.Code{System: system, Value: code}
		}
		metrics = append(metrics, m)
	}
	if f == Format2 || f == Format7 {
		m := metric(refPleth, "MDC_PULS_OXIM_PLETH")
		m.Kind, m.Period = mdib.KindSampleArray, Period
		m.Calibration = mdib.Calibration{RawHigh: 255, Relative: true}
		if f == Format7 {
			m.Calibration.RawHigh = 65535
		}
		metrics = append(metrics, m)
	}
	const saturation, rate = "MDC_PULS_OXIM_SAT_O2", "MDC_PULS_OXIM_PULS_RATE"
	numeric(refSpO2, saturation, "", "")
	numeric(refPulse, rate, "", "")
	switch f {
	case Format2, Format7:
		for _, a := range averages {
			like := saturation
			if a.rate {
				like = rate
			}
			numeric(a.ref, like, a.label, a.code)
		}
	case Format13:
		numeric(refMemorySpO2, saturation, "SpO₂ memory", "Memory-SpO2")
		numeric(refMemoryPulse, rate, "Pulse memory", "Memory-HR")
	}
	return &mdib.MDS{
		Protocol:     "nonin",
		Manufacturer: "Nonin Medical",
		Model:        fmt.Sprintf("Pulse oximeter (data format %d)", f),
		Version:      revision,
		Mode:         mode,
		Clock:        clock,
		VMDs: []mdib.VMD{{Ref: "oximeter", Label: "Pulse oximeter",
			Channels: []mdib.Channel{{Ref: "sensor", Label: "Sensor", Metrics: metrics}}}},
	}
}

// metric gives the description of a metric by the nomenclature's term for it.
func metric(ref mdib.Ref, refID string) mdib.Metric {
	t, _ := mdib.ByRefID(refID) // a test checks that the nomenclature has it
	return mdib.Metric{Ref: ref, Code: t.Code(), Label: t.Label, Unit: t.Unit, Class: t.Class}
}

// A condition is one thing the device warns of. It gives no priorities; these
// are ours: medium where the value shown is not the patient's.
type condition struct {
	ref      mdib.Ref
	source   mdib.Ref
	event    string // RefID in the nomenclature, or our value in system
	text     string
	priority mdib.Priority
	present  func(Status, Stat2) bool
}

var conditions = [...]condition{
	{"sensor_disconnected", refSpO2, "MDC_EVT_SENSOR_DISCONN", "sensor disconnected", mdib.PriorityMedium,
		func(s Status, _ Stat2) bool { return s&Disconnected != 0 }},
	{"sensor_alarm", refSpO2, "MDC_EVT_SENSOR_PROB", "sensor alarm", mdib.PriorityMedium,
		func(s Status, _ Stat2) bool { return s&SensorAlarm != 0 }},
	{"out_of_track", refSpO2, "Out-Of-Track", "out of track", mdib.PriorityLow,
		func(s Status, _ Stat2) bool { return s&OutOfTrack != 0 }},
	{"artefact", refSpO2, "MDC_EVT_WAVE_ARTIF_ERR", "artefact", mdib.PriorityNone,
		func(s Status, _ Stat2) bool { return s&Artefact != 0 }},
	{"perfusion_low", refSpO2, "Low-Perfusion", "low perfusion", mdib.PriorityLow,
		func(s Status, _ Stat2) bool { return s&Yellow == Red }},
	{"perfusion_marginal", refSpO2, "Marginal-Perfusion", "marginal perfusion", mdib.PriorityNone,
		func(s Status, _ Stat2) bool { return s&Yellow == Yellow }},
	{"battery_critical", "", "Critical-Battery", "battery critical", mdib.PriorityMedium,
		func(_ Status, x Stat2) bool { return x&CriticalBattery != 0 }},
	{"battery_low", "", "MDC_EVT_BATT_LO", "low battery", mdib.PriorityLow,
		func(_ Status, x Stat2) bool { return x&LowBattery != 0 }},
}

func (c *condition) code() mdib.Code {
	if e, ok := mdib.EventByRefID(c.event); ok {
		return e.Code()
	}
	return mdib.Code{System: system, Value: c.event}
}
