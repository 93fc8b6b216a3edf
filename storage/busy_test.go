package storage

import (
	"database/sql"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lamplight/mdib"
)

// Another program that holds the file for a while costs nothing: all waits,
// waves too, and is written when it lets go.
func TestAnotherProgramHoldsTheFile(t *testing.T) {
	r := newRig(t)
	r.keep(hello(1), second(1, start))
	if _, err := r.write.Exec("PRAGMA busy_timeout = 0"); err != nil {
		t.Fatal(err)
	}
	other := must(sql.Open("sqlite", r.path))
	defer other.Close()
	other.SetMaxOpenConns(1)
	if _, err := other.Exec("BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	for n := 1; n < 10; n++ {
		r.Record(second(1, start.Add(time.Duration(n)*time.Second)))
		if err := r.Flush(ctx); problemOf(err) != ProblemLocked {
			t.Fatal(err)
		}
	}
	if h := r.Health(); h.State != Failing || problemOf(h.Err) != ProblemLocked || !strings.Contains(h.Err.Error(), r.path) {
		t.Errorf("%+v", h)
	}
	if _, err := other.Exec("COMMIT"); err != nil {
		t.Fatal(err)
	}
	if err := r.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	if s := must(r.Stats(ctx)); s.Samples != 5620 || s.Numerics != 100 || r.Refused() != (Counts{}) || r.Health().State != Keeping {
		t.Errorf("%+v, refused %+v", s, r.Refused())
	}
}

// A reader that takes its time sees one state of the file, and the writer does
// not wait for it.
func TestASlowReaderHoldsNobodyUp(t *testing.T) {
	r := newRig(t)
	r.keep(hello(1), values(1, start))
	count := func(tx *sql.Tx) (n int) {
		if err := tx.QueryRow("SELECT count(*) FROM numerics").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	err := r.view(ctx, "all", func(tx *sql.Tx) error {
		before := count(tx)
		for n := 1; n < 200; n++ {
			r.keep(values(1, start.Add(time.Duration(n)*time.Second)))
		}
		if after := count(tx); after != before {
			t.Errorf("the reader saw %d rows, then %d", before, after)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(must(r.Numerics(ctx, mdsID(1), "n0", start, time.Time{}))); n != 200 {
		t.Errorf("%d values", n)
	}
}

// What could not be written at the end is said, not swallowed.
func TestCloseSaysWhatIsLost(t *testing.T) {
	r := newRig(t)
	r.keep(hello(1))
	r.limit(0)
	for n := range 100 {
		r.Record(values(1, start.Add(time.Duration(n)*time.Second)))
	}
	err := r.Close()
	if problemOf(err) != ProblemFull || !strings.HasPrefix(err.Error(), "100 Reports") {
		t.Error(err)
	}
}

// Everything at once, as in the program; the race detector watches.
func TestAllAtOnce(t *testing.T) {
	r := newRig(t)
	r.Close()
	db := must(Open(ctx, r.path, Options{})) // ticks by itself
	defer db.Close()
	for _, name := range []string{"a", "b"} {
		if err := db.Register(ctx, name, Policy{Waves: name == "a", Alerts: true}); err != nil {
			t.Fatal(err)
		}
	}
	const beds, seconds = 4, 40
	var recorders, others sync.WaitGroup
	var over atomic.Bool
	for bed := range beds {
		recorders.Go(func() {
			db.Record(hello(bed))
			for n := range seconds {
				db.Record(second(bed, start.Add(time.Duration(n)*time.Second)))
				if n%10 == 0 {
					db.Flush(ctx)
				}
			}
			db.Flush(ctx)
		})
	}
	sent := map[string]*int{"a": new(int), "b": new(int)}
	for name, n := range sent {
		others.Go(func() {
			for {
				last := over.Load()
				b, err := db.Next(ctx, name, 50)
				if err != nil {
					t.Error(err)
					return
				}
				if len(b.Records) == 0 && last {
					return
				}
				for _, x := range b.Records {
					if x.Samples != nil {
						*n += len(x.Samples.Samples)
					} else {
						*n++
					}
				}
				if err := db.Ack(ctx, name, b, mdib.Result{}); err != nil {
					t.Error(err)
					return
				}
			}
		})
		others.Go(func() {
			for !over.Load() {
				if n, _, err := db.Pending(ctx, name); err != nil || n < 0 {
					t.Error(n, err)
					return
				}
				db.Health()
				db.Refused()
				db.Rollups(ctx, mdsID(1), "n1", start, start.Add(time.Hour), time.Minute)
				db.Samples(ctx, mdsID(2), "ecg", start, start.Add(time.Minute))
				db.OpenEncounters(ctx)
			}
		})
	}
	recorders.Wait()
	over.Store(true)
	others.Wait()
	if *sent["a"] != beds*(1+(10+562)*seconds) || *sent["b"] != beds*(1+10*seconds) {
		t.Errorf("sent %d and %d", *sent["a"], *sent["b"])
	}
	for name := range sent {
		if n, _, err := db.Pending(ctx, name); n != 0 || err != nil {
			t.Errorf("%d wait for %s, %v", n, name, err)
		}
	}
}
