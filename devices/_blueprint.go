// Package blueprint shows the shape of a driver. The compiler ignores this file
// (its name begins with an underscore). Copy it to devices/<model>/ and cut it
// into protocol.go and driver.go; docs/adding-a-device.md is the checklist.
//
// The device here talks by itself, once a second, in lines such as
// "HR=072*3F\r\n", where 3F is the exclusive or of what stands before the star.
package blueprint

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"time"

	"lamplight/devices"
	"lamplight/mdib"
)

// protocol.go: pure functions, both ways. The emulator uses the encoder.

// Line is one line of the device. Rate is per minute, 0 when there is none.
type Line struct{ Rate int }

// maxLine bounds what is kept while looking for the end of a line.
const maxLine = 64

// Append adds the line to b as the device sends it.
func (l Line) Append(b []byte) []byte {
	text := fmt.Sprintf("HR=%03d", l.Rate)
	return fmt.Appendf(b, "%s*%02X\r\n", text, check([]byte(text)))
}

// ParseLine reads a line without its end; false when its form or check is wrong.
func ParseLine(p []byte) (Line, bool) {
	text, sum, ok := bytes.Cut(p, []byte("*"))
	want, err := strconv.ParseUint(string(sum), 16, 8)
	if !ok || err != nil || byte(want) != check(text) || !bytes.HasPrefix(text, []byte("HR=")) {
		return Line{}, false
	}
	rate, err := strconv.ParseUint(string(text[3:]), 10, 9)
	return Line{int(rate)}, err == nil
}

func check(p []byte) (x byte) {
	for _, b := range p {
		x ^= b
	}
	return x
}

// scanner cuts the stream into lines. It takes bytes one by one, in pieces of
// any size, and counts what it throws away.
type scanner struct {
	buf   []byte
	at    time.Time // when the first byte of buf arrived
	stats devices.Stats
}

func (s *scanner) push(p []byte, at time.Time, found func(Line, time.Time)) {
	for _, b := range p {
		if len(s.buf) == 0 {
			s.at = at
		}
		s.buf = append(s.buf, b)
		if b != '\n' && len(s.buf) < maxLine {
			continue
		}
		if l, ok := ParseLine(bytes.TrimRight(s.buf, "\r\n")); ok {
			s.stats.Frames++
			found(l, s.at)
		} else {
			s.stats.Bad++
			s.stats.Discarded += uint64(len(s.buf))
		}
		s.buf = s.buf[:0]
	}
}

// driver.go: frames become Reports.

// refPulse is made of what the device says, so that it is the same after a
// reconnect. A device with several of a kind puts their number into it.
const refPulse mdib.Ref = "pulse"

// reporter is shared by the driver and the decoder of captures.
type reporter struct {
	settings  devices.Settings
	described bool
}

func (r *reporter) take(l Line, at time.Time, emit func(mdib.Report)) {
	rep := mdib.Report{MDS: r.settings.MDS, Received: at}
	if !r.described {
		r.described = true
		rep.Describe = describe()
	}
	n := mdib.Numeric{Ref: refPulse, Time: at, Value: float64(l.Rate)}
	if l.Rate == 0 { // the device's way to say that it has none
		n.Value, n.Validity = math.NaN(), mdib.NotAvailable
	}
	rep.Numerics = []mdib.Numeric{n}
	emit(rep)
}

func describe() *mdib.MDS {
	t, _ := mdib.ByRefID("MDC_PULS_RATE")
	pulse := mdib.Metric{Ref: refPulse, Code: t.Code(), Label: t.Label, Unit: t.Unit, Class: t.Class, Period: time.Second}
	return &mdib.MDS{Protocol: "blueprint", Manufacturer: "Maker", Model: "Model", VMDs: []mdib.VMD{{
		Ref: "main", Label: "Main", Channels: []mdib.Channel{{Ref: "sensor", Label: "Sensor", Metrics: []mdib.Metric{pulse}}},
	}}}
}

type driver struct {
	scanner  scanner
	reporter reporter
}

// Run reads until ctx ends or the wire fails. A protocol that asks writes here
// too, and decides when by the times that Read gives: there is no other clock.
func (d *driver) Run(ctx context.Context, c devices.Conn, emit func(mdib.Report)) error {
	buf := make([]byte, 1024)
	for ctx.Err() == nil {
		n, at, err := c.Read(buf)
		d.scanner.push(buf[:n], at, func(l Line, at time.Time) { d.reporter.take(l, at, emit) })
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *driver) Quiet() time.Duration { return 2100 * time.Millisecond } // twice the interval, and some
func (d *driver) Stats() devices.Stats { return d.scanner.stats }

type decoder struct{ driver }

func (d *decoder) Decode(p []byte, at time.Time, emit func(mdib.Report)) {
	d.scanner.push(p, at, func(l Line, at time.Time) { d.reporter.take(l, at, emit) })
}

// Model is the line for devices/all.
func Model() devices.Model {
	return devices.Model{
		Name:  "blueprint",
		Title: "Maker Model (line output)",
		Maker: "Maker",
		URLs:  []string{"serial:/dev/ttyUSB0?baud=9600"},
		New: func(s devices.Settings) (devices.Driver, error) {
			return &driver{reporter: reporter{settings: s}}, nil
		},
		Decoder: func(s devices.Settings, c devices.Capture) (devices.Decoder, error) {
			if c != devices.Stream {
				return nil, errors.New("this device talks on a line: give the capture as a stream of bytes")
			}
			return &decoder{driver{reporter: reporter{settings: s}}}, nil
		},
		Defaults: func(u *url.URL) {
			if q := u.Query(); u.Scheme == "serial" && !q.Has("baud") {
				q.Set("baud", "9600")
				u.RawQuery = q.Encode()
			}
		},
		MayTransmit: func([]byte) bool { return false }, // it only listens
	}
}
