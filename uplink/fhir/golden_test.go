package fhir

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"lamplight/mdib"
	"lamplight/uplink/uplinktest"
)

var update = flag.Bool("update", false, "write the goldens anew")

// kolkata is half an hour off the others, so that a lost zone shows.
var kolkata = time.FixedZone("IST", 5*3600+1800)

func newTarget(t testing.TB, c Config) *Target {
	t.Helper()
	if c.BaseURL == "" {
		c.BaseURL = "https://fhir.example/R4"
	}
	if c.Zone == nil {
		c.Zone = kolkata
	}
	target, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	target.canPut = true
	return target
}

// bundles gives the transactions that a batch becomes.
func bundles(t *Target, records []mdib.Record) []*transaction {
	var out []*transaction
	for units := t.units(mdib.Batch{Records: records}); len(units) > 0; {
		n := t.fill(units)
		tx := t.transaction(units[:n])
		t.accept(tx)
		out, units = append(out, tx), units[n:]
	}
	return out
}

// The goldens hold a minute of a synthetic session, as it goes over the wire.
func TestGolden(t *testing.T) {
	for _, mode := range []mdib.GenerationMode{mdib.ModeReal, mdib.ModeDemo} {
		t.Run(mode.String(), func(t *testing.T) {
			target := newTarget(t, Config{PatientSystem: "https://hospital.example/mrn", Station: "ward-1"})
			var got bytes.Buffer
			for _, tx := range bundles(target, uplinktest.Session(1, mode)) {
				if err := json.Indent(&got, tx.body, "", " "); err != nil {
					t.Fatal(err)
				}
			}
			golden := filepath.Join("testdata", "session-"+mode.String()+".json")
			if *update {
				if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("%s differs from what is sent now; see the change with -update and git diff", golden)
			}
		})
	}
}

func TestTheSameRecordsMakeTheSameBytes(t *testing.T) {
	records := uplinktest.Session(7, mdib.ModeReal)
	a, b := bundles(newTarget(t, Config{}), records), bundles(newTarget(t, Config{}), records)
	if len(a) != len(b) || len(a) < 2 {
		t.Fatalf("%d and %d Bundles", len(a), len(b))
	}
	for i := range a {
		if !bytes.Equal(a[i].body, b[i].body) {
			t.Errorf("Bundle %d differs between two runs", i)
		}
	}
}

func TestBundlesKeepTheirBounds(t *testing.T) {
	records := uplinktest.Session(30, mdib.ModeReal)
	long := make([]int32, 40_000) // about 240 kB of text each
	for i := range long {
		long[i] = int32(10_000 + i%7)
	}
	for i := range records {
		if records[i].Samples != nil && records[i].Metric.Ref == "ecg" {
			w := *records[i].Samples
			w.Samples = long
			records[i].Samples = &w
		}
	}
	carried := map[string]int{}
	for i, tx := range bundles(newTarget(t, Config{}), records) {
		if len(tx.owner) > maxEntries || len(tx.body) > maxBytes {
			t.Errorf("Bundle %d has %d entries and %d bytes", i, len(tx.owner), len(tx.body))
		}
		seen := map[string]bool{}
		for _, id := range tx.owner {
			if seen[id] {
				t.Errorf("Bundle %d has two entries for %s", i, id)
			}
			seen[id] = true
		}
		for _, u := range tx.units {
			for _, id := range u.records {
				carried[id.String()]++
			}
		}
	}
	for _, r := range records {
		if carried[r.ID.String()] != 1 {
			t.Errorf("record %d is carried by %d units", r.Seq, carried[r.ID.String()])
		}
	}
}

// BenchmarkTransaction builds Bundles of 47 heart rates beside their patient,
// stay and device.
func BenchmarkTransaction(b *testing.B) {
	target := newTarget(b, Config{})
	records := uplinktest.HeartRates(47)
	b.ReportAllocs()
	for b.Loop() {
		target.transaction(target.units(mdib.Batch{Records: records}))
	}
	b.ReportMetric(float64(47*b.N)/b.Elapsed().Seconds(), "observations/s")
}
