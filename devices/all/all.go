// Package all lists the device models, one line each.
package all

import (
	"lamplight/devices"
	"lamplight/devices/intellivue"
	"lamplight/devices/nonin"
)

// Registry gives every model that the program knows.
func Registry() devices.Registry {
	return devices.NewRegistry(
		intellivue.Model(),
		nonin.Model(),
	)
}
