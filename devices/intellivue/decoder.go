package intellivue

import (
	"time"

	"lamplight/devices"
	"lamplight/devices/intellivue/wire"
	"lamplight/mdib"
)

// decoder makes Reports of a capture of either side or both.
type decoder struct {
	reader   *reader
	capture  devices.Capture
	deframer wire.Deframer
	stats    devices.Stats
}

// NewDecoder makes a decoder of captured bytes: of a serial line in pieces of
// any size, or of datagrams. The times of its Reports go by the monitor's own
// clock from the arrival of the first message on, because a capture's arrival
// times may mean nothing.
func NewDecoder(s devices.Settings, c devices.Capture) (devices.Decoder, error) {
	return &decoder{reader: newReader(s, false), capture: c}, nil
}

func (d *decoder) Decode(p []byte, at time.Time, emit func(mdib.Report)) {
	if d.capture == devices.Datagrams {
		d.message(p, len(p), at, emit)
		return
	}
	for _, x := range p {
		d.deframer.Push(x, func(f wire.Piece) { d.piece(f, at, emit) })
	}
}

func (d *decoder) piece(f wire.Piece, at time.Time, emit func(mdib.Report)) {
	if !f.Discarded {
		d.message(f.Message, f.Raw, at, emit)
		return
	}
	d.stats.Discarded += uint64(f.Raw)
	if f.Bad {
		d.stats.Bad++
	}
}

// message takes one message that stood for so many bytes of the capture.
func (d *decoder) message(p []byte, raw int, at time.Time, emit func(mdib.Report)) {
	m, err := wire.Parse(p)
	if err != nil {
		d.stats.Bad++
		d.stats.Discarded += uint64(raw)
		return
	}
	d.stats.Frames++
	d.reader.read(m, at, emit)
}

// Stats counts the bytes of a frame that has not ended as discarded: a capture
// may be cut anywhere.
func (d *decoder) Stats() devices.Stats {
	s := d.stats
	s.Discarded += uint64(d.deframer.Pending())
	return s
}
