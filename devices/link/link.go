// Package link opens the wires that drivers speak over: serial lines, TCP
// streams, UDP sockets. It is the only place that opens a serial port and
// the only one on a Report's way that reads the clock, to stamp what arrives. It
// does not know what the bytes mean.
package link

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"lamplight/devices"
	"lamplight/mdib"
)

// Slice is how long one Read waits at most.
const Slice = 100 * time.Millisecond

// Conn is an open wire. Read and Close belong to the same goroutine: a serial
// port cannot be closed under a pending read.
type Conn = devices.Wire

// Open opens a wire by its address:
//
//	serial:/dev/ttyUSB0?baud=9600&parity=none&stop=1&bits=8
//	tcp://host:port
//	udp://host:port           one datagram a Read, one a Write
//	listen:tcp://host:port    waits for one peer to call
//
// The context bounds the opening, not the life of the wire. Every error is a
// *devices.Fault whose Detail names the thing and the remedy.
func Open(ctx context.Context, rawURL string) (Conn, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, badAddress(rawURL)
	}
	switch u.Scheme {
	case "serial":
		return openSerial(u)
	case "tcp":
		return openTCP(ctx, u)
	case "udp":
		return openUDP(ctx, u)
	case "listen":
		return acceptTCP(ctx, u)
	}
	return nil, badAddress(rawURL)
}

func badAddress(rawURL string) error {
	return fault(mdib.ReasonConfig, nil, "%q is not an address of a device; write serial:/dev/ttyUSB0?baud=9600, tcp://host:port, udp://host:port or listen:tcp://host:port", rawURL)
}

// hostPort checks that a network address is whole and says nothing unheard.
func hostPort(u *url.URL) (string, error) {
	if u.Hostname() == "" || u.Port() == "" {
		return "", fault(mdib.ReasonConfig, nil, "the address %q lacks a host or a port; write %s://host:port", u, u.Scheme)
	}
	if u.RawQuery != "" || strings.Trim(u.Path, "/") != "" {
		return "", fault(mdib.ReasonConfig, nil, "the address %q says more than a host and a port; write %s://%s", u, u.Scheme, u.Host)
	}
	return u.Host, nil
}

// fault makes a Fault; a context that ended stays visible to errors.Is.
func fault(r mdib.Reason, err error, format string, args ...any) *devices.Fault {
	return &devices.Fault{Reason: r, Detail: fmt.Sprintf(format, args...), Err: err}
}

func stopped(err error, what string) *devices.Fault {
	return fault(mdib.ReasonStopped, err, "opening %s was stopped", what)
}

func isCancel(ctx context.Context, err error) bool {
	return ctx.Err() != nil || errors.Is(err, context.Canceled)
}

// shut closes what is given up: how that goes changes nothing.
func shut(c io.Closer) { c.Close() }
