package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"lamplight/mdib"

	"github.com/google/uuid"
)

// The tape is the record seen as one row of things, each at a place made of its
// transaction, its part and its number within that:
//
//	place = seq<<29 | part<<26 | number
//
// It is not written anywhere: a place can be found again from the rows alone.
// The number of what is packed is where its block begins in the row, plus its
// own in the block: that only grows, and stays when another block is damaged.
const (
	partChange = iota
	partAlert
	partNumeric
	partEnum
	partWave
	partBits   = 3
	numberBits = 26
	seqShift   = partBits + numberBits
)

func place(seq int64, part, number int) int64 {
	return seq<<seqShift | int64(part)<<numberBits | int64(number)
}

// Policy says what of the record a target is sent. Encounters always are, and
// only what belongs to one.
type Policy struct {
	// NumericsEvery thins numerics and enumerations out: of each metric the first
	// of every such period, and, where that had no value, the first that has; of
	// an enumeration every value at its first appearance. What is taken now and
	// then (Metric.Episodic) is never thinned. 0 sends all.
	NumericsEvery time.Duration
	Waves         bool
	Alerts        bool
}

// entry is one thing on the tape.
type entry struct {
	place int64
	head
	metric  int64
	numeric *mdib.Numeric
	enum    *mdib.EnumString
	wave    *mdib.SampleArray
	alert   *mdib.AlertCondition
	change  []byte // the encounter, in JSON
	time    int64  // when it was received
}

// mostRead is how many transactions are read at once, after a few to begin with.
const mostRead = 64

// tape walks what the policy lets through behind a place, until do says stop,
// and gives the place up to which it has gone.
func (db *DB) tape(ctx context.Context, tx *sql.Tx, p Policy, after int64, do func(entry) (more bool, err error)) (int64, error) {
	t := thinner{every: int64(p.NumericsEvery), db: db, tx: tx, seen: map[shown]bool{}, episodic: map[[2]int64]bool{}}
	first := after >> seqShift
	start, err := t.start(ctx, first)
	if err != nil {
		return after, err
	}
	for size := int64(2); ; size = min(size*2, mostRead) {
		// Transactions that keep nothing have no row; skip over them.
		var next sql.NullInt64
		if err := tx.QueryRowContext(ctx, `SELECT min(s) FROM (SELECT min(seq) s FROM numerics WHERE seq >= ?1 UNION ALL
			SELECT min(seq) FROM waves WHERE seq >= ?1 UNION ALL SELECT min(seq) FROM change WHERE seq >= ?1 UNION ALL
			SELECT min(seq) FROM alert WHERE seq >= ?1)`, start).Scan(&next); err != nil {
			return after, err
		}
		if !next.Valid {
			return after, nil
		}
		start = next.Int64 + size
		window, err := db.window(ctx, tx, p, next.Int64, start, &t)
		if err != nil {
			return after, err
		}
		for _, e := range window {
			if e.place <= after || e.encounter == 0 {
				continue
			}
			more, err := do(e)
			if err != nil || !more {
				return e.place, err
			}
		}
		// What this transaction saw will never change behind it.
		var last int64
		if err := tx.QueryRowContext(ctx, `SELECT max((SELECT coalesce(max(seq), 0) FROM numerics), (SELECT coalesce(max(seq), 0) FROM waves),
			(SELECT coalesce(max(seq), 0) FROM change), (SELECT coalesce(max(seq), 0) FROM alert))`).Scan(&last); err != nil {
			return after, err
		}
		after = max(after, place(min(start, last+1), 0, 0)-1)
	}
}

// thinner chooses what of the numerics is sent.
type thinner struct {
	every  int64
	db     *DB
	tx     *sql.Tx
	period int64
	begun  bool
	seen   map[shown]bool

	episodic map[[2]int64]bool // by description and metric, as far as asked
}

// shown is what is sent once in a period.
type shown struct {
	encounter, metric int64
	none              bool   // it had no value
	text              string // of an enumeration
}

// start gives the transaction at which to begin reading so that the period in
// which seq lies is known from its beginning.
func (t *thinner) start(ctx context.Context, seq int64) (int64, error) {
	if t.every == 0 {
		return seq, nil
	}
	rows, err := t.tx.QueryContext(ctx, "SELECT seq, at FROM numerics WHERE seq <= ? ORDER BY seq DESC", seq)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var period int64
	for first := true; rows.Next(); first = false {
		var s, at int64
		if err := rows.Scan(&s, &at); err != nil {
			return 0, err
		}
		if p := floorDiv(at, t.every); first {
			period = p
		} else if p != period {
			break
		}
		seq = s
	}
	return seq, rows.Err()
}

// pass says whether a numeric or an enumeration of a transaction of that time
// is sent. It must be asked about every one, in the order of the tape.
func (t *thinner) pass(ctx context.Context, at int64, e *entry) (bool, error) {
	if t.every == 0 {
		return true, nil
	}
	if p := floorDiv(at, t.every); !t.begun || p != t.period {
		t.begun, t.period = true, p
		clear(t.seen)
	}
	key := shown{encounter: e.encounter, metric: e.metric}
	switch {
	case e.enum != nil:
		key.text = toldEnum(e.enum).text
	case !e.numeric.Validity.HasValue():
		key.none = !t.seen[key]
	}
	if t.seen[key] {
		return t.isEpisodic(ctx, e)
	}
	t.seen[key] = true
	return true, nil
}

func (t *thinner) isEpisodic(ctx context.Context, e *entry) (bool, error) {
	key := [2]int64{e.description, e.metric}
	if is, known := t.episodic[key]; known {
		return is, nil
	}
	d, err := t.db.described(ctx, t.tx, e.head)
	if err != nil {
		return false, err
	}
	ref, err := t.db.ref(ctx, t.tx, e.metric)
	if err != nil {
		return false, err
	}
	m := d.metrics[ref]
	t.episodic[key] = m != nil && m.Episodic
	return t.episodic[key], nil
}

// window reads the transactions from…to, in the order of the tape.
func (db *DB) window(ctx context.Context, tx *sql.Tx, p Policy, from, to int64, t *thinner) ([]entry, error) {
	bySeq := map[int64][]entry{}
	err := eachRow(ctx, tx, "SELECT seq, idx, mds, encounter, description, received, body FROM change WHERE seq >= ? AND seq < ? ORDER BY seq, idx",
		[]any{from, to}, func(scan func(...any) error) error {
			var e entry
			var seq int64
			var idx int
			err := scan(&seq, &idx, &e.mds, &e.encounter, &e.description, &e.time, &e.change)
			e.place = place(seq, partChange, idx)
			bySeq[seq] = append(bySeq[seq], e)
			return err
		})
	if err != nil {
		return nil, err
	}
	if p.Alerts {
		err = eachRow(ctx, tx, "SELECT seq, idx, mds, encounter, description, "+alertColumns+
			" FROM alert a WHERE seq >= ? AND seq < ? ORDER BY seq, idx", []any{from, to}, func(scan func(...any) error) error {
			var seq, at int64
			var idx int
			e := entry{alert: new(mdib.AlertCondition)}
			err := scan(append([]any{&seq, &idx, &e.mds, &e.encounter, &e.description}, alertRow(e.alert, &e.time, &at)...)...)
			e.alert.Time = fromNanos(at)
			e.place = place(seq, partAlert, idx)
			bySeq[seq] = append(bySeq[seq], e)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if err := db.windowValues(ctx, tx, from, to, bySeq, t); err != nil {
		return nil, err
	}
	if p.Waves {
		if err := db.windowWaves(ctx, tx, from, to, bySeq); err != nil {
			return nil, err
		}
	}
	var out []entry
	for seq := from; seq < to; seq++ {
		out = append(out, bySeq[seq]...)
	}
	return out, nil
}

func (db *DB) windowValues(ctx context.Context, tx *sql.Tx, from, to int64, bySeq map[int64][]entry, th *thinner) error {
	return db.windowBlocks(ctx, tx, "numerics", from, to, func(seq, at int64, block []*reader) error {
		var later []entry
		for _, r := range block {
			h, t := r.head(), times{at, at}
			ns := r.numerics(&t)
			for i := range ns {
				e := entry{place: place(seq, partNumeric, r.at+i), head: h, metric: ns[i].metric, numeric: &ns[i].Numeric, time: ns[i].received}
				if pass, err := th.pass(ctx, at, &e); err != nil {
					return err
				} else if pass {
					bySeq[seq] = append(bySeq[seq], e)
				}
			}
			es := r.enums(&t)
			for i := range es {
				e := entry{place: place(seq, partEnum, r.at+i), head: h, metric: es[i].metric, enum: &es[i].EnumString, time: es[i].received}
				if pass, err := th.pass(ctx, at, &e); err != nil {
					return err
				} else if pass {
					later = append(later, e)
				}
			}
		}
		bySeq[seq] = append(bySeq[seq], later...)
		return nil
	})
}

func (db *DB) windowWaves(ctx context.Context, tx *sql.Tx, from, to int64, bySeq map[int64][]entry) error {
	return db.windowBlocks(ctx, tx, "waves", from, to, func(seq, at int64, block []*reader) error {
		for _, r := range block {
			h, t := r.head(), times{at, at}
			runs := r.runs(&t)
			for i := range runs {
				bySeq[seq] = append(bySeq[seq], entry{place: place(seq, partWave, r.at+i), head: h, metric: runs[i].metric,
					wave: &runs[i].SampleArray, time: runs[i].received})
			}
		}
		return nil
	})
}

func (db *DB) windowBlocks(ctx context.Context, tx *sql.Tx, table string, from, to int64, do func(seq, at int64, blocks []*reader) error) error {
	return eachRow(ctx, tx, "SELECT seq, at, body FROM "+table+" WHERE seq >= ? AND seq < ? ORDER BY seq",
		[]any{from, to}, func(scan func(...any) error) error {
			var seq, at int64
			var body sql.RawBytes
			if err := scan(&seq, &at, &body); err != nil {
				return err
			}
			var good []*reader
			for r, err := range blocks(body) {
				if err != nil {
					db.damaged.Add(1)
					continue
				}
				good = append(good, r)
			}
			return do(seq, at, good)
		})
}

// described is one description, with the UUID of its device.
type described struct {
	source  uuid.UUID
	mds     *mdib.MDS
	metrics map[mdib.Ref]*mdib.Metric
}

// described gives the description that was in force where a block was written;
// an empty one when the device had not described itself.
func (db *DB) described(ctx context.Context, tx *sql.Tx, h head) (*described, error) {
	key := h.description
	if key == 0 {
		key = -h.mds
	}
	db.mu.Lock()
	d := db.devices[key]
	db.mu.Unlock()
	if d != nil {
		return d, nil
	}
	d = &described{mds: new(mdib.MDS), metrics: map[mdib.Ref]*mdib.Metric{}}
	if err := tx.QueryRowContext(ctx, "SELECT uuid FROM mds WHERE id = ?", h.mds).Scan(&d.source); err != nil {
		return nil, err
	}
	if h.description != 0 {
		var body []byte
		if err := tx.QueryRowContext(ctx, "SELECT body FROM description WHERE id = ?", h.description).Scan(&body); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(body, d.mds); err != nil {
			return nil, err
		}
		for m := range d.mds.Metrics() {
			d.metrics[m.Ref] = m
		}
	}
	db.mu.Lock()
	db.devices[key] = d
	db.mu.Unlock()
	return d, nil
}

// ref gives the Ref of a metric by its row id.
func (db *DB) ref(ctx context.Context, tx *sql.Tx, metric int64) (mdib.Ref, error) {
	db.mu.Lock()
	ref, ok := db.refs[metric]
	db.mu.Unlock()
	if ok {
		return ref, nil
	}
	err := tx.QueryRowContext(ctx, "SELECT ref FROM metric WHERE id = ?", metric).Scan(&ref)
	if err != nil {
		return "", err
	}
	db.mu.Lock()
	db.refs[metric] = ref
	db.mu.Unlock()
	return ref, nil
}

// encounterAt gives the state that an entry's encounter was in then.
func encounterAt(ctx context.Context, tx *sql.Tx, e entry) (*mdib.Encounter, error) {
	body := e.change
	if body == nil {
		if err := tx.QueryRowContext(ctx, "SELECT body FROM change WHERE encounter = ? AND seq <= ? ORDER BY seq DESC, idx DESC LIMIT 1",
			e.encounter, e.place>>seqShift).Scan(&body); err != nil {
			return nil, err
		}
	}
	out := new(mdib.Encounter)
	return out, json.Unmarshal(body, out)
}
