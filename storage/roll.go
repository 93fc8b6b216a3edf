package storage

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"math"
	"time"
)

// rollEvery is how many transactions are summed up at once.
const rollEvery = 60

// sum is what is known of one metric over a stretch of time.
type sum struct {
	count         int64
	min, max, sum float64
}

func (s *sum) add(o sum) {
	if s.count == 0 {
		*s = o
		return
	}
	if o.count == 0 {
		return
	}
	s.count += o.count
	s.sum += o.sum
	s.min, s.max = min(s.min, o.min), max(s.max, o.max)
}

// minuteKey names one row of the table roll.
type minuteKey struct{ mds, minute, encounter int64 }

type minute map[int64]sum // by metric

func appendMinute(b []byte, m minute) []byte {
	b = binary.AppendUvarint(b, uint64(len(m)))
	for metric, s := range m {
		b = binary.AppendUvarint(b, uint64(metric))
		b = binary.AppendUvarint(b, uint64(s.count))
		for _, f := range []float64{s.min, s.max, s.sum} {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(f))
		}
	}
	return b
}

func (r *reader) float() float64 {
	if p := r.take(8); p != nil {
		return math.Float64frombits(binary.LittleEndian.Uint64(p))
	}
	return 0
}

// minute calls do for each metric of a row of the table roll.
func (r *reader) minute(do func(metric int64, s sum)) {
	for range r.count(26) {
		metric := r.id()
		s := sum{r.id(), r.float(), r.float(), r.float()}
		if r.err != nil {
			return
		}
		do(metric, s)
	}
}

// sumOf gives what one value adds to a sum, and whether it does.
func sumOf(n *numeric) (sum, bool) {
	if !n.Validity.HasValue() || math.IsNaN(n.Value) || math.IsInf(n.Value, 0) {
		return sum{}, false
	}
	return sum{1, n.Value, n.Value, n.Value}, true
}

// roll sums up what was recorded since the last time, when that is a minute's
// worth, and gives the transaction up to which it has. The minutes are a
// function of the packed rows alone, so nothing is lost with the process.
func (w *writer) roll(ctx context.Context, tx *sql.Tx, seq int64) (int64, error) {
	if seq-w.rolled < rollEvery {
		return w.rolled, nil
	}
	minutes := map[minuteKey]minute{}
	err := unrolled(ctx, tx, w.rolled, func(h head, n *numeric) {
		s, ok := sumOf(n)
		if !ok {
			return
		}
		k := minuteKey{h.mds, floorDiv(n.time, int64(time.Minute)), h.encounter}
		if minutes[k] == nil {
			minutes[k] = minute{}
		}
		have := minutes[k][n.metric]
		have.add(s)
		minutes[k][n.metric] = have
	})
	if err != nil {
		return 0, err
	}
	for k, m := range minutes {
		var before []byte
		err := tx.QueryRowContext(ctx, "SELECT body FROM roll WHERE mds = ? AND minute = ? AND encounter = ?", k.mds, k.minute, k.encounter).Scan(&before)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return 0, err
		}
		(&reader{b: before}).minute(func(metric int64, s sum) {
			s.add(m[metric])
			m[metric] = s
		})
		if _, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO roll (mds, minute, encounter, body) VALUES (?, ?, ?, ?)",
			k.mds, k.minute, k.encounter, appendMinute(nil, m)); err != nil {
			return 0, err
		}
	}
	_, err = tx.ExecContext(ctx, "UPDATE rolled SET seq = ?", seq)
	return seq, err
}

// unrolled walks the numerics that the table roll does not have yet. A damaged
// block is left out: what is in it is lost to every reader alike.
func unrolled(ctx context.Context, tx *sql.Tx, rolled int64, do func(head, *numeric)) error {
	query := "SELECT at, body FROM numerics WHERE seq > ? ORDER BY seq"
	return eachBlock(ctx, tx, query, []any{rolled}, func(at int64, r *reader, err error) {
		if err != nil {
			return
		}
		h, t := r.head(), times{at, at}
		for _, n := range r.numerics(&t) {
			do(h, &n)
		}
	})
}

// resume takes up the record where the last run left it. Devices that were
// being recorded have a gap since then.
func (w *writer) resume(ctx context.Context) error {
	return inTx(ctx, w.db.write, func(tx *sql.Tx) error {
		var last sql.NullInt64
		if err := tx.QueryRowContext(ctx, `SELECT max(
			(SELECT coalesce(max(seq), 0) FROM numerics), (SELECT coalesce(max(seq), 0) FROM waves),
			(SELECT coalesce(max(seq), 0) FROM change), (SELECT coalesce(max(seq), 0) FROM alert),
			(SELECT coalesce(max(seq), 0) FROM link), (SELECT seq FROM rolled))`).Scan(&w.seq); err != nil {
			return err
		}
		if err := tx.QueryRowContext(ctx, "SELECT seq FROM rolled").Scan(&w.rolled); err != nil {
			return err
		}
		if err := tx.QueryRowContext(ctx, `SELECT at FROM (SELECT * FROM (SELECT seq, at FROM numerics ORDER BY seq DESC LIMIT 1)
			UNION ALL SELECT * FROM (SELECT seq, at FROM waves ORDER BY seq DESC LIMIT 1)) ORDER BY seq DESC LIMIT 1`).
			Scan(&last); errors.Is(err, sql.ErrNoRows) {
			return nil
		} else if err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO gap (mds, encounter, ref, started, reason, samples, vals)
			SELECT mds, encounter, '', ?, 'stopped', 0, 0 FROM binding
			WHERE ended IS NULL AND mds NOT IN (SELECT mds FROM gap WHERE ended IS NULL)`, last.Int64)
		return err
	})
}
