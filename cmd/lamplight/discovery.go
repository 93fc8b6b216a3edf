package main

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"lamplight/devices/intellivue"
	"lamplight/devices/link"
	"lamplight/ui"
)

// discovery collects the monitors that announce themselves on the network.
type discovery struct {
	mu    sync.Mutex
	seen  map[string]ui.Found // by address
	tasks []*task
}

// A monitor that was not heard for this long is no longer offered.
const forgotten = 10 * time.Minute

func (d *discovery) listen() {
	d.seen = map[string]ui.Found{}
	group := net.ParseIP(intellivue.DiscoveryGroup)
	addr := fmt.Sprintf(":%d", intellivue.DiscoveryPort)
	d.tasks = append(d.tasks, start(func(ctx context.Context) {
		if err := link.ListenDatagrams(ctx, addr, []net.IP{group}, d.heard); err != nil {
			fmt.Fprintln(os.Stderr, "lamplight: monitors that announce themselves are not found:", err)
		}
	}))
}

func (d *discovery) heard(from netip.AddrPort, p []byte, at time.Time) {
	in, err := intellivue.ParseIndication(p)
	if err != nil {
		return // another protocol on the same port
	}
	// It came from where the monitor is; the port is what it says.
	port := uint16(intellivue.Port)
	if in.Address.IsValid() {
		port = in.Address.Port()
	}
	url := fmt.Sprintf("udp://%s", netip.AddrPortFrom(from.Addr().Unmap(), port))
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seen[url] = ui.Found{Model: "intellivue", URL: url, Label: strings.Join(strings.Fields(in.Model+" "+in.Bed), " "), Seen: at}
}

// unknown gives what announced itself and is not among the configured addresses.
func (d *discovery) unknown(configured []string, now time.Time) []ui.Found {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []ui.Found
	for url, f := range d.seen {
		if !slices.Contains(configured, url) && now.Sub(f.Seen) < forgotten {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(a, b ui.Found) int { return slices.Compare([]byte(a.URL), []byte(b.URL)) })
	return out
}

func (d *discovery) stop() {
	for _, t := range d.tasks {
		t.stop()
	}
}
