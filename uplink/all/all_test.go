package all

import (
	"strings"
	"testing"

	"lamplight/uplink"
)

func TestLookup(t *testing.T) {
	if k, err := Lookup("fhir"); err != nil || k.Name != "fhir" {
		t.Errorf("fhir: %v %v", k, err)
	}
	_, err := Lookup("fihr")
	if err == nil || !strings.Contains(err.Error(), "fihr") || !strings.Contains(err.Error(), "one of: fhir") {
		t.Errorf("a wrong kind must be named beside the right ones: %v", err)
	}
}

func TestKindsExplainThemselves(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range Kinds() {
		if k.Name == "" || k.Title == "" || len(k.URLs) == 0 || seen[k.Name] {
			t.Errorf("kind %+v needs a name of its own, a title and an example", k)
		}
		seen[k.Name] = true
		for _, u := range k.URLs {
			if _, err := k.New(uplink.Settings{URL: u}); err != nil {
				t.Errorf("%s: the example %s does not work: %v", k.Name, u, err)
			}
		}
	}
}
