package storage

import (
	"context"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"lamplight/mdib"

	"github.com/google/uuid"
)

// Options are what a DB may be told beyond its path.
type Options struct {
	Tick  <-chan time.Time // a transaction at each; nil: every second
	Now   func() time.Time // stamps what has no time of its own; nil: time.Now
	Queue int              // bytes of Reports that may wait to be written; 0: 64 MiB
}

// DB is one open record. Its methods may be called from any goroutine.
type DB struct {
	path   string
	now    func() time.Time
	lock   *os.File
	write  *sql.DB // one connection, used by the writer alone
	read   *sql.DB
	queue  queue
	writer *writer
	asks   chan request
	stop   chan struct{}
	done   chan struct{} // closed when the writer has ended
	once   sync.Once
	last   error // of the writer's end

	damaged atomic.Int64 // blocks found damaged

	mu      sync.Mutex // guards what follows
	health  Health
	targets map[string]*target
	devices map[int64]*described // descriptions by row id; they never change
	refs    map[int64]mdib.Ref   // of metrics by row id
}

// Open opens the record at path, making it and its folder where there is none,
// and starts the writer. Its errors are of type *Error.
func Open(ctx context.Context, path string, o Options) (*DB, error) {
	db := &DB{
		path: path, now: o.Now, asks: make(chan request), stop: make(chan struct{}), done: make(chan struct{}),
		targets: map[string]*target{}, devices: map[int64]*described{}, refs: map[int64]mdib.Ref{},
	}
	if db.now == nil {
		db.now = time.Now
	}
	db.queue.limit = o.Queue
	if o.Queue == 0 {
		db.queue.limit = 64 << 20
	}
	if err := db.open(ctx); err != nil {
		db.closeFiles()
		return nil, problem(path, err)
	}
	db.health.Since = db.now()
	go db.writer.run(o.Tick)
	return db, nil
}

func (db *DB) open(ctx context.Context) error {
	if err := os.MkdirAll(filepath.Dir(db.path), 0o700); err != nil {
		return err
	}
	var err error
	if db.lock, err = os.OpenFile(db.path+".lock", os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return err
	}
	held, err := lockFile(db.lock)
	if err != nil {
		return err
	}
	if !held {
		return &Error{Path: db.path, Problem: ProblemLocked}
	}
	// This must wait for the lock: to close the file again would
	// take away the locks that SQLite holds on it in this same process.
	if err := create(db.path); err != nil {
		return err
	}
	if db.write, err = sql.Open("sqlite", dsn(db.path,
		"_txlock=immediate&_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_pragma=synchronous(2)")); err != nil {
		return err
	}
	db.write.SetMaxOpenConns(1)
	version, err := db.version(ctx)
	if err != nil {
		return err
	}
	if _, err := db.write.ExecContext(ctx, "PRAGMA journal_mode = WAL"); err != nil {
		return err
	}
	if err := migrate(ctx, db.write, migrations, version); err != nil {
		return err
	}
	if db.read, err = sql.Open("sqlite", dsn(db.path,
		"_pragma=busy_timeout(5000)&_pragma=query_only(1)")); err != nil {
		return err
	}
	db.read.SetMaxOpenConns(4)
	db.writer = &writer{db: db, devices: map[uuid.UUID]*device{}}
	return db.writer.resume(ctx)
}

// dsn gives the address of a file for the driver; a URI, because a plain name
// could not hold a question mark.
func dsn(path, query string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return (&url.URL{Scheme: "file", Path: path}).String() + "?" + query
}

// create makes the file where there is none, readable for its owner alone: what
// SQLite puts beside it takes its mode from it.
func create(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// version gives the version of the schema, 0 for an empty file, and refuses
// another program's database and a newer Lamplight's.
func (db *DB) version(ctx context.Context) (int, error) {
	var app, version, tables int
	for query, into := range map[string]*int{
		"PRAGMA application_id":              &app,
		"PRAGMA user_version":                &version,
		"SELECT count(*) FROM sqlite_schema": &tables,
	} {
		if err := db.write.QueryRowContext(ctx, query).Scan(into); err != nil {
			return 0, err
		}
	}
	if app != applicationID && (app != 0 || version != 0 || tables != 0) {
		return 0, &Error{Path: db.path, Problem: ProblemNotOurs}
	}
	known, err := newest(migrations)
	if err != nil {
		return 0, err
	}
	if version > known {
		return 0, &Error{Path: db.path, Problem: ProblemNewer}
	}
	return version, nil
}

// Close writes what waits, ends the writer and closes the file. Its error says
// what could not be written any more.
func (db *DB) Close() error {
	db.once.Do(func() {
		db.queue.close()
		close(db.stop)
		<-db.done
		db.closeFiles()
	})
	return db.last
}

func (db *DB) closeFiles() {
	for _, d := range []*sql.DB{db.read, db.write} {
		if d != nil {
			d.Close()
		}
	}
	if db.lock != nil {
		db.lock.Close()
	}
}
