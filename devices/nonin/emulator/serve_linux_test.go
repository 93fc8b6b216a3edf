package emulator

import (
	"bytes"
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"lamplight/devices"
	"lamplight/devices/link"
	"lamplight/devices/nonin"
	"lamplight/mdib"

	"github.com/google/uuid"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// supervise connects the workstation's side to an address, until the end of
// the test, and gives what it reports.
func supervise(t *testing.T, address string, options map[string]string) <-chan mdib.Report {
	t.Helper()
	s := &devices.Supervisor{
		Model: nonin.Model(), URL: address,
		Settings: devices.Settings{MDS: uuid.New(), Options: options},
		Open:     link.Open, Now: time.Now, After: time.After, Rand: func() float64 { return 0 },
	}
	ctx, cancel := context.WithCancel(t.Context())
	out := make(chan mdib.Report, 100)
	go func() { defer close(out); s.Run(ctx, out) }()
	t.Cleanup(func() {
		cancel()
		for range out {
		}
	})
	return out
}

// await reads Reports until one is as wanted.
func await(t *testing.T, reports <-chan mdib.Report, what string, wanted func(mdib.Report) bool) mdib.Report {
	t.Helper()
	late := time.After(20 * time.Second)
	for {
		select {
		case r := <-reports:
			if wanted(r) {
				return r
			}
		case <-late:
			t.Fatalf("%s did not come", what)
		}
	}
}

func state(s mdib.LinkState, why mdib.Reason) func(mdib.Report) bool {
	return func(r mdib.Report) bool { return r.Link != nil && r.Link.State == s && r.Link.Reason == why }
}

func value(ref mdib.Ref, v float64) func(mdib.Report) bool {
	return func(r mdib.Report) bool {
		for _, n := range r.Numerics {
			if n.Ref == ref && n.Value == v {
				return true
			}
		}
		return false
	}
}

// An oximeter on a line, from power-on to the pulled cable and back.
func TestOverAPseudoTerminal(t *testing.T) {
	master, slave, err := link.OpenPTY()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- New(patient{}, Options{Partial: true}).Serve(ctx, master) }()

	reports := supervise(t, "serial:"+slave, map[string]string{"format": "7", "mode": "demo"})
	await(t, reports, "a connection", state(mdib.LinkConnected, ""))
	await(t, reports, "format 7, which was asked for", func(r mdib.Report) bool {
		return r.Describe != nil && r.Describe.Metric("pleth").Calibration.RawHigh == 65535 && r.Describe.Mode == mdib.ModeDemo
	})
	await(t, reports, "the saturation", value("spo2", 97))
	// One second of frames takes one second.
	var n int
	var from, to time.Time
	await(t, reports, "a second of pleth", func(r mdib.Report) bool {
		for _, a := range r.Samples {
			if from.IsZero() {
				from = a.Time
			}
			to = a.Time
			n += len(a.Samples)
		}
		return n >= 75
	})
	if took := to.Sub(from); took < 700*time.Millisecond || took > 1300*time.Millisecond {
		t.Errorf("75 samples span %v", took)
	}

	cancel()
	if err := <-served; err != nil {
		t.Errorf("told to stop, it returned %v", err)
	}
	r := await(t, reports, "silence", state(mdib.LinkLost, mdib.ReasonSilent))
	if c := r.Link.Counts; c.Frames < 75 || c.Sent == 0 || c.Bytes < 5*75 {
		t.Errorf("counts %+v", c)
	}
	go func() { served <- New(patient{}, Options{}).Serve(t.Context(), master) }()
	await(t, reports, "a new connection", state(mdib.LinkConnected, ""))

	master.Close()
	await(t, reports, "the loss of the cable", state(mdib.LinkLost, mdib.ReasonGone))
	if err := <-served; err != nil {
		t.Errorf("on a closed line it returned %v", err)
	}
	await(t, reports, "the missing port", func(r mdib.Report) bool {
		return r.Link != nil && r.Link.State == mdib.LinkLost && r.Link.Reason != mdib.ReasonGone
	})
}

// Nobody may listen for a long time; whoever then opens the port hears the present.
func TestNobodyListens(t *testing.T) {
	master, slave, err := link.OpenPTY()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	e := New(patient{}, Options{})
	e.Advance(time.Hour)
	e.base, e.sent = -time.Minute, 0 // 22,500 bytes are due at once: more than a line holds
	served := make(chan error, 1)
	go func() { served <- e.Serve(ctx, master) }()
	for range 2 {
		c, err := link.Open(t.Context(), "serial:"+slave)
		if err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 256)
		var got []byte
		for deadline := time.Now().Add(10 * time.Second); len(got) < 200; {
			n, _, err := c.Read(buf)
			if err != nil || time.Now().After(deadline) {
				t.Fatalf("after %d bytes: %v", len(got), err)
			}
			got = append(got, buf[:n]...)
		}
		c.Close()
	}
	cancel()
	if err := <-served; err != nil {
		t.Error(err)
	}
	master.Close()
}

func TestOverTCP(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	reports := supervise(t, "tcp://"+l.Addr().String(), nil)
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- New(patient{}, Options{Format: 2}).Serve(t.Context(), conn) }()
	await(t, reports, "the pulse", value("pulse", 60))
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	await(t, reports, "the end", state(mdib.LinkLost, mdib.ReasonGone))
	if err := <-served; err != nil && !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}

func TestALineWithoutDeadlines(t *testing.T) {
	if err := New(patient{}, Options{}).Serve(t.Context(), &bytes.Buffer{}); err == nil {
		t.Error("it would never stop")
	}
}
