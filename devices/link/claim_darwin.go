package link

import "golang.org/x/sys/unix"

// claim keeps other programs from opening the port while we have it, and
// finishes raw mode: tarm leaves input translation as it was, and then bytes
// such as 0x16 and 0x0F never arrive. The port is opened a second time because
// tarm does not show its descriptor.
func claim(name string) error {
	fd, err := unix.Open(name, unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(fd) }()
	t, err := unix.IoctlGetTermios(fd, unix.TIOCGETA)
	if err != nil {
		return err
	}
	t.Iflag &^= unix.INLCR | unix.IGNCR | unix.IXANY
	t.Lflag &^= unix.IEXTEN | unix.ECHONL
	if err := unix.IoctlSetTermios(fd, unix.TIOCSETA, t); err != nil {
		return err
	}
	return unix.IoctlSetInt(fd, unix.TIOCEXCL, 0)
}
