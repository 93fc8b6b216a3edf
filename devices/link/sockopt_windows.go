package link

import "syscall"

// reuse lets several programs hear the same announcements.
func reuse(fd uintptr) error {
	return syscall.SetsockoptInt(syscall.Handle(fd), syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
}

func addMembership(fd uintptr, req *syscall.IPMreq) error {
	return syscall.SetsockoptIPMreq(syscall.Handle(fd), syscall.IPPROTO_IP, syscall.IP_ADD_MEMBERSHIP, req)
}
