package storage

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"lamplight/mdib"

	"github.com/google/uuid"
	"go.uber.org/goleak"
)

// TestMain plays the station that is killed when a test asks for it.
func TestMain(m *testing.M) {
	if path := os.Getenv("LAMPLIGHT_RECORD_UNTIL_KILLED"); path != "" {
		recordUntilKilled(path)
		return
	}
	goleak.VerifyTestMain(m)
}

// start is when all synthetic records begin: a whole minute.
var start = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// rig is a record whose clock the test turns.
type rig struct {
	*DB
	t    testing.TB
	path string
	now  time.Time
}

// newRig opens a record that writes only when told to.
func newRig(t testing.TB, o ...Options) *rig {
	t.Helper()
	r := &rig{t: t, path: filepath.Join(t.TempDir(), "record.db"), now: start}
	r.open(o...)
	t.Cleanup(func() { r.DB.Close() })
	return r
}

func (r *rig) open(o ...Options) {
	r.t.Helper()
	opt := Options{}
	if len(o) > 0 {
		opt = o[0]
	}
	opt.Tick = make(chan time.Time)
	opt.Now = func() time.Time { return r.now }
	db, err := Open(context.Background(), r.path, opt)
	if err != nil {
		r.t.Fatal(err)
	}
	r.DB = db
}

func (r *rig) reopen() {
	r.t.Helper()
	if err := r.Close(); err != nil {
		r.t.Fatal(err)
	}
	r.open()
}

// keep records reports and writes them.
func (r *rig) keep(reports ...mdib.Report) {
	r.t.Helper()
	for _, x := range reports {
		if !r.Record(x) {
			r.t.Fatal("refused")
		}
	}
	if err := r.Flush(context.Background()); err != nil {
		r.t.Fatal(err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Synthetic devices and encounters, by number.
func mdsID(i int) uuid.UUID { return uuid.NewSHA1(uuid.NameSpaceOID, fmt.Appendf(nil, "mds %d", i)) }
func encID(i int) uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceOID, fmt.Appendf(nil, "encounter %d", i))
}

func encounter(i int) *mdib.Encounter {
	return &mdib.Encounter{ID: encID(i), Patient: mdib.Patient{Identifier: fmt.Sprint("MRN", i), Family: "Doe"},
		Location: mdib.Location{Unit: "Ward", Bed: fmt.Sprint(i)}, Start: start, Mode: mdib.ModeTest}
}

var waveRefs = []mdib.Ref{"ecg", "pleth", "abp", "resp"}

var wavePeriods = []time.Duration{4 * time.Millisecond, 8 * time.Millisecond, 8 * time.Millisecond, 16 * time.Millisecond}

// monitor describes a monitor with ten numerics, an episodic one, an
// enumeration and four waves.
func monitor() *mdib.MDS {
	var ms []mdib.Metric
	for i := range 10 {
		ms = append(ms, mdib.Metric{Ref: numericRef(i), Label: fmt.Sprint("N", i), Unit: mdib.Unit{UCUM: "/min"}})
	}
	ms = append(ms, mdib.Metric{Ref: "nibp", Label: "NIBP", Episodic: true}, mdib.Metric{Ref: "rhythm", Kind: mdib.KindEnum})
	for i, ref := range waveRefs {
		ms = append(ms, mdib.Metric{Ref: ref, Kind: mdib.KindSampleArray, Period: wavePeriods[i],
			Calibration: mdib.Calibration{RawHigh: 4096, High: 5}})
	}
	return &mdib.MDS{Protocol: "synthetic", Model: "M1", Mode: mdib.ModeTest,
		VMDs: []mdib.VMD{{Ref: "v", Channels: []mdib.Channel{{Ref: "c", Metrics: ms}}}}}
}

func numericRef(i int) mdib.Ref { return mdib.Ref(fmt.Sprint("n", i)) }

// hello is what a device says first.
func hello(i int) mdib.Report {
	return mdib.Report{MDS: mdsID(i), Received: start, Describe: monitor(), Encounter: encounter(i)}
}

// second is what a monitor says in one second: ten numerics and four waves.
func second(mds int, at time.Time) mdib.Report {
	r := values(mds, at)
	for i, ref := range waveRefs {
		n := int(time.Second / wavePeriods[i])
		s := make([]int32, n)
		for k := range s {
			t := at.Add(time.Duration(k) * wavePeriods[i]).Sub(start).Seconds()
			s[k] = int32(2048 + 700*math.Sin(2*math.Pi*1.2*t) + 90*math.Sin(17*t+float64(i)) + 4*math.Sin(997*t))
		}
		r.Samples = append(r.Samples, mdib.SampleArray{Ref: ref, Time: at, Samples: s})
	}
	return r
}

// values is second without its waves.
func values(mds int, at time.Time) mdib.Report {
	r := mdib.Report{MDS: mdsID(mds), Received: at.Add(20 * time.Millisecond)}
	sec := at.Sub(start).Seconds()
	for i := range 10 {
		r.Numerics = append(r.Numerics, mdib.Numeric{Ref: numericRef(i), Time: at, Decimals: 1,
			Value: math.Round(10*(60+float64(10*i)+5*math.Sin(sec/60))) / 10})
	}
	return r
}

func numeric1(mds int, ref mdib.Ref, at time.Time, v float64) mdib.Report {
	return mdib.Report{MDS: mdsID(mds), Received: at, Numerics: []mdib.Numeric{{Ref: ref, Time: at, Value: v}}}
}
