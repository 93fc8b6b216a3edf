package storage

import (
	"sync"
	"time"

	"lamplight/mdib"

	"github.com/google/uuid"
)

// Counts says how much was refused.
type Counts struct {
	Reports  int // of which something was refused
	Samples  int
	Values   int // numerics and enumerations
	Messages int // descriptions, links, encounters and alerts
}

func (c *Counts) add(d Counts) {
	c.Reports += d.Reports
	c.Samples += d.Samples
	c.Values += d.Values
	c.Messages += d.Messages
}

// refusal is what was refused of one device, and from when to when.
type refusal struct {
	Counts
	from, to time.Time
}

// queue holds Reports until they are written. What waits is bounded by its
// size in memory: beyond three quarters of the limit waves are refused, at the
// limit waves that wait are given up for values, then values for messages.
type queue struct {
	mu      sync.Mutex
	limit   int
	closed  bool
	reports []mdib.Report
	taken   int // of the first reports a write is under way
	size    int
	waves   int // bytes of size that are samples behind the taken ones
	pending map[uuid.UUID]*refusal
	total   Counts
	behind  bool // something was refused, and the queue has not been half empty since
	kept    int  // Reports accepted since Open
}

func sizeOf(r *mdib.Report) (size, waves int) {
	size = 256 + 96*len(r.Numerics) + 160*len(r.Enums) + 256*len(r.Alerts)
	for i := range r.Enums {
		size += len(r.Enums[i].Text)
	}
	for i := range r.Alerts {
		size += len(r.Alerts[i].Text)
	}
	if r.Describe != nil {
		size += 1024
		for range r.Describe.Metrics() {
			size += 512
		}
	}
	for i := range r.Samples {
		waves += 128 + 4*len(r.Samples[i].Samples) + 16*len(r.Samples[i].Marks)
	}
	return size + waves, waves
}

// Record takes a Report to be kept. It never waits. It returns false when it
// had to refuse the Report or a part of it; that is then counted and becomes a
// gap in the record.
func (db *DB) Record(r mdib.Report) bool { return db.queue.put(r) }

func (q *queue) put(r mdib.Report) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		q.refuse(&r, all(&r))
		return false
	}
	var lost Counts
	size, waves := sizeOf(&r)
	if waves > 0 && q.size+size > q.limit/4*3 {
		lost.add(dropWaves(&r))
		size -= waves
	}
	if q.size+size > q.limit {
		q.giveUpWaves()
	}
	if q.size+size > q.limit {
		lost.Values += len(r.Numerics) + len(r.Enums)
		r.Numerics, r.Enums = nil, nil
		size, _ = sizeOf(&r)
	}
	// Messages are few; they may use a quarter beyond the limit.
	left := all(&r)
	if q.size+size > q.limit/4*5 {
		lost.add(left)
		left = Counts{}
	}
	if lost != (Counts{}) {
		q.behind = true
		q.refuse(&r, lost)
		if left == (Counts{}) {
			return false
		}
	}
	q.reports = append(q.reports, r)
	q.size += size
	_, waves = sizeOf(&r)
	q.waves += waves
	q.kept++
	return lost == Counts{}
}

func all(r *mdib.Report) Counts {
	c := Counts{Values: len(r.Numerics) + len(r.Enums), Messages: len(r.Alerts)}
	for i := range r.Samples {
		c.Samples += len(r.Samples[i].Samples)
	}
	for _, set := range []bool{r.Describe != nil, r.Link != nil, r.Encounter != nil} {
		if set {
			c.Messages++
		}
	}
	return c
}

func dropWaves(r *mdib.Report) Counts {
	var c Counts
	for i := range r.Samples {
		c.Samples += len(r.Samples[i].Samples)
	}
	r.Samples = nil
	return c
}

func (q *queue) refuse(r *mdib.Report, c Counts) {
	c.Reports = 1
	q.total.add(c)
	q.merge(r.MDS, &refusal{c, r.Received, r.Received})
}

func (q *queue) merge(mds uuid.UUID, r *refusal) {
	if q.pending == nil {
		q.pending = map[uuid.UUID]*refusal{}
	}
	p := q.pending[mds]
	if p == nil {
		q.pending[mds] = r
		return
	}
	p.add(r.Counts)
	if r.from.Before(p.from) {
		p.from = r.from
	}
	if r.to.After(p.to) {
		p.to = r.to
	}
}

// giveUpWaves drops the samples of all that waits and is not being written.
func (q *queue) giveUpWaves() {
	if q.waves == 0 {
		return
	}
	for i := q.taken; i < len(q.reports); i++ {
		r := &q.reports[i]
		if len(r.Samples) > 0 {
			q.refuse(r, dropWaves(r))
		}
	}
	q.size -= q.waves
	q.waves = 0
}

// take gives the oldest Reports, about max bytes of them, and what was refused
// so far. Exactly one of done and back must follow.
func (q *queue) take(max int) ([]mdib.Report, map[uuid.UUID]*refusal) {
	q.mu.Lock()
	defer q.mu.Unlock()
	size := 0
	for q.taken = 0; q.taken < len(q.reports) && size < max; q.taken++ {
		s, w := sizeOf(&q.reports[q.taken])
		size += s
		q.waves -= w
	}
	pending := q.pending
	q.pending = nil
	return append([]mdib.Report(nil), q.reports[:q.taken]...), pending
}

// done forgets what was taken: it is written.
func (q *queue) done() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := range q.reports[:q.taken] {
		s, _ := sizeOf(&q.reports[i])
		q.size -= s
	}
	n := copy(q.reports, q.reports[q.taken:])
	clear(q.reports[n:])
	q.reports, q.taken = q.reports[:n], 0
	if q.size < q.limit/2 {
		q.behind = false
	}
}

// back puts refusals, and if reports is set also what was taken, back in line.
func (q *queue) back(reports bool, pending map[uuid.UUID]*refusal) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for mds, r := range pending {
		q.merge(mds, r)
	}
	if reports {
		for i := range q.reports[:q.taken] {
			_, w := sizeOf(&q.reports[i])
			q.waves += w
		}
		q.taken = 0
	}
}

// gaveUp counts samples that were taken and could not be written.
func (q *queue) gaveUp(reports []mdib.Report) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := range reports {
		if r := reports[i]; len(r.Samples) > 0 {
			q.refuse(&r, dropWaves(&r))
		}
	}
}

// count adds what the writer found unfit to be kept.
func (q *queue) count(unfits map[uuid.UUID]*refusal) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, r := range unfits {
		q.total.add(r.Counts)
	}
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
}

// Refused says how much was refused since Open.
func (db *DB) Refused() Counts {
	db.queue.mu.Lock()
	defer db.queue.mu.Unlock()
	return db.queue.total
}
