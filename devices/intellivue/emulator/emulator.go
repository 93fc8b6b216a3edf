// Package emulator plays an IntelliVue monitor on its true wire: a client that
// knows nothing of it associates, polls and reads as at a bedside.
//
//	Handle(datagram, at) ─┐
//	                      ├─▶ monitor ─▶ datagrams
//	Tick(at) ─────────────┘
//
// The monitor itself keeps no time; Serve pumps it on a socket.
package emulator

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"lamplight/devices/intellivue/wire"
	"lamplight/devices/physiology"
	"lamplight/mdib"
)

// Options say which monitor is played.
type Options struct {
	Part     string  // part number; "" is M8003A, an MP40
	Serial   string  // of the monitor
	MAC      [6]byte // zero is an invented one
	BedLabel string
	Patient  *mdib.Patient // nil is a discharged bed
	Demo     bool          // everything says that it is a demonstration
	Waves    []string      // the wave list to start with, by reference identifier; nil is all that the signal has, up to the monitor's limits

	// Announce are the addresses that hear the connect indication, such as
	// 255.255.255.255:24005; Address is where it says that the monitor is.
	Announce []netip.AddrPort
	Address  netip.AddrPort

	Faults Faults
}

// Faults are what goes wrong, for tests.
type Faults struct {
	IgnoreRequests int  // association requests that are not heard
	IgnoreConfirms int  // confirmations of MDS Create that are not heard
	NoWaves        bool // the export of waves is not granted
	DropWaveEvery  int  // every so many-th wave message is lost; 0 is none
	SwapWaves      bool // the middle two of each burst change places
	DoubleWaves    bool // every wave message comes twice
	Deaf           bool // nothing is answered at all
}

// Datagram is one message on its way out.
type Datagram struct {
	To   netip.AddrPort
	Data []byte
}

// Emulator is one monitor. It may be used by several goroutines.
type Emulator struct {
	mu      sync.Mutex
	monitor monitor
}

// New makes a monitor at the bedside that sig plays.
func New(sig physiology.Signal, o Options) *Emulator {
	if o.Part == "" {
		o.Part = "M8003A"
	}
	if o.MAC == ([6]byte{}) {
		o.MAC = [6]byte{0x02, 'L', 'A', 'M', 'P', byte(len(o.BedLabel))} // locally administered
	}
	return &Emulator{monitor: monitor{sig: sig, options: o, mtu: lanMTU}}
}

// Handle takes one datagram and gives the answers that come at once.
func (e *Emulator) Handle(from netip.AddrPort, p []byte, at time.Time) []Datagram {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.monitor.start(at)
	e.monitor.handle(from, p, at)
	return e.monitor.sent()
}

// Tick gives what is due by itself. Call it at least ten times a second.
func (e *Emulator) Tick(at time.Time) []Datagram {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.monitor.start(at)
	e.monitor.tick(at)
	return e.monitor.sent()
}

// Associated tells whether a client is being served.
func (e *Emulator) Associated() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.monitor.client != nil
}

// SetFaults changes what goes wrong.
func (e *Emulator) SetFaults(f Faults) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.monitor.options.Faults = f
}

// Abort ends the association from the monitor's side, at the next tick.
func (e *Emulator) Abort() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.monitor.abort()
}

// Restart switches the monitor off and on: its clock begins anew. With keep it
// goes on serving its client, which no real monitor does.
func (e *Emulator) Restart(keep bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.monitor.restart(keep)
}

const pump = 20 * time.Millisecond

// Serve answers on the socket until ctx ends (nil) or the socket fails.
func (e *Emulator) Serve(ctx context.Context, c net.PacketConn) error {
	buf := make([]byte, 65536)
	for ctx.Err() == nil {
		if err := c.SetReadDeadline(time.Now().Add(pump)); err != nil {
			return err
		}
		n, from, err := c.ReadFrom(buf)
		at := time.Now()
		var out []Datagram
		switch {
		case err == nil:
			if u, ok := from.(*net.UDPAddr); ok {
				out = e.Handle(u.AddrPort(), buf[:n], at)
			}
		case errors.Is(err, os.ErrDeadlineExceeded):
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return err
		}
		for _, d := range append(out, e.Tick(at)...) {
			// A client that has gone is not the monitor's concern.
			_, _ = c.WriteTo(d.Data, net.UDPAddrFromAddrPort(d.To))
		}
	}
	return nil
}

// unmap makes addresses of IPv4 and of IPv4 in IPv6 compare equal.
func unmap(a netip.AddrPort) netip.AddrPort { return netip.AddrPortFrom(a.Addr().Unmap(), a.Port()) }

func ticks(d time.Duration) uint32 { return uint32(wire.Ticks(d)) }
