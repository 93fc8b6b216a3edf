package storage

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"
)

// refused opens what must not open and checks that the sentence names the file
// and the problem is told.
func refused(t *testing.T, path string, want Problem) error {
	t.Helper()
	db, err := Open(ctx, path, Options{})
	var e *Error
	if err == nil {
		db.Close()
		t.Fatalf("%s was opened", path)
	}
	if !errors.As(err, &e) || e.Problem != want {
		t.Fatalf("%s: problem %+v, want %d", path, err, want)
	}
	if !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "SQLITE") && want != ProblemOther {
		t.Errorf("not a sentence for people: %v", err)
	}
	return err
}

func TestAFileThatIsNoDatabaseIsLeftAlone(t *testing.T) {
	for name, text := range map[string]string{
		"letter.db": "Dear colleague, this is not a database but a letter.",
		"short.db":  "Hi",
		"other.db":  strings.Repeat("SQLite format 2\x00", 100),
	} {
		path := filepath.Join(t.TempDir(), name)
		os.WriteFile(path, []byte(text), 0o600)
		refused(t, path, ProblemNotOurs)
		if now, _ := os.ReadFile(path); string(now) != text {
			t.Errorf("%s was changed", name)
		}
	}
	// The right beginning, rubbish behind it.
	path := filepath.Join(t.TempDir(), "torn.db")
	os.WriteFile(path, []byte("SQLite format 3\x00"+strings.Repeat("rubbish ", 100)), 0o600)
	refused(t, path, ProblemNotOurs)
}

func TestAnotherProgramsDatabaseIsLeftAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "places.sqlite")
	db := must(sql.Open("sqlite", path))
	if _, err := db.Exec("CREATE TABLE bookmarks (a); INSERT INTO bookmarks VALUES (1)"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	before := must(os.ReadFile(path))
	refused(t, path, ProblemNotOurs)
	if after := must(os.ReadFile(path)); string(after) != string(before) {
		t.Error("it was changed")
	}
}

func TestANewerFileIsLeftAlone(t *testing.T) {
	r := newRig(t)
	r.keep(hello(1), values(1, start))
	if _, err := r.write.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	r.Close()
	refused(t, r.path, ProblemNewer)
}

func TestASecondStationIsRefused(t *testing.T) {
	r := newRig(t)
	r.keep(hello(1))
	refused(t, r.path, ProblemLocked)
	// The refusal must not have cost the first one its hold on the file.
	refused(t, r.path, ProblemLocked)
	r.keep(values(1, start))
	r.reopen()
}

// A file that both are true of is refused for the reason that comes first: who
// else has it open matters before what is in it.
func TestOrderOfRefusals(t *testing.T) {
	r := newRig(t)
	r.write.Exec("PRAGMA user_version = 99")
	refused(t, r.path, ProblemLocked)
	r.Close()
	refused(t, r.path, ProblemNewer)
}

func TestAFolderThatMayNotBeWritten(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("needs a user who is not root: root may write any folder")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	refused(t, filepath.Join(dir, "record.db"), ProblemReadOnly)
}

func TestAFolderInTheFilesPlace(t *testing.T) {
	refused(t, t.TempDir(), ProblemOther)
}

func TestWhatTheSystemSaysIsUnderstood(t *testing.T) {
	for err, want := range map[error]Problem{
		&fs.PathError{Op: "open", Path: "x", Err: syscall.EACCES}:  ProblemReadOnly,
		&fs.PathError{Op: "open", Path: "x", Err: syscall.EROFS}:   ProblemReadOnly,
		&fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}: ProblemFull,
		&fs.PathError{Op: "write", Path: "x", Err: syscall.EDQUOT}: ProblemFull,
		errors.New("the moon"): ProblemOther,
	} {
		if got := classify(err); got != want {
			t.Errorf("%v: %d, want %d", err, got, want)
		}
	}
	for p := ProblemOther; p <= ProblemBehind; p++ {
		s := (&Error{Path: "/data/record.db", Problem: p, Err: errors.New("cause")}).Error()
		if !strings.Contains(s, "/data/record.db") || len(s) < 50 {
			t.Errorf("%d: %q", p, s)
		}
	}
}

func TestANewRecordIsItsOwnersAlone(t *testing.T) {
	r := &rig{t: t, path: filepath.Join(t.TempDir(), "ward 3?#%", "record.db"), now: start}
	r.open()
	defer func() { r.DB.Close() }()
	r.keep(hello(1))
	for _, name := range []string{r.path, r.path + "-wal", filepath.Dir(r.path)} {
		if info := must(os.Stat(name)); info.Mode()&0o077 != 0 {
			t.Errorf("%s has mode %v", name, info.Mode())
		}
	}
}

func TestTheFileIsKeptSafely(t *testing.T) {
	r := newRig(t)
	for pragma, want := range map[string]int{"synchronous": 2, "foreign_keys": 1, "application_id": applicationID, "busy_timeout": 5000} {
		var got int
		if err := r.write.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %d, want %d (%v)", pragma, got, want, err)
		}
	}
	var mode string
	if r.write.QueryRow("PRAGMA journal_mode").Scan(&mode); mode != "wal" {
		t.Errorf("journal mode %s", mode)
	}
	if _, err := r.read.Exec("DELETE FROM mds"); err == nil {
		t.Error("a reader may write")
	}
}

// Every older version is brought to the newest, keeping what it holds; a step
// that fails leaves the version before it whole.
func TestMigrations(t *testing.T) {
	steps := fstest.MapFS{
		"migrations/0001_a.sql": {Data: []byte("CREATE TABLE kept (v) ; INSERT INTO kept VALUES (1)")},
		"migrations/0002_b.sql": {Data: []byte("ALTER TABLE kept ADD COLUMN w; -- a comment at the end")},
		"migrations/0003_c.sql": {Data: []byte("INSERT INTO kept VALUES (3, 3)")},
	}
	upTo := func(n int) fstest.MapFS {
		out := fstest.MapFS{}
		for name, f := range steps {
			if v := must(number(name)); v <= n {
				out[name] = f
			}
		}
		return out
	}
	for from := range 4 {
		db := must(sql.Open("sqlite", filepath.Join(t.TempDir(), "x.db")))
		for _, dir := range []fstest.MapFS{upTo(from), steps} {
			var version int
			db.QueryRow("PRAGMA user_version").Scan(&version)
			if err := migrate(ctx, db, dir, version); err != nil {
				t.Fatal(err)
			}
		}
		var rows, version, app int
		db.QueryRow("SELECT count(*) FROM kept").Scan(&rows)
		db.QueryRow("PRAGMA user_version").Scan(&version)
		db.QueryRow("PRAGMA application_id").Scan(&app)
		if rows != 2 || version != 3 || app != applicationID {
			t.Errorf("from %d: %d rows, version %d, application %x", from, rows, version, app)
		}
		steps4 := upTo(3)
		steps4["migrations/0004_d.sql"] = &fstest.MapFile{Data: []byte("INSERT INTO kept VALUES (4, 4); INSERT INTO nowhere VALUES (1)")}
		if err := migrate(ctx, db, steps4, 3); err == nil || !strings.Contains(err.Error(), "0004_d") {
			t.Errorf("a migration that cannot work: %v", err)
		}
		db.QueryRow("SELECT count(*) FROM kept").Scan(&rows)
		db.QueryRow("PRAGMA user_version").Scan(&version)
		if rows != 2 || version != 3 {
			t.Errorf("after a failed step: %d rows, version %d", rows, version)
		}
		db.Close()
	}
}

func TestTheMigrationsAreNumberedWithoutHoles(t *testing.T) {
	names := must(fs.Glob(migrations, "migrations/*.sql"))
	for i, name := range names {
		if n, err := number(name); err != nil || n != i+1 {
			t.Errorf("%s is the %d.", name, i+1)
		}
	}
}

func TestCloseWritesWhatWaits(t *testing.T) {
	r := newRig(t)
	r.Record(hello(1))
	r.Record(values(1, start))
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Error("closed twice:", err)
	}
	if r.Record(values(1, start)) {
		t.Error("a closed record took a Report")
	}
	if err := r.Flush(ctx); !errors.Is(err, errClosed) {
		t.Errorf("a closed record flushes: %v", err)
	}
	r.open()
	if n := len(must(r.Numerics(ctx, mdsID(1), "n0", start, time.Time{}))); n != 1 {
		t.Errorf("%d values", n)
	}
}

func TestATickWrites(t *testing.T) {
	tick := make(chan time.Time)
	path := filepath.Join(t.TempDir(), "record.db")
	db := must(Open(ctx, path, Options{Tick: tick, Now: func() time.Time { return start }}))
	defer db.Close()
	db.Record(hello(1))
	db.Record(values(1, start))
	tick <- start.Add(time.Second)
	tick <- start.Add(2 * time.Second) // taken only when the first is done
	if n := len(must(db.Numerics(ctx, mdsID(1), "n0", start, time.Time{}))); n != 1 {
		t.Errorf("%d values", n)
	}
}

func TestAQueryEndsWithItsContext(t *testing.T) {
	r := newRig(t)
	r.keep(hello(1), values(1, start))
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := r.Numerics(ended, mdsID(1), "n0", start, time.Time{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
