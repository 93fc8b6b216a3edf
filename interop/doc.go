// Package interop tests Lamplight against servers that are not ours. Its tests
// have the build tag interop and are run by run.sh, which installs and starts
// the servers.
package interop
