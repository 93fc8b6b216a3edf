package main

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"lamplight/devices"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/ip4defrag"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// A capture is what a file holds: messages with their times, or one raw stream.
type capture struct {
	form     devices.Capture
	messages []message
	spoilt   damage
}

// damage is what of a file could not even be taken as messages.
type damage struct {
	pieces uint64 // lines that are not hex, or the rest of a broken packet capture
	bytes  uint64
}

// A message is one datagram, or one stretch of a stream, and when it was taken,
// counted from the start of the capture.
type message struct {
	at      time.Duration
	payload []byte
}

// readCapture takes a file of recorded bytes in any of three forms: a packet
// capture (pcap, pcapng), a text of hex messages one a line, or raw bytes.
func readCapture(path string) (capture, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return capture{}, fmt.Errorf("read capture: %w", err)
	}
	if len(b) == 0 {
		return capture{}, fmt.Errorf("capture %s is empty: nothing was recorded, record it again", path)
	}
	if isPacketCapture(b) {
		if m, spoilt, ok := packetMessages(b); ok {
			return capture{devices.Datagrams, m, spoilt}, nil
		}
	}
	if m, spoilt, ok := hexMessages(b); ok {
		return capture{devices.Datagrams, m, spoilt}, nil
	}
	return capture{devices.Stream, []message{{payload: b}}, damage{}}, nil
}

func isPacketCapture(b []byte) bool {
	if len(b) < 4 {
		return false
	}
	switch string(b[:4]) {
	case "\x0a\x0d\x0d\x0a", // pcapng
		"\xd4\xc3\xb2\xa1", "\xa1\xb2\xc3\xd4", // pcap, µs
		"\x4d\x3c\xb2\xa1", "\xa1\xb2\x3c\x4d": // pcap, ns
		return true
	}
	return false
}

type packetReader interface {
	ReadPacketData() ([]byte, gopacket.CaptureInfo, error)
	LinkType() layers.LinkType
}

// packetMessages takes the UDP payloads out of a packet capture, in order. It
// reports false when the file has no whole header.
func packetMessages(b []byte) (out []message, spoilt damage, ok bool) {
	file := bytes.NewReader(b)
	var p packetReader
	p, err := pcapgo.NewNgReader(file, pcapgo.DefaultNgReaderOptions)
	if err != nil {
		file.Reset(b)
		if p, err = pcapgo.NewReader(file); err != nil {
			return nil, damage{}, false
		}
	}
	var start time.Time
	pieces := ip4defrag.NewIPv4Defragmenter()
	for {
		data, info, err := p.ReadPacketData()
		if err != nil {
			if !errors.Is(err, io.EOF) { // cut off or broken: what came before holds
				spoilt = damage{1, uint64(file.Len())}
			}
			return out, spoilt, true
		}
		if start.IsZero() {
			start = info.Timestamp
		}
		if payload := udpPayload(pieces, gopacket.NewPacket(data, p.LinkType(), gopacket.DecodeOptions{Lazy: true, NoCopy: true})); len(payload) > 0 {
			out = append(out, message{info.Timestamp.Sub(start), payload})
		}
	}
}

// udpPayload gives what a packet carries, when it is whole; the last fragment
// of a datagram brings all of it.
func udpPayload(pieces *ip4defrag.IPv4Defragmenter, pkt gopacket.Packet) []byte {
	if ip, ok := pkt.NetworkLayer().(*layers.IPv4); ok && (ip.FragOffset > 0 || ip.Flags&layers.IPv4MoreFragments != 0) {
		whole, err := pieces.DefragIPv4(ip)
		if err != nil || whole == nil || whole.Protocol != layers.IPProtocolUDP {
			return nil
		}
		pkt = gopacket.NewPacket(whole.Payload, layers.LayerTypeUDP, gopacket.Lazy)
	}
	if udp, ok := pkt.Layer(layers.LayerTypeUDP).(*layers.UDP); ok {
		return udp.Payload
	}
	return nil
}

// hexMessages reads a text of messages: '#' starts a comment, the bytes are the
// last field of a line (or its last run of two-digit fields), what stands
// before them is a note. Bytes may be written as 0xC0, and have commas or
// colons between them. A note whose second field is a number of seconds dates
// the message. It reports false when the text is not of this form; a few
// spoilt characters or lines do not change its form.
func hexMessages(b []byte) (out []message, spoilt damage, ok bool) {
	strange := 0
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' {
			strange++
		}
	}
	if strange*100 > len(b) {
		return nil, damage{}, false
	}
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	for line := range strings.Lines(string(b)) {
		line, _, _ = strings.Cut(line, "#")
		fields := strings.FieldsFunc(line, func(r rune) bool { return unicode.IsSpace(r) || r == ',' })
		if len(fields) == 0 {
			continue
		}
		p, notes := trailingHex(fields)
		if p == nil {
			spoilt.pieces++
			spoilt.bytes += uint64(len(line))
			continue
		}
		m := message{payload: p}
		if len(notes) > 1 {
			if s, err := strconv.ParseFloat(notes[1], 64); err == nil && s >= 0 && s < 1e9 {
				m.at = time.Duration(s * float64(time.Second))
			}
		}
		if m.at == 0 && len(out) > 0 {
			m.at = out[len(out)-1].at
		}
		out = append(out, m)
	}
	return out, spoilt, uint64(len(out)) > spoilt.pieces
}

func trailingHex(fields []string) (p []byte, notes []string) {
	if last := digits(fields[len(fields)-1]); len(last) > 2 {
		p, err := hex.DecodeString(last)
		if err != nil {
			return nil, nil
		}
		return p, fields[:len(fields)-1]
	}
	i := len(fields)
	for i > 0 {
		d := digits(fields[i-1])
		b, err := hex.DecodeString(d)
		if err != nil || len(d) != 2 {
			break
		}
		p = append(p, b...)
		i--
	}
	slices.Reverse(p)
	return p, fields[:i]
}

// digits takes away what people write around the digits of bytes.
func digits(field string) string {
	if len(field) > 2 && field[0] == '0' && (field[1] == 'x' || field[1] == 'X') {
		field = field[2:]
	}
	return strings.ReplaceAll(field, ":", "")
}
