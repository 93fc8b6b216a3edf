package link

import "golang.org/x/sys/unix"

// claim keeps other programs from opening the port while we have it: a second
// reader would steal every other byte. The claim ends with the last close; on a
// pseudo-terminal it would not, and there it is not made. The port is opened a
// second time because tarm does not show its descriptor.
func claim(name string) error {
	fd, err := unix.Open(name, unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(fd) }()
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return err
	}
	if m := unix.Major(st.Rdev); m >= firstPTY && m <= lastPTY {
		return nil
	}
	return unix.IoctlSetInt(fd, unix.TIOCEXCL, 0)
}

// The major numbers of pseudo-terminals (the kernel's devices.txt).
const firstPTY, lastPTY = 136, 143
