// Package devices is where bytes become Reports: the Driver that speaks one
// protocol, the Supervisor that keeps it connected, and the Registry of models.
// It knows no vendor.
package devices

import (
	"context"
	"io"
	"net/url"
	"time"

	"lamplight/mdib"

	"github.com/google/uuid"
)

// Conn is an open wire as a driver sees it: a serial line, a TCP stream, or a
// UDP socket to one peer (one datagram a Read, one a Write).
type Conn interface {
	// Read waits for at most one slice (about 100 ms). It returns the bytes and
	// the time at which the first of them arrived. A quiet slice is n = 0 with
	// a nil error, and at is then the present: a driver has no other clock.
	Read(p []byte) (n int, at time.Time, err error)
	Write(p []byte) (int, error)
}

// Wire is a Conn as its owner holds it. Only the goroutine that reads closes.
type Wire interface {
	Conn
	io.Closer
}

// Driver speaks one protocol over an open wire. Run returns when ctx ends (nil,
// after at most 1 s of saying goodbye) or when the wire or the peer fails. It
// never opens, retries, sleeps, starts a goroutine or reads a clock. Every
// Report passes through emit, in order; MDS and Received are set by the driver.
type Driver interface {
	Run(ctx context.Context, c Conn, emit func(mdib.Report)) error
	Quiet() time.Duration // silence longer than this means the device is lost; 0: it may be silent
	Stats() Stats         // of this run; called between reads from the same goroutine
}

// Stats counts what a decoder made of the bytes it was given.
type Stats struct {
	Frames    uint64 // that passed their checks
	Bad       uint64 // that failed a check
	Discarded uint64 // bytes that belonged to no good frame
}

// Decoder makes Reports of captured bytes without a peer. It never stops at a
// bad frame. Message-oriented protocols get one datagram a call; streams may be
// cut anywhere.
type Decoder interface {
	Decode(p []byte, at time.Time, emit func(mdib.Report))
	Stats() Stats
}

// Capture says in which form captured bytes are handed to a Decoder.
type Capture uint8

const (
	Stream    Capture = iota // raw bytes of a line
	Datagrams                // one message a call
)

// A Fault is an error of a driver or link with a reason that a screen can show.
type Fault struct {
	Reason mdib.Reason
	Detail string // names the thing and the remedy
	Err    error  // may be nil
}

func (f *Fault) Error() string {
	if f.Err != nil {
		return f.Detail + ": " + f.Err.Error()
	}
	return f.Detail
}

func (f *Fault) Unwrap() error { return f.Err }

// Settings is what a driver is told about its device.
type Settings struct {
	MDS     uuid.UUID         // the device's UUID, put into every Report
	Options map[string]string // the device's own options, from the configuration
}

// Model is one row of the Registry.
type Model struct {
	Name    string // the name in configuration and commands: "intellivue"
	Title   string // for people: "Philips IntelliVue (Data Export)"
	Maker   string
	URLs    []string // example addresses, the default first: "udp://192.168.1.20:24105"
	Options []Option // what Settings.Options may hold
	New     func(Settings) (Driver, error)
	Decoder func(Settings, Capture) (Decoder, error)
	// Defaults fills in what an address leaves open (port, baud, parity).
	Defaults func(*url.URL)
	// MayTransmit names what the driver may send: every message it writes must
	// pass, or it is stopped before the wire. Nil forbids nothing. A protocol
	// that can change therapy or alarms must have one.
	MayTransmit func(message []byte) bool
}

// Option describes one entry of Settings.Options.
type Option struct{ Name, Default, Help string }
