package nonin

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"lamplight/devices"
	"lamplight/mdib"
)

// Model is the registry's row for these oximeters.
func Model() devices.Model {
	return devices.Model{
		Name:  "nonin",
		Title: "Nonin pulse oximeter (OEM III, Xpod, 9560)",
		Maker: "Nonin Medical",
		URLs:  []string{"serial:/dev/ttyUSB0?baud=9600&bits=8&parity=none&stop=1", "tcp://192.168.1.30:4001"},
		Options: []devices.Option{
			{Name: "format", Default: "auto", Help: "data format to ask the device for: 2, 7, 8 or 13; auto asks for none. Whatever format comes is understood"},
			{Name: "mode", Default: "real", Help: "where the values come from: real, test or demo. These oximeters do not say"},
		},
		New: func(s devices.Settings) (devices.Driver, error) {
			format, mode, err := options(s)
			if err != nil {
				return nil, err
			}
			return &driver{want: format, reporter: newReporter(s, mode)}, nil
		},
		Decoder: func(s devices.Settings, c devices.Capture) (devices.Decoder, error) {
			if c != devices.Stream {
				return nil, errors.New("these oximeters talk on a line: give the capture as a stream of bytes")
			}
			_, mode, err := options(s)
			if err != nil {
				return nil, err
			}
			return &decoder{reporter: newReporter(s, mode)}, nil
		},
		Defaults:    defaults,
		MayTransmit: MayTransmit,
	}
}

func options(s devices.Settings) (want Format, mode mdib.GenerationMode, err error) {
	for name, v := range s.Options {
		var ok bool
		switch name {
		case "format":
			want, ok = map[string]Format{"": 0, "auto": 0, "2": Format2, "7": Format7, "8": Format8, "13": Format13}[v]
		case "mode":
			mode, ok = map[string]mdib.GenerationMode{"": mdib.ModeReal, "real": mdib.ModeReal, "test": mdib.ModeTest, "demo": mdib.ModeDemo}[v]
		default:
			return 0, 0, fmt.Errorf("an oximeter of Nonin has no option %q; it has format and mode", name)
		}
		if !ok {
			return 0, 0, fmt.Errorf("the option %s of an oximeter of Nonin cannot be %q; format is auto, 2, 7, 8 or 13, mode is real, test or demo", name, v)
		}
	}
	return want, mode, nil
}

// defaults fills in the line settings, which are the same for every device.
func defaults(u *url.URL) {
	if u.Scheme != "serial" {
		return
	}
	q := u.Query()
	for name, v := range map[string]string{"baud": "9600", "bits": "8", "parity": "none", "stop": "1"} {
		if !q.Has(name) {
			q.Set(name, v)
		}
	}
	u.RawQuery = q.Encode()
}

const (
	askFor   = 5 * time.Second // a device takes a format choice no later
	askEvery = time.Second
)

// driver listens, and asks for a format if it was told to.
type driver struct {
	scanner  scanner
	reporter *reporter
	want     Format    // 0: none in particular
	settled  bool      // the choice was answered, or it is too late for one
	opened   time.Time // when the first slice of reading ended
	asked    time.Time
}

func (d *driver) Run(ctx context.Context, c devices.Conn, emit func(mdib.Report)) error {
	defer d.reporter.flush(emit)
	buf := make([]byte, 1024)
	for ctx.Err() == nil {
		n, at, err := c.Read(buf)
		d.scanner.push(buf[:n], at, func(it item) { d.reporter.take(it, emit) })
		if err != nil {
			return err
		}
		if n == 0 {
			d.reporter.flush(emit)
		}
		if err := d.ask(c, at); err != nil {
			return err
		}
	}
	return nil
}

// ask sends the format choice until it is answered or too late. A device that
// refuses or does not answer stays with its format, and is understood in it.
func (d *driver) ask(c devices.Conn, at time.Time) error {
	if d.want == 0 || d.settled {
		return nil
	}
	if d.opened.IsZero() {
		d.opened = at
	}
	if d.scanner.reply != 0 || at.Sub(d.opened) > askFor {
		d.settled, d.scanner.awaiting = true, false
		return nil
	}
	if !d.asked.IsZero() && at.Sub(d.asked) < askEvery {
		return nil
	}
	d.asked, d.scanner.awaiting = at, true
	_, err := c.Write(Select(d.want))
	return err
}

// Quiet goes by the format: twice the usual interval and some. A spot-check
// device may say nothing for hours.
func (d *driver) Quiet() time.Duration {
	switch {
	case d.reporter.format == Format13, d.reporter.format == 0 && d.want == Format13:
		return 0
	case d.reporter.format == 0:
		return 5 * time.Second // it may talk once a second, and a run is needed
	}
	return 2100 * time.Millisecond
}

func (d *driver) Stats() devices.Stats { return d.scanner.stats }

// decoder makes Reports of captured bytes. Arrival times of a capture may mean
// nothing, so its frames are laid at the device's pace from the first on.
type decoder struct {
	scanner  scanner
	reporter *reporter
	next     time.Time // of the frame to come
}

func (d *decoder) Decode(p []byte, at time.Time, emit func(mdib.Report)) {
	d.scanner.push(p, at, func(it item) {
		it.at = d.pace(it)
		d.reporter.take(it, emit)
	})
	d.reporter.flush(emit)
}

func (d *decoder) pace(it item) time.Time {
	at := d.next
	if at.IsZero() || it.format == Format13 && it.at.After(at) {
		at = it.at
	}
	var period time.Duration // a record of format 13 stands for no stretch of time
	switch it.format {
	case Format2, Format7:
		period = Period
	case Format8:
		period = time.Second
	}
	if it.lost {
		at = at.Add(period)
	}
	d.next = at.Add(period)
	return at
}

// Stats counts what is still unfinished as bytes of no good frame.
func (d *decoder) Stats() devices.Stats {
	s := d.scanner.stats
	s.Discarded += uint64(len(d.scanner.buf))
	if f := d.scanner.locked; (f == Format2 || f == Format7) && len(d.scanner.buf) >= frameSize {
		s.Bad++
	}
	return s
}
