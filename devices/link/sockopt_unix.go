//go:build unix

package link

import (
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// reuse lets several programs hear the same announcements.
func reuse(fd uintptr) error {
	opt := unix.SO_REUSEADDR
	if runtime.GOOS != "linux" {
		opt = unix.SO_REUSEPORT
	}
	return unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, opt, 1)
}

func addMembership(fd uintptr, req *syscall.IPMreq) error {
	return syscall.SetsockoptIPMreq(int(fd), syscall.IPPROTO_IP, syscall.IP_ADD_MEMBERSHIP, req)
}
