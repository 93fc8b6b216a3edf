package storage

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

func TestADiskThatMayOnlyBeRead(t *testing.T) {
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_RDONLY, "size=1m"); err != nil {
		t.Skipf("needs the right to mount a small file system: %v", err)
	}
	defer syscall.Unmount(disk, 0)
	refused(t, filepath.Join(disk, "record.db"), ProblemReadOnly)
	refused(t, filepath.Join(disk, "folder", "record.db"), ProblemReadOnly)
}

// TestADiskThatIsReallyFull fills a small file system: the first station finds
// it full while recording and goes on by itself when a file is deleted; the
// second finds it too full to begin.
func TestADiskThatIsReallyFull(t *testing.T) {
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=4m"); err != nil {
		t.Skipf("needs the right to mount a small file system: %v", err)
	}
	defer syscall.Unmount(disk, 0)
	ballast := filepath.Join(disk, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 2<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, path: filepath.Join(disk, "record.db"), now: start}
	r.open()
	defer func() { r.DB.Close() }()
	for i := range 8 {
		r.keep(hello(i))
	}
	tell := func(n int) error {
		r.now = start.Add(time.Duration(n) * time.Second)
		for i := range 8 {
			if !r.Record(second(i, r.now)) {
				t.Fatal("refused although the queue has room")
			}
		}
		return r.Flush(ctx)
	}
	n := 0
	for ; n < 1000 && r.Health().State == Keeping; n++ {
		tell(n)
	}
	for end := n + 20; n < end; n++ { // some time without room
		if err := tell(n); problemOf(err) != ProblemFull || problemOf(r.Health().Err) != ProblemFull {
			t.Fatalf("second %d: %v, %+v", n, err, r.Health())
		}
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := tell(n); err != nil || r.Health().State != Keeping {
		t.Fatalf("with room again: %v, %+v", err, r.Health())
	}
	c := r.Refused()
	if c.Values != 0 || c.Messages != 0 {
		t.Errorf("more than waves was refused: %+v", c)
	}
	r.reopen()
	if got := must(r.Numerics(ctx, encID(5), "n0", start, time.Time{})); len(got) != n+1 {
		t.Errorf("%d of %d seconds of numerics", len(got), n+1)
	}
	if s := must(r.Stats(ctx)); s.Samples+c.Samples != 8*562*(n+1) {
		t.Errorf("%d samples kept, %d counted as refused, %d told", s.Samples, c.Samples, 8*562*(n+1))
	}
	var verdict string
	if r.read.QueryRow("PRAGMA integrity_check").Scan(&verdict); verdict != "ok" {
		t.Error(verdict)
	}
	// A new record where there is no room for one.
	var free syscall.Statfs_t
	if err := syscall.Statfs(disk, &free); err != nil {
		t.Fatal(err)
	}
	os.WriteFile(ballast, make([]byte, int64(free.Bavail)*free.Bsize), 0o600)
	refused(t, filepath.Join(disk, "another.db"), ProblemFull)
}
