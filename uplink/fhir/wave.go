package fhir

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"lamplight/mdib"
)

var markNames = map[mdib.MarkKind]string{
	mdib.MarkPacer:         "pacer pulse",
	mdib.MarkDefibrillator: "defibrillation",
	mdib.MarkSaturated:     "at the limit of the range",
	mdib.MarkQRS:           "QRS",
}

// maxMarks of one kind are listed by their place; more are counted.
const maxMarks = 50

// wave makes an Observation of a sample array. The numbers are the device's
// integers; factor and origin lead to the unit: value = origin + factor × number.
// A sample that the device declared invalid is "E".
func (t *Target) wave(r *mdib.Record) *unit {
	a, m := r.Samples, r.Metric
	s := t.scene(r)
	o := t.observe(s, r.ID, means(m), a.Time)
	o.EffectiveTime = ""
	o.EffectivePeriod = &period{Start: t.time(a.Time), End: t.time(a.Time.Add(time.Duration(len(a.Samples)) * m.Period))}
	if !a.Validity.HasValue() || len(a.Samples) == 0 || m.Period <= 0 {
		o.Absent = absent(a.Validity)
		if m.Period <= 0 {
			o.Note = append(o.Note, notes("The device did not tell the sample rate, so that the samples cannot be sent.")...)
		}
		return o.unit(s, r.ID)
	}
	o.Sampled = sampled(a, m)
	o.Note = append(o.Note, doubt(a.Validity, "")...)
	o.Note = append(o.Note, marked(a)...)
	return o.unit(s, r.ID)
}

func sampled(a *mdib.SampleArray, m *mdib.Metric) *sampledData {
	d := &sampledData{Dimensions: 1, Data: digits(a)}
	d.Period, _ = decimal(float64(m.Period)/float64(time.Millisecond), -1)
	c, u := m.Calibration, m.Unit
	low, high := c.Low, c.High
	if c.Relative {
		low, high, u = 0, 1, mdib.Unit{UCUM: "1", Text: "fraction of the scale"}
	}
	span := float64(c.RawHigh) - float64(c.RawLow)
	if span == 0 || low == high {
		// The device gave no scale: the numbers stand for themselves.
		d.Origin = quantity{Value: "0", Unit: "device units", System: ucum, Code: "1"}
		return d
	}
	factor := (high - low) / span
	origin, ok := decimal(low-factor*float64(c.RawLow), -1)
	if f, fine := decimal(factor, -1); ok && fine {
		d.Factor = f
		d.Origin = quantity{Value: origin}
		d.Origin.inUnit(u)
		return d
	}
	d.Origin = quantity{Value: "0", Unit: "device units", System: ucum, Code: "1"}
	return d
}

// digits writes the samples with spaces between them.
func digits(a *mdib.SampleArray) string {
	invalid := map[int]bool{}
	for _, k := range a.Marks {
		if k.Kind == mdib.MarkInvalid {
			invalid[k.At] = true
		}
	}
	b := make([]byte, 0, 6*len(a.Samples))
	for i, v := range a.Samples {
		if i > 0 {
			b = append(b, ' ')
		}
		if invalid[i] {
			b = append(b, 'E')
		} else {
			b = strconv.AppendInt(b, int64(v), 10)
		}
	}
	return string(b)
}

// marked tells in words what the device flagged, which SampledData cannot.
func marked(a *mdib.SampleArray) []annotation {
	at := map[mdib.MarkKind][]string{}
	for _, k := range a.Marks {
		at[k.Kind] = append(at[k.Kind], strconv.Itoa(k.At))
	}
	var kinds []mdib.MarkKind
	for k := range at {
		if markNames[k] != "" {
			kinds = append(kinds, k)
		}
	}
	slices.Sort(kinds)
	var out []annotation
	for _, k := range kinds {
		list, more := at[k], ""
		if len(list) > maxMarks {
			more = fmt.Sprintf(" and %d more", len(list)-maxMarks)
			list = list[:maxMarks]
		}
		out = append(out, annotation{fmt.Sprintf("Marked by the device: %s at sample %s%s (counted from 0).", markNames[k], strings.Join(list, ", "), more)})
	}
	return out
}
