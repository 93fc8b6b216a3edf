//go:build interop

package interop

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"testing"

	"lamplight/uplink/fhir/fhirtest"
)

// The validator of another project finds no error in anything that we send.
func TestAnIndependentValidatorFindsNoError(t *testing.T) {
	judge := os.Getenv("LAMPLIGHT_JUDGE")
	if judge == "" {
		t.Skip("needs a validator: run interop/run.sh, or set LAMPLIGHT_JUDGE to an address that takes a resource and answers with an OperationOutcome")
	}
	w := new(wire)
	tgt := target(t, fhirtest.NewServer(t).URL, w)
	for _, b := range batches() {
		send(t, tgt, b)
	}
	sent := w.resources(t)
	byKind := map[string][]string{}
	for id, raw := range sent {
		var r struct{ ResourceType string }
		if err := json.Unmarshal(raw, &r); err != nil {
			t.Fatal(err)
		}
		byKind[r.ResourceType] = append(byKind[r.ResourceType], id)
	}
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			ids := byKind[kind]
			slices.Sort(ids)
			if len(ids) == 0 {
				t.Fatal("none was sent")
			}
			for _, id := range ids {
				for _, e := range ask(t, judge, sent[id]) {
					t.Errorf("%s\n%s", e, sent[id])
				}
			}
			t.Logf("%d resources", len(ids))
		})
	}

	// The judge is awake: it finds what is wrong when something is.
	t.Run("finds a fault", func(t *testing.T) {
		bad := bytes.Replace(sent[byKind["Observation"][0]], []byte(`"status":"final"`), []byte(`"status":"never"`), 1)
		if len(ask(t, judge, bad)) == 0 {
			t.Error("a status that does not exist was accepted")
		}
	})
}

func ask(t *testing.T, judge string, raw json.RawMessage) []string {
	t.Helper()
	resp, err := http.Post(judge, "application/fhir+json", bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var o struct {
		ResourceType string
		Issue        []struct{ Severity, Diagnostics string }
	}
	if err := json.NewDecoder(resp.Body).Decode(&o); err != nil || o.ResourceType != "OperationOutcome" {
		t.Fatalf("the validator answered HTTP %d: %v", resp.StatusCode, err)
	}
	var out []string
	for _, i := range o.Issue {
		if i.Severity == "error" || i.Severity == "fatal" {
			out = append(out, i.Diagnostics)
		}
	}
	return out
}
