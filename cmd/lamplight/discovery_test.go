package main

import (
	"context"
	"net"
	"net/netip"
	"testing"
	"time"

	"lamplight/devices/all"
	"lamplight/devices/intellivue/emulator"
	"lamplight/devices/physiology"
	"lamplight/ui"
)

// A monitor that announces itself is offered, can be added as it is offered,
// and is then offered no more.
func TestAnnouncedMonitorIsFoundAndAdded(t *testing.T) {
	a, err := Start(t.Context(), Config{Unit: "Ward", Discovery: true}, all.Registry(), "", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	list := deviceList{a}

	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	address := conn.LocalAddr().(*net.UDPAddr).AddrPort()
	monitor := emulator.New(physiology.NewPatient(physiology.Profile{Seed: 1}), emulator.Options{
		BedLabel: "Room 7", Demo: true, Address: address,
		Announce: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:24005")},
	})
	played := start(func(ctx context.Context) { monitor.Serve(ctx, conn) })
	defer played.stop()

	var found ui.Found
	eventually(t, 10*time.Second, "the announced monitor in the list", func() bool {
		for _, f := range list.Found() {
			if f.URL == "udp://"+address.String() {
				found = f
			}
		}
		return found.URL != ""
	})
	if found.Model != "intellivue" || found.Label == "" {
		t.Errorf("found %+v", found)
	}
	if err := list.Add(ui.DeviceConfig{Name: "Monitor", Model: found.Model, URL: found.URL, Bed: "7"}); err != nil {
		t.Fatal(err)
	}
	if f := list.Found(); len(f) != 0 {
		t.Errorf("still offered: %+v", f)
	}
	eventually(t, 15*time.Second, "the heart rate of the added monitor", func() bool {
		_, ok := numeric(bed(a, "7"), "MDC_ECG_HEART_RATE")
		return ok
	})
	id := a.Config().Devices[0].ID
	if err := list.Edit(id, ui.DeviceConfig{Name: "Monitor", Model: found.Model, URL: found.URL, Bed: "8"}); err != nil {
		t.Fatal(err)
	}
	eventually(t, 15*time.Second, "its values in the other bed", func() bool {
		_, ok := numeric(bed(a, "8"), "MDC_ECG_HEART_RATE")
		return ok
	})
	if err := list.Remove(id); err != nil {
		t.Fatal(err)
	}
	if len(list.List()) != 0 {
		t.Errorf("devices after removal: %+v", list.List())
	}
	if err := list.Add(ui.DeviceConfig{Model: "intellivue", URL: "nonsense", Bed: "1"}); err == nil {
		t.Error("an address that is none was accepted")
	}
}
