package devicetest

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"lamplight/mdib"
)

// compare wants two conversations to have said the same.
func compare(t *testing.T, what string, a, b []mdib.Report) {
	t.Helper()
	for _, d := range differences(a, b) {
		t.Errorf("%s: %s", what, d)
	}
}

// differences lists what two conversations said differently. How samples are
// grouped into arrays may differ, and so may what shares a Report.
func differences(a, b []mdib.Report) (all []string) {
	x, y := sayings(a), sayings(b)
	for _, ref := range slices.Sorted(maps.Keys(x)) {
		if !slices.Equal(x[ref], y[ref]) {
			i := 0
			for i < min(len(x[ref]), len(y[ref])) && x[ref][i] == y[ref][i] {
				i++
			}
			all = append(all, fmt.Sprintf("of %s, %d and %d sayings; the first that differs is %d: %q and %q",
				ref, len(x[ref]), len(y[ref]), i, at(x[ref], i), at(y[ref], i)))
		}
	}
	for _, ref := range slices.Sorted(maps.Keys(y)) {
		if _, ok := x[ref]; !ok {
			all = append(all, ref+" is said in one of them only")
		}
	}
	return all
}

func at(s []string, i int) string {
	if i < len(s) {
		return s[i]
	}
	return "nothing"
}

// sayings lists what was said about each thing, in order.
func sayings(reports []mdib.Report) map[string][]string {
	s := map[string][]string{}
	add := func(kind string, ref mdib.Ref, format string, args ...any) {
		key := kind + " " + string(ref)
		s[key] = append(s[key], fmt.Sprintf(format, args...))
	}
	for _, r := range reports {
		if d := r.Describe; d != nil {
			add("description", "", "%s %s %s", d.Model, d.Serial, d.Version)
			for m := range d.Metrics() {
				add("description", "", "%s %s %s %v", m.Ref, m.Label, m.Code, m.Calibration)
			}
		}
		for _, n := range r.Numerics {
			add("numeric", n.Ref, "%v %v %v", n.Value, n.Validity, n.Time.Sub(Start))
		}
		for _, a := range r.Samples {
			for _, x := range a.Samples {
				add("samples", a.Ref, "%d", x)
			}
			for _, m := range a.Marks {
				add("mark", a.Ref, "%v", m.Kind)
			}
		}
		for _, e := range r.Enums {
			add("enum", e.Ref, "%v %v %v", e.Code, e.Text, e.Validity)
		}
		for _, c := range r.Alerts {
			add("alert", c.Ref, "%v %v %v %v", c.Text, c.Present, c.Priority, c.Time.Sub(Start))
		}
	}
	return s
}
