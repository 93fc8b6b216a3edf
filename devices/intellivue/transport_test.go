package intellivue_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"

	"lamplight/devices"
	"lamplight/devices/intellivue"
	"lamplight/devices/intellivue/emulator"
	"lamplight/devices/link"
	"lamplight/mdib"

	"github.com/google/uuid"
)

// ward is an emulated monitor on a real socket of the loopback interface.
func ward(t *testing.T, o emulator.Options) (e *emulator.Emulator, address string) {
	t.Helper()
	c, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o.Address = c.LocalAddr().(*net.UDPAddr).AddrPort()
	e = emulator.New(newBedside(), o)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- e.Serve(ctx, c) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		c.Close()
	})
	return e, "udp://" + c.LocalAddr().String()
}

// call connects a driver to an address. The reports come until the context
// ends; then its error.
func call(t *testing.T, ctx context.Context, address string, options map[string]string) (<-chan mdib.Report, <-chan error) {
	t.Helper()
	c, err := link.Open(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	d, err := intellivue.New(devices.Settings{MDS: uuid.UUID{1}, Options: options})
	if err != nil {
		t.Fatal(err)
	}
	reports, done := make(chan mdib.Report, 1000), make(chan error, 1)
	go func() {
		defer c.Close()
		done <- d.Run(ctx, c, func(r mdib.Report) { reports <- r })
	}()
	return reports, done
}

func within(t *testing.T, d time.Duration, reports <-chan mdib.Report, what string, want func(mdib.Report) bool) {
	t.Helper()
	end := time.After(d)
	for {
		select {
		case r := <-reports:
			if want(r) {
				return
			}
		case <-end:
			t.Fatalf("%s: not within %v", what, d)
		}
	}
}

func TestOverRealUDP(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds of real time")
	}
	e, address := ward(t, emulator.Options{BedLabel: "7", Demo: true})
	ctx, cancel := context.WithCancel(context.Background())
	reports, done := call(t, ctx, address, nil)
	within(t, 5*time.Second, reports, "a wave", func(r mdib.Report) bool { return len(r.Samples) > 0 })
	within(t, 3*time.Second, reports, "a number", func(r mdib.Report) bool { return len(r.Numerics) > 0 })

	// Another client is refused while this one is served.
	_, refused := call(t, ctx, address, nil)
	var f *devices.Fault
	if err := <-refused; !errors.As(err, &f) || f.Reason != mdib.ReasonRefused {
		t.Errorf("a second client ended with %v", err)
	}

	asked := time.Now()
	cancel()
	if err := <-done; err != nil {
		t.Errorf("ended with %v", err)
	}
	if took := time.Since(asked); took > time.Second {
		t.Errorf("saying goodbye took %v", took)
	}
	if e.Associated() {
		t.Error("the monitor believes that it still has its client")
	}

	// And once more, now aborted from the other side.
	ctx, cancel = context.WithCancel(context.Background())
	defer cancel()
	reports, done = call(t, ctx, address, nil)
	within(t, 3*time.Second, reports, "the description", func(r mdib.Report) bool { return r.Describe != nil && r.Describe.Bed == "7" })
	e.Abort()
	select {
	case err := <-done:
		if !errors.As(err, &f) || f.Reason != mdib.ReasonAborted {
			t.Errorf("aborted with %v", err)
		}
	case <-time.After(2 * time.Second):
		t.Error("an abort was not noticed")
	}
}

func TestOverRealSerialLine(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds of real time")
	}
	master, slave, err := link.OpenPTY()
	if err != nil {
		t.Skipf("needs a pseudo-terminal: %v", err)
	}
	e := emulator.New(newBedside(), emulator.Options{BedLabel: "7"})
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error)
	go func() { served <- e.ServeLine(ctx, master) }()
	reports, done := call(t, ctx, "serial:"+slave+"?baud=115200", map[string]string{"transport": "serial"})
	within(t, 6*time.Second, reports, "a wave", func(r mdib.Report) bool { return len(r.Samples) > 0 })
	cancel()
	if err := <-done; err != nil {
		t.Errorf("ended with %v", err)
	}
	master.Close()
	if err := <-served; err != nil {
		t.Errorf("the line ended with %v", err)
	}
}

func TestMonitorsAreHeard(t *testing.T) {
	c, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, address := ward(t, emulator.Options{BedLabel: "OP 2", Serial: "DE00000042", Announce: []netip.AddrPort{c.LocalAddr().(*net.UDPAddr).AddrPort()}})
	if err := c.SetReadDeadline(time.Now().Add(3 * time.Second)); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 2000)
	n, _, err := c.ReadFrom(buf)
	if err != nil {
		t.Fatal(err)
	}
	i, err := intellivue.ParseIndication(buf[:n])
	if err != nil {
		t.Fatal(err)
	}
	if i.Bed != "OP 2" || i.Serial != "DE00000042" || "udp://"+i.Address.String() != address || i.Model != "IntelliVue MP40 (M8003A)" {
		t.Errorf("heard %+v", i)
	}
	if _, err := intellivue.ParseIndication([]byte{0, 0, 1}); err == nil {
		t.Error("half an indication was understood")
	}
}
