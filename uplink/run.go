package uplink

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"lamplight/mdib"
)

// Options of one uplink. The zero value of each field but Name is ready.
type Options struct {
	Name  string        // the target's name, on the tape and on the screen
	Batch int           // records read at once; 0 means 1000
	Idle  time.Duration // between two looks at an empty tape; 0 means 5 s
	Board *Board        // where the state is shown

	// For tests: the clock, a timer, and a random number in [0, 1).
	Now   func() time.Time
	After func(time.Duration) <-chan time.Time
	Rand  func() float64
}

const (
	minWait  = time.Second
	maxWait  = 5 * time.Minute
	maxAsked = time.Hour // a longer Retry-After is believed this far
)

// Run reads the target's tape and sends it until ctx ends; it then closes a
// target that has a Close method, and returns nil. It starts no goroutine.
// Every record is acknowledged only after the target took it, or refused it
// for good.
func Run(ctx context.Context, o Outbox, t Target, opt Options) error {
	if opt.Name == "" {
		return errors.New("an uplink has no name; give it the name that its tape bears")
	}
	r := runner{outbox: o, target: t, Options: opt}
	r.defaults()
	r.begin(ctx)
	if c, ok := t.(interface{ Close() }); ok {
		defer c.Close()
	}
	for ctx.Err() == nil {
		if more := r.turn(ctx); !more {
			r.idle(ctx)
		}
	}
	return nil
}

type runner struct {
	Options
	outbox   Outbox
	target   Target
	failures int // in a row
}

func (r *runner) defaults() {
	if r.Batch <= 0 {
		r.Batch = 1000
	}
	if r.Idle <= 0 {
		r.Idle = 5 * time.Second
	}
	if r.Board == nil {
		r.Board = new(Board)
	}
	if r.Now == nil {
		r.Now = time.Now
	}
	if r.After == nil {
		r.After = time.After
	}
	if r.Rand == nil {
		r.Rand = rand.Float64
	}
}

// begin shows what is known from earlier runs of the program.
func (r *runner) begin(ctx context.Context) {
	s := Status{Name: r.Name, Pending: -1}
	if c, ok := r.outbox.(Counter); ok {
		if at, err := c.LastAck(ctx, r.Name); err == nil { // else it counts as never
			s.LastSuccess = at
		}
	}
	r.Board.change(func(b *Status) { *b = s })
}

// turn tries one batch, and waits when that failed. It reports whether there is
// more to do at once.
func (r *runner) turn(ctx context.Context) bool {
	b, err := r.outbox.Next(ctx, r.Name, r.Batch)
	if err != nil {
		r.fail(ctx, local("read", err))
		return true
	}
	if len(b.Records) == 0 {
		r.failures = 0
		r.count(ctx)
		r.Board.change(func(s *Status) { s.State, s.LastError, s.NextTry = Idle, "", time.Time{} })
		return false
	}
	full := len(b.Records) >= r.Batch
	if full {
		b = wholeMoments(b)
	}
	if err := r.deliver(ctx, b); err != nil {
		r.fail(ctx, err)
		return true // the batch is read anew, with what has come meanwhile
	}
	r.count(ctx)
	return full
}

// deliver sends b and acknowledges it on the tape. When the acknowledgement
// cannot be written the batch goes again, which is harmless.
func (r *runner) deliver(ctx context.Context, b mdib.Batch) error {
	r.Board.change(func(s *Status) { s.State, s.NextTry = Sending, time.Time{} })
	res, err := r.target.Send(ctx, b)
	if err != nil {
		return err
	}
	at := r.Now()
	r.Board.change(func(s *Status) { s.LastSuccess = at })
	// What the server has must not be forgotten because we are closing.
	if err := r.outbox.Ack(context.WithoutCancel(ctx), r.Name, b, res); err != nil {
		return local("written", err)
	}
	r.failures = 0
	r.Board.change(func(s *Status) {
		s.State, s.LastError = Idle, ""
		s.Sent += uint64(len(b.Records) - len(res.Rejected))
		s.Parked += uint64(len(res.Rejected))
	})
	return nil
}

// fail shows what is wrong and waits until the next try.
func (r *runner) fail(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	var t *Trouble
	if !errors.As(err, &t) {
		t = &Trouble{State: Waiting, Words: "The hospital's system could not be reached; it is tried again.", Err: err}
	}
	wait := r.pause(t)
	next := r.Now().Add(wait)
	r.Board.change(func(s *Status) { s.State, s.LastError, s.NextTry = t.State, t.Words, next })
	r.failures++
	r.count(ctx)
	select {
	case <-ctx.Done():
	case <-r.After(wait):
	}
}

// pause says how long to stay away: what the server asked for; else a random
// time below a ceiling that doubles from 2 s to 5 min, so that a ward of
// workstations does not return in step; and the last half of that ceiling when
// only a person can mend it.
func (r *runner) pause(t *Trouble) time.Duration {
	if t.RetryAfter > 0 {
		return min(max(t.RetryAfter, minWait), maxAsked)
	}
	low, high := minWait, maxWait
	if t.State != Waiting {
		low = maxWait / 2
	} else if r.failures < 8 {
		high = min(maxWait, 2*minWait<<r.failures)
	}
	return low + time.Duration(r.Rand()*float64(high-low))
}

func (r *runner) idle(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-r.After(r.Idle):
	}
}

func (r *runner) count(ctx context.Context) {
	c, ok := r.outbox.(Counter)
	if !ok {
		return
	}
	n, oldest, err := c.Pending(ctx, r.Name)
	if err != nil {
		n, oldest = -1, time.Time{}
	}
	r.Board.change(func(s *Status) { s.Pending, s.Oldest = n, oldest })
}

func local(what string, err error) error {
	return &Trouble{
		State: Waiting,
		Words: "The record on this computer could not be " + what + "; look at the free disk space.",
		Err:   err,
	}
}
