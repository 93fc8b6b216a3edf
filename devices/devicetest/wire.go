package devicetest

import (
	"time"

	"lamplight/devices"
)

// slice is how long a quiet read takes, step how finely the peer is asked.
const (
	slice = 100 * time.Millisecond
	step  = 10 * time.Millisecond
)

// Start is when every virtual wire opens.
var Start = time.Date(2026, time.November, 20, 12, 0, 0, 0, time.UTC)

// chunk is what arrived at one moment.
type chunk struct {
	at time.Duration
	p  []byte
}

// wire is a Conn without a wire: reading moves its time on and asks the peer.
type wire struct {
	model  devices.Model
	peer   Peer
	end    time.Duration       // then Read fails with err, or errEnd
	err    error               //
	spoil  func([]byte) []byte // what becomes of a piece on its way; nil bytes are lost
	onRead func(now time.Duration)

	now       time.Duration
	queue     []chunk // on its way to the driver
	said      []chunk // by the peer, as it arrived
	forbidden [][]byte
}

func (w *wire) Read(p []byte) (int, time.Time, error) {
	if w.onRead != nil {
		w.onRead(w.now)
	}
	for until := w.now + slice; ; w.now += step {
		w.enqueue(w.peer.Advance(w.now))
		if len(w.queue) > 0 && w.queue[0].at <= w.now {
			c := w.queue[0]
			n := copy(p, c.p)
			if w.queue[0].p = c.p[n:]; len(w.queue[0].p) == 0 {
				w.queue = w.queue[1:]
			}
			return n, Start.Add(c.at), nil
		}
		if w.now >= w.end {
			if w.err != nil {
				return 0, Start.Add(w.now), w.err
			}
			return 0, Start.Add(w.now), errEnd
		}
		if w.now >= until {
			return 0, Start.Add(w.now), nil
		}
	}
}

func (w *wire) Write(p []byte) (int, error) {
	m := append([]byte(nil), p...)
	if may := w.model.MayTransmit; may != nil && !may(m) {
		w.forbidden = append(w.forbidden, m)
	}
	w.enqueue(w.peer.Receive(m, w.now))
	return len(p), nil
}

func (w *wire) enqueue(pieces [][]byte) {
	for _, p := range pieces {
		if w.spoil != nil {
			p = w.spoil(p)
		}
		if len(p) > 0 {
			c := chunk{w.now, p}
			w.queue = append(w.queue, c)
			w.said = append(w.said, c)
		}
	}
}

// mute is a peer of which everything is known already.
type mute struct{}

func (mute) Advance(time.Duration) [][]byte         { return nil }
func (mute) Receive([]byte, time.Duration) [][]byte { return nil }
