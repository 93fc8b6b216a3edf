package storage

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"lamplight/mdib"

	"github.com/google/uuid"
)

// outbox is what the uplink will ask of a record.
type outbox interface {
	Next(ctx context.Context, target string, max int) (mdib.Batch, error)
	Ack(ctx context.Context, target string, b mdib.Batch, r mdib.Result) error
}

var _ outbox = (*DB)(nil)

func (r *rig) register(name string, p Policy) {
	r.t.Helper()
	if err := r.Register(ctx, name, p); err != nil {
		r.t.Fatal(err)
	}
}

// drain takes all that waits, in batches, acknowledging each.
func (r *rig) drain(name string, most int) []mdib.Record {
	r.t.Helper()
	var out []mdib.Record
	for {
		b := must(r.Next(ctx, name, most))
		if len(b.Records) == 0 {
			return out
		}
		if len(b.Records) > most {
			r.t.Fatalf("%d records, asked for %d", len(b.Records), most)
		}
		if err := r.Ack(ctx, name, b, mdib.Result{}); err != nil {
			r.t.Fatal(err)
		}
		out = append(out, b.Records...)
	}
}

func pending(r *rig, name string) int {
	n, _, err := r.Pending(ctx, name)
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}

func ids(rs []mdib.Record) []uuid.UUID {
	var out []uuid.UUID
	for _, x := range rs {
		out = append(out, x.ID)
	}
	return out
}

// kindsOf counts records by what they carry, and checks that each is complete.
func kindsOf(t *testing.T, rs []mdib.Record) map[string]int {
	t.Helper()
	out := map[string]int{}
	seen := map[uuid.UUID]bool{}
	for i, x := range rs {
		if i > 0 && x.Seq <= rs[i-1].Seq {
			t.Fatalf("record %d at %d comes after %d", i, x.Seq, rs[i-1].Seq)
		}
		if seen[x.ID] || x.ID == uuid.Nil || x.ID.Version() != 5 {
			t.Fatalf("record %d has the identity %v", i, x.ID)
		}
		seen[x.ID] = true
		if x.Encounter == nil || x.Encounter.ID == uuid.Nil || x.Device == nil || x.Source == uuid.Nil {
			t.Fatalf("record %d is not complete: %+v", i, x)
		}
		kind, ref := "change", mdib.Ref("")
		switch {
		case x.Numeric != nil:
			kind, ref = "numeric", x.Numeric.Ref
		case x.Samples != nil:
			kind, ref = "wave", x.Samples.Ref
		case x.Enum != nil:
			kind, ref = "enum", x.Enum.Ref
		case x.Alert != nil:
			kind = "alert"
		}
		if ref != "" && (x.Metric == nil || x.Metric.Ref != ref) {
			t.Fatalf("record %d is of %s, its metric %+v", i, ref, x.Metric)
		}
		out[kind]++
	}
	return out
}

// shift records some minutes of two beds, with all that can happen.
func shift(r *rig, seconds int) {
	r.keep(hello(1), hello(2), values(3, start)) // the third serves nobody
	for n := range seconds {
		r.now = start.Add(time.Duration(n) * time.Second)
		a, b := second(1, r.now), second(2, r.now)
		a.Enums = []mdib.EnumString{{Ref: "rhythm", Time: r.now, Text: []string{"SR", "AF"}[n/50%2]}}
		if n%40 == 10 {
			a.Numerics = append(a.Numerics, mdib.Numeric{Ref: "nibp", Time: r.now, Value: 120})
			b.Alerts = []mdib.AlertCondition{{Ref: "low", Source: "n1", Time: r.now, Present: n%80 == 10}}
		}
		r.keep(a, b)
	}
}

func TestTheTapeInFull(t *testing.T) {
	r := newRig(t)
	r.register("all", Policy{Waves: true, Alerts: true})
	r.register("some", Policy{})
	shift(r, 200)
	want := map[string]int{"change": 2, "numeric": 200*20 + 5, "enum": 200, "wave": 200 * 8, "alert": 5}
	total := 0
	for _, n := range want {
		total += n
	}
	if n := pending(r, "all"); n != total {
		t.Errorf("%d wait, want %d", n, total)
	}
	all := r.drain("all", 97)
	if got := kindsOf(t, all); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if n := pending(r, "all"); n != 0 {
		t.Errorf("%d wait after all", n)
	}
	if got := kindsOf(t, r.drain("some", 1000)); got["wave"] != 0 || got["alert"] != 0 || got["numeric"] != want["numeric"] {
		t.Errorf("without waves and alerts: %v", got)
	}
	if all[0].Encounter.ID != encID(1) || all[0].Encounter.Patient.Family != "Doe" || all[0].Numeric != nil {
		t.Errorf("the tape begins with %+v", all[0])
	}
	// What comes later is found from where the cursor stands.
	r.keep(numeric1(1, "n0", r.now.Add(time.Second), 1))
	if n, oldest, err := r.Pending(ctx, "all"); n != 1 || !oldest.Equal(r.now.Add(time.Second)) || err != nil {
		t.Errorf("%d since %v wait, %v", n, oldest, err)
	}
	// The same record read for another target, or read from the beginning
	// again, bears the same identities.
	r.register("later", Policy{Waves: true, Alerts: true})
	if again := r.drain("later", 500); !slices.Equal(ids(again[:total]), ids(all)) {
		t.Error("a second reading of the tape bears other identities")
	}
	if s := must(r.Stats(ctx)); s.Synced != 2*total+1+2+200*20+5+200 {
		t.Errorf("synced %d", s.Synced)
	}
}

// The same ward recorded twice, in other transactions, gives the same
// identities: a repeat at the hospital overwrites itself.
func TestIdentitiesComeFromWhatWasTold(t *testing.T) {
	gather := func(flush bool) []uuid.UUID {
		r := newRig(t)
		r.register("x", Policy{Alerts: true})
		for n := range 20 {
			x := values(1, start.Add(time.Duration(n)*time.Second))
			if n == 0 {
				h := hello(1)
				x.Describe, x.Encounter = h.Describe, h.Encounter
			}
			x.Alerts = []mdib.AlertCondition{{Ref: "a", Time: start, Present: n%2 == 0, Signal: mdib.AlertSignal(n % 5)}}
			r.Record(x)
			if flush {
				r.Flush(ctx)
			}
		}
		r.Flush(ctx)
		out := ids(r.drain("x", 100))
		slices.SortFunc(out, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
		return out
	}
	a, b := gather(true), gather(false)
	if len(a) != 1+200+20 || len(slices.Compact(slices.Clone(a))) != 1+200+10 || // each of ten changes was told twice
		!slices.Equal(a, b) {
		t.Errorf("%d and %d identities that differ", len(a), len(b))
	}
	// Published: RFC 4122 version 5 names; worked out by hand from identity's comment.
	want := uuid.NewSHA1(mdsID(1), []byte("nn3\x00\x00\x00\x00\x00\x00\x00\x00\x07"))
	if got := identity(&mdib.Record{Source: mdsID(1), Numeric: &mdib.Numeric{Ref: "n3", Time: time.Unix(0, 7)}}, nil); got != want {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestTheCursorOutlivesTheProgram(t *testing.T) {
	r := newRig(t)
	r.register("fhir", Policy{NumericsEvery: time.Minute, Alerts: true})
	r.register("whole", Policy{NumericsEvery: time.Minute, Alerts: true})
	shift(r, 150)
	whole := r.drain("whole", 1000)
	var got []mdib.Record
	for {
		b := must(r.Next(ctx, "fhir", 7))
		if len(b.Records) == 0 {
			break
		}
		// Not acknowledged: the same again, also after a restart.
		r.reopen()
		r.register("fhir", Policy{NumericsEvery: time.Minute, Alerts: true})
		if again := must(r.Next(ctx, "fhir", 7)); !slices.Equal(ids(again.Records), ids(b.Records)) || again.After != b.After {
			t.Fatal("the batch differs after a restart")
		}
		if n, want := pending(r, "fhir"), len(whole)-len(got); n != want {
			t.Fatalf("%d wait, want %d", n, want)
		}
		if err := r.Ack(ctx, "fhir", b, mdib.Result{}); err != nil {
			t.Fatal(err)
		}
		if n, want := pending(r, "fhir"), len(whole)-len(got)-len(b.Records); n != want {
			t.Fatalf("after acknowledging %d wait, want %d", n, want)
		}
		got = append(got, b.Records...)
	}
	if !slices.Equal(ids(got), ids(whole)) {
		t.Errorf("in pieces %d records, in one %d", len(got), len(whole))
	}
}

func TestThinningKeepsOneOfEachPeriod(t *testing.T) {
	r := newRig(t)
	r.register("fhir", Policy{NumericsEvery: time.Minute})
	shift(r, 180)
	got := r.drain("fhir", 50)
	count := kindsOf(t, got)
	// Three minutes of twenty metrics; the episodic ones all; each rhythm once a
	// minute, and twice in those in which it changed: SR, AF | AF, SR | SR, AF.
	if count["numeric"] != 3*20+5 || count["enum"] != 6 || count["wave"] != 0 || count["alert"] != 0 {
		t.Errorf("%v", count)
	}
	for _, x := range got {
		if x.Numeric != nil && x.Numeric.Ref != "nibp" && x.Numeric.Time.Second() != 0 {
			t.Fatalf("a value of %v is not the first of its minute", x.Numeric.Time)
		}
	}
}

func TestThinningPrefersAValue(t *testing.T) {
	r := newRig(t)
	r.register("fhir", Policy{NumericsEvery: time.Minute})
	r.keep(hello(1))
	for n := range 130 {
		r.now = start.Add(time.Duration(n) * time.Second)
		x := numeric1(1, "n0", r.now, float64(n))
		if n < 30 || n >= 60 && n < 125 {
			x.Numerics[0].Value, x.Numerics[0].Validity = math.NaN(), mdib.NotAvailable
		}
		r.keep(x)
	}
	var told []float64
	for _, x := range r.drain("fhir", 10) {
		if x.Numeric != nil {
			told = append(told, x.Numeric.Value)
		}
	}
	// Minute 0: none, then 30. Minute 1: none. Minute 2: none, then 125.
	if fmt.Sprint(told) != fmt.Sprint([]float64{math.NaN(), 30, math.NaN(), math.NaN(), 125}) {
		t.Errorf("%v", told)
	}
}

func TestRejectedRecordsAreParkedAndTheRestFlowsOn(t *testing.T) {
	r := newRig(t)
	r.register("fhir", Policy{})
	shift(r, 5)
	b := must(r.Next(ctx, "fhir", 10))
	bad := []mdib.Rejection{{ID: b.Records[3].ID, Reason: "unknown unit {beats}"}, {ID: b.Records[5].ID, Reason: "no such patient"}}
	r.now = start.Add(time.Hour)
	for range 2 { // the second time is a repeat and changes nothing
		if err := r.Ack(ctx, "fhir", b, mdib.Result{Rejected: bad}); err != nil {
			t.Fatal(err)
		}
		r.now = r.now.Add(time.Minute)
	}
	same(t, "parked", must(r.Parked(ctx, "fhir")), []Parked{
		{Rejection: bad[0], Seq: b.Records[3].Seq, At: start.Add(time.Hour)},
		{Rejection: bad[1], Seq: b.Records[5].Seq, At: start.Add(time.Hour)}})
	if at := must(r.LastAck(ctx, "fhir")); !at.Equal(start.Add(time.Hour)) {
		t.Errorf("last acknowledged %v", at)
	}
	if s := must(r.Stats(ctx)); s.Synced != 8 {
		t.Errorf("synced %d", s.Synced)
	}
	next := must(r.Next(ctx, "fhir", 10))
	if next.Records[0].Seq <= b.After {
		t.Error("the tape did not move on")
	}
	// An older batch must not take the cursor back.
	r.Ack(ctx, "fhir", next, mdib.Result{})
	r.Ack(ctx, "fhir", b, mdib.Result{})
	if got := must(r.Next(ctx, "fhir", 1)); got.Records[0].Seq <= next.After {
		t.Error("the tape ran back")
	}
}

func TestTheTapeTellsHistoryAsItWas(t *testing.T) {
	r := newRig(t)
	r.register("fhir", Policy{})
	r.keep(hello(1), numeric1(1, "n0", start, 1))
	corrected := encounter(1)
	corrected.Patient.Family = "Roe"
	described := monitor()
	described.Serial = "after service"
	r.keep(mdib.Report{MDS: mdsID(1), Received: start, Encounter: corrected, Describe: described}, numeric1(1, "n0", start.Add(time.Second), 2))
	ended := *corrected
	ended.End = start.Add(time.Minute)
	r.keep(mdib.Report{MDS: mdsID(1), Received: start, Encounter: &ended})
	r.keep(mdib.Report{MDS: mdsID(1), Received: start, Encounter: &ended}) // told twice
	r.keep(numeric1(1, "n0", start.Add(2*time.Second), 3))                 // of nobody
	var story []string
	for _, x := range r.drain("fhir", 2) {
		s := x.Encounter.Patient.Family + " " + x.Device.Serial
		if x.Numeric != nil {
			s += fmt.Sprint(" ", x.Numeric.Value)
		}
		if !x.Encounter.End.IsZero() {
			s += " ended"
		}
		story = append(story, s)
	}
	want := []string{"Doe ", "Doe  1", "Roe after service", "Roe after service 2", "Roe after service ended"}
	if !slices.Equal(story, want) {
		t.Errorf("%q, want %q", story, want)
	}
}

// A block that is damaged after half of its row was sent costs what is in it,
// nothing else, and is counted.
func TestADamagedBlockOnTheTape(t *testing.T) {
	r := newRig(t)
	r.register("fhir", Policy{})
	r.keep(hello(1), hello(2), hello(3), values(1, start), values(2, start), values(3, start))
	all := must(r.Next(ctx, "fhir", 100)).Records
	first := must(r.Next(ctx, "fhir", 3+10+4)) // into the second block
	r.Ack(ctx, "fhir", first, mdib.Result{})
	var body []byte
	r.write.QueryRow("SELECT body FROM numerics").Scan(&body)
	body[30] ^= 1 // in the first
	r.write.Exec("UPDATE numerics SET body = ?", body)
	got := r.drain("fhir", 5)
	if want := all[17:]; !slices.Equal(ids(got), ids(want)) {
		t.Errorf("%d records, want %d", len(got), len(want))
	}
	if n := len(must(r.Numerics(ctx, mdsID(1), "n0", start, time.Time{}))); n != 0 {
		t.Errorf("%d values out of a damaged block", n)
	}
	if s := must(r.Stats(ctx)); s.Damaged == 0 {
		t.Error("damage was not counted")
	}
}

func TestATargetMustBeRegistered(t *testing.T) {
	r := newRig(t)
	if _, err := r.Next(ctx, "nobody", 1); err == nil {
		t.Error("Next knows nobody")
	}
	if _, _, err := r.Pending(ctx, "nobody"); err == nil {
		t.Error("Pending knows nobody")
	}
	r.register("a", Policy{})
	if err := r.Ack(ctx, "a", mdib.Batch{Target: "b"}, mdib.Result{}); err == nil {
		t.Error("a batch of one target acknowledged for another")
	}
	if at := must(r.LastAck(ctx, "a")); !at.IsZero() {
		t.Errorf("never acknowledged, but %v", at)
	}
	if b := must(r.Next(ctx, "a", 1)); len(b.Records) != 0 || b.After != 0 {
		t.Errorf("an empty record gives %+v", b)
	}
}
