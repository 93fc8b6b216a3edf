package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lamplight/devices/intellivue/emulator"
	"lamplight/devices/intellivue/wire"
	"lamplight/devices/nonin"
	"lamplight/devices/physiology"
	"lamplight/internal/captures"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// decoded runs the command and gives its lines; the totals come last.
func decoded(t *testing.T, model, path string) ([]map[string]any, totals) {
	t.Helper()
	var out bytes.Buffer
	if err := run(t.Context(), []string{"decode", "--json", model, path}, &out, &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	var reports []map[string]any
	for _, l := range lines[:len(lines)-1] {
		var r map[string]any
		if err := json.Unmarshal([]byte(l), &r); err != nil {
			t.Fatalf("%q: %v", l, err)
		}
		reports = append(reports, r)
	}
	var last struct{ Totals *totals }
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil || last.Totals == nil {
		t.Fatalf("the last line is no total: %q (%v)", lines[len(lines)-1], err)
	}
	return reports, *last.Totals
}

// session plays a few seconds of an emulated monitor to a client that asks for
// everything, and gives what the monitor sent. Synthetic.
func session(t *testing.T) [][]byte {
	t.Helper()
	m := emulator.New(physiology.NewPatient(physiology.Profile{Seed: 3}), emulator.Options{BedLabel: "Bed 3", Demo: true})
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var sent [][]byte
	send := func(text string) {
		p, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range m.Handle(client, p, at) {
			sent = append(sent, d.Data)
		}
	}
	// Association, the confirmation of MDS Create, and a poll of the numerics for 10 s.
	send("0dec0508130100160102800014020002c1dc" +
		"3180a0808001010000a280a003000001a4803080020101060452010001308006025101000000003080020102060c2a8648ce14020100000001013080060c2a8648ce140201000000020100000000000061803080020101a0806080a180060c2a8648ce14020100000003010000be802880060c2a8648ce140201000000010102010281" +
		"48800000004000000000000000800000002000000000000000000100 2c00010028800000000000 0fa0000005b0000005b0ffffffff600000000001000cf00100088e0000000000000000000000000000000000000000000000")
	at = at.Add(100 * time.Millisecond)
	send("e1000002 0002 0014 0001 0001 000e 0021 0000 0000 00000000 0d06 0000")
	send("e1000002 0001 0028 0002 0007 0022 0021 0000 0000 00000000 f13b 0014 0001 0001 0006 0000 0001 0008 f13e 0004 00013880")
	for range 50 {
		at = at.Add(100 * time.Millisecond)
		for _, d := range m.Tick(at) {
			sent = append(sent, d.Data)
		}
	}
	if len(sent) < 5 {
		t.Fatalf("the monitor sent %d messages", len(sent))
	}
	return sent
}

// The same session as a text of messages, as a text of serial frames, as a raw
// serial stream and as a packet capture says the same.
func TestDecodeTakesEveryFormOfACapture(t *testing.T) {
	sent := session(t)
	dir := t.TempDir()
	var text, framed, raw, pcap bytes.Buffer
	w := pcapgo.NewWriter(&pcap)
	if err := w.WriteFileHeader(65536, layers.LinkTypeEthernet); err != nil {
		t.Fatal(err)
	}
	text.WriteString("# a comment\n\n")
	for i, p := range sent {
		fmt.Fprintf(&text, "%d %.3f M 24105>50000 %X\r\n", i, float64(i)/10, p)
		f := wire.AppendFrame(nil, p)
		raw.Write(f)
		fmt.Fprintf(&framed, "% x\n", f)
		b := gopacket.NewSerializeBuffer()
		ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolUDP, SrcIP: []byte{127, 0, 0, 1}, DstIP: []byte{127, 0, 0, 1}}
		udp := &layers.UDP{SrcPort: 24105, DstPort: 50000}
		if err := udp.SetNetworkLayerForChecksum(ip); err != nil {
			t.Fatal(err)
		}
		if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true},
			&layers.Ethernet{SrcMAC: make([]byte, 6), DstMAC: make([]byte, 6), EthernetType: layers.EthernetTypeIPv4}, ip, udp, gopacket.Payload(p)); err != nil {
			t.Fatal(err)
		}
		info := gopacket.CaptureInfo{Timestamp: time.Unix(1700000000, int64(i)*1e8), CaptureLength: len(b.Bytes()), Length: len(b.Bytes())}
		if err := w.WritePacket(info, b.Bytes()); err != nil {
			t.Fatal(err)
		}
	}
	var want totals
	for i, c := range []struct {
		name string
		body []byte
	}{{"session.hex", text.Bytes()}, {"frames.txt", framed.Bytes()}, {"line.raw", raw.Bytes()}, {"net.pcap", pcap.Bytes()}} {
		path := filepath.Join(dir, c.name)
		if err := os.WriteFile(path, c.body, 0o600); err != nil {
			t.Fatal(err)
		}
		reports, got := decoded(t, "intellivue", path)
		if i == 0 {
			if want = got; got.Frames != uint64(len(sent)) || got.Bad != 0 || got.Numerics == 0 || len(reports) != int(got.Reports) {
				t.Fatalf("%s: %+v of %d messages", c.name, got, len(sent))
			}
		}
		if got != want {
			t.Errorf("%s: %+v, want %+v", c.name, got, want)
		}
	}
}

// A bad frame is counted and the rest goes on.
func TestDecodeGoesOnAfterABadFrame(t *testing.T) {
	var raw bytes.Buffer
	var packet nonin.Packet
	packet.Rate, packet.SpO2, packet.SpO2D = 72, 97, 97
	floats := packet.Floats()
	for i := range 50 {
		f := nonin.Frame{Status: 0, Pleth: uint16(60 + i), Float: floats[i%25]}
		if i%25 == 0 {
			f.Status |= nonin.Sync
		}
		b := f.Append(nil, nonin.Format2)
		if i == 30 {
			b[4] ^= 0x55
		}
		raw.Write(b)
	}
	path := filepath.Join(t.TempDir(), "line.raw")
	if err := os.WriteFile(path, raw.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	reports, got := decoded(t, "nonin", path)
	if got.Bad == 0 || got.Frames < 40 || got.Numerics == 0 || got.Samples < 40 {
		t.Errorf("totals %+v", got)
	}
	found := false
	for _, r := range reports {
		for _, n := range list(r["numerics"]) {
			if n["label"] == "SpO₂" && n["value"] == 97.0 && n["unit"] == "%" && n["state"] == "Vld" {
				found = true
			}
		}
	}
	if !found {
		t.Errorf("no SpO₂ of 97 %% in %v", reports)
	}
}

func list(v any) []map[string]any {
	var out []map[string]any
	if rows, ok := v.([]any); ok {
		for _, r := range rows {
			out = append(out, r.(map[string]any))
		}
	}
	return out
}

// The recorded sessions give what their oracles say.
func TestDecodeRecordedSessions(t *testing.T) {
	for file, want := range map[string]totals{
		"lan_session.hex":                         {Frames: 189, Numerics: 234, Samples: 16352},
		"lan_m8003a_intellipy_enumeration.pcapng": {Frames: 189, Numerics: 234, Samples: 16352},
	} {
		_, got := decoded(t, "intellivue", captures.Shared(t, "vectors", "intellivue", file))
		got.Reports = 0
		if got != want {
			t.Errorf("%s: %+v, want %+v", file, got, want)
		}
	}
}

// client is where the monitor's answers would go.
var client = netip.MustParseAddrPort("127.0.0.1:50000")
