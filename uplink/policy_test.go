package uplink_test

import (
	"testing"
	"testing/synctest"
	"time"

	"lamplight/mdib"
	"lamplight/uplink"
	"lamplight/uplink/uplinktest"
)

// sent runs records through a policy and gives what arrived.
func sent(t *testing.T, records []mdib.Record, opt uplink.Options) (got []mdib.Record, s uplink.Status) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := &hospital{}
		o := uplinktest.NewOutbox(records...)
		board := begin(t, o, h, opt)
		synctest.Wait()
		got, s = h.got, board.Status()
		if s.Pending != 0 {
			t.Errorf("%d records were neither sent nor passed over", s.Pending)
		}
	})
	return got, s
}

func TestNumericsOncePerInterval(t *testing.T) {
	records := uplinktest.HeartRates(600) // ten minutes, one a second, from a full minute
	got, s := sent(t, records, uplink.Options{Batch: 37, Policy: uplink.Policy{Numerics: time.Minute}})
	if len(got) != 10 || s.Sent != 10 {
		t.Fatalf("%d values of ten minutes, want 10", len(got))
	}
	for i, r := range got {
		if !r.Numeric.Time.Equal(records[60*i].Numeric.Time) {
			t.Errorf("minute %d is told by its value at %v, not by its first", i, r.Numeric.Time)
		}
	}
}

func TestTheFirstGoodValueOfAnIntervalGoes(t *testing.T) {
	records := uplinktest.HeartRates(60)
	for i := range 20 {
		records[i].Numeric.Validity = mdib.Invalid
	}
	got, _ := sent(t, records, uplink.Options{Policy: uplink.Policy{Numerics: time.Minute}})
	if len(got) != 2 || got[0].Numeric.Validity != mdib.Invalid || got[1].Seq != 21 {
		t.Errorf("got %d records; want the first, which had no value, and the first that had one", len(got))
	}
}

func TestWhatAlwaysGoesAndWhatNever(t *testing.T) {
	records := uplinktest.HeartRates(8)
	for i := range records {
		records[i].Numeric.Time = records[0].Numeric.Time.Add(time.Duration(i) * time.Second)
	}
	at := records[0].Numeric.Time
	cuff := *records[0].Metric
	cuff.Episodic = true
	records[1].Metric = &cuff // seldom: goes
	records[2].Metric = &cuff // seldom: goes
	records[3].Numeric, records[3].Alert, records[3].Metric = nil, &mdib.AlertCondition{Ref: "a", Time: at}, nil
	records[4].Numeric, records[4].Metric = nil, nil // the encounter
	records[5].Numeric, records[5].Samples = nil, &mdib.SampleArray{Ref: "w", Time: at, Samples: []int32{1}}
	records[6].Encounter = nil // nobody's
	records[7].Numeric, records[7].Enum = nil, &mdib.EnumString{Ref: "e", Time: at, Text: "on"}
	policy := uplink.Policy{Numerics: time.Minute}
	got, s := sent(t, records, uplink.Options{Policy: policy})
	var seqs []int64
	for _, r := range got {
		seqs = append(seqs, r.Seq)
	}
	want := []int64{1, 2, 3, 4, 5, 8}
	if len(seqs) != len(want) {
		t.Fatalf("sent %v, want %v", seqs, want)
	}
	for i := range want {
		if seqs[i] != want[i] {
			t.Fatalf("sent %v, want %v", seqs, want)
		}
	}
	if s.Held != 1 {
		t.Errorf("held %d, want 1: the record without an encounter", s.Held)
	}
	policy.Waves = true
	if got, _ := sent(t, records, uplink.Options{Policy: policy}); len(got) != 7 {
		t.Errorf("with waves %d records go, want 7", len(got))
	}
}

func TestAChangedWordGoesWithinTheInterval(t *testing.T) {
	records := uplinktest.HeartRates(6)
	for i, text := range []string{"on", "on", "off", "off", "on", "on"} {
		records[i].Enum = &mdib.EnumString{Ref: "e", Time: records[i].Numeric.Time, Text: text}
		records[i].Numeric = nil
	}
	if got, _ := sent(t, records, uplink.Options{Policy: uplink.Policy{Numerics: time.Minute}}); len(got) != 3 {
		t.Errorf("%d records, want the three changes", len(got))
	}
}

// Three records of one moment stay in one batch wherever the batch is cut.
func TestAMomentIsNotCut(t *testing.T) {
	for size := 2; size <= 12; size++ {
		records := uplinktest.HeartRates(30)
		for i := range records {
			records[i].Numeric.Time = records[0].Numeric.Time.Add(time.Duration(i/3) * time.Second)
		}
		synctest.Test(t, func(t *testing.T) {
			h := &hospital{}
			whole := true
			h.answer = func(b mdib.Batch) (mdib.Result, error) {
				whole = whole && len(b.Records)%3 == 0 && b.After == b.Records[len(b.Records)-1].Seq
				return mdib.Result{}, nil
			}
			begin(t, uplinktest.NewOutbox(records...), h, uplink.Options{Batch: size})
			synctest.Wait()
			if len(h.got) != 30 {
				t.Errorf("batches of %d: %d of 30 records arrived", size, len(h.got))
			}
			if size >= 4 && !whole {
				t.Errorf("batches of %d cut a moment", size)
			}
		})
	}
}
