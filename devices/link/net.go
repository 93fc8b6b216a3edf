package link

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"time"

	"lamplight/devices"
	"lamplight/mdib"
)

const (
	dialTime  = 5 * time.Second
	writeTime = 2 * time.Second
	// A monitor that is starting up refuses datagrams for a while. Only when
	// that lasts is it worth an error.
	refuseTime = 3 * time.Second
)

// alive finds a peer that lost its power: 15 s of silence, then 3 probes.
var alive = net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}

func openTCP(ctx context.Context, u *url.URL) (Conn, error) {
	addr, err := hostPort(u)
	if err != nil {
		return nil, err
	}
	d := net.Dialer{Timeout: dialTime, KeepAliveConfig: alive}
	c, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, netFault(ctx, u.String(), err)
	}
	return &tcpConn{c: c, name: u.String()}, nil
}

func openUDP(ctx context.Context, u *url.URL) (Conn, error) {
	addr, err := hostPort(u)
	if err != nil {
		return nil, err
	}
	d := net.Dialer{Timeout: dialTime}
	c, err := d.DialContext(ctx, "udp", addr)
	if err != nil {
		return nil, netFault(ctx, u.String(), err)
	}
	return &udpConn{c: c, name: u.String()}, nil
}

// acceptTCP waits for one peer to call, for as long as the context lasts.
func acceptTCP(ctx context.Context, u *url.URL) (Conn, error) {
	inner, err := url.Parse(u.Opaque)
	if err != nil || inner.Scheme != "tcp" {
		return nil, fault(mdib.ReasonConfig, nil, "the address %q cannot be listened at; write listen:tcp://host:port", u)
	}
	addr, err := hostPort(inner)
	if err != nil {
		return nil, err
	}
	lc := net.ListenConfig{KeepAliveConfig: alive}
	l, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, netFault(ctx, u.String(), err)
	}
	stop := context.AfterFunc(ctx, func() { shut(l) })
	defer func() {
		if stop() {
			shut(l)
		}
	}()
	c, err := l.Accept()
	if err != nil {
		return nil, netFault(ctx, u.String(), err)
	}
	return &tcpConn{c: c, name: c.RemoteAddr().String()}, nil
}

// netFault says why a wire did not open or broke.
func netFault(ctx context.Context, name string, err error) *devices.Fault {
	var dns *net.DNSError
	var addr *net.AddrError
	var parse *net.ParseError
	switch {
	case isCancel(ctx, err):
		return stopped(err, name)
	case errors.As(err, &addr), errors.As(err, &parse):
		return fault(mdib.ReasonConfig, err, "%s is not a network address; write a host name or IP address and a port from 1 to 65535", name)
	case errors.As(err, &dns):
		return fault(mdib.ReasonNoRoute, err, "the name in %s is not known on this network; check its spelling, or use the IP address", name)
	case errors.Is(err, errRefused):
		return fault(mdib.ReasonClosed, err, "nothing listens at %s; check the port, and that data export is switched on at the device", name)
	case errors.Is(err, errUnreachable), errors.Is(err, errNetUnreachable):
		return fault(mdib.ReasonNoRoute, err, "%s cannot be reached; check the network cable and the address", name)
	case errors.Is(err, errAddrInUse):
		return fault(mdib.ReasonPortBusy, err, "the address of %s is in use by another program; close that program or choose another port", name)
	case errors.Is(err, errAddrNotHere):
		return fault(mdib.ReasonConfig, err, "%s is not an address of this computer; listen at 0.0.0.0 or at one that it has", name)
	case errors.Is(err, os.ErrPermission):
		return fault(mdib.ReasonNoAccess, err, "this user may not use %s; choose a port above 1023", name)
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), isTimeout(err):
		return fault(mdib.ReasonNoRoute, err, "%s does not answer; check that it is switched on and the address is right", name)
	case errors.Is(err, io.EOF), errors.Is(err, errReset), errors.Is(err, errPipe), errors.Is(err, net.ErrClosed):
		return fault(mdib.ReasonGone, err, "%s hung up; it is called again", name)
	}
	return fault(mdib.ReasonUnexpected, err, "the connection to %s failed; check the network", name)
}

func isTimeout(err error) bool {
	var t net.Error
	return errors.As(err, &t) && t.Timeout()
}

type tcpConn struct {
	c    net.Conn
	name string
}

func (t *tcpConn) Read(p []byte) (int, time.Time, error) {
	_ = t.c.SetReadDeadline(time.Now().Add(Slice)) // fails on a closed socket only, and then Read fails
	n, err := t.c.Read(p)
	at := time.Now()
	switch {
	case n > 0: // an error with it comes again
		return n, at, nil
	case err == nil, errors.Is(err, os.ErrDeadlineExceeded):
		return 0, at, nil
	case isTimeout(err): // keep-alive probes unanswered
		return 0, at, fault(mdib.ReasonGone, err, "%s no longer answers; check its power and the network", t.name)
	}
	return 0, at, netFault(context.Background(), t.name, err)
}

func (t *tcpConn) Write(p []byte) (int, error) {
	_ = t.c.SetWriteDeadline(time.Now().Add(writeTime))
	n, err := t.c.Write(p)
	if err != nil {
		return n, netFault(context.Background(), t.name, err)
	}
	return n, nil
}

func (t *tcpConn) Close() error { return t.c.Close() }

type udpConn struct {
	c       net.Conn
	name    string
	refused time.Time // since when the peer has refused every datagram
}

func (u *udpConn) Read(p []byte) (int, time.Time, error) {
	end := time.Now().Add(Slice)
	_ = u.c.SetReadDeadline(end)
	for {
		n, err := u.c.Read(p)
		at := time.Now()
		switch {
		case err == nil && n > 0:
			u.refused = time.Time{}
			return n, at, nil
		case err == nil: // an empty datagram says nothing
		case errors.Is(err, os.ErrDeadlineExceeded):
			return 0, at, nil
		case errors.Is(err, errRefused), errors.Is(err, errReset):
			if err := u.refuse(at, err); err != nil {
				return 0, at, err
			}
		case errors.Is(err, errTooLong):
			return n, at, nil
		default:
			return 0, at, netFault(context.Background(), u.name, err)
		}
		if !at.Before(end) {
			return 0, at, nil
		}
	}
}

// Write sends one datagram. An earlier refusal is reported by the system on
// the next send, which then did not happen: it is sent again.
func (u *udpConn) Write(p []byte) (int, error) {
	n, err := u.c.Write(p)
	if errors.Is(err, errRefused) {
		if err := u.refuse(time.Now(), err); err != nil {
			return 0, err
		}
		n, err = u.c.Write(p)
	}
	if err != nil {
		return n, netFault(context.Background(), u.name, err)
	}
	return n, nil
}

func (u *udpConn) refuse(at time.Time, err error) error {
	if u.refused.IsZero() {
		u.refused = at
	}
	if at.Sub(u.refused) < refuseTime {
		return nil
	}
	if !errors.Is(err, errRefused) { // Windows calls it a reset
		err = errRefused
	}
	return netFault(context.Background(), u.name, err)
}

func (u *udpConn) Close() error { return u.c.Close() }
