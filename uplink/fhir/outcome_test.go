package fhir

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParseOutcome(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want []issue
		ok   bool
	}{
		"named by FHIRPath": {`{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"invalid","diagnostics":"no","expression":["Bundle.entry[3].resource.code"]}]}`,
			[]issue{{3, "no"}}, true},
		"named by XPath, from one": {`{"resourceType":"OperationOutcome","issue":[{"severity":"error","diagnostics":"no","location":["/f:Bundle/f:entry[4]/f:resource"]}]}`,
			[]issue{{3, "no"}}, true},
		"named in the words": {`{"resourceType":"OperationOutcome","issue":[{"severity":"error","diagnostics":"Bundle.entry[12]: no"}]}`,
			[]issue{{12, "Bundle.entry[12]: no"}}, true},
		"details before diagnostics": {`{"resourceType":"OperationOutcome","issue":[{"severity":"fatal","details":{"text":"plain"},"diagnostics":"stack"}]}`,
			[]issue{{-1, "plain"}}, true},
		"a coding is better than nothing": {`{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"business-rule","details":{"coding":[{"code":"MSG_DUP","display":"Duplicate"}]}}]}`,
			[]issue{{-1, "MSG_DUP Duplicate"}}, true},
		"only a code":         {`{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"processing"}]}`, []issue{{-1, "processing"}}, true},
		"no words at all":     {`{"resourceType":"OperationOutcome","issue":[{}]}`, []issue{{-1, "the server gave no reason"}}, true},
		"warnings refuse not": {`{"resourceType":"OperationOutcome","issue":[{"severity":"warning","diagnostics":"entry[1]"},{"severity":"information"},{"severity":"error","diagnostics":"x"}]}`, []issue{{-1, "x"}}, true},
		"lines are joined":    {`{"resourceType":"OperationOutcome","issue":[{"severity":"error","diagnostics":" a\n\tb "}]}`, []issue{{-1, "a b"}}, true},
		"no entry of a word":  {`{"resourceType":"OperationOutcome","issue":[{"severity":"error","diagnostics":"reentry[5]"}]}`, []issue{{-1, "reentry[5]"}}, true},
		"no issue":            {`{"resourceType":"OperationOutcome"}`, nil, true},
		"a Bundle":            {`{"resourceType":"Bundle"}`, nil, false},
		"a web page":          {`<html>`, nil, false},
		"nothing":             {``, nil, false},
	} {
		got, ok := parseOutcome([]byte(c.in))
		if ok != c.ok || len(got) != len(c.want) {
			t.Errorf("%s: %v %v", name, got, ok)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: %+v, want %+v", name, got[i], c.want[i])
			}
		}
	}
}

func FuzzOutcome(f *testing.F) {
	f.Add([]byte(`{"resourceType":"OperationOutcome","issue":[{"severity":"error","diagnostics":"no","expression":["Bundle.entry[3]"]}]}`))
	f.Add([]byte(`{"resourceType":"OperationOutcome","issue":[{"severity":"error","location":["/f:Bundle/f:entry[0]"],"details":{"text":"` + strings.Repeat("ü", 400) + `"}}]}`))
	f.Add([]byte(`{"resourceType":"OperationOutcome","issue":[{"details":null,"expression":null},null]}`))
	f.Add([]byte(`{"resourceType":"OperationOutcome","issue":{}}`))
	f.Add([]byte(`{"resourceType":"OperationOutcome","issue":[{"diagnostics":" \n "}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		issues, ok := parseOutcome(b)
		if !ok && issues != nil {
			t.Error("issues of what is no OperationOutcome")
		}
		if len(issues) > maxIssues {
			t.Errorf("%d issues", len(issues))
		}
		for _, i := range issues {
			if i.text == "" || !utf8.ValidString(i.text) || len(i.text) > maxWords+len("…") || i.entry < -1 || i.entry > 9999 {
				t.Errorf("%+v", i)
			}
		}
		// However odd the indices: every unit is either guilty or goes on.
		tx := &transaction{owner: []string{"a", "b"}, units: []*unit{{resource: &resource{identity: "b"}, needs: []base{{&resource{identity: "a"}, true}}}}}
		guilty, rest := tx.blame(issues)
		if len(guilty)+len(rest) != 1 {
			t.Errorf("%d guilty and %d rest of one", len(guilty), len(rest))
		}
	})
}
