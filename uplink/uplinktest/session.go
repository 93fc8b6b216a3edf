package uplinktest

import (
	"fmt"
	"math"
	"time"

	"lamplight/mdib"
)

// Session makes the records of one stay in which a monitor says a bit of
// everything: vital signs, cuff and arterial pressures, values that are
// doubtful or missing, codes that nobody knows, waves, words, and alarms of the
// monitor and of the workstation. The values are synthetic. It lasts minutes
// and has Seq from 1.
func Session(minutes int, mode mdib.GenerationMode) []mdib.Record {
	s := session{mode: mode, mds: monitor(mode), enc: Encounter(7)}
	s.enc.Mode = mode
	s.add(mdib.Record{}, s.enc.Start)
	for m := range minutes {
		s.minute(m)
	}
	ended := *s.enc
	ended.End = start.Add(time.Duration(minutes) * time.Minute)
	s.enc = &ended
	s.add(mdib.Record{}, ended.End)
	return s.out
}

type session struct {
	mode mdib.GenerationMode
	mds  *mdib.MDS
	enc  *mdib.Encounter
	out  []mdib.Record
}

func (s *session) add(r mdib.Record, at time.Time) {
	n := len(s.out)
	r.ID, r.Seq = ID(fmt.Sprintf("session %v %v", s.mode, at.UnixNano()), n), int64(n+1)
	r.Encounter, r.Source, r.Device = s.enc, ID("monitor", int(s.mode)), s.mds
	s.out = append(s.out, r)
}

func (s *session) value(ref mdib.Ref, at time.Time, v float64, decimals uint8, validity mdib.Validity) {
	if !validity.HasValue() {
		v = math.NaN()
	}
	s.add(mdib.Record{Metric: s.mds.Metric(ref),
		Numeric: &mdib.Numeric{Ref: ref, Time: at, Value: v, Decimals: decimals, Validity: validity, Mode: s.mode}}, at)
}

func (s *session) minute(m int) {
	at := start.Add(time.Duration(m) * time.Minute)
	x := float64(m)
	s.value("hr", at, 72+x, 0, mdib.Valid)
	s.value("spo2", at, 97, 0, []mdib.Validity{mdib.Valid, mdib.Questionable, mdib.Invalid}[m%3])
	s.value("pulse", at, 71+x, 0, mdib.Valid)
	s.value("rr", at, 16, 0, mdib.Valid)
	s.value("temp", at, 37.2, 1, mdib.Valid)
	s.value("abp.s", at, 122+x, 0, mdib.Valid)
	s.value("abp.d", at, 78, 0, []mdib.Validity{mdib.Valid, mdib.Questionable}[m%2])
	s.value("abp.m", at, 93, 0, mdib.Valid)
	s.value("etco2", at, 38, 0, mdib.CalibrationOngoing)
	s.value("odd", at, 4.25, 2, mdib.Valid)
	s.value("nounit", at, 3, 0, mdib.Valid)
	s.add(mdib.Record{Metric: s.mds.Metric("word"), Enum: &mdib.EnumString{Ref: "word", Time: at, Text: "Sinus rhythm", Mode: s.mode}}, at)
	if m%5 == 0 {
		cuff := at.Add(12 * time.Second)
		s.value("nbp.s", cuff, 118, 0, mdib.Valid)
		s.value("nbp.d", cuff, 74, 0, mdib.Valid)
		s.value("nbp.m", cuff, 89, 0, mdib.Valid)
		s.value("nbp.m", cuff.Add(30*time.Second), 90, 0, mdib.Valid) // a mean on its own
		s.value("nbp.s", cuff.Add(40*time.Second), 119, 0, mdib.Valid)
		s.waves(at)
		s.alarms(at)
	}
}

func (s *session) waves(at time.Time) {
	ecg := make([]int32, 500)
	for i := range ecg {
		ecg[i] = int32(8192 + 1500*math.Sin(float64(i)/7))
	}
	s.add(mdib.Record{Metric: s.mds.Metric("ecg"), Samples: &mdib.SampleArray{Ref: "ecg", Time: at, Samples: ecg, Mode: s.mode,
		Marks: []mdib.Mark{{At: 3, Kind: mdib.MarkInvalid}, {At: 20, Kind: mdib.MarkPacer}, {At: 41, Kind: mdib.MarkQRS}, {At: 240, Kind: mdib.MarkQRS}}}}, at)
	s.add(mdib.Record{Metric: s.mds.Metric("pleth"), Samples: &mdib.SampleArray{Ref: "pleth", Time: at, Samples: []int32{0, 100, 4095}, Mode: s.mode}}, at)
	s.add(mdib.Record{Metric: s.mds.Metric("pleth"), Samples: &mdib.SampleArray{Ref: "pleth", Time: at, Samples: []int32{1}, Validity: mdib.Invalid, Mode: s.mode}}, at)
}

func (s *session) alarms(at time.Time) {
	low := mdib.AlertCondition{Ref: "low spo2", Source: "spo2", Code: mdib.Code{System: mdib.SystemMDC, Value: "196670", RefID: "MDC_EVT_LO"},
		Priority: mdib.PriorityHigh, Present: true, Text: "** SpO2 88 < 90", Time: at, Mode: s.mode}
	gone := low
	gone.Present, gone.Signal, gone.Time = false, mdib.SignalOff, at.Add(20*time.Second)
	seen := low
	seen.Signal, seen.Time = mdib.SignalAcknowledged, at.Add(9*time.Second)
	lost := mdib.AlertCondition{Ref: "link", Kind: mdib.Technical, Priority: mdib.PriorityLow, Provenance: mdib.FromWorkstation,
		Present: true, Text: "No contact with the monitor", Time: at, Mode: s.mode}
	for _, a := range []mdib.AlertCondition{low, seen, gone, lost} {
		s.add(mdib.Record{Alert: &a}, a.Time)
	}
}

// monitor describes a device with everything that a Session speaks of.
func monitor(mode mdib.GenerationMode) *mdib.MDS {
	metric := func(ref mdib.Ref, number uint32) mdib.Metric {
		t, _ := mdib.ByNumber(number)
		return mdib.Metric{Ref: ref, Code: mdib.MDC(number), Label: t.Label, Unit: t.Unit, Class: t.Class, Episodic: t.Episodic}
	}
	wave := func(ref mdib.Ref, number uint32, period time.Duration, c mdib.Calibration) mdib.Metric {
		m := metric(ref, number)
		m.Kind, m.Period, m.Calibration = mdib.KindSampleArray, period, c
		return m
	}
	odd := mdib.Code{System: "urn:philips:intellivue", Value: "64999"}
	degree := metric("odd", 147842)
	degree.Code, degree.Source, degree.Label = odd, odd, "0xFDE7"
	degree.Unit = mdib.Unit{Code: mdib.Code{System: mdib.SystemMDC, Value: "262656", RefID: "MDC_DIM_DIMLESS"}, UCUM: "1"}
	return &mdib.MDS{
		Protocol: "test", Manufacturer: "Acme", Model: "M1", Serial: "SN1", Version: "1.0", Mode: mode,
		VMDs: []mdib.VMD{{Ref: "v", Channels: []mdib.Channel{{Ref: "c", Metrics: []mdib.Metric{
			metric("hr", 147842), metric("spo2", 150456), metric("pulse", 149530), metric("rr", 151562), metric("temp", 188420),
			metric("abp.s", 150037), metric("abp.d", 150038), metric("abp.m", 150039),
			metric("nbp.s", 150021), metric("nbp.d", 150022), metric("nbp.m", 150023), metric("etco2", 151708),
			degree,
			{Ref: "nounit", Code: mdib.Code{System: mdib.SystemMDC, Value: "8388608"}},
			{Ref: "word", Code: odd, Label: "Rhythm", Kind: mdib.KindEnum},
			wave("ecg", 131330, 2*time.Millisecond, mdib.Calibration{RawLow: 0, RawHigh: 16383, Low: -40.96, High: 40.955}),
			wave("pleth", 150452, 8*time.Millisecond, mdib.Calibration{RawLow: 0, RawHigh: 4095, Relative: true}),
		}}}}},
	}
}
