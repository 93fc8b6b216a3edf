//go:build unix

package storage

import (
	"errors"
	"os"
	"syscall"
)

// lockFile takes a file for this process alone; the system lets it go when the
// process ends, however it ends.
func lockFile(f *os.File) (held bool, err error) {
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}
