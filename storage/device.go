package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"time"

	"lamplight/mdib"

	"github.com/google/uuid"
)

// device is what the writer knows of one MDS. All but ends, last and heard can
// be read back from the file.
type device struct {
	id      int64
	head    head
	body    string // of the description
	periods map[mdib.Ref]int64
	metrics map[mdib.Ref]int64
	ends    map[mdib.Ref]int64 // where each wave's next sample is due
	last    map[mdib.Ref]told  // newest value of each metric
	heard   int64              // when it last told a value; noTime if not since Open
	refused [2]int64           // the newest stretch of which something was refused
	gap     int64              // row of its open gap; 0 if none
	link    mdib.Link          // as last kept
}

// told is what makes two values the same one, told twice.
type told struct {
	time     int64
	bits     uint64
	text     string
	validity mdib.Validity
}

func (d *device) clone() *device {
	c := *d
	c.metrics = maps.Clone(d.metrics)
	c.ends = maps.Clone(d.ends)
	c.last = maps.Clone(d.last)
	return &c
}

// device gives a device to change within the transaction. The change is kept
// only when the transaction is.
func (b *build) device(ctx context.Context, id uuid.UUID) (*device, error) {
	if d := b.devices[id]; d != nil {
		return d, nil
	}
	if d := b.w.devices[id]; d != nil {
		b.devices[id] = d.clone()
		return b.devices[id], nil
	}
	d := &device{metrics: map[mdib.Ref]int64{}, ends: map[mdib.Ref]int64{}, last: map[mdib.Ref]told{}, heard: noTime}
	err := b.tx.QueryRowContext(ctx, "SELECT id FROM mds WHERE uuid = ?", id[:]).Scan(&d.id)
	if errors.Is(err, sql.ErrNoRows) {
		d.id, err = b.insert(ctx, "INSERT INTO mds (uuid) VALUES (?)", id[:])
	} else if err == nil {
		err = d.load(ctx, b.tx)
	}
	if err != nil {
		return nil, err
	}
	d.head.mds = d.id
	b.devices[id] = d
	return d, nil
}

// load reads what the file knows of the device.
func (d *device) load(ctx context.Context, tx *sql.Tx) error {
	none := func(err error) error {
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	}
	if err := errors.Join(
		none(tx.QueryRowContext(ctx, "SELECT id, body FROM description WHERE mds = ? ORDER BY id DESC LIMIT 1", d.id).
			Scan(&d.head.description, &d.body)),
		none(tx.QueryRowContext(ctx, "SELECT encounter FROM binding WHERE mds = ? AND ended IS NULL", d.id).
			Scan(&d.head.encounter)),
		none(tx.QueryRowContext(ctx, "SELECT id FROM gap WHERE mds = ? AND ended IS NULL ORDER BY id DESC LIMIT 1", d.id).
			Scan(&d.gap)),
	); err != nil {
		return err
	}
	if d.body != "" {
		var m mdib.MDS
		if err := json.Unmarshal([]byte(d.body), &m); err != nil {
			return err
		}
		d.periods = periods(&m)
	}
	rows, err := tx.QueryContext(ctx, "SELECT ref, id FROM metric WHERE mds = ?", d.id)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var ref mdib.Ref
		var id int64
		if err := rows.Scan(&ref, &id); err != nil {
			return err
		}
		d.metrics[ref] = id
	}
	return rows.Err()
}

func periods(m *mdib.MDS) map[mdib.Ref]int64 {
	out := map[mdib.Ref]int64{}
	for x := range m.Metrics() {
		if x.Kind == mdib.KindSampleArray && x.Period > 0 {
			out[x.Ref] = int64(x.Period)
		}
	}
	return out
}

func (b *build) metric(ctx context.Context, d *device, ref mdib.Ref, kind mdib.Kind) (int64, error) {
	if id := d.metrics[ref]; id != 0 {
		return id, nil
	}
	id, err := b.insert(ctx, "INSERT INTO metric (mds, ref, kind) VALUES (?, ?, ?)", d.id, string(ref), int(kind))
	d.metrics[ref] = id
	return id, err
}

// describe keeps a description that differs from the newest.
func (b *build) describe(ctx context.Context, d *device, m *mdib.MDS, received int64) error {
	text, err := json.Marshal(m)
	if err != nil {
		b.unfit(Counts{Reports: 1, Messages: 1})
		return nil
	}
	if d.body == string(text) {
		return nil
	}
	d.head.description, err = b.insert(ctx, "INSERT INTO description (mds, seq, at, body) VALUES (?, ?, ?, ?)",
		d.id, b.seq, received, string(text))
	d.body, d.periods = string(text), periods(m)
	return err
}

// enter keeps what became of an encounter, and which device serves it.
func (b *build) enter(ctx context.Context, d *device, e *mdib.Encounter, received int64) error {
	if e.ID == uuid.Nil { // serves none any more
		return b.bind(ctx, d, 0, received)
	}
	text, err := json.Marshal(e)
	if err != nil {
		b.unfit(Counts{Reports: 1, Messages: 1})
		return nil
	}
	var ended any
	if !e.End.IsZero() {
		ended = nanos(e.End)
	}
	var id int64
	var before string
	err = b.tx.QueryRowContext(ctx, "SELECT id, body FROM encounter WHERE uuid = ?", e.ID[:]).Scan(&id, &before)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		id, err = b.insert(ctx, "INSERT INTO encounter (uuid, started, ended, body) VALUES (?, ?, ?, ?)",
			e.ID[:], nanos(e.Start), ended, string(text))
	case err == nil && before != string(text):
		err = b.exec(ctx, "UPDATE encounter SET started = ?, ended = ?, body = ? WHERE id = ?", nanos(e.Start), ended, string(text), id)
	}
	if err != nil {
		return err
	}
	if before != string(text) {
		if err := b.exec(ctx, "INSERT INTO change (seq, idx, encounter, mds, description, received, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
			b.seq, b.changes, id, d.id, d.head.description, received, string(text)); err != nil {
			return err
		}
		b.changes++
	}
	if ended == nil {
		return b.bind(ctx, d, id, received)
	}
	return b.leave(ctx, id, received)
}

// leave ends every binding to an encounter, also of devices that have not been
// heard since the file was opened.
func (b *build) leave(ctx context.Context, encounter, received int64) error {
	var in []uuid.UUID
	for _, set := range []map[uuid.UUID]*device{b.w.devices, b.devices} {
		for id, d := range set {
			if d.head.encounter == encounter {
				in = append(in, id)
			}
		}
	}
	for _, id := range in {
		d, err := b.device(ctx, id)
		if err != nil {
			return err
		}
		if d.head.encounter == encounter {
			if err := b.bind(ctx, d, 0, received); err != nil {
				return err
			}
		}
	}
	if err := b.exec(ctx, "UPDATE gap SET ended = ? WHERE encounter = ? AND ended IS NULL", received, encounter); err != nil {
		return err
	}
	return b.exec(ctx, "UPDATE binding SET ended = ? WHERE encounter = ? AND ended IS NULL", received, encounter)
}

func (b *build) bind(ctx context.Context, d *device, id, received int64) error {
	if d.head.encounter == id {
		return nil
	}
	if d.head.encounter != 0 {
		for _, table := range []string{"binding", "gap"} {
			if err := b.exec(ctx, "UPDATE "+table+" SET ended = ? WHERE mds = ? AND ended IS NULL", received, d.id); err != nil {
				return err
			}
		}
		d.gap, d.heard = 0, noTime
	}
	d.head.encounter = id
	if id == 0 {
		return nil
	}
	return b.exec(ctx, "INSERT INTO binding (mds, encounter, started) VALUES (?, ?, ?)", d.id, id, received)
}

// linked keeps a change of a connection's state; what only counts on is not
// kept. One that stops leaves a gap open until the device tells a value again.
func (b *build) linked(ctx context.Context, d *device, l *mdib.Link, received int64) error {
	if l.State == d.link.State && l.Reason == d.link.Reason && l.Since.Equal(d.link.Since) {
		return nil
	}
	d.link = *l
	counts, err := json.Marshal(l.Counts)
	if err != nil {
		return err
	}
	if err := b.exec(ctx, "INSERT INTO link (seq, idx, mds, received, state, since, reason, detail, retry, counts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		b.seq, b.links, d.id, received, int(l.State), nanos(l.Since), string(l.Reason), l.Detail, nanos(l.Retry), string(counts)); err != nil {
		return err
	}
	b.links++
	if l.State == mdib.LinkConnected || d.heard == noTime || d.gap != 0 {
		return nil
	}
	reason := string(l.Reason)
	if reason == "" {
		reason = l.State.String()
	}
	d.gap, err = b.insert(ctx, "INSERT INTO gap (mds, encounter, ref, started, reason, samples, vals) VALUES (?, ?, '', ?, ?, 0, 0)",
		d.id, d.head.encounter, d.heard, reason)
	return err
}

// alive notes that the device told something, which ends its gap. The waves
// begin anew: what they miss is inside that gap.
func (b *build) alive(ctx context.Context, d *device, received int64) error {
	d.heard = received
	if d.gap == 0 {
		return nil
	}
	gap := d.gap
	d.gap = 0
	clear(d.ends)
	return b.exec(ctx, "UPDATE gap SET ended = ? WHERE id = ?", received, gap)
}

// leap is the least jump in a wave's time that counts as a gap: more than one
// and a half samples, and more than clocks are corrected by.
func leap(period int64) int64 { return max(period*3/2, int64(50*time.Millisecond)) }

// excused reports whether what a wave misses is in the gap that is there already
// because it was refused. Samples reach us some seconds after their time.
func (d *device) excused(from, to int64) bool {
	const late = int64(5 * time.Second)
	return d.refused[1] != 0 && from <= d.refused[1]+late && to >= d.refused[0]-late
}

// same reports whether the value was told already, and remembers it.
func (d *device) same(ref mdib.Ref, t told) bool {
	if before, ok := d.last[ref]; ok && before == t {
		return true
	}
	d.last[ref] = t
	return false
}

func toldNumeric(n *mdib.Numeric) told {
	return told{nanos(n.Time), math.Float64bits(n.Value), "", n.Validity}
}

func toldEnum(e *mdib.EnumString) told {
	return told{nanos(e.Time), 0, e.Code.System + "\x00" + e.Code.Value + "\x00" + e.Text, e.Validity}
}
