package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Problem says what is wrong with the file, so that the program can act on it.
type Problem uint8

const (
	ProblemOther    Problem = iota
	ProblemNotOurs          // not a database, or another program's
	ProblemNewer            // written by a newer Lamplight
	ProblemReadOnly         // may not be written
	ProblemLocked           // another Lamplight, or another program, writes it
	ProblemFull             // no room on the disk
	ProblemDamaged          // SQLite finds it inconsistent
	ProblemBehind           // the disk takes less than is recorded
)

// Error is a sentence that names the file and the remedy.
type Error struct {
	Path    string
	Problem Problem
	Err     error // the cause; nil if there is none beneath
}

func (e *Error) Error() string {
	switch e.Problem {
	case ProblemNotOurs:
		return fmt.Sprintf("%s is not a Lamplight record: choose another folder for the data, or move that file away", e.Path)
	case ProblemNewer:
		return fmt.Sprintf("%s was written by a newer Lamplight: install that version, or choose another folder for the data", e.Path)
	case ProblemReadOnly:
		return fmt.Sprintf("%s may not be written: give this user the right to write the folder, or choose another folder for the data", e.Path)
	case ProblemLocked:
		return fmt.Sprintf("%s is in use by another Lamplight or another program: close that one, or choose another folder for the data", e.Path)
	case ProblemFull:
		return fmt.Sprintf("the disk that holds %s is full: free some space; recording then goes on by itself", e.Path)
	case ProblemDamaged:
		return fmt.Sprintf("%s is damaged: keep a copy of it, move it away, and start again with a new one (%v)", e.Path, e.Err)
	case ProblemBehind:
		return fmt.Sprintf("the disk that holds %s is too slow for what is recorded: move the data to a faster disk", e.Path)
	}
	return fmt.Sprintf("%s cannot be used: %v; check the disk, or choose another folder for the data", e.Path, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// problem makes a sentence of what SQLite or the system said.
func problem(path string, err error) error {
	if err == nil {
		return nil
	}
	var done *Error
	if errors.As(err, &done) {
		return err
	}
	return &Error{Path: path, Problem: classify(err), Err: err}
}

func classify(err error) Problem {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return ProblemFull
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return ProblemReadOnly
	}
	var se *sqlite.Error
	if !errors.As(err, &se) {
		return ProblemOther
	}
	switch se.Code() & 0xff {
	case sqlite3.SQLITE_NOTADB:
		return ProblemNotOurs
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN:
		return ProblemReadOnly
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return ProblemLocked
	case sqlite3.SQLITE_FULL:
		return ProblemFull
	case sqlite3.SQLITE_CORRUPT:
		return ProblemDamaged
	}
	return ProblemOther
}
