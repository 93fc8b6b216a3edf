package link

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"lamplight/mdib"
)

// ListenDatagrams hands over every datagram that comes to addr ("0.0.0.0:24005"),
// broadcasts included, and to the multicast groups (IPv4), on every interface,
// until the context ends (nil). Several programs may listen at the same port.
// The bytes are only valid during the call; each is made on the same goroutine.
func ListenDatagrams(ctx context.Context, addr string, groups []net.IP, heard func(from netip.AddrPort, p []byte, at time.Time)) error {
	lc := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error { return control(c, reuse) }}
	pc, err := lc.ListenPacket(ctx, "udp4", addr)
	if err != nil {
		return netFault(ctx, "udp://"+addr, err)
	}
	defer shut(pc)
	u := pc.(*net.UDPConn) // what ListenPacket gives for udp4
	for _, g := range groups {
		if err := join(u, g); err != nil {
			return fault(mdib.ReasonUnexpected, err, "the multicast group %s could not be joined on any interface; check that the network is up", g)
		}
	}
	buf := make([]byte, 65536)
	for ctx.Err() == nil {
		_ = u.SetReadDeadline(time.Now().Add(Slice))
		n, from, err := u.ReadFromUDPAddrPort(buf)
		at := time.Now()
		switch {
		case err == nil:
			heard(netip.AddrPortFrom(from.Addr().Unmap(), from.Port()), buf[:n], at)
		case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, errTooLong), errors.Is(err, errReset):
		default:
			return netFault(ctx, "udp://"+addr, err)
		}
	}
	return nil
}

// join enters a group on every interface that can; it fails when none could.
func join(u *net.UDPConn, group net.IP) error {
	g := group.To4()
	if g == nil || !g.IsMulticast() {
		return errors.New("not an IPv4 multicast address")
	}
	ifs, err := net.InterfaceAddrs()
	if err != nil {
		return err
	}
	raw, err := u.SyscallConn()
	if err != nil {
		return err
	}
	err = errors.New("no interface has an IPv4 address")
	joined := false
	for _, a := range ifs {
		n, ok := a.(*net.IPNet)
		if !ok || n.IP.To4() == nil {
			continue
		}
		req := syscall.IPMreq{Multiaddr: [4]byte(g), Interface: [4]byte(n.IP.To4())}
		e := control(raw, func(fd uintptr) error { return addMembership(fd, &req) })
		if e == nil {
			joined = true
		} else {
			err = e
		}
	}
	if joined {
		return nil
	}
	return err
}

// control runs f on the socket and gives its error.
func control(c syscall.RawConn, f func(fd uintptr) error) error {
	var err error
	if e := c.Control(func(fd uintptr) { err = f(fd) }); e != nil {
		return e
	}
	return err
}
