package storage

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"lamplight/mdib"
)

// Trends must be what summing up every value gives, wherever the minute's rows
// have got to, whatever the order in which values came.
func TestRollupsAreTheSumOfTheValues(t *testing.T) {
	r := newRig(t)
	r.keep(hello(1))
	rnd := rand.New(rand.NewPCG(4, 4))
	var all []mdib.Numeric
	for n := range 400 {
		r.now = start.Add(time.Duration(n) * time.Second)
		x := values(1, r.now)
		if n%7 == 0 { // told late
			x.Numerics[0].Time = r.now.Add(-time.Duration(rnd.IntN(3600)) * time.Second)
		}
		if n%5 == 0 {
			x.Numerics[0].Value, x.Numerics[0].Validity = math.NaN(), mdib.Invalid
		}
		x.Numerics[0].Value *= rnd.Float64()
		all = append(all, x.Numerics[0])
		r.keep(x)
		if n == 200 {
			r.reopen()
		}
	}
	if r.writer.rolled == 0 || r.writer.rolled == r.writer.seq {
		t.Fatalf("the test needs rows before and behind %d of %d", r.writer.rolled, r.writer.seq)
	}
	from, to := start.Add(-time.Hour+11*time.Second), start.Add(420*time.Second)
	for _, step := range []time.Duration{time.Second, 7 * time.Second, time.Minute, 90 * time.Second, time.Hour} {
		got := must(r.Rollups(ctx, encID(1), "n0", from, to, step))
		span := got[0].Span
		if span < step || got[0].Start.After(from) || got[len(got)-1].Start.Add(span).Before(to) || got[0].Start.UnixNano()%int64(span) != 0 {
			t.Errorf("step %v: spans of %v from %v", step, span, got[0].Start)
		}
		count := 0
		for i, g := range got {
			if i > 0 && !g.Start.Equal(got[i-1].Start.Add(span)) {
				t.Fatalf("step %v: a hole at %v", step, g.Start)
			}
			want := sum{}
			for _, v := range all {
				if s, ok := sumOf(&numeric{Numeric: v}); ok && !v.Time.Before(g.Start) && v.Time.Before(g.Start.Add(span)) {
					want.add(s)
				}
			}
			count += g.Count
			if int64(g.Count) != want.count || g.Count > 0 && (g.Min != want.min || g.Max != want.max || math.Abs(g.Mean-want.sum/float64(want.count)) > 1e-9) {
				t.Fatalf("step %v at %v: got %+v, want %+v", step, g.Start, g, want)
			}
		}
		if count == 0 {
			t.Errorf("step %v: nothing", step)
		}
	}
}

// A minute in which the monitor went from one patient to the next belongs to
// each for their part.
func TestRollupsKeepPatientsApart(t *testing.T) {
	r := newRig(t)
	r.keep(hello(1))
	for n := range 130 {
		r.now = start.Add(time.Duration(n) * time.Second)
		if n == 20 {
			r.keep(mdib.Report{MDS: mdsID(1), Received: r.now, Encounter: encounter(2)})
		}
		r.keep(numeric1(1, "n0", r.now, float64(100*(1+n/20))))
	}
	for enc, want := range map[int]mdib.Rollup{
		1: {Min: 100, Max: 100, Mean: 100, Count: 20},
		2: {Min: 200, Max: 300, Mean: 250, Count: 40},
	} {
		got := must(r.Rollups(ctx, encID(enc), "n0", start, start.Add(time.Minute), time.Minute))
		want.Start, want.Span = start, time.Minute
		same(t, enc, got, []mdib.Rollup{want})
	}
}

func TestRollupsRefuseWhatHasNoEnd(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct {
		to   time.Time
		step time.Duration
	}{{start, time.Second}, {start.Add(time.Hour), 0}, {start.Add(time.Hour), -1}, {start.Add(24 * time.Hour), time.Microsecond}, {time.Time{}, time.Hour}} {
		if _, err := r.Rollups(ctx, mdsID(1), "n0", start, c.to, c.step); err == nil {
			t.Errorf("to %v in steps of %v", c.to, c.step)
		}
	}
}
