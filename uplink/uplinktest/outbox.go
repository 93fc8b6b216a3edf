package uplinktest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"lamplight/mdib"
)

// Outbox is a tape in memory for one target, with the rules of the true one.
type Outbox struct {
	mu     sync.Mutex
	tape   []mdib.Record
	cursor int64
	parked []mdib.Rejection
	acks   int
	moved  chan struct{}
}

// NewOutbox makes a tape that holds records, which must be in the order of Seq.
func NewOutbox(records ...mdib.Record) *Outbox {
	return &Outbox{tape: records, moved: make(chan struct{}, 1)}
}

// Append writes more records onto the tape.
func (o *Outbox) Append(records ...mdib.Record) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tape = append(o.tape, records...)
}

// Next gives what is behind the cursor.
func (o *Outbox) Next(_ context.Context, target string, max int) (mdib.Batch, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	b := mdib.Batch{Target: target, After: o.cursor}
	for _, r := range o.tape {
		if r.Seq > o.cursor && len(b.Records) < max {
			b.Records = append(b.Records, r)
			b.After = r.Seq
		}
	}
	return b, nil
}

// Ack moves the cursor. It refuses to move it back or to leave a record out.
func (o *Outbox) Ack(_ context.Context, _ string, b mdib.Batch, r mdib.Result) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if b.After <= o.cursor {
		return fmt.Errorf("the cursor stands at %d and would be set to %d", o.cursor, b.After)
	}
	o.cursor = b.After
	o.parked = append(o.parked, r.Rejected...)
	o.acks++
	select {
	case o.moved <- struct{}{}:
	default:
	}
	return nil
}

// Pending counts the records behind the cursor. The oldest is as old as its
// number says.
func (o *Outbox) Pending(context.Context, string) (n int, oldest time.Time, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, r := range o.tape {
		if r.Seq <= o.cursor {
			continue
		}
		if n++; n == 1 {
			oldest = start.Add(time.Duration(r.Seq) * time.Second)
		}
	}
	return n, oldest, nil
}

// LastAck is the time of this tape's first record once anything was acknowledged.
func (o *Outbox) LastAck(context.Context, string) (time.Time, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.cursor == 0 {
		return time.Time{}, nil
	}
	return start, nil
}

// Moved gets a token after each move of the cursor.
func (o *Outbox) Moved() <-chan struct{} { return o.moved }

// Parked gives what was refused for good, in the order of parking.
func (o *Outbox) Parked() []mdib.Rejection {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.parked)
}

// Acks counts the moves of the cursor.
func (o *Outbox) Acks() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.acks
}
