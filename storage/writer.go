package storage

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"lamplight/mdib"

	"github.com/google/uuid"
)

// oneWrite bounds the Reports of one transaction, in bytes of memory.
const oneWrite = 8 << 20

var errClosed = errors.New("the record is closed")

// State is how well the record is being kept.
type State uint8

const (
	Keeping      State = iota
	WithoutWaves       // waves are refused, the rest is kept
	Failing            // nothing reaches the disk; it waits in memory
)

// Health is how well the record is being kept, since when, and what is wrong.
type Health struct {
	State State
	Since time.Time
	Err   error // nil when Keeping
}

// Health says how well the record is being kept.
func (db *DB) Health() Health {
	db.queue.mu.Lock()
	behind := db.queue.behind
	db.queue.mu.Unlock()
	db.mu.Lock()
	defer db.mu.Unlock()
	h := db.health
	if h.State == Keeping && behind {
		h.State, h.Err = WithoutWaves, &Error{Path: db.path, Problem: ProblemBehind}
	}
	return h
}

func (db *DB) setHealth(s State, at time.Time, err error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if s != db.health.State {
		db.health.Since = at
	}
	db.health.State, db.health.Err = s, problem(db.path, err)
}

// request is something for the writer to do between two transactions.
type request struct {
	do    func() error
	reply chan error
}

// ask has the writer do something and waits for it.
func (db *DB) ask(ctx context.Context, do func() error) error {
	r := request{do, make(chan error, 1)}
	select {
	case db.asks <- r:
	case <-db.done:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	return <-r.reply
}

// writer is the one goroutine that writes, and what it knows of the devices.
type writer struct {
	db      *DB
	seq     int64 // of the last transaction
	rolled  int64 // transaction up to which minutes are summed up
	devices map[uuid.UUID]*device
}

func (w *writer) run(tick <-chan time.Time) {
	defer close(w.db.done)
	if tick == nil {
		t := time.NewTicker(time.Second)
		defer t.Stop()
		tick = t.C
	}
	for {
		select {
		case now := <-tick:
			_ = w.write(now) // what is wrong stands in the health; it is tried again
		case r := <-w.db.asks:
			r.reply <- r.do()
		case <-w.db.stop:
			w.db.last = w.end()
			return
		}
	}
}

// end writes for the last time.
func (w *writer) end() error {
	err := w.write(w.db.now())
	if err == nil {
		return nil
	}
	lost, _ := w.db.queue.take(math.MaxInt)
	return fmt.Errorf("%d Reports of the last moments were not written: %w", len(lost), problem(w.db.path, err))
}

// Flush writes all that waits, at once.
func (db *DB) Flush(ctx context.Context) error {
	return db.ask(ctx, func() error { return problem(db.path, db.writer.write(db.now())) })
}

// write puts all that waits into the file. What could not be written stays in
// the queue and is tried again the next time; only when the disk is full, its
// waves are given up so that the rest may find room.
func (w *writer) write(now time.Time) error {
	for {
		reports, refused := w.db.queue.take(oneWrite)
		if len(reports) == 0 && len(refused) == 0 {
			return nil
		}
		err := w.commit(reports, refused, now)
		if err == nil {
			w.db.queue.done()
			w.db.setHealth(Keeping, now, nil)
			continue
		}
		if classify(err) == ProblemFull && hasWaves(reports) && w.commit(withoutWaves(reports), nil, now) == nil {
			w.db.queue.done()
			w.db.queue.gaveUp(reports)
			w.db.queue.back(false, refused)
			w.db.setHealth(WithoutWaves, now, err)
			return err
		}
		w.db.queue.back(true, refused)
		w.db.setHealth(Failing, now, err)
		return err
	}
}

func hasWaves(reports []mdib.Report) bool {
	for i := range reports {
		if len(reports[i].Samples) > 0 {
			return true
		}
	}
	return false
}

func withoutWaves(reports []mdib.Report) []mdib.Report {
	out := append([]mdib.Report(nil), reports...)
	for i := range out {
		out[i].Samples = nil
	}
	return out
}
