package intellivue

import (
	"context"
	"fmt"
	"time"

	"lamplight/devices"
	"lamplight/devices/intellivue/wire"
	"lamplight/mdib"
)

// Driver is the client of one monitor.
type Driver struct {
	settings devices.Settings
	waves    []uint32
	serial   bool
	stats    devices.Stats
}

// New makes a driver, or says which option is wrong.
func New(s devices.Settings) (*Driver, error) {
	waves, err := parseWaves(s.Options[optionWaves])
	if err != nil {
		return nil, err
	}
	d := &Driver{settings: s, waves: waves}
	switch t := s.Options[optionTransport]; t {
	case "", transportLAN:
	case transportSerial:
		d.serial = true
	default:
		return nil, fmt.Errorf("no transport is called %q; use lan or serial", t)
	}
	return d, nil
}

// Quiet is how long a monitor may say nothing: it sends every second.
func (d *Driver) Quiet() time.Duration { return 10 * time.Second }

// Stats counts the messages of this run.
func (d *Driver) Stats() devices.Stats { return d.stats }

// farewell is how long the monitor may take to answer a release.
const farewell = 800 * time.Millisecond

// Run associates with the monitor and reads it until ctx ends.
func (d *Driver) Run(ctx context.Context, c devices.Conn, emit func(mdib.Report)) error {
	d.stats = devices.Stats{}
	s := newSession(d, c, emit)
	buf := make([]byte, 65536)
	var deframer wire.Deframer
	var left time.Time // when the release was sent
	for slices := 0; ; {
		n, at, err := c.Read(buf)
		if err == nil && ctx.Err() != nil && left.IsZero() {
			if err := s.release(); err != nil || s.phase == associating {
				return nil // nobody there to say goodbye to
			}
			left = at
		}
		if err == nil && n > 0 {
			err = d.take(buf[:n], at, &deframer, s)
		}
		switch {
		case !left.IsZero():
			// Some wires give no time on the way down: count slices, too.
			if slices++; err != nil || s.phase == released || at.Sub(left) >= farewell || slices > 200 {
				return nil
			}
			continue
		case err == nil:
			err = s.tick(at)
		}
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
	}
}

// take hands what was read to the session, message by message.
func (d *Driver) take(p []byte, at time.Time, f *wire.Deframer, s *session) (err error) {
	if !d.serial {
		return d.message(p, len(p), at, s)
	}
	for _, x := range p {
		f.Push(x, func(piece wire.Piece) {
			switch {
			case !piece.Discarded && err == nil:
				err = d.message(piece.Message, piece.Raw, at, s)
			case piece.Discarded:
				d.stats.Discarded += uint64(piece.Raw)
				if piece.Bad {
					d.stats.Bad++
				}
			}
		})
	}
	return err
}

func (d *Driver) message(p []byte, raw int, at time.Time, s *session) error {
	m, err := wire.Parse(p)
	if err != nil {
		d.stats.Bad++
		d.stats.Discarded += uint64(raw)
		return nil
	}
	d.stats.Frames++
	return s.heard(m, p, at)
}
