// Package uplink carries the record to the hospital: it reads what storage has
// written and a target has not yet acknowledged, and sends it until it is.
package uplink

import (
	"context"
	"time"

	"lamplight/mdib"
)

// Outbox is storage as the uplink sees it: a tape per target with a cursor.
type Outbox interface {
	// Next gives the records after the target's cursor, at most max; an empty
	// batch when the target has them all. What the target is not to get (by its
	// policy, or for want of consent) is not on its tape.
	Next(ctx context.Context, target string, max int) (mdib.Batch, error)
	// Ack moves the cursor past b and parks what was rejected, in one transaction.
	Ack(ctx context.Context, target string, b mdib.Batch, r mdib.Result) error
}

// A Counter is an Outbox that can tell how a target stands. An Outbox need not
// be one.
type Counter interface {
	// Pending counts what the target has not acknowledged, and says when the
	// oldest of it was received.
	Pending(ctx context.Context, target string) (n int, oldest time.Time, err error)
	// LastAck says when the target last acknowledged something, in an earlier
	// run of the program too; zero if it never did.
	LastAck(ctx context.Context, target string) (time.Time, error)
}

// Target sends a batch. Sending the same batch twice must be harmless. An error
// means that not all of it is known to have arrived, and the batch is sent
// again; a *Trouble says what is to be done meanwhile. Send is never called by
// two goroutines at once.
type Target interface {
	Send(ctx context.Context, b mdib.Batch) (mdib.Result, error)
}

// Trouble is an error of a Target with its remedy.
type Trouble struct {
	State      State         // Waiting when time may heal it, Paused or Stopped when a person must
	RetryAfter time.Duration // how long the server asked us to stay away; 0 if it did not
	Words      string        // what is wrong and what to do, one sentence for the screen; bears no patient data
	Err        error         // for the engineer; may be nil
}

func (t *Trouble) Error() string {
	if t.Err != nil {
		return t.Words + " (" + t.Err.Error() + ")"
	}
	return t.Words
}

func (t *Trouble) Unwrap() error { return t.Err }
