// Package uplinktest is what every uplink target must pass: a server on
// loopback that drops, doubles, delays and refuses, and at the end holds every
// record once.
package uplinktest

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"lamplight/mdib"
	"lamplight/uplink"

	"github.com/google/uuid"
)

// A Peer is a strict server that speaks the target's protocol over HTTP.
type Peer interface {
	http.Handler
	// Count says how many things the server holds for a record.
	Count(record uuid.UUID) int
	// Refuse makes the server refuse one record for good.
	Refuse(record uuid.UUID)
}

// ward is one peer behind faults, and one target that knows its address.
type ward struct {
	*Faults
	peer   Peer
	target uplink.Target
}

// Run is the suite. newPeer makes an empty server; newTarget a target for the
// server at url.
func Run(t *testing.T, newPeer func(testing.TB) Peer, newTarget func(t testing.TB, url string) uplink.Target) {
	open := func(t *testing.T) ward {
		t.Helper()
		w := ward{Faults: new(Faults), peer: newPeer(t)}
		srv := httptest.NewServer(w.Wrap(w.peer))
		t.Cleanup(srv.Close)
		w.target = newTarget(t, srv.URL)
		if c, ok := w.target.(interface{ Close() }); ok {
			t.Cleanup(c.Close)
		}
		return w
	}
	tests := []struct {
		name string
		run  func(*testing.T, ward)
	}{
		{"every record is stored once", func(t *testing.T, w ward) { w.send(t, batch(120)); w.holds(t, batch(120)) }},
		{"an empty batch is no work", func(t *testing.T, w ward) { w.send(t, mdib.Batch{}); w.holds(t, mdib.Batch{}) }},
		{"the same batch twice changes nothing", func(t *testing.T, w ward) {
			w.send(t, batch(50))
			w.send(t, batch(50))
			w.holds(t, batch(50))
		}},
		{"overlapping batches change nothing", func(t *testing.T, w ward) {
			w.send(t, batch(30))
			w.send(t, batch(60))
			w.holds(t, batch(60))
		}},
		{"a line cut before the server saw it", func(t *testing.T, w ward) { w.spoilt(t, uplink.Waiting, DropBefore) }},
		{"a reply lost after the commit", func(t *testing.T, w ward) { w.spoilt(t, uplink.Waiting, DropAfter) }},
		{"half a reply", func(t *testing.T, w ward) { w.spoilt(t, uplink.Waiting, Halve) }},
		{"a web page instead of a reply", func(t *testing.T, w ward) { w.spoilt(t, uplink.Waiting, WrongContent) }},
		{"server not ready", func(t *testing.T, w ward) { w.spoilt(t, uplink.Waiting, Status(503, "")) }},
		{"server broken", func(t *testing.T, w ward) { w.spoilt(t, uplink.Waiting, Status(500, "")) }},
		{"sign-in refused", func(t *testing.T, w ward) { w.spoilt(t, uplink.Paused, Status(401, "")) }},
		{"no right to write", func(t *testing.T, w ward) { w.spoilt(t, uplink.Stopped, Status(403, "")) }},
		{"nothing at that address", func(t *testing.T, w ward) { w.spoilt(t, uplink.Stopped, Status(404, "")) }},
		{"a proxy's refusal parks nothing", func(t *testing.T, w ward) { w.spoilt(t, uplink.Stopped, Status(400, "")) }},
		{"asked to wait", func(t *testing.T, w ward) { w.spoilt(t, uplink.Waiting, Status(429, "")); w.waits(t) }},
		{"delivered twice by a proxy", func(t *testing.T, w ward) { w.Add(Twice); w.send(t, batch(40)); w.holds(t, batch(40)) }},
		{"a reply in small pieces", func(t *testing.T, w ward) { w.Add(Dribble); w.send(t, batch(40)); w.holds(t, batch(40)) }},
		{"a server that takes little at once", func(t *testing.T, w ward) {
			w.Limit(8 << 10)
			w.send(t, batch(60))
			w.holds(t, batch(60))
		}},
		{"one record that nobody can take because of its size", func(t *testing.T, w ward) {
			w.Limit(100)
			if res := w.send(t, batch(2)); len(res.Rejected) != 2 {
				t.Errorf("%d of 2 records were parked", len(res.Rejected))
			}
		}},
		{"one of 50 refused, the rest stored", refusedOne},
		{"a hung server is left when asked to", hung},
		{"the loop on a bad line", badLine},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
}

func batch(n int) mdib.Batch {
	return mdib.Batch{Target: "test", Records: HeartRates(n), After: int64(n)}
}

// send must succeed.
func (w ward) send(t *testing.T, b mdib.Batch) mdib.Result {
	t.Helper()
	res, err := w.target.Send(t.Context(), b)
	if err != nil {
		t.Fatalf("sending %d records: %v", len(b.Records), err)
	}
	return res
}

// holds checks that the server has each record of b once, but the refused ones.
func (w ward) holds(t *testing.T, b mdib.Batch, refused ...uuid.UUID) {
	t.Helper()
	for _, r := range b.Records {
		want := 1
		for _, id := range refused {
			if id == r.ID {
				want = 0
			}
		}
		if got := w.peer.Count(r.ID); got != want {
			t.Errorf("record %d is at the server %d times, want %d", r.Seq, got, want)
		}
	}
}

// spoilt sends a batch through a fault: the error must say what to do, and the
// same batch again must arrive once.
func (w ward) spoilt(t *testing.T, want uplink.State, f Fault) {
	t.Helper()
	w.Add(f)
	_, err := w.target.Send(t.Context(), batch(40))
	var trouble *uplink.Trouble
	if !errors.As(err, &trouble) {
		t.Fatalf("the error is %v, want a *uplink.Trouble", err)
	}
	if trouble.State != want || trouble.Words == "" {
		t.Errorf("state %v, words %q; want %v and a sentence", trouble.State, trouble.Words, want)
	}
	w.send(t, batch(40))
	w.holds(t, batch(40))
}

// waits checks that the server's wish to be left alone is passed on.
func (w ward) waits(t *testing.T) {
	t.Helper()
	for _, code := range []int{429, 503} {
		w.Add(Status(code, "7"))
		_, err := w.target.Send(t.Context(), batch(45))
		var trouble *uplink.Trouble
		if !errors.As(err, &trouble) || trouble.RetryAfter != 7*time.Second {
			t.Errorf("HTTP %d with a Retry-After of 7 s: %v", code, err)
		}
	}
}

func refusedOne(t *testing.T, w ward) {
	b := batch(50)
	bad := b.Records[31].ID
	w.peer.Refuse(bad)
	for range 2 { // and again, after a lost acknowledgement
		res := w.send(t, b)
		if len(res.Rejected) != 1 || res.Rejected[0].ID != bad {
			t.Fatalf("rejected: %v, want only record 32", res.Rejected)
		}
		if res.Rejected[0].Reason == "" {
			t.Error("the rejection bears no reason")
		}
	}
	w.holds(t, b, bad)
}

func hung(t *testing.T, w ward) {
	w.send(t, mdib.Batch{})
	entered := make(chan struct{})
	w.Add(func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
		close(entered)
		Hang(rw, r, next)
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := w.target.Send(ctx, batch(3))
		done <- err
	}()
	select {
	case <-entered:
	case err := <-done:
		t.Fatalf("Send returned before it was left: %v", err)
	}
	cancel()
	select {
	case err := <-done:
		if err == nil {
			t.Error("Send claims success of what was never answered")
		}
	case <-time.After(5 * time.Second):
		t.Fatal("Send did not return within 5 s of being left")
	}
}

// badLine runs the whole loop over a line that spoils three of four requests.
func badLine(t *testing.T, w ward) {
	const n = 400
	rnd := rand.New(rand.NewPCG(1, 2))
	kinds := []Fault{DropBefore, DropAfter, Halve, Twice, Dribble, WrongContent, Status(503, ""), Status(429, "2"), Status(401, "")}
	for range 60 {
		w.Add(kinds[rnd.IntN(len(kinds))])
		if rnd.IntN(4) == 0 {
			w.Add(nil)
		}
	}
	records := HeartRates(n)
	bad := map[uuid.UUID]bool{}
	for _, i := range []int{0, 77, 78, 399} {
		bad[records[i].ID] = true
		w.peer.Refuse(records[i].ID)
	}
	outbox := NewOutbox(records...)
	var board uplink.Board
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		done <- uplink.Run(ctx, outbox, w.target, uplink.Options{
			Name: "test", Batch: 110, Board: &board,
			After: func(time.Duration) <-chan time.Time { c := make(chan time.Time, 1); c <- start; return c },
		})
	}()
	for left := n; left > 0; {
		select {
		case <-outbox.Moved():
		case <-ctx.Done():
			t.Fatalf("%d records still wait: %+v", left, board.Status())
		}
		left, _, _ = outbox.Pending(ctx, "")
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Run returned %v", err)
	}
	for _, p := range outbox.Parked() {
		if !bad[p.ID] {
			t.Errorf("a good record was parked: %s", p.Reason)
		}
	}
	var refused []uuid.UUID
	for id := range bad {
		refused = append(refused, id)
	}
	w.holds(t, mdib.Batch{Records: records}, refused...)
	s := board.Status()
	if got := int(s.Sent + s.Parked); got != n || int(s.Parked) != len(bad) || len(outbox.Parked()) != len(bad) {
		t.Errorf("sent %d + parked %d = %d, want %d with %d parked", s.Sent, s.Parked, got, n, len(bad))
	}
}
