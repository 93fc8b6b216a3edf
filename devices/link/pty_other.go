//go:build !linux

package link

import (
	"errors"
	"os"
)

// OpenPTY makes a serial line without a cable. It exists on Linux only.
func OpenPTY() (master *os.File, slave string, err error) {
	return nil, "", errors.New("pseudo-terminals are made on Linux only; play the emulator over TCP instead, at an address such as tcp://127.0.0.1:4001")
}
