package link

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"lamplight/mdib"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func readUntil(t *testing.T, c Conn, want string) {
	t.Helper()
	buf := make([]byte, 1500)
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		n, _, err := c.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			if string(buf[:n]) != want {
				t.Fatalf("read %q, want %q", buf[:n], want)
			}
			return
		}
	}
	t.Fatalf("%q never came", want)
}

func TestTCP(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer shut(l)
	c, err := Open(t.Context(), "tcp://"+l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer shut(c)
	peer, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if n, _, err := c.Read(make([]byte, 8)); n != 0 || err != nil {
		t.Fatalf("quiet stream: %d, %v", n, err)
	}
	if _, err := peer.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	readUntil(t, c, "hello")
	if _, err := c.Write([]byte("again")); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 5)
	if _, err := peer.Read(buf); err != nil || string(buf) != "again" {
		t.Fatalf("the peer read %q, %v", buf, err)
	}
	shut(peer)
	_, _, err = c.Read(buf)
	wantFault(t, err, mdib.ReasonGone, l.Addr().String(), "hung up")
}

func TestTCPRefused(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	shut(l)
	_, err = Open(t.Context(), "tcp://"+l.Addr().String())
	wantFault(t, err, mdib.ReasonClosed, l.Addr().String(), "nothing listens")
}

func TestNetAddresses(t *testing.T) {
	for _, a := range []string{"tcp://host", "udp://:24105", "tcp://127.0.0.1:80/path", "udp://127.0.0.1:1?x=1", "tcp://127.0.0.1:99999", "listen:udp://127.0.0.1:1", "listen:", "listen:tcp://127.0.0.1"} {
		_, err := Open(t.Context(), a)
		wantFault(t, err, mdib.ReasonConfig)
	}
}

func TestOpenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, a := range []string{"tcp://127.0.0.1:1", "listen:tcp://127.0.0.1:0"} {
		_, err := Open(ctx, a)
		wantFault(t, err, mdib.ReasonStopped)
	}
}

func TestNetFaults(t *testing.T) {
	for _, x := range []struct {
		err    error
		reason mdib.Reason
	}{
		{&net.DNSError{Err: "no such host", Name: "monitor-7", IsNotFound: true}, mdib.ReasonNoRoute},
		{fmt.Errorf("dial: %w", error(errUnreachable)), mdib.ReasonNoRoute},
		{fmt.Errorf("dial: %w", error(errNetUnreachable)), mdib.ReasonNoRoute},
		{context.DeadlineExceeded, mdib.ReasonNoRoute},
		{error(errAddrInUse), mdib.ReasonPortBusy},
		{error(errAddrNotHere), mdib.ReasonConfig},
		{error(errReset), mdib.ReasonGone},
		{error(errPipe), mdib.ReasonGone},
		{errors.New("odd"), mdib.ReasonUnexpected},
	} {
		wantFault(t, netFault(t.Context(), "tcp://monitor-7:1", x.err), x.reason, "tcp://monitor-7:1")
	}
}

// freePort gives an address where nothing listens.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer shut(l)
	return l.Addr().String()
}

func TestListenAcceptsOnePeer(t *testing.T) {
	addr := freePort(t)
	type opened struct {
		c   Conn
		err error
	}
	done := make(chan opened, 1)
	go func() {
		c, err := Open(t.Context(), "listen:tcp://"+addr)
		done <- opened{c, err}
	}()
	var peer net.Conn
	for deadline := time.Now().Add(10 * time.Second); peer == nil; {
		var err error
		if peer, err = net.Dial("tcp", addr); err != nil && time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
	defer shut(peer)
	o := <-done
	if o.err != nil {
		t.Fatal(o.err)
	}
	defer shut(o.c)
	if _, err := peer.Write([]byte("MSH")); err != nil {
		t.Fatal(err)
	}
	readUntil(t, o.c, "MSH")
	if c, err := net.Dial("tcp", addr); err == nil {
		shut(c)
		t.Error("a second peer was let in")
	}
}

func TestListenCancelAndBusy(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), "listen:tcp://"+l.Addr().String())
	wantFault(t, err, mdib.ReasonPortBusy, l.Addr().String())
	shut(l)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := Open(ctx, "listen:tcp://"+l.Addr().String())
		done <- err
	}()
	cancel()
	select {
	case err := <-done:
		wantFault(t, err, mdib.ReasonStopped)
	case <-time.After(10 * time.Second):
		t.Fatal("listening did not stop with its context")
	}
}

func TestUDPKeepsDatagramsApart(t *testing.T) {
	peer, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer shut(peer)
	c, err := Open(t.Context(), "udp://"+peer.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer shut(c)
	if _, err := c.Write([]byte("who")); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 16)
	n, from, err := peer.ReadFromUDP(buf)
	if err != nil || string(buf[:n]) != "who" {
		t.Fatalf("%q, %v", buf[:n], err)
	}
	for _, s := range []string{"one", "", "two"} {
		if _, err := peer.WriteToUDP([]byte(s), from); err != nil {
			t.Fatal(err)
		}
	}
	readUntil(t, c, "one")
	readUntil(t, c, "two")
	if n, _, err := c.Read(buf); n != 0 || err != nil {
		t.Errorf("quiet socket: %d, %v", n, err)
	}
}

func TestUDPRefusalIsWaitedOut(t *testing.T) {
	peer, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	addr := peer.LocalAddr().(*net.UDPAddr)
	shut(peer) // the monitor is still starting up
	c, err := Open(t.Context(), "udp://"+addr.String())
	if err != nil {
		t.Fatal(err)
	}
	defer shut(c)
	buf := make([]byte, 16)
	for range 3 {
		if _, err := c.Write([]byte("who")); err != nil {
			t.Fatalf("while the monitor starts: %v", err)
		}
		if n, _, err := c.Read(buf); n != 0 || err != nil {
			t.Fatalf("while the monitor starts: %d, %v", n, err)
		}
	}
	if peer, err = net.ListenUDP("udp", addr); err != nil {
		t.Fatal(err)
	}
	defer shut(peer)
	if _, err := c.Write([]byte("who")); err != nil {
		t.Fatal(err)
	}
	_, from, err := peer.ReadFromUDP(buf)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := peer.WriteToUDP([]byte("me"), from); err != nil {
		t.Fatal(err)
	}
	readUntil(t, c, "me")
}

// refusing is a socket whose peer refuses everything, at once.
type refusing struct{ net.Conn }

func (refusing) SetReadDeadline(time.Time) error   { return nil }
func (refusing) Read([]byte) (int, error)          { return 0, errRefused }
func (refusing) Write(p []byte) (n int, err error) { return 0, errRefused }

func TestUDPLastingRefusalIsAFault(t *testing.T) {
	u := &udpConn{c: refusing{}, name: "udp://10.0.0.9:24105", refused: time.Now().Add(-refuseTime)}
	_, _, err := u.Read(make([]byte, 8))
	wantFault(t, err, mdib.ReasonClosed, "udp://10.0.0.9:24105", "nothing listens")
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("not one line: %q", err)
	}
	_, err = u.Write([]byte{1})
	wantFault(t, err, mdib.ReasonClosed, "udp://10.0.0.9:24105")
}

func TestListenDatagramsFaults(t *testing.T) {
	nobody := func(netip.AddrPort, []byte, time.Time) {}
	err := ListenDatagrams(t.Context(), "127.0.0.1:0", []net.IP{net.IPv4(10, 0, 0, 1)}, nobody)
	wantFault(t, err, mdib.ReasonUnexpected, "10.0.0.1")
	err = ListenDatagrams(t.Context(), "192.0.2.1:1", nil, nobody)
	wantFault(t, err, mdib.ReasonConfig, "192.0.2.1")
}
