package intellivue_test

import (
	"context"
	"math"
	"net/netip"
	"testing"
	"time"

	"lamplight/devices"
	"lamplight/devices/intellivue"
	"lamplight/devices/intellivue/emulator"
	"lamplight/devices/physiology"
	"lamplight/mdib"

	"github.com/google/uuid"
)

// bedside is a hand-made signal: constant numbers, and waves that tell their
// own time, so that a test can see whether a sample arrived where it belongs.
type bedside struct {
	values map[string]float64
	states map[string]physiology.State
	events func(time.Duration) []physiology.Event
}

func newBedside() *bedside {
	return &bedside{values: map[string]float64{
		"MDC_ECG_HEART_RATE": 72, "MDC_PULS_OXIM_SAT_O2": 97.5, "MDC_RESP_RATE": 14, "MDC_PLETH_PULS_RATE": 71,
		"MDC_PRESS_BLD_ART_ABP_SYS": 121, "MDC_PRESS_BLD_ART_ABP_DIA": 79, "MDC_PRESS_BLD_ART_ABP_MEAN": 93,
		"MDC_PRESS_BLD_NONINV_SYS": 118, "MDC_PRESS_BLD_NONINV_DIA": 76, "MDC_PRESS_BLD_NONINV_MEAN": 90,
	}, states: map[string]physiology.State{}}
}

func (b *bedside) Value(id string, _ time.Duration) (float64, physiology.State) {
	v, ok := b.values[id]
	if s, said := b.states[id]; said {
		return math.NaN(), s
	}
	if !ok {
		return math.NaN(), physiology.Absent
	}
	return v, physiology.Measured
}

// saw counts milliseconds, modulo 1024, as a height between 0 and 1.
func saw(at time.Duration) float64 { return float64(at.Milliseconds()&1023) / 1024 }

func (b *bedside) Samples(id string, at, period time.Duration, dst []float64) bool {
	scale, ok := map[string]float64{"MDC_ECG_ELEC_POTL_II": 2, "MDC_ECG_ELEC_POTL_V": 2, "MDC_ECG_ELEC_POTL_AVR": 2,
		"MDC_PRESS_BLD_ART_ABP": 200, "MDC_PULS_OXIM_PLETH": 1, "MDC_RESP": 1}[id]
	for i := range dst {
		dst[i] = scale * saw(at+time.Duration(i)*period)
	}
	return ok
}

func (b *bedside) Events(at time.Duration) []physiology.Event {
	if b.events == nil {
		return nil
	}
	return b.events(at)
}

var start = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// line is a socket between driver and emulator in virtual time.
type line struct {
	e      *emulator.Emulator
	now    time.Time
	queue  [][]byte
	sent   [][]byte
	during map[time.Duration]func() // what happens at a moment
	end    time.Duration
	stop   context.CancelFunc
	lose   func(p []byte) bool // of what the emulator sends
	ignore func(p []byte) bool // of what the driver sends
}

var client = netip.MustParseAddrPort("192.0.2.7:40001")

func (l *line) deliver(list []emulator.Datagram) {
	for _, d := range list {
		if d.To == client && (l.lose == nil || !l.lose(d.Data)) {
			l.queue = append(l.queue, d.Data)
		}
	}
}

func (l *line) Read(p []byte) (int, time.Time, error) {
	for range 10 {
		if len(l.queue) > 0 {
			n := copy(p, l.queue[0])
			l.queue = l.queue[1:]
			return n, l.now, nil
		}
		l.now = l.now.Add(10 * time.Millisecond)
		for t, f := range l.during {
			if l.now.Sub(start) >= t {
				delete(l.during, t)
				f()
			}
		}
		if l.now.Sub(start) >= l.end {
			l.stop()
		}
		l.deliver(l.e.Tick(l.now))
	}
	return 0, l.now, nil
}

func (l *line) Write(p []byte) (int, error) {
	l.sent = append(l.sent, append([]byte(nil), p...))
	if l.ignore != nil && l.ignore(p) {
		return len(p), nil
	}
	l.deliver(l.e.Handle(client, p, l.now))
	return len(p), nil
}

// run plays a session for so long and gives what the driver reported.
func run(t *testing.T, l *line, options map[string]string) ([]mdib.Report, *intellivue.Driver, error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	l.now, l.stop = start, cancel
	d, err := intellivue.New(devices.Settings{MDS: uuid.UUID{1}, Options: options})
	if err != nil {
		t.Fatal(err)
	}
	var reports []mdib.Report
	err = d.Run(ctx, l, func(r mdib.Report) { reports = append(reports, r) })
	return reports, d, err
}

// last gives the newest description.
func last(reports []mdib.Report) *mdib.MDS {
	var d *mdib.MDS
	for _, r := range reports {
		if r.Describe != nil {
			d = r.Describe
		}
	}
	return d
}

func byRefID(t *testing.T, d *mdib.MDS, id string, kind mdib.Kind) *mdib.Metric {
	t.Helper()
	if d == nil {
		t.Fatal("nothing was described")
	}
	for m := range d.Metrics() {
		if m.Code.RefID == id && m.Kind == kind {
			return m
		}
	}
	t.Fatalf("%s was not described", id)
	return nil
}

func numerics(reports []mdib.Report, ref mdib.Ref) (list []mdib.Numeric) {
	for _, r := range reports {
		for _, n := range r.Numerics {
			if n.Ref == ref {
				list = append(list, n)
			}
		}
	}
	return list
}

func samples(reports []mdib.Report, ref mdib.Ref) (list []mdib.SampleArray) {
	for _, r := range reports {
		for _, s := range r.Samples {
			if s.Ref == ref {
				list = append(list, s)
			}
		}
	}
	return list
}

func netipAddr(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }
