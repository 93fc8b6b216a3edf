package main

import (
	"context"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"lamplight/mdib"
	"lamplight/storage"
)

// A kill in the middle of recording loses at most the last second; the next
// start goes on in the same encounters.
func TestKilledWhileRecording(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "none.json")
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()

	cmd := program(ctx, "record", "--headless", "--demo", "--config", config, "--data", dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(8 * time.Second) // of real recording, on real transports
	killed := time.Now()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()

	before := encounters(t, dir, killed)
	if len(before) != 8 {
		t.Fatalf("%d encounters recorded, want one for each of 8 beds", len(before))
	}

	out, err := program(ctx, "record", "--headless", "--demo", "--config", config, "--data", dir, "--for", "6s", "--json").Output()
	if err != nil {
		t.Fatalf("recording did not go on: %v", err)
	}
	var sum recordSummary
	if err := json.Unmarshal(out, &sum); err != nil {
		t.Fatalf("%q: %v", out, err)
	}
	if sum.Devices != 8 || sum.Reports == 0 || sum.Samples == 0 || sum.Gaps < 8 {
		t.Errorf("summary %+v: want 8 devices, their values, and a gap each", sum)
	}
	after := encounters(t, dir, time.Time{})
	for id := range before {
		if _, ok := after[id]; !ok {
			t.Errorf("encounter %v is gone", id)
		}
	}
	if len(after) != len(before) {
		t.Errorf("%d encounters after the restart, %d before: recording did not go on in the same ones", len(after), len(before))
	}
}

// encounters opens the record and gives its encounters by identity. Unless
// killed is zero, the newest value must be at most about a second older.
func encounters(t *testing.T, dir string, killed time.Time) map[string]mdib.Encounter {
	t.Helper()
	db, err := storage.Open(t.Context(), filepath.Join(dir, "lamplight.db"), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	all, err := db.Encounters(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]mdib.Encounter{}
	var newest time.Time
	for _, e := range all {
		out[e.ID.String()] = e
		metrics, err := db.Metrics(t.Context(), e.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range metrics {
			values, err := db.Numerics(t.Context(), e.ID, m.Ref, time.Time{}, time.Now().Add(time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range values {
				if v.Time.After(newest) {
					newest = v.Time
				}
			}
		}
	}
	// The transaction of the last second may be missing, and a monitor's values
	// are up to a second old when they come.
	if !killed.IsZero() && killed.Sub(newest) > 3*time.Second {
		t.Errorf("the newest value is %v older than the kill", killed.Sub(newest))
	}
	return out
}
