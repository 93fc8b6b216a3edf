// Package all is the list of hospital systems that the record can be sent to.
package all

import (
	"fmt"
	"strings"

	"lamplight/uplink"
	"lamplight/uplink/fhir"
)

// Kinds gives every kind, one line each.
func Kinds() []uplink.Kind {
	return []uplink.Kind{
		fhir.Kind(),
	}
}

// Lookup finds a kind by its name.
func Lookup(name string) (uplink.Kind, error) {
	var names []string
	for _, k := range Kinds() {
		if k.Name == name {
			return k, nil
		}
		names = append(names, k.Name)
	}
	return uplink.Kind{}, fmt.Errorf("%q is no kind of hospital system; write one of: %s", name, strings.Join(names, ", "))
}
