package storage

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"lamplight/mdib"

	"github.com/google/uuid"
)

// bucket is the width of what span says.
const bucket = int64(10 * time.Second)

// longestSpan bounds how many buckets one run is entered under (an hour).
const longestSpan = 360

// Kinds of packed rows in the table span.
const (
	spanNumerics = iota
	spanWaves
)

// build is one transaction being put together.
type build struct {
	w       *writer
	tx      *sql.Tx
	seq     int64
	at      int64
	devices map[uuid.UUID]*device // changed by this transaction
	values  blockSet[valueBlock]
	waves   blockSet[waveBlock]
	spans   map[[2]int64]bool // kind, bucket
	changes int
	links   int
	alerts  int
	unfits  map[uuid.UUID]*refusal
	now     mdib.Report // being kept
}

type valueBlock struct {
	numerics []numeric
	enums    []enum
}

type waveBlock struct{ runs []run }

// blockSet groups what is packed by whose it is, in order of appearance.
type blockSet[T any] struct {
	order []head
	of    map[head]*T
}

func (s *blockSet[T]) get(h head) *T {
	if s.of == nil {
		s.of = map[head]*T{}
	}
	x := s.of[h]
	if x == nil {
		x = new(T)
		s.of[h] = x
		s.order = append(s.order, h)
	}
	return x
}

// commit writes Reports and refusals in one transaction.
func (w *writer) commit(reports []mdib.Report, refused map[uuid.UUID]*refusal, now time.Time) error {
	ctx := context.Background() // a transaction a second is not given up half way
	b := &build{w: w, seq: w.seq + 1, at: nanos(now), devices: map[uuid.UUID]*device{}, spans: map[[2]int64]bool{}}
	rolled := w.rolled
	err := inTx(ctx, w.db.write, func(tx *sql.Tx) (err error) {
		b.tx = tx
		if err := b.refusals(ctx, refused); err != nil {
			return err
		}
		for _, r := range reports {
			if err := b.report(ctx, r); err != nil {
				return err
			}
		}
		if err := b.refusals(ctx, b.unfits); err != nil {
			return err
		}
		if err := b.pack(ctx); err != nil {
			return err
		}
		rolled, err = w.roll(ctx, tx, b.seq)
		return err
	})
	if err != nil {
		return err
	}
	w.seq, w.rolled = b.seq, rolled
	w.db.queue.count(b.unfits)
	for id, d := range b.devices {
		w.devices[id] = d
	}
	return nil
}

func (b *build) exec(ctx context.Context, query string, args ...any) error {
	_, err := b.tx.ExecContext(ctx, query, args...)
	return err
}

func (b *build) insert(ctx context.Context, query string, args ...any) (int64, error) {
	res, err := b.tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

// unfit counts what cannot be kept whatever the disk does, such as a
// description with a calibration that is no number, so that one bad Report
// does not stop the others.
func (b *build) unfit(c Counts) {
	if b.unfits == nil {
		b.unfits = map[uuid.UUID]*refusal{}
	}
	r := b.unfits[b.now.MDS]
	if r == nil {
		r = &refusal{from: b.now.Received}
		b.unfits[b.now.MDS] = r
	}
	r.to = b.now.Received
	r.add(c)
}

func (b *build) report(ctx context.Context, r mdib.Report) error {
	b.now = r
	d, err := b.device(ctx, r.MDS)
	if err != nil {
		return err
	}
	received := nanos(r.Received)
	if r.Describe != nil {
		if err := b.describe(ctx, d, r.Describe, received); err != nil {
			return err
		}
	}
	if r.Encounter != nil && r.Encounter.End.IsZero() {
		if err := b.enter(ctx, d, r.Encounter, received); err != nil {
			return err
		}
	}
	if r.Link != nil {
		if err := b.linked(ctx, d, r.Link, received); err != nil {
			return err
		}
	}
	if len(r.Numerics)+len(r.Enums)+len(r.Samples) > 0 {
		if err := b.alive(ctx, d, received); err != nil {
			return err
		}
	}
	if err := b.numbers(ctx, d, &r, received); err != nil {
		return err
	}
	for i := range r.Samples {
		if err := b.wave(ctx, d, &r.Samples[i], received); err != nil {
			return err
		}
	}
	for i := range r.Alerts {
		if err := b.alert(ctx, d, &r.Alerts[i], received); err != nil {
			return err
		}
	}
	// What came with the end of an encounter still belongs to it.
	if r.Encounter != nil && !r.Encounter.End.IsZero() {
		return b.enter(ctx, d, r.Encounter, received)
	}
	return nil
}

func (b *build) numbers(ctx context.Context, d *device, r *mdib.Report, received int64) error {
	for i := range r.Numerics {
		n := &r.Numerics[i]
		if d.same(n.Ref, toldNumeric(n)) {
			continue
		}
		id, err := b.metric(ctx, d, n.Ref, mdib.KindNumeric)
		if err != nil {
			return err
		}
		x := numeric{item{id, nanos(n.Time), received}, *n}
		set := b.values.get(d.head)
		set.numerics = append(set.numerics, x)
		b.span(spanNumerics, x.time, x.time)
	}
	for i := range r.Enums {
		e := &r.Enums[i]
		if d.same(e.Ref, toldEnum(e)) {
			continue
		}
		id, err := b.metric(ctx, d, e.Ref, mdib.KindEnum)
		if err != nil {
			return err
		}
		x := enum{item{id, nanos(e.Time), received}, *e}
		set := b.values.get(d.head)
		set.enums = append(set.enums, x)
		b.span(spanNumerics, x.time, x.time)
	}
	return nil
}

// wave keeps one array, joined to the run before it where its time continues.
func (b *build) wave(ctx context.Context, d *device, s *mdib.SampleArray, received int64) error {
	if len(s.Marks) > maxMarks {
		b.unfit(Counts{Reports: 1, Samples: len(s.Samples)})
		return nil
	}
	id, err := b.metric(ctx, d, s.Ref, mdib.KindSampleArray)
	if err != nil {
		return err
	}
	period := d.periods[s.Ref]
	x := run{item{id, nanos(s.Time), received}, period, *s}
	if due, ok := d.ends[s.Ref]; ok && period > 0 && x.time-due > leap(period) && !d.excused(due, x.time) {
		if err := b.gap(ctx, d, s.Ref, due, x.time, "samples", Counts{Samples: int((x.time - due) / period)}); err != nil {
			return err
		}
	}
	d.ends[s.Ref] = x.end()
	b.span(spanWaves, x.time, max(x.time, x.end()-1))
	set := b.waves.get(d.head)
	for i := len(set.runs) - 1; i >= 0; i-- {
		if before := &set.runs[i]; before.metric == id {
			if before.join(&x) {
				return nil
			}
			break
		}
	}
	for len(x.Samples) > maxRun {
		var first run
		first, x = x.cut(maxRun)
		set.runs = append(set.runs, first)
	}
	set.runs = append(set.runs, x)
	return nil
}

// join adds a run to the one before it when it continues that one to within
// half a sample and is marked alike.
func (a *run) join(x *run) bool {
	off := x.time - a.end()
	if a.period == 0 || off > a.period/2 || off < -a.period/2 ||
		a.Validity != x.Validity || a.Mode != x.Mode || len(a.Samples)+len(x.Samples) > maxRun || len(a.Marks)+len(x.Marks) > maxMarks {
		return false
	}
	n := len(a.Samples)
	a.Samples = append(a.Samples[:n:n], x.Samples...)
	a.Marks = a.Marks[:len(a.Marks):len(a.Marks)]
	for _, m := range x.Marks {
		a.Marks = append(a.Marks, mdib.Mark{At: m.At + n, Kind: m.Kind})
	}
	return true
}

func (a *run) cut(n int) (first, rest run) {
	first, rest = *a, *a
	first.Samples, rest.Samples = a.Samples[:n], a.Samples[n:]
	first.Marks, rest.Marks = nil, nil
	for _, m := range a.Marks {
		if m.At < n {
			first.Marks = append(first.Marks, m)
		} else {
			rest.Marks = append(rest.Marks, mdib.Mark{At: m.At - n, Kind: m.Kind})
		}
	}
	rest.time += int64(n) * a.period
	return first, rest
}

func (b *build) alert(ctx context.Context, d *device, a *mdib.AlertCondition, received int64) error {
	err := b.exec(ctx, `INSERT INTO alert (seq, idx, mds, encounter, description, received, time, ref, source,
		system, code, refid, kind, priority, provenance, present, signal, mode, text)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		b.seq, b.alerts, d.id, d.head.encounter, d.head.description, received, nanos(a.Time), string(a.Ref), string(a.Source),
		a.Code.System, a.Code.Value, a.Code.RefID, int(a.Kind), int(a.Priority), int(a.Provenance), a.Present,
		int(a.Signal), int(a.Mode), a.Text)
	b.alerts++
	return err
}

func (b *build) gap(ctx context.Context, d *device, ref mdib.Ref, from, to int64, reason string, c Counts) error {
	return b.exec(ctx, "INSERT INTO gap (mds, encounter, ref, started, ended, reason, samples, vals) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		d.id, d.head.encounter, string(ref), from, to, reason, c.Samples, c.Values+c.Messages)
}

func (b *build) refusals(ctx context.Context, of map[uuid.UUID]*refusal) error {
	for id, r := range of {
		d, err := b.device(ctx, id)
		if err != nil {
			return err
		}
		d.refused = [2]int64{nanos(r.from), nanos(r.to)}
		if err := b.gap(ctx, d, "", d.refused[0], d.refused[1], "refused", r.Counts); err != nil {
			return err
		}
	}
	return nil
}

func (b *build) span(kind, from, to int64) {
	first := floorDiv(from, bucket)
	for i := range min(floorDiv(to, bucket)-first+1, longestSpan) {
		b.spans[[2]int64{kind, first + i}] = true
	}
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// pack writes the packed rows.
func (b *build) pack(ctx context.Context) error {
	var payload []byte
	if len(b.values.order) > 0 {
		row, numerics, enums := []byte{rowVersion}, 0, 0
		for _, h := range b.values.order {
			v := b.values.of[h]
			payload = appendValues(payload[:0], b.at, h, v.numerics, v.enums)
			row = appendBlock(row, payload)
			numerics, enums = numerics+len(v.numerics), enums+len(v.enums)
		}
		if err := b.exec(ctx, "INSERT INTO numerics (seq, at, numerics, enums, body) VALUES (?, ?, ?, ?, ?)",
			b.seq, b.at, numerics, enums, row); err != nil {
			return fmt.Errorf("numerics: %w", err)
		}
	}
	if len(b.waves.order) > 0 {
		row, runs, samples := []byte{rowVersion}, 0, 0
		for _, h := range b.waves.order {
			v := b.waves.of[h]
			payload = appendRuns(payload[:0], b.at, h, v.runs)
			row = appendBlock(row, payload)
			runs += len(v.runs)
			for i := range v.runs {
				samples += len(v.runs[i].Samples)
			}
		}
		if err := b.exec(ctx, "INSERT INTO waves (seq, at, runs, samples, body) VALUES (?, ?, ?, ?, ?)",
			b.seq, b.at, runs, samples, row); err != nil {
			return fmt.Errorf("waves: %w", err)
		}
	}
	for s := range b.spans {
		if err := b.exec(ctx, "INSERT INTO span (kind, bucket, seq) VALUES (?, ?, ?)", s[0], s[1], b.seq); err != nil {
			return err
		}
	}
	return nil
}
