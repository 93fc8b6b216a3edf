package storage

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"lamplight/mdib"

	"github.com/google/uuid"
)

// model is what a record should hold, kept the simple way.
type model struct {
	serves  map[int]int // monitor → encounter, 0 is none
	values  map[[2]int][]float64
	samples map[[2]int]int // by monitor and encounter
	records int            // that a target is to be sent
	changes map[int]bool   // encounters that have begun
}

// TestWhateverHappens lets monitors, patients, restarts and full disks come in
// any order, and compares the record with the model: by encounter, by monitor,
// in the trend, and as a target receives it in batches of any size.
func TestWhateverHappens(t *testing.T) {
	for seed := range uint64(6) {
		rnd := rand.New(rand.NewPCG(seed, 77))
		r := newRig(t)
		policy := Policy{Waves: true, Alerts: true}
		r.register("fhir", policy)
		m := model{serves: map[int]int{}, values: map[[2]int][]float64{}, samples: map[[2]int]int{}, changes: map[int]bool{}}
		sent := map[uuid.UUID]bool{}
		samplesSent := 0
		send := func(most int) {
			b := must(r.Next(ctx, "fhir", most))
			for _, x := range b.Records {
				if sent[x.ID] {
					t.Fatalf("seed %d: %v was sent twice", seed, x.ID)
				}
				sent[x.ID] = true
				if x.Samples != nil {
					samplesSent += len(x.Samples.Samples)
				}
			}
			if err := r.Ack(ctx, "fhir", b, mdib.Result{}); err != nil {
				t.Fatal(err)
			}
		}
		full := false
		free := func() {
			if full {
				full = false
				r.limit(-1)
			}
		}
		for step := range 300 {
			r.now = r.now.Add(time.Duration(rnd.IntN(3000)) * time.Millisecond)
			if rnd.IntN(60) == 0 {
				r.now = r.now.Add(-time.Minute)
			}
			mds := 1 + rnd.IntN(3)
			x := mdib.Report{MDS: mdsID(mds), Received: r.now}
			switch rnd.IntN(12) {
			case 0: // another patient
				enc := 1 + rnd.IntN(5)
				x.Encounter = encounter(enc)
				m.serves[mds] = enc
				if !m.changes[enc] {
					m.changes[enc] = true
					m.records++
				}
			case 1:
				x.Encounter = &mdib.Encounter{}
				m.serves[mds] = 0
			case 2:
				x.Describe = monitor()
				x.Describe.Version = string(rune('a' + rnd.IntN(3)))
			case 3:
				x.Link = &mdib.Link{State: mdib.LinkState(rnd.IntN(6)), Since: r.now}
			case 4:
				r.Flush(ctx)
				free()
				r.Flush(ctx)
				r.reopen()
				r.register("fhir", policy)
			case 5:
				r.Flush(ctx)
				if full = !full; full {
					r.limit(0)
				} else {
					r.limit(-1)
				}
			case 6:
				if !full {
					send(1 + rnd.IntN(40))
				}
			}
			at := r.now.Add(time.Duration(step)) // no two alike, whatever the clock does
			value := float64(step)
			x.Numerics = []mdib.Numeric{{Ref: "n0", Time: at, Value: value}}
			if rnd.IntN(3) == 0 && !full { // a full disk may cost waves, which is another test's
				x.Samples = []mdib.SampleArray{{Ref: "ecg", Time: at, Samples: make([]int32, rnd.IntN(300))}}
			}
			key := [2]int{mds, m.serves[mds]}
			m.values[key] = append(m.values[key], value)
			for _, s := range x.Samples {
				m.samples[key] += len(s.Samples)
			}
			if !r.Record(x) {
				t.Fatal("refused")
			}
			if key[1] != 0 {
				m.records++
			}
			if rnd.IntN(3) == 0 && (!full || len(x.Samples) == 0) {
				r.Flush(ctx)
			}
		}
		free()
		if err := r.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		if c := r.Refused(); c.Values+c.Messages > 0 {
			t.Fatalf("seed %d: refused %+v", seed, c)
		}
		m.compare(t, r, seed)
		for pending(r, "fhir") > 0 {
			send(1 + rnd.IntN(300))
		}
		waves := 0
		for key, n := range m.samples {
			if key[1] != 0 {
				waves += n
			}
		}
		runs := len(sent) - m.records
		if runs < 0 || runs > 300 || samplesSent > waves || waves-samplesSent > r.Refused().Samples {
			t.Errorf("seed %d: %d records sent, %d without waves; %d of %d samples", seed, len(sent), m.records, samplesSent, waves)
		}
		r.Close()
	}
}

func (m *model) compare(t *testing.T, r *rig, seed uint64) {
	t.Helper()
	read := func(of uuid.UUID) (out []float64) {
		for _, n := range must(r.Numerics(ctx, of, "n0", time.Time{}, time.Time{})) {
			out = append(out, n.Value)
		}
		slices.Sort(out)
		return out
	}
	// pick gives what the model has of a monitor (part 0) or an encounter (part 1).
	pick := func(part, i int) (out []float64) {
		for key, v := range m.values {
			if key[part] == i {
				out = append(out, v...)
			}
		}
		slices.Sort(out)
		return out
	}
	trend := func(of uuid.UUID) (n int) {
		for _, x := range must(r.Rollups(ctx, of, "n0", start.Add(-time.Hour), start.Add(time.Hour), time.Minute)) {
			n += x.Count
		}
		return n
	}
	for i := 1; i <= 5; i++ {
		for part, of := range []uuid.UUID{mdsID(i), encID(i)} {
			want := pick(part, i)
			if got := read(of); !slices.Equal(got, want) {
				t.Fatalf("seed %d, part %d, %d: %d values, want %d", seed, part, i, len(got), len(want))
			}
			if n := trend(of); n != len(want) {
				t.Fatalf("seed %d, part %d, %d: %d values in the trend, want %d", seed, part, i, n, len(want))
			}
		}
	}
}
