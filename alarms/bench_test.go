package alarms

import (
	"testing"
	"time"

	"lamplight/mdib"

	"github.com/google/uuid"
)

// BenchmarkStep64Beds judges one Report of each of 64 beds, a tenth of the
// beds in alarm, and lets time pass for all.
func BenchmarkStep64Beds(b *testing.B) {
	e := New(Config{})
	ids := make([]uuid.UUID, 64)
	reports := make([]mdib.Report, len(ids))
	for i := range ids {
		ids[i] = uuid.NewSHA1(mdsA, []byte{byte(i)})
		e.Step(start, mdib.Report{MDS: ids[i], Received: start, Describe: monitor(), Link: &mdib.Link{State: mdib.LinkConnected}})
		hr := 80.0
		if i%10 == 0 {
			hr = 150
		}
		reports[i] = mdib.Report{MDS: ids[i], Numerics: []mdib.Numeric{
			{Ref: "hr", Value: hr}, {Ref: "spo2", Value: 97}, {Ref: "abpm", Value: 80}, {Ref: "nbps", Value: 120}, {Ref: "temp", Value: 37},
		}}
	}
	now := start
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(time.Second)
		for i := range reports {
			r := reports[i]
			r.Received = now
			e.Step(now, r)
		}
		e.Tick(now)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(ids)), "ns/Report")
}
