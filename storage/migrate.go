package storage

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

//go:embed migrations/*.sql
var migrations embed.FS

// applicationID marks a file as a Lamplight record: "Lamp".
const applicationID = 0x4C616D70

// newest is the highest number among the migrations in dir.
func newest(dir fs.FS) (int, error) {
	names, err := fs.Glob(dir, "migrations/*.sql")
	if err != nil || len(names) == 0 {
		return 0, fmt.Errorf("no migrations: %w", err)
	}
	return number(names[len(names)-1])
}

func number(name string) (int, error) {
	digits, _, _ := strings.Cut(strings.TrimPrefix(name, "migrations/"), "_")
	return strconv.Atoi(digits)
}

// migrate brings the file from version to the newest, each step in a
// transaction of its own: one that fails leaves the version before it.
func migrate(ctx context.Context, db *sql.DB, dir fs.FS, version int) error {
	names, err := fs.Glob(dir, "migrations/*.sql")
	if err != nil {
		return err
	}
	for _, name := range names {
		n, err := number(name)
		if err != nil {
			return fmt.Errorf("migration %s has no number: %w", name, err)
		}
		if n <= version {
			continue
		}
		text, err := fs.ReadFile(dir, name)
		if err != nil {
			return err
		}
		err = inTx(ctx, db, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, fmt.Sprintf("%s\n;PRAGMA application_id = %d; PRAGMA user_version = %d;", text, applicationID, n))
			return err
		})
		if err != nil {
			return fmt.Errorf("migration %s: %w", name, err)
		}
	}
	return nil
}

func inTx(ctx context.Context, db *sql.DB, do func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		_ = tx.Rollback() // err says what is wrong
		return err
	}
	return tx.Commit()
}
