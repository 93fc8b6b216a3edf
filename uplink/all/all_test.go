package all

import (
	"strings"
	"testing"

	"lamplight/uplink"
)

func TestOpen(t *testing.T) {
	if _, err := Open("fhir", uplink.Settings{Name: "main", URL: "https://fhir.example/R4"}); err != nil {
		t.Errorf("a good configuration: %v", err)
	}
	_, err := Open("fihr", uplink.Settings{Name: "main"})
	if err == nil || !strings.Contains(err.Error(), "fihr") || !strings.Contains(err.Error(), "fhir") {
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
