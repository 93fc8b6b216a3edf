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

// Open makes the target of one kind.
func Open(kind string, s uplink.Settings) (uplink.Target, error) {
	var names []string
	for _, k := range Kinds() {
		if k.Name == kind {
			return k.New(s)
		}
		names = append(names, k.Name)
	}
	return nil, fmt.Errorf("uplink %q: kind %q is not known; write one of: %s", s.Name, kind, strings.Join(names, ", "))
}
