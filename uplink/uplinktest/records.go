package uplinktest

import (
	"fmt"
	"time"

	"lamplight/mdib"

	"github.com/google/uuid"
)

// start is when the synthetic records begin.
var start = time.Date(2026, 1, 5, 10, 15, 0, 0, time.UTC)

// Encounter makes up a stay. n tells one from another.
func Encounter(n int) *mdib.Encounter {
	return &mdib.Encounter{
		ID: ID("encounter", n),
		Patient: mdib.Patient{
			ID: ID("patient", n), Identifier: fmt.Sprintf("X%03d", n),
			Family: "Testperson", Given: "Una", Birth: time.Date(1961, 4, 2, 0, 0, 0, 0, time.UTC), Sex: mdib.Female,
		},
		Location: mdib.Location{Facility: "Test hospital", Unit: "Ward 1", Bed: fmt.Sprint(n)},
		Start:    start.Add(-time.Hour),
	}
}

// Device makes up a monitor that measures a heart rate.
func Device() *mdib.MDS {
	hr := HeartRate()
	return &mdib.MDS{
		Protocol: "test", Manufacturer: "Acme", Model: "M1", Serial: "SN1", Version: "1.0",
		VMDs: []mdib.VMD{{Ref: "v", Channels: []mdib.Channel{{Ref: "c", Metrics: []mdib.Metric{*hr}}}}},
	}
}

// HeartRate describes a heart rate in /min.
func HeartRate() *mdib.Metric {
	unit, _ := mdib.UnitByRefID("MDC_DIM_BEAT_PER_MIN")
	return &mdib.Metric{Ref: "hr", Code: mdib.MDC(147842), Label: "HR", Unit: unit, Class: mdib.ClassECG}
}

// HeartRates makes n records of one patient, one a second, with Seq from 1.
func HeartRates(n int) []mdib.Record {
	enc, dev, hr := Encounter(1), Device(), HeartRate()
	out := make([]mdib.Record, n)
	for i := range out {
		out[i] = mdib.Record{
			ID: ID("record", i), Seq: int64(i + 1), Encounter: enc, Source: ID("device", 1), Device: dev, Metric: hr,
			Numeric: &mdib.Numeric{Ref: "hr", Time: start.Add(time.Duration(i) * time.Second), Value: float64(60 + i%60)},
		}
	}
	return out
}

// ID gives the same UUID for the same words, always.
func ID(what string, n int) uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceURL, fmt.Appendf(nil, "uplinktest/%s/%d", what, n))
}
