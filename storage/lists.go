package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"lamplight/mdib"

	"github.com/google/uuid"
)

// OpenEncounter is an encounter that lasts, and the devices that serve it.
type OpenEncounter struct {
	mdib.Encounter
	MDS []uuid.UUID
}

// Encounters gives all encounters in their newest state, by their start.
func (db *DB) Encounters(ctx context.Context) ([]mdib.Encounter, error) {
	var out []mdib.Encounter
	err := db.view(ctx, "encounters", func(tx *sql.Tx) (err error) {
		out, err = encounters(ctx, tx, "SELECT body FROM encounter ORDER BY started, id")
		return err
	})
	return out, err
}

// OpenEncounters gives the encounters that last, with the devices bound to each,
// so that after a restart recording goes on in them.
func (db *DB) OpenEncounters(ctx context.Context) ([]OpenEncounter, error) {
	var out []OpenEncounter
	err := db.view(ctx, "encounters", func(tx *sql.Tx) error {
		open, err := encounters(ctx, tx, "SELECT body FROM encounter WHERE ended IS NULL ORDER BY started, id")
		if err != nil {
			return err
		}
		for _, e := range open {
			ids, err := column[uuid.UUID](ctx, tx, `SELECT m.uuid FROM binding b JOIN mds m ON m.id = b.mds JOIN encounter e ON e.id = b.encounter
				WHERE e.uuid = ? AND b.ended IS NULL ORDER BY b.id`, e.ID[:])
			if err != nil {
				return err
			}
			out = append(out, OpenEncounter{e, ids})
		}
		return nil
	})
	return out, err
}

func encounters(ctx context.Context, tx *sql.Tx, query string, args ...any) ([]mdib.Encounter, error) {
	bodies, err := column[[]byte](ctx, tx, query, args...)
	if err != nil {
		return nil, err
	}
	out := make([]mdib.Encounter, len(bodies))
	for i, b := range bodies {
		if err := json.Unmarshal(b, &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Devices gives the devices that have served an encounter, by when they first did.
func (db *DB) Devices(ctx context.Context, encounter uuid.UUID) ([]uuid.UUID, error) {
	var out []uuid.UUID
	err := db.view(ctx, "devices", func(tx *sql.Tx) (err error) {
		out, err = column[uuid.UUID](ctx, tx, `SELECT m.uuid FROM binding b JOIN mds m ON m.id = b.mds JOIN encounter e ON e.id = b.encounter
			WHERE e.uuid = ? GROUP BY m.id ORDER BY min(b.id)`, encounter[:])
		return err
	})
	return out, err
}

// Description gives what a device last said of itself, or nil.
func (db *DB) Description(ctx context.Context, mds uuid.UUID) (*mdib.MDS, error) {
	var out *mdib.MDS
	err := db.view(ctx, "a description", func(tx *sql.Tx) error {
		bodies, err := column[[]byte](ctx, tx, `SELECT d.body FROM description d JOIN mds m ON m.id = d.mds
			WHERE m.uuid = ? ORDER BY d.id DESC LIMIT 1`, mds[:])
		if err != nil || len(bodies) == 0 {
			return err
		}
		out = new(mdib.MDS)
		return json.Unmarshal(bodies[0], out)
	})
	return out, err
}

// Metrics gives what an encounter or a device has told values of: each metric
// as it was last described, or with its Ref and Kind alone where it never was.
func (db *DB) Metrics(ctx context.Context, of uuid.UUID) ([]mdib.Metric, error) {
	var out []mdib.Metric
	err := db.view(ctx, "metrics", func(tx *sql.Tx) error {
		s, err := db.scope(ctx, tx, of)
		if err != nil {
			return err
		}
		for _, mds := range s.mds {
			var m mdib.MDS
			bodies, err := column[[]byte](ctx, tx, "SELECT body FROM description WHERE mds = ? ORDER BY id DESC LIMIT 1", mds)
			if err != nil {
				return err
			}
			if len(bodies) > 0 {
				if err := json.Unmarshal(bodies[0], &m); err != nil {
					return err
				}
			}
			refs, err := column[string](ctx, tx, "SELECT char(48 + kind) || ref FROM metric WHERE mds = ? ORDER BY id", mds)
			if err != nil {
				return err
			}
			for _, r := range refs {
				ref := mdib.Ref(r[1:])
				if x := m.Metric(ref); x != nil {
					out = append(out, *x)
				} else {
					out = append(out, mdib.Metric{Ref: ref, Kind: mdib.Kind(r[0] - '0')})
				}
			}
		}
		return nil
	})
	return out, err
}

const alertColumns = `a.received, a.time, a.ref, a.source, a.system, a.code, a.refid, a.kind, a.priority, a.provenance,
	a.present, a.signal, a.mode, a.text`

// alertRow takes the columns of alertColumns.
func alertRow(a *mdib.AlertCondition, received, time *int64) []any {
	return []any{received, time, &a.Ref, &a.Source, &a.Code.System, &a.Code.Value, &a.Code.RefID, &a.Kind, &a.Priority,
		&a.Provenance, &a.Present, &a.Signal, &a.Mode, &a.Text}
}

// Alerts gives every change of an alert condition of an encounter or a device
// from (included) to to (not included), in the order in which they were
// recorded, the device's and the workstation's.
func (db *DB) Alerts(ctx context.Context, of uuid.UUID, from, to time.Time) ([]mdib.AlertCondition, error) {
	var out []mdib.AlertCondition
	lo, hi := within(from, to)
	err := db.each(ctx, "alerts", of, "SELECT "+alertColumns+` FROM alert a WHERE a.mds = ? AND a.time >= ? AND a.time < ?
		AND (? = 0 OR a.encounter = ?) ORDER BY a.seq, a.idx`, lo, hi, true, func(scan func(...any) error) error {
		var a mdib.AlertCondition
		var received, at int64
		if err := scan(alertRow(&a, &received, &at)...); err != nil {
			return err
		}
		a.Time = fromNanos(at)
		out = append(out, a)
		return nil
	})
	return out, err
}

// Links gives the states that the connections of an encounter's devices, or of
// one device, took from (included) to to (not included).
func (db *DB) Links(ctx context.Context, of uuid.UUID, from, to time.Time) ([]mdib.Link, error) {
	var out []mdib.Link
	lo, hi := within(from, to)
	err := db.each(ctx, "links", of, `SELECT state, since, reason, detail, retry, counts FROM link
		WHERE mds = ? AND received >= ? AND received < ? ORDER BY seq, idx`, lo, hi, false, func(scan func(...any) error) error {
		var l mdib.Link
		var since, retry int64
		var counts []byte
		if err := scan(&l.State, &since, &l.Reason, &l.Detail, &retry, &counts); err != nil {
			return err
		}
		l.Since, l.Retry = fromNanos(since), fromNanos(retry)
		out = append(out, l)
		return json.Unmarshal(counts, &out[len(out)-1].Counts)
	})
	return out, err
}

// Gap says what is missing from the record, and why.
type Gap struct {
	MDS      uuid.UUID
	Ref      mdib.Ref  // the wave that misses samples; "" when it is the whole device
	From, To time.Time // To is zero while it lasts
	// Reason is a mdib.Reason or mdib.LinkState for a lost connection, "stopped"
	// when Lamplight did not run, "samples" when a wave jumped in time, "refused"
	// when the disk did not take all that was to be recorded.
	Reason  string
	Samples int // known to be missing; 0 if not known
	Values  int
}

// Gaps gives what is missing of an encounter or a device between from and to.
func (db *DB) Gaps(ctx context.Context, of uuid.UUID, from, to time.Time) ([]Gap, error) {
	var out []Gap
	lo, hi := within(from, to)
	err := db.each(ctx, "gaps", of, `SELECT m.uuid, g.ref, g.started, g.ended, g.reason, g.samples, g.vals
		FROM gap g JOIN mds m ON m.id = g.mds WHERE g.mds = ? AND (g.ended IS NULL OR g.ended >= ?) AND g.started < ?
		AND (? = 0 OR g.encounter = ?) ORDER BY g.id`, lo, hi, true, func(scan func(...any) error) error {
		var g Gap
		var from int64
		var to sql.NullInt64
		if err := scan(&g.MDS, &g.Ref, &from, &to, &g.Reason, &g.Samples, &g.Values); err != nil {
			return err
		}
		g.From = fromNanos(from)
		if to.Valid {
			g.To = fromNanos(to.Int64)
		}
		out = append(out, g)
		return nil
	})
	return out, err
}

// each runs a query for every device of a scope. Its first arguments are the
// device and the window; those of one that tells encounters apart follow.
func (db *DB) each(ctx context.Context, what string, of uuid.UUID, query string, lo, hi int64, byEncounter bool, do func(func(...any) error) error) error {
	return db.view(ctx, what, func(tx *sql.Tx) error {
		s, err := db.scope(ctx, tx, of)
		if err != nil {
			return err
		}
		for _, mds := range s.mds {
			args := []any{mds, lo, hi}
			if byEncounter {
				args = append(args, s.encounter, s.encounter)
			}
			if err := eachRow(ctx, tx, query, args, do); err != nil {
				return err
			}
		}
		return nil
	})
}

func eachRow(ctx context.Context, tx *sql.Tx, query string, args []any, do func(func(...any) error) error) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := do(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Stats counts what the record holds.
type Stats struct {
	Devices    int // that described themselves
	Encounters int
	Reports    int // accepted since Open
	Numerics   int
	Enums      int
	Samples    int // single sample values
	Alerts     int // changes of alert conditions
	Links      int
	Gaps       int
	Rows       int // of the tables of values: packed rows, alerts, links, gaps
	Synced     int // records accepted by targets
	Damaged    int // blocks found damaged since Open
}

// Stats counts what the record holds.
func (db *DB) Stats(ctx context.Context) (Stats, error) {
	var s Stats
	err := db.view(ctx, "counts", func(tx *sql.Tx) error {
		var packed int
		if err := tx.QueryRowContext(ctx, `SELECT (SELECT count(DISTINCT mds) FROM description), (SELECT count(*) FROM encounter),
			(SELECT coalesce(sum(numerics), 0) FROM numerics), (SELECT coalesce(sum(enums), 0) FROM numerics),
			(SELECT coalesce(sum(samples), 0) FROM waves), (SELECT count(*) FROM alert), (SELECT count(*) FROM link),
			(SELECT count(*) FROM gap), (SELECT count(*) FROM numerics) + (SELECT count(*) FROM waves),
			(SELECT coalesce(sum(sent), 0) FROM target)`).
			Scan(&s.Devices, &s.Encounters, &s.Numerics, &s.Enums, &s.Samples, &s.Alerts, &s.Links, &s.Gaps, &packed, &s.Synced); err != nil {
			return err
		}
		s.Rows = packed + s.Alerts + s.Links + s.Gaps
		return nil
	})
	db.queue.mu.Lock()
	s.Reports = db.queue.kept
	db.queue.mu.Unlock()
	s.Damaged = int(db.damaged.Load())
	return s, err
}
