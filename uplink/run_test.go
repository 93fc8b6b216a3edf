package uplink_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lamplight/mdib"
	"lamplight/uplink"
	"lamplight/uplink/uplinktest"
)

// hospital is a target that does as it is told, and notes when it was asked.
type hospital struct {
	mu     sync.Mutex
	answer func(mdib.Batch) (mdib.Result, error)
	calls  []time.Time
	got    []mdib.Record
}

func (h *hospital) Send(_ context.Context, b mdib.Batch) (mdib.Result, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls = append(h.calls, time.Now())
	var res mdib.Result
	if h.answer != nil {
		var err error
		if res, err = h.answer(b); err != nil {
			return res, err
		}
	}
	h.got = append(h.got, b.Records...)
	return res, nil
}

// begin runs an uplink in a bubble of its own time until the test ends.
func begin(t *testing.T, o uplink.Outbox, h *hospital, opt uplink.Options) *uplink.Board {
	t.Helper()
	opt.Name, opt.Board = "main", new(uplink.Board)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- uplink.Run(ctx, o, h, opt) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run returned %v", err)
		}
	})
	return opt.Board
}

func TestRunSendsTheTapeAndLooksAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		records := uplinktest.HeartRates(30)
		o, h := uplinktest.NewOutbox(records[:25]...), &hospital{}
		board := begin(t, o, h, uplink.Options{Batch: 10, Idle: time.Hour})
		synctest.Wait()
		if len(h.got) != 25 {
			t.Fatalf("%d records arrived at once, want 25", len(h.got))
		}
		s := board.Status()
		if s.State != uplink.Idle || s.Sent != 25 || s.Pending != 0 || s.LastSuccess.IsZero() || s.LastError != "" {
			t.Errorf("status %+v", s)
		}
		o.Append(records[25:]...)
		time.Sleep(time.Hour)
		synctest.Wait()
		if len(h.got) != 30 {
			t.Errorf("%d records after another look, want 30", len(h.got))
		}
		for i, r := range h.got {
			if r.Seq != int64(i+1) {
				t.Fatalf("record %d came at place %d", r.Seq, i+1)
			}
		}
	})
}

func TestBackOffDoublesWithinItsBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hospital{answer: func(mdib.Batch) (mdib.Result, error) { return mdib.Result{}, errors.New("no line") }}
		asked := 0
		rnd := func() float64 { // the shortest wait first, then the longest
			if asked++; asked == 1 {
				return 0
			}
			return 1
		}
		board := begin(t, uplinktest.NewOutbox(uplinktest.HeartRates(5)...), h, uplink.Options{Rand: rnd})
		synctest.Wait()
		if s := board.Status(); s.State != uplink.Waiting || s.LastError == "" || s.Pending != 5 || s.Oldest.IsZero() || !s.NextTry.Equal(time.Now().Add(time.Second)) {
			t.Errorf("after the first failure: %+v", s)
		}
		time.Sleep(time.Hour)
		h.mu.Lock()
		defer h.mu.Unlock()
		want := []time.Duration{1, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300}
		for i, w := range want {
			if got := h.calls[i+1].Sub(h.calls[i]); got != w*time.Second {
				t.Errorf("wait %d was %v, want %v", i, got, w*time.Second)
			}
		}
		if len(h.calls) > 22 {
			t.Errorf("%d tries in an hour: a flood", len(h.calls))
		}
	})
}

func TestNoFloodAtTheShortestWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hospital{answer: func(mdib.Batch) (mdib.Result, error) { return mdib.Result{}, errors.New("no line") }}
		o := uplinktest.NewOutbox(uplinktest.HeartRates(5)...)
		begin(t, o, h, uplink.Options{Rand: func() float64 { return 0 }})
		for range 600 { // new records keep coming while the line is down
			o.Append(uplinktest.HeartRates(1)...)
			time.Sleep(100 * time.Millisecond)
		}
		synctest.Wait()
		if n := len(h.calls); n < 2 || n > 61 {
			t.Errorf("%d tries in a minute", n)
		}
	})
}

func TestRetryAfterIsKeptToTheSecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wishes := []time.Duration{7 * time.Second, 90 * time.Second, 48 * time.Hour}
		n := 0
		h := &hospital{}
		h.answer = func(mdib.Batch) (mdib.Result, error) {
			if n++; n <= len(wishes) {
				return mdib.Result{}, &uplink.Trouble{State: uplink.Waiting, RetryAfter: wishes[n-1], Words: "Busy."}
			}
			return mdib.Result{}, nil
		}
		board := begin(t, uplinktest.NewOutbox(uplinktest.HeartRates(5)...), h, uplink.Options{})
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		for i, want := range []time.Duration{7 * time.Second, 90 * time.Second, time.Hour} {
			if got := h.calls[i+1].Sub(h.calls[i]); got != want {
				t.Errorf("wait %d was %v, want %v", i, got, want)
			}
		}
		if s := board.Status(); s.State != uplink.Idle || s.Sent != 5 || s.LastError != "" || !s.NextTry.IsZero() {
			t.Errorf("after it healed: %+v", s)
		}
	})
}

func TestPausedAndStoppedTryOnSeldom(t *testing.T) {
	for _, state := range []uplink.State{uplink.Paused, uplink.Stopped} {
		t.Run(state.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := &hospital{answer: func(mdib.Batch) (mdib.Result, error) {
					return mdib.Result{}, &uplink.Trouble{State: state, Words: "Ask for a token."}
				}}
				board := begin(t, uplinktest.NewOutbox(uplinktest.HeartRates(5)...), h, uplink.Options{})
				synctest.Wait()
				if s := board.Status(); s.State != state || s.LastError != "Ask for a token." {
					t.Errorf("status %+v", s)
				}
				time.Sleep(time.Hour)
				synctest.Wait()
				if n := len(h.calls); n < 12 || n > 25 {
					t.Errorf("%d tries in an hour, want one in two and a half to five minutes", n)
				}
				h.mu.Lock()
				h.answer = nil
				h.mu.Unlock()
				time.Sleep(5 * time.Minute)
				synctest.Wait()
				if s := board.Status(); s.State != uplink.Idle || s.Sent != 5 {
					t.Errorf("once mended it goes on by itself: %+v", s)
				}
			})
		})
	}
}

func TestRejectedIsParkedAndTheRestFlows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		records := uplinktest.HeartRates(50)
		bad := records[17].ID
		h := &hospital{answer: func(b mdib.Batch) (mdib.Result, error) {
			return mdib.Result{Rejected: []mdib.Rejection{{ID: bad, Reason: "no such code"}}}, nil
		}}
		o := uplinktest.NewOutbox(records...)
		board := begin(t, o, h, uplink.Options{})
		synctest.Wait()
		if p := o.Parked(); len(p) != 1 || p[0].ID != bad || p[0].Reason != "no such code" {
			t.Errorf("parked: %v", p)
		}
		if s := board.Status(); s.Sent != 49 || s.Parked != 1 || s.Pending != 0 {
			t.Errorf("status %+v", s)
		}
	})
}

// A brokenOutbox fails now and then.
type brokenOutbox struct {
	*uplinktest.Outbox
	next, ack []error
}

func (o *brokenOutbox) Next(ctx context.Context, target string, n int) (mdib.Batch, error) {
	if len(o.next) > 0 {
		err := o.next[0]
		o.next = o.next[1:]
		return mdib.Batch{}, err
	}
	return o.Outbox.Next(ctx, target, n)
}

func (o *brokenOutbox) Ack(ctx context.Context, target string, b mdib.Batch, r mdib.Result) error {
	if len(o.ack) > 0 {
		err := o.ack[0]
		o.ack = o.ack[1:]
		return err
	}
	return o.Outbox.Ack(ctx, target, b, r)
}

func TestATroubledDiskLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &brokenOutbox{
			Outbox: uplinktest.NewOutbox(uplinktest.HeartRates(5)...),
			next:   []error{errors.New("disk I/O error")},
			ack:    []error{errors.New("database is locked")},
		}
		h := &hospital{}
		board := begin(t, o, h, uplink.Options{})
		synctest.Wait()
		if s := board.Status(); s.State != uplink.Waiting || !strings.Contains(s.LastError, "disk space") {
			t.Errorf("status %+v", s)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(h.calls) != 2 || len(h.got) != 10 {
			t.Errorf("sent %d times, %d records: the batch must go again when its acknowledgement was not written", len(h.calls), len(h.got))
		}
		if s := board.Status(); s.Sent != 5 || s.State != uplink.Idle {
			t.Errorf("status %+v", s)
		}
	})
}

func TestRunEndsWithItsContextEvenWhileItWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		h := &hospital{answer: func(mdib.Batch) (mdib.Result, error) { return mdib.Result{}, errors.New("no line") }}
		done := make(chan error, 1)
		go func() {
			done <- uplink.Run(ctx, uplinktest.NewOutbox(uplinktest.HeartRates(1)...), h, uplink.Options{Name: "main"})
		}()
		synctest.Wait()
		began := time.Now()
		cancel()
		if err := <-done; err != nil || time.Since(began) != 0 {
			t.Errorf("Run returned %v after %v", err, time.Since(began))
		}
	})
}

// An answer that came while we were closing is still written down.
func TestAnAnswerIsNotForgottenAtShutdown(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	o := uplinktest.NewOutbox(uplinktest.HeartRates(5)...)
	h := &hospital{answer: func(mdib.Batch) (mdib.Result, error) { cancel(); return mdib.Result{}, nil }}
	if err := uplink.Run(ctx, &strict{o}, h, uplink.Options{Name: "main"}); err != nil {
		t.Fatal(err)
	}
	if n, _, _ := o.Pending(t.Context(), "main"); n != 0 || o.Acks() != 1 {
		t.Errorf("%d records wait though the hospital has them", n)
	}
}

// strict is an outbox that refuses to work for a caller that has gone.
type strict struct{ *uplinktest.Outbox }

func (o *strict) Ack(ctx context.Context, target string, b mdib.Batch, r mdib.Result) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return o.Outbox.Ack(ctx, target, b, r)
}

// A program that was restarted offline knows when it was last in contact.
func TestAnEarlierRunIsRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := uplinktest.NewOutbox(uplinktest.HeartRates(9)...)
		first := &hospital{}
		ctx, cancel := context.WithCancel(t.Context())
		first.answer = func(mdib.Batch) (mdib.Result, error) { cancel(); return mdib.Result{}, nil }
		if err := uplink.Run(ctx, o, first, uplink.Options{Name: "main", Batch: 5}); err != nil {
			t.Fatal(err)
		}
		h := &hospital{answer: func(mdib.Batch) (mdib.Result, error) { return mdib.Result{}, errors.New("no line") }}
		board := begin(t, o, h, uplink.Options{})
		synctest.Wait()
		if s := board.Status(); s.LastSuccess.IsZero() || s.Sent != 0 || s.Pending != 5 {
			t.Errorf("%+v", s)
		}
	})
}

// A batch that failed is read anew: a server that stumbles over one record is
// told from one that is down by what it does with the others.
func TestAFailedBatchGrowsByWhatCame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		records := uplinktest.HeartRates(9)
		o := uplinktest.NewOutbox(records[:1]...)
		h := &hospital{answer: func(b mdib.Batch) (mdib.Result, error) {
			if len(b.Records) < 9 {
				return mdib.Result{}, errors.New("no")
			}
			return mdib.Result{}, nil
		}}
		board := begin(t, o, h, uplink.Options{})
		synctest.Wait()
		o.Append(records[1:]...)
		time.Sleep(time.Minute)
		synctest.Wait()
		if s := board.Status(); s.Sent != 9 {
			t.Errorf("%+v", s)
		}
	})
}

func TestRunClosesItsTarget(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := &closer{}
	if err := uplink.Run(ctx, uplinktest.NewOutbox(), c, uplink.Options{Name: "main"}); err != nil || !c.closed {
		t.Errorf("closed %v, %v", c.closed, err)
	}
}

type closer struct {
	hospital
	closed bool
}

func (c *closer) Close() { c.closed = true }

func TestRunWantsAName(t *testing.T) {
	if err := uplink.Run(t.Context(), uplinktest.NewOutbox(), &hospital{}, uplink.Options{}); err == nil {
		t.Error("an uplink without a name has no tape")
	}
}

// Three records of one moment stay in one batch wherever the batch is cut.
func TestAMomentIsNotCut(t *testing.T) {
	for size := 2; size <= 12; size++ {
		records := uplinktest.HeartRates(30)
		for i := range records {
			records[i].Numeric.Time = records[0].Numeric.Time.Add(time.Duration(i/3) * time.Second)
		}
		synctest.Test(t, func(t *testing.T) {
			h := &hospital{}
			whole := true
			h.answer = func(b mdib.Batch) (mdib.Result, error) {
				whole = whole && len(b.Records)%3 == 0 && b.After == b.Records[len(b.Records)-1].Seq
				return mdib.Result{}, nil
			}
			begin(t, uplinktest.NewOutbox(records...), h, uplink.Options{Batch: size})
			synctest.Wait()
			if len(h.got) != 30 {
				t.Errorf("batches of %d: %d of 30 records arrived", size, len(h.got))
			}
			if size >= 4 && !whole {
				t.Errorf("batches of %d cut a moment", size)
			}
		})
	}
}
