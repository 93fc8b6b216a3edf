//go:build linux || darwin

package main

import "syscall"

// freeBytes is what this user may still write on the disk of a folder.
func freeBytes(dir string) uint64 {
	var s syscall.Statfs_t
	if syscall.Statfs(dir, &s) != nil {
		return 0
	}
	return s.Bavail * uint64(s.Bsize)
}
