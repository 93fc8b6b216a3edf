package storage

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"lamplight/mdib"
)

// limit bounds the file to what it has and so many pages more; a negative
// number frees the disk again.
func (r *rig) limit(more int) {
	r.t.Helper()
	var pages, got int
	if err := r.write.QueryRow("PRAGMA page_count").Scan(&pages); err != nil {
		r.t.Fatal(err)
	}
	if more < 0 {
		pages = 1 << 30
	}
	if err := r.write.QueryRow(fmt.Sprintf("PRAGMA max_page_count = %d", pages+more)).Scan(&got); err != nil {
		r.t.Fatal(err)
	}
}

func problemOf(err error) Problem {
	var e *Error
	if errors.As(err, &e) {
		return e.Problem
	}
	return ProblemOther
}

// A disk that fills up costs the waves first. They are counted, the rest goes
// on while any room is left, then waits in memory; and when there is room
// again everything that waited is written, with a gap where waves are missing.
func TestAFullDisk(t *testing.T) {
	r := newRig(t, Options{Queue: 8 << 20})
	r.keep(hello(1), second(1, start))
	r.limit(6)
	withoutWaves, failing := -1, -1
	n := 1
	for ; n < 400 && failing < 0; n++ {
		r.now = start.Add(time.Duration(n) * time.Second)
		if !r.Record(second(1, r.now)) {
			t.Fatal("refused although the queue has room")
		}
		err := r.Flush(ctx)
		h := r.Health()
		switch h.State {
		case Keeping:
			if err != nil || withoutWaves >= 0 {
				t.Fatalf("second %d: keeping again without room: %v", n, err)
			}
		case WithoutWaves:
			if withoutWaves < 0 {
				withoutWaves = n
				if !h.Since.Equal(r.now) {
					t.Errorf("since %v, not %v", h.Since, r.now)
				}
			}
		case Failing:
			failing = n
		}
		if h.State != Keeping && (problemOf(h.Err) != ProblemFull || problemOf(err) != ProblemFull) {
			t.Fatalf("second %d: %v, %v", n, h.Err, err)
		}
	}
	if withoutWaves < 0 || failing <= withoutWaves {
		t.Fatalf("without waves from second %d, failing from %d", withoutWaves, failing)
	}
	lost := failing - withoutWaves
	if c := r.Refused(); c.Samples != lost*562 || c.Values != 0 || c.Messages != 0 || c.Reports != lost {
		t.Fatalf("%d seconds of waves were lost, counted %+v", lost, c)
	}
	for ; n < failing+30; n++ { // nothing reaches the disk; nothing is lost yet
		r.Record(second(1, start.Add(time.Duration(n)*time.Second)))
		r.Flush(ctx)
	}
	r.limit(-1)
	r.now = start.Add(time.Duration(n) * time.Second)
	r.keep(second(1, r.now))
	if h := r.Health(); h.State != Keeping || h.Err != nil || !h.Since.Equal(r.now) {
		t.Errorf("with room again: %+v", h)
	}
	if got := must(r.Numerics(ctx, mdsID(1), "n0", start, time.Time{})); len(got) != n+1 {
		t.Errorf("%d of %d seconds of numerics", len(got), n+1)
	}
	ecg := 0
	for _, a := range must(r.Samples(ctx, mdsID(1), "ecg", start, time.Time{})) {
		ecg += len(a.Samples)
	}
	if ecg != 250*(n+1-lost) {
		t.Errorf("%d of %d samples", ecg, 250*(n+1-lost))
	}
	same(t, "gaps", must(r.Gaps(ctx, mdsID(1), start, time.Time{})), []Gap{{MDS: mdsID(1), Reason: "refused", Samples: lost * 562,
		From: start.Add(time.Duration(withoutWaves)*time.Second + 20*time.Millisecond),
		To:   start.Add(time.Duration(failing-1)*time.Second + 20*time.Millisecond)}})
}

// What the writer knows of the devices must be what the file knows, also after
// a transaction that did not happen.
func TestAFailedTransactionLeavesNothingBehind(t *testing.T) {
	r := newRig(t)
	r.keep(hello(1), second(1, start))
	r.limit(0)
	// A device that is known tells new things, and a wave of it jumps.
	r.Record(numeric1(1, "new", start.Add(time.Second), 1))
	r.Record(second(1, start.Add(5*time.Second)))
	later := hello(2) // the rest does not fit
	later.Describe.Serial = "77"
	r.Record(later)
	for i := range 20 {
		r.Record(mdib.Report{MDS: mdsID(2), Received: start, Numerics: []mdib.Numeric{{Ref: mdib.Ref(fmt.Sprintf("metric %d with a long name %0200d", i, 0)), Time: start}}})
	}
	if err := r.Flush(ctx); problemOf(err) != ProblemFull {
		t.Fatal(err)
	}
	r.limit(-1)
	r.keep(mdib.Report{MDS: mdsID(2), Received: start})
	if s := must(r.Stats(ctx)); s.Devices != 2 || s.Encounters != 2 || s.Numerics != 41 || s.Gaps != len(waveRefs) {
		t.Errorf("%+v", s)
	}
	if got := must(r.Numerics(ctx, mdsID(1), "new", start, time.Time{})); len(got) != 1 {
		t.Errorf("%d values of a new metric", len(got))
	}
	if d := must(r.Description(ctx, mdsID(2))); d == nil || d.Serial != "77" {
		t.Errorf("description %+v", d)
	}
}

// A queue that nobody empties refuses waves, then gives up those that wait,
// then values, and keeps messages to the last.
func TestAFullQueue(t *testing.T) {
	q := queue{limit: 64 << 10}
	var wavesFrom, valuesFrom, messagesFrom int
	for n := 1; messagesFrom == 0 && n < 10000; n++ {
		x := second(1, start.Add(time.Duration(n)*time.Second))
		x.Alerts = []mdib.AlertCondition{{Ref: "a"}}
		before := q.total
		whole := q.put(x)
		after := q.total
		if whole != (before == after) {
			t.Fatalf("report %d: put says %v, counts went from %+v to %+v", n, whole, before, after)
		}
		if q.size > q.limit/4*5 {
			t.Fatalf("%d bytes wait, the limit is %d", q.size, q.limit)
		}
		if wavesFrom == 0 && after.Samples > 0 {
			wavesFrom = n
		}
		if valuesFrom == 0 && after.Values > 0 {
			valuesFrom = n
			if q.waves != 0 {
				t.Fatalf("values are refused while %d bytes of waves wait", q.waves)
			}
		}
		if after.Messages > 0 {
			messagesFrom = n
		}
	}
	if !(0 < wavesFrom && wavesFrom < valuesFrom && valuesFrom < messagesFrom) {
		t.Fatalf("waves refused from report %d, values from %d, messages from %d", wavesFrom, valuesFrom, messagesFrom)
	}
	if !q.behind {
		t.Error("a full queue is not behind")
	}
	kept, pending := q.take(1 << 30)
	samples, vals, alerts := 0, 0, 0
	for _, x := range kept {
		c := all(&x)
		samples, vals, alerts = samples+c.Samples, vals+c.Values, alerts+len(x.Alerts)
	}
	total := Counts{Samples: 562 * messagesFrom, Values: 10 * messagesFrom, Messages: messagesFrom}
	if samples+q.total.Samples != total.Samples || vals+q.total.Values != total.Values || alerts+q.total.Messages != total.Messages {
		t.Errorf("kept and refused do not make what was told: %d %d %d, %+v", samples, vals, alerts, q.total)
	}
	if p := pending[mdsID(1)]; p == nil || p.Counts != q.total || p.from.IsZero() || !p.to.After(p.from) {
		t.Errorf("pending %+v, total %+v", p, q.total)
	}
	q.done()
	if q.size != 0 || q.waves != 0 || len(q.reports) != 0 || q.behind {
		t.Errorf("after all is written: size %d, waves %d, behind %v", q.size, q.waves, q.behind)
	}
}

// Reports that arrive while a write is under way neither disturb it nor get lost.
func TestTheQueueWhileAWriteIsUnderWay(t *testing.T) {
	q := queue{limit: 64 << 10}
	for n := range 10 {
		q.put(second(1, start.Add(time.Duration(n)*time.Second)))
	}
	first, _ := q.take(8 << 10)
	if len(first) == 0 || len(first) == 10 {
		t.Fatalf("took %d", len(first))
	}
	for n := range 500 { // overflows: waves that wait are given up
		q.put(values(1, start.Add(time.Duration(20+n)*time.Second)))
	}
	for i, x := range first {
		if len(x.Samples) != 4 || len(q.reports[i].Samples) != 4 {
			t.Fatal("what is being written lost its waves")
		}
	}
	q.back(true, nil)
	again, _ := q.take(1 << 30)
	if len(again) != len(q.reports) || !again[0].Received.Equal(first[0].Received) {
		t.Error("what was put back is not first in line")
	}
	q.done()
	if q.size != 0 || q.waves != 0 {
		t.Errorf("size %d, waves %d", q.size, q.waves)
	}
}

// A disk that is too slow shows before anything fails, and is over when the
// queue has emptied.
func TestASlowDiskShows(t *testing.T) {
	r := newRig(t, Options{Queue: 32 << 10})
	r.Record(hello(1))
	for n := range 20 {
		r.Record(second(1, start.Add(time.Duration(n)*time.Second)))
	}
	if h := r.Health(); h.State != WithoutWaves || problemOf(h.Err) != ProblemBehind {
		t.Errorf("%+v", h)
	}
	if err := r.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	if h := r.Health(); h.State != Keeping || h.Err != nil {
		t.Errorf("%+v", h)
	}
}
