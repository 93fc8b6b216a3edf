package devices

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Registry is the list of models that a program knows. It is a value: made
// once from a list, never changed.
type Registry struct{ models []Model }

// NewRegistry makes a Registry that keeps the order of the list.
func NewRegistry(models ...Model) Registry {
	return Registry{models: slices.Clone(models)}
}

// Models gives every model in order.
func (r Registry) Models() []Model { return slices.Clone(r.models) }

// Names gives the name of every model in order.
func (r Registry) Names() []string {
	names := make([]string, len(r.models))
	for i, m := range r.models {
		names[i] = m.Name
	}
	return names
}

// Lookup finds a model by its name, in any case. The error of an unknown name
// lists the known ones.
func (r Registry) Lookup(name string) (Model, error) {
	for _, m := range r.models {
		if strings.EqualFold(m.Name, name) {
			return m, nil
		}
	}
	return Model{}, fmt.Errorf("no device model is named %q; choose one of: %s", name, strings.Join(r.Names(), ", "))
}

// Address completes an address with what the model leaves to be understood
// (port, baud, parity). An address that cannot be read is given back as it is:
// whoever opens it says what is wrong with it.
func (m Model) Address(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || m.Defaults == nil {
		return raw
	}
	m.Defaults(u)
	return u.String()
}
