package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"lamplight/devices"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// A capture is what a file holds: messages with their times, or one raw stream.
type capture struct {
	form     devices.Capture
	messages []message
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
		m, err := packetMessages(b)
		if err != nil {
			return capture{}, fmt.Errorf("packet capture %s: %w", path, err)
		}
		return capture{devices.Datagrams, m}, nil
	}
	if m, ok := hexMessages(b); ok {
		return capture{devices.Datagrams, m}, nil
	}
	return capture{devices.Stream, []message{{payload: b}}}, nil
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

// packetMessages takes the UDP payloads out of a packet capture, in order.
func packetMessages(b []byte) ([]message, error) {
	var p packetReader
	p, err := pcapgo.NewNgReader(bytes.NewReader(b), pcapgo.DefaultNgReaderOptions)
	if err != nil {
		if p, err = pcapgo.NewReader(bytes.NewReader(b)); err != nil {
			return nil, err
		}
	}
	var out []message
	var start time.Time
	for {
		data, info, err := p.ReadPacketData()
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break // a capture that was cut off still holds what came before
		}
		if err != nil {
			return out, err
		}
		if start.IsZero() {
			start = info.Timestamp
		}
		pkt := gopacket.NewPacket(data, p.LinkType(), gopacket.DecodeOptions{Lazy: true, NoCopy: true})
		if udp, ok := pkt.Layer(layers.LayerTypeUDP).(*layers.UDP); ok && len(udp.Payload) > 0 {
			out = append(out, message{info.Timestamp.Sub(start), udp.Payload})
		}
	}
	return out, nil
}

// hexMessages reads a text of messages: '#' starts a comment, the bytes are the
// last field of a line (or its last run of two-digit fields), what stands
// before them is a note. A note whose second field is a number of seconds dates
// the message. It reports false when the text is not of this form.
func hexMessages(b []byte) ([]message, bool) {
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' {
			return nil, false
		}
	}
	var out []message
	var lines int
	sc := bufio.NewScanner(bytes.NewReader(b))
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		line, _, _ := strings.Cut(sc.Text(), "#")
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		lines++
		p, notes := trailingHex(fields)
		if p == nil {
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
	return out, sc.Err() == nil && lines > 0 && len(out)*10 >= lines*9
}

func trailingHex(fields []string) (p []byte, notes []string) {
	last := fields[len(fields)-1]
	if len(last) > 2 {
		p, err := hex.DecodeString(last)
		if err != nil {
			return nil, nil
		}
		return p, fields[:len(fields)-1]
	}
	i := len(fields)
	for i > 0 && len(fields[i-1]) == 2 {
		b, err := hex.DecodeString(fields[i-1])
		if err != nil {
			break
		}
		p = append(b, p...)
		i--
	}
	return p, fields[:i]
}
