package fhir

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
)

// An issue is one complaint of a server about what we sent.
type issue struct {
	entry int    // index of the Bundle's entry it is about; -1 when it does not say
	text  string // the server's words
}

const (
	maxIssues = 500
	maxWords  = 500 // bytes of a reason that are kept
)

// An entry is named by a FHIRPath (from 0) or, by older servers, an XPath (from 1).
var (
	fhirPath = regexp.MustCompile(`(?:^|\W)entry\[(\d{1,4})\]`)
	xPath    = regexp.MustCompile(`f:entry\[(\d{1,4})\]`)
)

// parseOutcome reads the errors of an OperationOutcome; false when b is none.
// Warnings are passed over: they refuse nothing.
func parseOutcome(b []byte) ([]issue, bool) {
	var o struct {
		ResourceType string `json:"resourceType"`
		Issue        []struct {
			Severity string `json:"severity"`
			Code     string `json:"code"`
			Details  struct {
				Text   string `json:"text"`
				Coding []struct {
					Code    string `json:"code"`
					Display string `json:"display"`
				} `json:"coding"`
			} `json:"details"`
			Diagnostics string   `json:"diagnostics"`
			Expression  []string `json:"expression"`
			Location    []string `json:"location"`
		} `json:"issue"`
	}
	if json.Unmarshal(b, &o) != nil || o.ResourceType != "OperationOutcome" {
		return nil, false
	}
	var out []issue
	for _, i := range o.Issue {
		if i.Severity == "warning" || i.Severity == "information" || len(out) == maxIssues {
			continue
		}
		words := []string{i.Details.Text, i.Diagnostics}
		for _, c := range i.Details.Coding {
			words = append(words, c.Code+" "+c.Display)
		}
		where := append(append([]string{}, i.Expression...), i.Location...)
		out = append(out, issue{entry: entryOf(append(where, i.Diagnostics)), text: firstWords(append(words, i.Code))})
	}
	return out, true
}

// entryOf finds the first entry that any of the places names.
func entryOf(places []string) int {
	for _, p := range places {
		if m := xPath.FindStringSubmatch(p); m != nil {
			n, _ := strconv.Atoi(m[1]) // at most four digits
			return n - 1
		}
		if m := fhirPath.FindStringSubmatch(p); m != nil {
			n, _ := strconv.Atoi(m[1])
			return n
		}
	}
	return -1
}

// firstWords gives the first that says anything, on one line and clipped.
func firstWords(candidates []string) string {
	for _, s := range candidates {
		s = strings.ToValidUTF8(strings.Join(strings.Fields(s), " "), "?")
		if len(s) > maxWords {
			s = strings.ToValidUTF8(s[:maxWords], "") + "…"
		}
		if s != "" {
			return s
		}
	}
	return "the server gave no reason"
}
