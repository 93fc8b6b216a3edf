package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"

	"lamplight/mdib"

	"github.com/google/uuid"
)

// view runs a query on one consistent state of the file. It does not hold the
// writer up, nor is it held up.
func (db *DB) view(ctx context.Context, what string, do func(*sql.Tx) error) error {
	tx, err := db.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err == nil {
		err = do(tx)
		_ = tx.Rollback() // nothing was written
	}
	if err != nil {
		return fmt.Errorf("reading %s from %s: %w", what, db.path, err)
	}
	return nil
}

// scope is whose record is asked for: an encounter's, or a device's at all times.
type scope struct {
	encounter int64 // 0: whatever the encounter
	mds       []int64
}

// scope finds an encounter or a device by its UUID; one that the record does
// not know has no devices.
func (db *DB) scope(ctx context.Context, tx *sql.Tx, of uuid.UUID) (scope, error) {
	var s scope
	query, arg := "SELECT id FROM mds WHERE uuid = ?", any(of[:])
	err := tx.QueryRowContext(ctx, "SELECT id FROM encounter WHERE uuid = ?", of[:]).Scan(&s.encounter)
	if err == nil {
		query, arg = "SELECT DISTINCT mds FROM binding WHERE encounter = ? ORDER BY id", s.encounter
	} else if !errors.Is(err, sql.ErrNoRows) {
		return s, err
	}
	s.mds, err = column[int64](ctx, tx, query, arg)
	return s, err
}

// column gives the only column of a query.
func column[T any](ctx context.Context, tx *sql.Tx, query string, args ...any) ([]T, error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		var v T
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// metric finds the scope of an encounter or a device, and the row ids of what
// bears the Ref on its devices.
func (db *DB) metric(ctx context.Context, tx *sql.Tx, of uuid.UUID, ref mdib.Ref) (scope, map[int64]bool, error) {
	s, err := db.scope(ctx, tx, of)
	if err != nil {
		return s, nil, err
	}
	out := map[int64]bool{}
	for _, mds := range s.mds {
		ids, err := column[int64](ctx, tx, "SELECT id FROM metric WHERE mds = ? AND ref = ?", mds, string(ref))
		if err != nil {
			return s, nil, err
		}
		for _, id := range ids {
			out[id] = true
		}
	}
	return s, out, nil
}

func (s scope) has(h head) bool {
	if s.encounter != 0 && s.encounter != h.encounter {
		return false
	}
	for _, m := range s.mds {
		if m == h.mds {
			return true
		}
	}
	return false
}

// packed walks the blocks of packed rows that may hold something of from…to,
// in the order in which it was recorded.
func (db *DB) packed(ctx context.Context, tx *sql.Tx, kind int, s scope, from, to int64, do func(*reader, times)) error {
	table := [...]string{spanNumerics: "numerics", spanWaves: "waves"}[kind]
	query := "SELECT at, body FROM " + table + " WHERE seq IN (SELECT seq FROM span WHERE kind = ? AND bucket BETWEEN ? AND ?) ORDER BY seq"
	return eachBlock(ctx, tx, query, []any{kind, floorDiv(from, bucket), floorDiv(to, bucket)}, func(at int64, r *reader, err error) {
		if err != nil {
			db.damaged.Add(1)
		} else if s.has(r.head()) {
			do(r, times{at, at})
		}
	})
}

// eachBlock gives every block of the rows of a query for at and body, or why it
// cannot be read.
func eachBlock(ctx context.Context, tx *sql.Tx, query string, args []any, do func(at int64, r *reader, err error)) error {
	return eachRow(ctx, tx, query, args, func(scan func(...any) error) error {
		var at int64
		var body sql.RawBytes
		if err := scan(&at, &body); err != nil {
			return err
		}
		for r, err := range blocks(body) {
			do(at, r, err)
		}
		return nil
	})
}

// within gives the limits of a window; a zero to has no end.
func within(from, to time.Time) (int64, int64) {
	if to.IsZero() {
		return nanos(from), math.MaxInt64
	}
	return nanos(from), nanos(to)
}

// Numerics gives the values of one metric of an encounter or a device from
// (included) to to (not included), in the order in which they were recorded: a
// clock that was set back shows as times that run back.
func (db *DB) Numerics(ctx context.Context, of uuid.UUID, ref mdib.Ref, from, to time.Time) ([]mdib.Numeric, error) {
	var out []mdib.Numeric
	err := db.values(ctx, of, ref, from, to, func(r *reader, t *times, match func(item) bool) {
		for _, n := range r.numerics(t) {
			if match(n.item) {
				n.Ref = ref
				out = append(out, n.Numeric)
			}
		}
	})
	return out, err
}

// Enums is Numerics for an enumeration metric.
func (db *DB) Enums(ctx context.Context, of uuid.UUID, ref mdib.Ref, from, to time.Time) ([]mdib.EnumString, error) {
	var out []mdib.EnumString
	err := db.values(ctx, of, ref, from, to, func(r *reader, t *times, match func(item) bool) {
		r.numerics(t)
		for _, e := range r.enums(t) {
			if match(e.item) {
				e.Ref = ref
				out = append(out, e.EnumString)
			}
		}
	})
	return out, err
}

func (db *DB) values(ctx context.Context, of uuid.UUID, ref mdib.Ref, from, to time.Time, do func(*reader, *times, func(item) bool)) error {
	lo, hi := within(from, to)
	return db.view(ctx, "values", func(tx *sql.Tx) error {
		s, ids, err := db.metric(ctx, tx, of, ref)
		if err != nil || len(ids) == 0 {
			return err
		}
		match := func(i item) bool { return ids[i.metric] && i.time >= lo && i.time < hi }
		return db.packed(ctx, tx, spanNumerics, s, lo, hi, func(r *reader, t times) { do(r, &t, match) })
	})
}

// Samples gives the arrays of one wave of an encounter or a device that touch
// the time from (included) to to (not included), in the order in which they
// were recorded.
func (db *DB) Samples(ctx context.Context, of uuid.UUID, ref mdib.Ref, from, to time.Time) ([]mdib.SampleArray, error) {
	lo, hi := within(from, to)
	var out []mdib.SampleArray
	err := db.view(ctx, "waves", func(tx *sql.Tx) error {
		s, ids, err := db.metric(ctx, tx, of, ref)
		if err != nil || len(ids) == 0 {
			return err
		}
		return db.packed(ctx, tx, spanWaves, s, lo, hi, func(r *reader, t times) {
			for _, x := range r.runs(&t) {
				if ids[x.metric] && x.time < hi && max(x.end(), x.time+1) > lo {
					x.Ref = ref
					out = append(out, x.SampleArray)
				}
			}
		})
	})
	return out, err
}

// mostRollups bounds the answer of Rollups.
const mostRollups = 1 << 20

// Rollups sums up one metric of an encounter or a device in steps from from to
// to. Steps begin at whole multiples of step since 1970 UTC, the first at or
// before from. Steps longer than a minute are rounded up to whole minutes. Every
// step is given; one without a value has Count 0.
func (db *DB) Rollups(ctx context.Context, of uuid.UUID, ref mdib.Ref, from, to time.Time, step time.Duration) ([]mdib.Rollup, error) {
	if step > time.Minute {
		step = (step + time.Minute - 1) / time.Minute * time.Minute
	}
	if step <= 0 || !to.After(from) || to.Sub(from)/step > mostRollups {
		return nil, fmt.Errorf("cannot sum up from %v to %v in steps of %v: ask for 1 to %d steps", from, to, step, mostRollups)
	}
	width := int64(step)
	first := floorDiv(nanos(from), width)
	sums := make([]sum, floorDiv(nanos(to)-1, width)-first+1)
	lo, hi := first*width, (first+int64(len(sums)))*width
	add := func(time int64, s sum) {
		if time >= lo && time < hi {
			sums[time/width-first].add(s)
		}
	}
	err := db.view(ctx, "trends", func(tx *sql.Tx) error {
		s, ids, err := db.metric(ctx, tx, of, ref)
		if err != nil || len(ids) == 0 {
			return err
		}
		values := func(r *reader, t times) {
			for _, n := range r.numerics(&t) {
				if v, ok := sumOf(&n); ok && ids[n.metric] {
					add(n.time, v)
				}
			}
		}
		if step < time.Minute {
			return db.packed(ctx, tx, spanNumerics, s, lo, hi, values)
		}
		return db.minutes(ctx, tx, s, ids, lo, hi, add)
	})
	if err != nil {
		return nil, err
	}
	out := make([]mdib.Rollup, len(sums))
	for i, s := range sums {
		out[i] = mdib.Rollup{Start: fromNanos((first + int64(i)) * width), Span: step, Count: int(s.count)}
		if s.count > 0 {
			out[i].Min, out[i].Max, out[i].Mean = s.min, s.max, s.sum/float64(s.count)
		}
	}
	return out, nil
}

// minutes adds what the table roll has, and what it does not have yet.
func (db *DB) minutes(ctx context.Context, tx *sql.Tx, s scope, ids map[int64]bool, lo, hi int64, add func(int64, sum)) error {
	var rolled int64
	if err := tx.QueryRowContext(ctx, "SELECT seq FROM rolled").Scan(&rolled); err != nil {
		return err
	}
	for _, mds := range s.mds {
		args := []any{mds, lo / int64(time.Minute), hi / int64(time.Minute), s.encounter, s.encounter}
		err := eachRow(ctx, tx, "SELECT minute, body FROM roll WHERE mds = ? AND minute >= ? AND minute < ? AND (? = 0 OR encounter = ?)", args,
			func(scan func(...any) error) error {
				var at int64
				var body sql.RawBytes
				if err := scan(&at, &body); err != nil {
					return err
				}
				(&reader{b: body}).minute(func(metric int64, v sum) {
					if ids[metric] {
						add(at*int64(time.Minute), v)
					}
				})
				return nil
			})
		if err != nil {
			return err
		}
	}
	return unrolled(ctx, tx, rolled, func(h head, n *numeric) {
		if v, ok := sumOf(n); ok && ids[n.metric] && s.has(h) {
			add(n.time, v)
		}
	})
}
