package link

import (
	"errors"
	"syscall"

	"golang.org/x/sys/windows"
)

const (
	errBusy           = windows.ERROR_SHARING_VIOLATION
	errNoDevice       = windows.ERROR_FILE_NOT_FOUND
	errRefused        = windows.WSAECONNREFUSED
	errReset          = windows.WSAECONNRESET
	errPipe           = windows.WSAECONNABORTED
	errUnreachable    = windows.WSAEHOSTUNREACH
	errNetUnreachable = windows.WSAENETUNREACH
	errAddrInUse      = windows.WSAEADDRINUSE
	errAddrNotHere    = windows.WSAEADDRNOTAVAIL
	errTooLong        = windows.WSAEMSGSIZE
)

// isBusyOnWindows: a COM port that is open elsewhere answers "access denied";
// permission as such does not exist there.
func isBusyOnWindows(err error) bool {
	return errors.Is(err, syscall.Errno(windows.ERROR_ACCESS_DENIED))
}
