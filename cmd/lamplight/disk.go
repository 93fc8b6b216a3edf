package main

import (
	"os"
	"path/filepath"
	"time"
)

// disk gives the bytes that are free for the record, and how many it takes a
// day at the pace since the start; 0 where that is not known, or not yet.
func (a *App) disk() (free, perDay uint64) {
	return freeBytes(a.data), dailyGrowth(a.size, recordSize(a.data), time.Since(a.started))
}

// recordSize is what the record takes on the disk now.
func recordSize(data string) (size int64) {
	for _, name := range []string{"lamplight.db", "lamplight.db-wal"} {
		if info, err := os.Stat(filepath.Join(data, name)); err == nil {
			size += info.Size()
		}
	}
	return size
}

// dailyGrowth is told from a quarter of an hour on: before that, the log that
// the database keeps for its own use weighs too much.
func dailyGrowth(was, is int64, passed time.Duration) uint64 {
	if passed < 15*time.Minute || is <= was {
		return 0
	}
	return uint64(float64(is-was) / passed.Hours() * 24)
}
