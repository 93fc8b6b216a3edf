package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lamplight/devices"
)

// payloads are synthetic; what they say is not for this test.
func payloads() [][]byte {
	var out [][]byte
	for i := range 20 {
		p := []byte{0xE1, 0, 0, 2, byte(i)}
		out = append(out, append(p, bytes.Repeat([]byte{byte(i), 0xC0}, 20*i+1)...))
	}
	return out
}

func readText(t *testing.T, b []byte) capture {
	t.Helper()
	path := filepath.Join(t.TempDir(), "capture")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := readCapture(path)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func same(t *testing.T, c capture, want [][]byte) {
	t.Helper()
	if len(c.messages) != len(want) {
		t.Fatalf("%d messages of %d", len(c.messages), len(want))
	}
	for i, m := range c.messages {
		if !bytes.Equal(m.payload, want[i]) {
			t.Fatalf("message %d is % x", i, m.payload)
		}
	}
}

// People write bytes as text in many ways.
func TestWaysToWriteHex(t *testing.T) {
	for name, write := range map[string]func(p []byte) string{
		"run of digits":  func(p []byte) string { return fmt.Sprintf("%x", p) },
		"upper case":     func(p []byte) string { return fmt.Sprintf("%X", p) },
		"spaces":         func(p []byte) string { return fmt.Sprintf("% x", p) },
		"0x once":        func(p []byte) string { return fmt.Sprintf("0x%x", p) },
		"0x each":        func(p []byte) string { return fmt.Sprintf("% #x", p) },
		"0X and commas":  func(p []byte) string { return strings.ReplaceAll(fmt.Sprintf("% #X", p), " ", ", ") + "," },
		"commas alone":   func(p []byte) string { return strings.ReplaceAll(fmt.Sprintf("% x", p), " ", ",") },
		"colons":         func(p []byte) string { return strings.ReplaceAll(fmt.Sprintf("% x", p), " ", ":") },
		"note":           func(p []byte) string { return fmt.Sprintf("7 1.5 M 24105>40001 %x", p) },
		"note and space": func(p []byte) string { return fmt.Sprintf("7 1.5 M 24105>40001 % X # what it is", p) },
	} {
		for _, end := range []string{"\n", "\r\n"} {
			t.Run(name, func(t *testing.T) {
				var b bytes.Buffer
				b.WriteString("\xef\xbb\xbf# a comment" + end)
				for _, p := range payloads() {
					b.WriteString(write(p) + end + end)
				}
				c := readText(t, b.Bytes())
				same(t, c, payloads())
				if c.spoilt != (damage{}) {
					t.Errorf("spoilt %+v", c.spoilt)
				}
			})
		}
	}
}

// A spoilt line is counted, and only that line is lost.
func TestSpoiltHexLines(t *testing.T) {
	var b bytes.Buffer
	for i, p := range payloads() {
		line := fmt.Sprintf("%x", p)
		switch i {
		case 3:
			line = line[:len(line)-1]
		case 7:
			line = line[:4] + "\x01" + line[5:]
		case 9:
			line = line[:4] + "g" + line[5:]
		}
		b.WriteString(line + "\n")
	}
	p := payloads()
	c := readText(t, b.Bytes())
	same(t, c, append(append(append(p[:3:3], p[4:7]...), p[8]), p[10:]...))
	if c.spoilt.pieces != 3 || c.spoilt.bytes == 0 {
		t.Errorf("spoilt %+v", c.spoilt)
	}
}

// One line may be as long as the capture.
func TestOneLongHexLine(t *testing.T) {
	want := bytes.Repeat([]byte{0xC0, 0x11, 0x5A}, 1<<20)
	same(t, readText(t, fmt.Appendf(nil, "%x", want)), [][]byte{want})
}

// pcap writes Ethernet packets as a capture file.
func pcap(packets ...[]byte) []byte {
	b := binary.LittleEndian.AppendUint32(nil, 0xA1B2C3D4)
	b = append(b, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0)
	for i, p := range packets {
		for _, v := range []int{1000 + i, 0, len(p), len(p)} {
			b = binary.LittleEndian.AppendUint32(b, uint32(v))
		}
		b = append(b, p...)
	}
	return b
}

// ethernet carries a part of an IPv4 packet; from is a multiple of 8.
func ethernet(id uint16, part []byte, from int, more bool) []byte {
	b := append(make([]byte, 12), 8, 0, 0x45, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(20+len(part)))
	b = binary.BigEndian.AppendUint16(b, id)
	flags := uint16(from / 8)
	if more {
		flags |= 0x2000
	}
	b = binary.BigEndian.AppendUint16(b, flags)
	b = append(b, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2)
	return append(b, part...)
}

func udp(p []byte) []byte {
	b := []byte{0x5E, 0x29, 0x9C, 0x41}
	b = binary.BigEndian.AppendUint16(b, uint16(8+len(p)))
	return append(append(b, 0, 0), p...)
}

// A packet capture gives up what it holds: whole datagrams, those that came in
// fragments, and all that stands before a break.
func TestPacketCaptures(t *testing.T) {
	var whole, split [][]byte
	for i, p := range payloads() {
		d := udp(p)
		whole = append(whole, ethernet(uint16(i), d, 0, false))
		if len(d) < 64 {
			split = append(split, ethernet(uint16(i), d, 0, false))
			continue
		}
		split = append(split, ethernet(uint16(i), d[:48], 0, true), ethernet(uint16(i), d[48:], 48, false))
	}
	same(t, readText(t, pcap(whole...)), payloads())
	same(t, readText(t, pcap(split...)), payloads())

	b := pcap(whole...)
	cut := readText(t, b[:len(b)-3])
	same(t, cut, payloads()[:19])
	if cut.spoilt.pieces != 1 {
		t.Errorf("a cut capture: spoilt %+v", cut.spoilt)
	}
	header := readText(t, b[:10])
	if header.form != devices.Stream || len(header.messages) != 1 {
		t.Errorf("half a header: %+v", header)
	}
}

func FuzzCapture(f *testing.F) {
	f.Add(pcap(ethernet(1, udp([]byte("hello")), 0, false)))
	f.Add([]byte("1 0.5 M 1>2 c0 11 0x22, 33:44 # note\n"))
	f.Add([]byte("\x0a\x0d\x0d\x0a\x1c\x00\x00\x00\x4d\x3c\x2b\x1a\x01\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\x1c\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var bytes uint64
		for _, read := range []func([]byte) ([]message, damage, bool){packetMessages, hexMessages} {
			m, spoilt, _ := read(b)
			for _, m := range m {
				bytes += uint64(len(m.payload))
			}
			if bytes > 2*uint64(len(b)) || spoilt.bytes > uint64(len(b)) {
				t.Fatalf("%d bytes and %d spoilt out of %d", bytes, spoilt.bytes, len(b))
			}
		}
	})
}
