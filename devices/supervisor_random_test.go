package devices

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"lamplight/mdib"
)

// Whatever wires and drivers do, the supervisor keeps its promises.
func TestSupervisorAtRandom(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 7))
		b := newBench(t)
		b.Rand = random.Float64
		var wires []*scriptWire
		connections := 1 + random.IntN(12)
		for range connections {
			if random.IntN(4) == 0 {
				reason := []mdib.Reason{mdib.ReasonNoPort, mdib.ReasonClosed, mdib.ReasonUnexpected}[random.IntN(3)]
				b.opens = append(b.opens, func(context.Context) (Wire, error) { return nil, &Fault{Reason: reason, Detail: "no"} })
				continue
			}
			script := make([]string, random.IntN(400))
			for i := range script {
				script[i] = []string{"", "f", "b", "?", "ff?", "f"}[random.IntN(6)]
			}
			wires = append(wires, b.wire(&scriptWire{script: script, err: errors.New("cut")}))
			run := listen
			switch random.IntN(5) {
			case 0:
				run = func(ctx context.Context, d *scriptDriver) error { panic("at once") }
			case 1:
				run = func(ctx context.Context, d *scriptDriver) error {
					d.emit(mdib.Report{MDS: device, Received: b.now})
					return nil
				}
			}
			b.runs = append(b.runs, run)
		}
		start := b.now
		got := b.play() // checks the legality of every step
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
		var counts mdib.LinkCounts
		state, reports := mdib.LinkInitial, uint64(0)
		last := start
		for _, r := range got {
			l := r.Link
			if l == nil {
				reports++
				if state != mdib.LinkConnected {
					t.Fatalf("seed %d: a Report in state %v", seed, state)
				}
				continue
			}
			state = l.State
			c := l.Counts
			if c.Bytes < counts.Bytes || c.Frames < counts.Frames || c.Bad < counts.Bad || c.Discarded < counts.Discarded || c.Reports < counts.Reports {
				t.Fatalf("seed %d: counts went back from %+v to %+v", seed, counts, c)
			}
			counts = c
			if r.Received.Before(last) || l.Since.After(r.Received) {
				t.Fatalf("seed %d: time runs back", seed)
			}
			last = r.Received
			if lost := l.State == mdib.LinkLost; lost != !l.Retry.IsZero() || lost && (l.Reason == "" || l.Detail == "") {
				t.Fatalf("seed %d: %+v", seed, *l)
			}
			if wait := l.Retry.Sub(l.Since); l.State == mdib.LinkLost && (wait < 800*time.Millisecond || wait > 36*time.Second) {
				t.Fatalf("seed %d: waits %v", seed, wait)
			}
		}
		if state != mdib.LinkTerminal || counts.Reports != reports || counts.Frames > counts.Bytes {
			t.Fatalf("seed %d: ends %v with %+v, %d Reports", seed, state, counts, reports)
		}
		for i, w := range wires {
			if w.closed != 1 {
				t.Fatalf("seed %d: wire %d was closed %d times", seed, i, w.closed)
			}
		}
	}
}
