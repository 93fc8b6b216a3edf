package main

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

func TestRoomForTheRecord(t *testing.T) {
	for _, c := range []struct {
		was, is int64
		passed  time.Duration
		want    uint64
	}{
		{1000, 2000, time.Hour, 24000},
		{1000, 2000, 24 * time.Hour, 1000},
		{1000, 2000, time.Minute, 0}, // too early to say
		{2000, 1000, time.Hour, 0},   // it was cleared
		{1000, 1000, time.Hour, 0},
	} {
		if got := dailyGrowth(c.was, c.is, c.passed); got != c.want {
			t.Errorf("from %d to %d in %v: %d a day", c.was, c.is, c.passed, got)
		}
	}
	dir := t.TempDir()
	if n := recordSize(dir); n != 0 {
		t.Errorf("an empty folder holds a record of %d bytes", n)
	}
	for name, size := range map[string]int{"lamplight.db": 3000, "lamplight.db-wal": 500, "lamplight.json": 70} {
		if err := os.WriteFile(filepath.Join(dir, name), make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if n := recordSize(dir); n != 3500 {
		t.Errorf("the record takes %d bytes", n)
	}
	if runtime.GOOS == "linux" || runtime.GOOS == "darwin" {
		if freeBytes(dir) == 0 || freeBytes(filepath.Join(dir, "none")) != 0 {
			t.Errorf("free %d, of no folder %d", freeBytes(dir), freeBytes(filepath.Join(dir, "none")))
		}
	}
}
