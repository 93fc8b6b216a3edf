package blueprint

import (
	"testing"
	"time"

	"lamplight/devices/devicetest"
)

// peer is the device on virtual time: a line once a second. A real model has
// its emulator here.
type peer struct{ sent time.Duration }

func (p *peer) Advance(at time.Duration) (out [][]byte) {
	for ; p.sent <= at; p.sent += time.Second {
		out = append(out, Line{Rate: 72}.Append(nil))
	}
	return out
}

func (p *peer) Receive([]byte, time.Duration) [][]byte { return nil }

func TestSuite(t *testing.T) {
	devicetest.Run(t, devicetest.Suite{
		Model: Model(),
		Peer:  func() devicetest.Peer { return &peer{} },
	})
}
