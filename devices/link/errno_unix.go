//go:build unix

package link

import (
	"errors"
	"syscall"
)

const (
	errBusy           = syscall.EBUSY
	errNoDevice       = syscall.ENXIO
	errRefused        = syscall.ECONNREFUSED
	errReset          = syscall.ECONNRESET
	errPipe           = syscall.EPIPE
	errUnreachable    = syscall.EHOSTUNREACH
	errNetUnreachable = syscall.ENETUNREACH
	errAddrInUse      = syscall.EADDRINUSE
	errAddrNotHere    = syscall.EADDRNOTAVAIL
	errTooLong        = syscall.EMSGSIZE
)

// isBusyOnWindows: elsewhere a busy port has an error of its own.
func isBusyOnWindows(err error) bool { return errors.Is(err, errBusy) }
