package devicetest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lamplight/mdib"
)

// Text writes Reports in the standard's words, one a line, times counted from
// start: what golden files hold.
func Text(reports []mdib.Report, start time.Time) string {
	var b strings.Builder
	for _, r := range reports {
		fmt.Fprintf(&b, "%s", since(r.Received, start))
		if d := r.Describe; d != nil {
			fmt.Fprintf(&b, "\n  MDS %s | %s | %s | serial %q version %q bed %q mode %s", d.Protocol, d.Manufacturer, d.Model, d.Serial, d.Version, d.Bed, d.Mode)
			if p := d.Patient; p != nil {
				fmt.Fprintf(&b, "\n    patient %q %q %q %s", p.Identifier, p.Family, p.Given, p.Category)
			}
			for m := range d.Metrics() {
				fmt.Fprintf(&b, "\n    metric %s %q %s %s unit %q class %s period %v", m.Ref, m.Label, m.Code.System, m.Code, m.Unit.UCUM, m.Class, m.Period)
				if c := m.Calibration; m.Kind == mdib.KindSampleArray {
					fmt.Fprintf(&b, " raw %d…%d relative %v", c.RawLow, c.RawHigh, c.Relative)
					if !c.Relative {
						fmt.Fprintf(&b, " = %g…%g", c.Low, c.High)
					}
				}
				if m.Episodic {
					b.WriteString(" episodic")
				}
			}
		}
		for _, n := range r.Numerics {
			fmt.Fprintf(&b, "\n  numeric %s %.*f %s %s at %s", n.Ref, n.Decimals, n.Value, n.Validity, n.Mode, since(n.Time, start))
		}
		for _, a := range r.Samples {
			fmt.Fprintf(&b, "\n  samples %s ×%d %s %s from %s %v", a.Ref, len(a.Samples), a.Validity, a.Mode, since(a.Time, start), a.Samples)
			if len(a.Marks) > 0 {
				fmt.Fprintf(&b, " marks %v", a.Marks)
			}
		}
		for _, e := range r.Enums {
			fmt.Fprintf(&b, "\n  enum %s %s %q %s at %s", e.Ref, e.Code, e.Text, e.Validity, since(e.Time, start))
		}
		for _, a := range r.Alerts {
			fmt.Fprintf(&b, "\n  alert %s %s %s %q present %v signal %s source %q at %s", a.Ref, a.Kind, a.Priority, a.Text, a.Present, a.Signal, a.Source, since(a.Time, start))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func since(t, start time.Time) string {
	return fmt.Sprintf("%+.3fs", t.Sub(start).Seconds())
}

// Golden compares a text with a file of testdata. With UPDATE_GOLDENS=1 in the
// environment the file is written instead.
func Golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("UPDATE_GOLDENS") == "1" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; UPDATE_GOLDENS=1 writes it", err)
	}
	want := string(b)
	if got == want {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		switch {
		case i >= len(g):
			t.Fatalf("%s: line %d is missing: %s", path, i+1, w[i])
		case i >= len(w):
			t.Fatalf("%s: line %d is new: %s", path, i+1, g[i])
		case g[i] != w[i]:
			t.Fatalf("%s: line %d\n got %s\nwant %s", path, i+1, g[i], w[i])
		}
	}
}
