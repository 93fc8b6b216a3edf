package storage

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// killBeds is how many monitors the killed station records.
const killBeds = 8

// recordUntilKilled is the child: it writes second after second as fast as the
// disk allows and says on standard output which it has committed.
func recordUntilKilled(path string) {
	db, err := Open(context.Background(), path, Options{Tick: make(chan time.Time)})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	began := 0
	if n, err := strconv.Atoi(os.Getenv("LAMPLIGHT_RECORD_FROM")); err == nil {
		began = n
	}
	for i := range killBeds {
		db.Record(hello(i))
	}
	for n := began; ; n++ {
		for i := range killBeds {
			db.Record(second(i, start.Add(time.Duration(n)*time.Second)))
		}
		if err := db.Flush(context.Background()); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("committed", n)
	}
}

// TestKilledWhileWriting kills a station without warning, again and again on
// the same file. All that it said it had committed must be there, nothing
// half, and the encounters still open.
func TestKilledWhileWriting(t *testing.T) {
	path := filepath.Join(t.TempDir(), "record.db")
	committed := -1
	for round := range 6 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "LAMPLIGHT_RECORD_UNTIL_KILLED="+path, "LAMPLIGHT_RECORD_FROM="+strconv.Itoa(committed+1))
		out := must(cmd.StdoutPipe())
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for seconds := 0; seconds < 15+11*round && lines.Scan(); seconds++ {
			if _, err := fmt.Sscanf(lines.Text(), "committed %d", &committed); err != nil {
				t.Fatal(lines.Text())
			}
		}
		cmd.Process.Kill()
		for lines.Scan() { // committed between our wish and the kill
			fmt.Sscanf(lines.Text(), "committed %d", &committed)
		}
		cmd.Wait()
		committed = checkKilled(t, path, committed)
	}
}

// checkKilled gives the last second that is in the file.
func checkKilled(t *testing.T, path string, committed int) int {
	t.Helper()
	db, err := Open(ctx, path, Options{Tick: make(chan time.Time), Now: func() time.Time { return start }})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var verdict string
	if err := db.view(ctx, "integrity", func(tx *sql.Tx) error {
		return tx.QueryRow("PRAGMA integrity_check").Scan(&verdict)
	}); err != nil || verdict != "ok" {
		t.Fatal(verdict, err)
	}
	if open := must(db.OpenEncounters(ctx)); len(open) != killBeds || len(open[0].MDS) != 1 {
		t.Fatalf("open encounters: %+v", open)
	}
	last := -1
	for i := range killBeds {
		numerics := must(db.Numerics(ctx, encID(i), "n9", start, time.Time{}))
		waves := must(db.Samples(ctx, mdsID(i), "ecg", start, time.Time{}))
		if len(numerics) != len(waves) {
			t.Fatalf("bed %d: %d seconds of numerics, %d of waves", i, len(numerics), len(waves))
		}
		for n := range numerics {
			if at := start.Add(time.Duration(n) * time.Second); !numerics[n].Time.Equal(at) || !waves[n].Time.Equal(at) {
				t.Fatalf("bed %d: second %d is missing", i, n)
			}
		}
		if i > 0 && len(numerics)-1 != last {
			t.Fatalf("bed %d ends at second %d, the one before it at %d", i, len(numerics)-1, last)
		}
		last = len(numerics) - 1
	}
	// The child may have been killed between a commit and its saying so.
	if last != committed && last != committed+1 {
		t.Fatalf("second %d was committed, the record ends at %d", committed, last)
	}
	if s := must(db.Stats(ctx)); s.Damaged != 0 || s.Samples != killBeds*562*(last+1) {
		t.Fatalf("%+v", s)
	}
	n := 0
	for _, x := range must(db.Rollups(ctx, mdsID(0), "n9", start, start.Add(time.Hour), time.Minute)) {
		n += x.Count
	}
	if n != last+1 {
		t.Fatalf("the trend has %d of %d values", n, last+1)
	}
	return last
}
