package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"lamplight/mdib"

	"github.com/google/uuid"
)

// target is one reader of the tape. Its cursor is in the file; what is here can
// be found again from there.
type target struct {
	policy Policy
	barren atomic.Int64 // behind the cursor there is nothing to send up to this place

	mu      sync.Mutex // guards what follows
	counted int64      // waiting has what lies between the cursor and this place
	waiting int
}

// Register makes a target known, or gives a known one another policy. It must
// be called once after each Open before the target is asked about. A new target
// begins at the beginning of the record; a known one where it had got to.
func (db *DB) Register(ctx context.Context, name string, p Policy) error {
	err := db.ask(ctx, func() error {
		_, err := db.write.ExecContext(ctx, "INSERT OR IGNORE INTO target (name, cursor, sent, acked) VALUES (?, 0, 0, ?)", name, int64(noTime))
		return err
	})
	if err != nil {
		return fmt.Errorf("registering the target %s: %w", name, problem(db.path, err))
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	db.targets[name] = &target{policy: p}
	return nil
}

func (db *DB) target(name string) (*target, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	t := db.targets[name]
	if t == nil {
		return nil, fmt.Errorf("the target %s is not registered with the record", name)
	}
	return t, nil
}

func cursor(ctx context.Context, tx *sql.Tx, name string) (at int64, err error) {
	err = tx.QueryRowContext(ctx, "SELECT cursor FROM target WHERE name = ?", name).Scan(&at)
	return at, err
}

// Next gives what the target has not acknowledged, in the order of the tape, at
// most that many records; an empty batch when it has all.
func (db *DB) Next(ctx context.Context, name string, most int) (mdib.Batch, error) {
	b := mdib.Batch{Target: name}
	t, err := db.target(name)
	if err != nil {
		return b, err
	}
	err = db.view(ctx, "the tape", func(tx *sql.Tx) error {
		at, err := cursor(ctx, tx, name)
		if err != nil {
			return err
		}
		b.After = at
		now := map[int64]*mdib.Encounter{} // as the tape has them where it is
		end, err := db.tape(ctx, tx, t.policy, max(at, t.barren.Load()), func(e entry) (bool, error) {
			if now[e.encounter] == nil || e.change != nil {
				if now[e.encounter], err = encounterAt(ctx, tx, e); err != nil {
					return false, err
				}
			}
			r, err := db.record(ctx, tx, e, now[e.encounter])
			if err != nil {
				return false, err
			}
			b.Records = append(b.Records, r)
			b.After = e.place
			return len(b.Records) < most, nil
		})
		if err == nil && len(b.Records) == 0 {
			t.barren.Store(end)
		}
		return err
	})
	return b, err
}

// record dresses an entry for the hospital.
func (db *DB) record(ctx context.Context, tx *sql.Tx, e entry, now *mdib.Encounter) (mdib.Record, error) {
	d, err := db.described(ctx, tx, e.head)
	if err != nil {
		return mdib.Record{}, err
	}
	r := mdib.Record{Seq: e.place, Encounter: now, Source: d.source, Device: d.mds,
		Numeric: e.numeric, Samples: e.wave, Enum: e.enum, Alert: e.alert}
	if e.metric != 0 {
		ref, err := db.ref(ctx, tx, e.metric)
		if err != nil {
			return r, err
		}
		if r.Metric = d.metrics[ref]; r.Metric == nil {
			r.Metric = &mdib.Metric{Ref: ref}
		}
		switch {
		case r.Numeric != nil:
			r.Numeric.Ref = ref
		case r.Enum != nil:
			r.Metric, r.Enum.Ref = kindOf(r.Metric, mdib.KindEnum), ref
		case r.Samples != nil:
			r.Metric, r.Samples.Ref = kindOf(r.Metric, mdib.KindSampleArray), ref
		}
	}
	r.ID = identity(&r, e.change)
	return r, nil
}

// kindOf gives a metric that nobody described the kind of its values.
func kindOf(m *mdib.Metric, k mdib.Kind) *mdib.Metric {
	if m.Kind == k {
		return m
	}
	c := *m
	c.Kind = k
	return &c
}

// Ack moves the cursor past b and parks what was rejected, in one transaction.
// A batch that was acknowledged before changes nothing.
func (db *DB) Ack(ctx context.Context, name string, b mdib.Batch, r mdib.Result) error {
	t, err := db.target(name)
	if err != nil {
		return err
	}
	if b.Target != name {
		return fmt.Errorf("a batch for the target %s was acknowledged as one for %s", b.Target, name)
	}
	places := map[uuid.UUID]int64{}
	for i := range b.Records {
		places[b.Records[i].ID] = b.Records[i].Seq
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	moved := false
	err = db.ask(ctx, func() error {
		return inTx(ctx, db.write, func(tx *sql.Tx) error {
			now := nanos(db.now())
			rejected := 0
			for _, x := range r.Rejected {
				if _, ok := places[x.ID]; ok {
					rejected++
				}
			}
			res, err := tx.ExecContext(ctx, "UPDATE target SET cursor = ?1, sent = sent + ?2, acked = ?3 WHERE name = ?4 AND cursor < ?1",
				b.After, len(b.Records)-rejected, now, name)
			if err != nil {
				return err
			}
			if n, err := res.RowsAffected(); err != nil || n == 0 {
				return err
			}
			moved = true
			for _, x := range r.Rejected {
				if _, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO parked (target, id, place, at, reason) VALUES (?, ?, ?, ?, ?)",
					name, x.ID[:], places[x.ID], now, x.Reason); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		return fmt.Errorf("acknowledging for the target %s: %w", name, problem(db.path, err))
	}
	if !moved {
		return nil
	}
	if b.After <= t.counted {
		t.waiting -= len(b.Records)
	} else {
		t.counted, t.waiting = b.After, 0
	}
	return nil
}

// Pending says how many records a target has not acknowledged, and when the
// oldest of them was received.
func (db *DB) Pending(ctx context.Context, name string) (n int, oldest time.Time, err error) {
	t, err := db.target(name)
	if err != nil {
		return 0, time.Time{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	err = db.view(ctx, "the tape", func(tx *sql.Tx) error {
		at, err := cursor(ctx, tx, name)
		if err != nil {
			return err
		}
		if at > t.counted {
			t.counted, t.waiting = at, 0
		}
		found := 0
		end, err := db.tape(ctx, tx, t.policy, t.counted, func(entry) (bool, error) {
			found++
			return true, nil
		})
		if err != nil {
			return err
		}
		t.counted, t.waiting = end, t.waiting+found
		n = t.waiting
		if n == 0 {
			return nil
		}
		_, err = db.tape(ctx, tx, t.policy, max(at, t.barren.Load()), func(e entry) (bool, error) {
			oldest = fromNanos(e.time)
			return false, nil
		})
		return err
	})
	return n, oldest, err
}

// LastAck says when a target last acknowledged something; zero if it never did.
func (db *DB) LastAck(ctx context.Context, name string) (time.Time, error) {
	var at int64 = noTime
	err := db.view(ctx, "the tape", func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, "SELECT acked FROM target WHERE name = ?", name).Scan(&at)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return fromNanos(at), err
}

// Parked is a record that a target refused for good.
type Parked struct {
	mdib.Rejection
	Seq int64     // its place on the tape
	At  time.Time // when it was refused
}

// Parked gives what a target refused for good, in the order of the tape.
func (db *DB) Parked(ctx context.Context, name string) ([]Parked, error) {
	var out []Parked
	err := db.view(ctx, "the tape", func(tx *sql.Tx) error {
		return eachRow(ctx, tx, "SELECT id, reason, place, at FROM parked WHERE target = ? ORDER BY place", []any{name},
			func(scan func(...any) error) error {
				var p Parked
				var at int64
				err := scan(&p.ID, &p.Reason, &p.Seq, &at)
				p.At = fromNanos(at)
				out = append(out, p)
				return err
			})
	})
	return out, err
}
