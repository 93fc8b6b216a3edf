//go:build unix

package link

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func allowBroadcast(fd uintptr) error {
	return unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_BROADCAST, 1)
}

func TestListenDatagrams(t *testing.T) {
	addr := freePort(t)
	port := netip.MustParseAddrPort(addr).Port()
	group := net.IPv4(224, 0, 23, 63)
	ctx, cancel := context.WithCancel(t.Context())
	heard := make(chan string, 64)
	done := make(chan error, 2)
	listen := func(name string) {
		done <- ListenDatagrams(ctx, fmt.Sprintf("0.0.0.0:%d", port), []net.IP{group}, func(from netip.AddrPort, p []byte, at time.Time) {
			if from.IsValid() && from.Addr().Is4() && !at.IsZero() {
				select {
				case heard <- name + ":" + string(p):
				default:
				}
			}
		})
	}
	go listen("a")
	go listen("b") // two programs may hear the same announcements
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer shut(c)
	raw, err := c.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if err := control(raw, allowBroadcast); err != nil {
		t.Fatal(err)
	}
	// Announced again until heard, as monitors do.
	want := map[string]bool{"a:multi": true, "b:multi": true, "a:broad": true, "b:broad": true}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.After(10 * time.Second)
	for len(want) > 0 {
		select {
		case s := <-heard:
			delete(want, s)
		case <-tick.C:
			if _, err := c.WriteToUDP([]byte("multi"), &net.UDPAddr{IP: group, Port: int(port)}); err != nil {
				t.Skipf("needs multicast on the loopback interface: %v", err)
			}
			if _, err := c.WriteToUDP([]byte("broad"), &net.UDPAddr{IP: net.IPv4(127, 255, 255, 255), Port: int(port)}); err != nil {
				t.Skipf("needs broadcast on the loopback interface: %v", err)
			}
		case <-late:
			t.Fatalf("never heard %v", want)
		}
	}
	cancel()
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
