package link

import "golang.org/x/sys/unix"

// claim keeps other programs from opening the port while we have it: a second
// reader would steal every other byte. The claim ends with the last close. The
// port is opened a second time because tarm does not show its descriptor.
func claim(name string) error {
	fd, err := unix.Open(name, unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return unix.IoctlSetInt(fd, unix.TIOCEXCL, 0)
}
