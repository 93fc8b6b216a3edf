package devices

import (
	"slices"
	"strings"
	"testing"
)

func TestRegistry(t *testing.T) {
	r := NewRegistry(Model{Name: "nonin"}, Model{Name: "intellivue"})
	if m, err := r.Lookup("Nonin"); err != nil || m.Name != "nonin" {
		t.Errorf("%v, %v", m.Name, err)
	}
	if got := r.Names(); !slices.Equal(got, []string{"nonin", "intellivue"}) {
		t.Errorf("names %v", got)
	}
	_, err := r.Lookup("masimo")
	for _, w := range []string{"masimo", "nonin", "intellivue"} {
		if err == nil || !strings.Contains(err.Error(), w) {
			t.Errorf("the error %v does not say %q", err, w)
		}
	}
	r.Models()[0].Name = "changed"
	if r.Names()[0] != "nonin" {
		t.Error("the list can be changed from outside")
	}
}
