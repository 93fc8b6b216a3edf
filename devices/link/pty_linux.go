package link

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// OpenPTY makes a serial line without a cable, for emulators and tests: what is
// written to master is read at the port named slave, and back. The line is raw.
// Closing master is as if the cable were pulled. Reading master while nobody
// has the port open gives EIO.
func OpenPTY() (master *os.File, slave string, err error) {
	m, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, "", fmt.Errorf("no pseudo-terminal could be made, is /dev/pts mounted: %w", err)
	}
	raw, err := m.SyscallConn()
	if err == nil {
		var n uint32
		ctlErr := raw.Control(func(fd uintptr) { n, err = unlock(int(fd)) })
		if err == nil {
			err = ctlErr
		}
		slave = fmt.Sprintf("/dev/pts/%d", n)
	}
	if err != nil {
		shut(m)
		return nil, "", fmt.Errorf("the pseudo-terminal could not be set up: %w", err)
	}
	return m, slave, nil
}

// unlock lets the slave be opened, makes it raw and gives its number.
func unlock(fd int) (uint32, error) {
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		return 0, err
	}
	t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return 0, err
	}
	t.Iflag, t.Oflag, t.Lflag = 0, 0, 0
	t.Cflag = unix.CS8 | unix.CREAD | unix.CLOCAL | unix.B9600
	t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
	if err := unix.IoctlSetTermios(fd, unix.TCSETS, t); err != nil {
		return 0, err
	}
	return unix.IoctlGetUint32(fd, unix.TIOCGPTN)
}
