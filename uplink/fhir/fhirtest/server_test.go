package fhirtest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"lamplight/uplink/uplinktest"
)

const good = `{"resourceType":"Bundle","type":"transaction","entry":[
{"fullUrl":"urn:uuid:1","resource":{"resourceType":"Patient","identifier":[{"system":"urn:x:p","value":"1"}],"gender":"female"},
 "request":{"method":"POST","url":"Patient","ifNoneExist":"identifier=urn:x:p|1"}},
{"fullUrl":"urn:uuid:2","resource":{"resourceType":"Observation","identifier":[{"system":"urn:x:r","value":"2"}],"status":"final",
 "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],
 "code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}]},"subject":{"reference":"urn:uuid:1"},
 "effectiveDateTime":"2026-01-05T10:15:00.000Z",
 "valueQuantity":{"value":72,"unit":"/min","system":"http://unitsofmeasure.org","code":"/min"}},
 "request":{"method":"POST","url":"Observation","ifNoneExist":"identifier=urn:x:r|2"}}]}`

func post(t *testing.T, s *Server, body string) (int, string) {
	t.Helper()
	resp, err := http.Post(s.URL, "application/fhir+json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func TestTransaction(t *testing.T) {
	s := NewServer(t)
	for range 2 {
		if code, body := post(t, s, good); code != http.StatusOK {
			t.Fatalf("HTTP %d: %s", code, body)
		}
	}
	obs := s.Resources("Observation")
	if len(obs) != 1 || len(s.Resources("Patient")) != 1 {
		t.Fatalf("%d observations and %d patients, want one each", len(obs), len(s.Resources("Patient")))
	}
	if !bytes.Contains(obs[0], []byte(`"reference":"Patient/1"`)) {
		t.Errorf("the reference was not rewritten: %s", obs[0])
	}
	newer := strings.NewReplacer(`"female"`, `"male"`, `"method":"POST","url":"Patient","ifNoneExist":"identifier=urn:x:p|1"`,
		`"method":"PUT","url":"Patient?identifier=urn:x:p|1"`).Replace(good)
	if code, body := post(t, s, newer); code != http.StatusOK {
		t.Fatalf("HTTP %d: %s", code, body)
	}
	if p := s.Resources("Patient"); len(p) != 1 || !bytes.Contains(p[0], []byte(`"male"`)) {
		t.Errorf("the conditional update left %s", p)
	}
}

// Each of these is wrong in one thing, and nothing of it may be kept.
func TestStrictness(t *testing.T) {
	swaps := map[string][2]string{
		"unknown element":          {`"gender"`, `"sex"`},
		"not in the value set":     {`"female"`, `"f"`},
		"status missing":           {`"status":"final",`, ``},
		"status of another kind":   {`"status":"final"`, `"status":7`},
		"decimal as text":          {`"value":72`, `"value":"72"`},
		"no zone":                  {`10:15:00.000Z`, `10:15:00`},
		"no seconds":               {`10:15:00.000Z`, `10:15Z`},
		"unit without system":      {`"system":"http://unitsofmeasure.org",`, ``},
		"unit that is no UCUM":     {`"code":"/min"}`, `"code":"bpm"}`},
		"vital sign without time":  {`"effectiveDateTime":"2026-01-05T10:15:00.000Z",`, ``},
		"no subject":               {`"subject":{"reference":"urn:uuid:1"},`, ``},
		"no value and no reason":   {`"valueQuantity":{"value":72,"unit":"/min","system":"http://unitsofmeasure.org","code":"/min"}`, `"note":[{"text":"x"}]`},
		"category of another kind": {`"code":"vital-signs"`, `"code":"procedure"`},
		"list that is none":        {`"identifier":[{"system":"urn:x:r","value":"2"}]`, `"identifier":{"system":"urn:x:r","value":"2"}`},
		"empty list":               {`"identifier":[{"system":"urn:x:r","value":"2"}]`, `"identifier":[]`},
		"dangling reference":       {`"reference":"urn:uuid:1"`, `"reference":"urn:uuid:9"`},
		"search for another":       {`identifier=urn:x:r|2`, `identifier=urn:x:r|3`},
		"no condition":             {`,"ifNoneExist":"identifier=urn:x:r|2"`, ``},
		"wrong address":            {`"url":"Observation"`, `"url":"Patient"`},
		"batch":                    {`"type":"transaction"`, `"type":"batch"`},
		"two with one name":        {`"fullUrl":"urn:uuid:2"`, `"fullUrl":"urn:uuid:1"`},
		"no JSON":                  {`{"resourceType":"Bundle"`, `{"resourceType":"Bundle`},
	}
	for name, swap := range swaps {
		t.Run(name, func(t *testing.T) {
			s := NewServer(t)
			bad := strings.Replace(good, swap[0], swap[1], 1)
			if bad == good {
				t.Fatal("the swap changes nothing")
			}
			code, body := post(t, s, bad)
			if code/100 != 4 || !strings.Contains(body, "OperationOutcome") {
				t.Errorf("HTTP %d: %s", code, body)
			}
			if len(s.Resources("Patient")) != 0 || len(s.Resources("Observation")) != 0 {
				t.Error("a failed transaction left something behind")
			}
			if len(s.Complaints()) != 1 {
				t.Errorf("complaints: %v", s.Complaints())
			}
		})
	}
}

func TestBloodPressureNeedsBothParts(t *testing.T) {
	part := func(code string) string {
		return `{"code":{"coding":[{"system":"http://loinc.org","code":"` + code + `"}]},"valueQuantity":{"value":80,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}}`
	}
	bp := func(parts ...string) string {
		b := strings.Replace(good, "8867-4", "85354-9", 1)
		i, j := strings.Index(b, `"valueQuantity"`), strings.Index(b, `},
 "request":{"method":"POST","url":"Observation"`)
		return b[:i] + `"component":[` + strings.Join(parts, ",") + `]` + b[j:]
	}
	for name, c := range map[string]struct {
		parts []string
		want  int
	}{
		"both":      {[]string{part("8480-6"), part("8462-4")}, 200},
		"one":       {[]string{part("8480-6")}, 422},
		"one twice": {[]string{part("8480-6"), part("8480-6")}, 422},
		"in kPa":    {[]string{part("8480-6"), strings.Replace(part("8462-4"), "mm[Hg]", "kPa", 1)}, 422},
		"one is absent": {[]string{part("8480-6"),
			`{"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},"dataAbsentReason":{"coding":[{"code":"unknown"}]}}`}, 200},
	} {
		if code, body := post(t, NewServer(t), bp(c.parts...)); code != c.want {
			t.Errorf("%s: HTTP %d, want %d: %s", name, code, c.want, body)
		}
	}
}

func TestTwoMatchesAreAPrecondition(t *testing.T) {
	s := NewServer(t)
	post(t, s, good)
	s.mu.Lock()
	s.store["Patient"] = append(s.store["Patient"], s.store["Patient"][0])
	s.mu.Unlock()
	if code, _ := post(t, s, good); code != http.StatusPreconditionFailed {
		t.Errorf("HTTP %d, want 412", code)
	}
}

func TestARefusalNamesItsEntryWhenAsked(t *testing.T) {
	for _, says := range []bool{true, false} {
		s := NewServer(t)
		s.NameEntry = says
		_, body := post(t, s, strings.Replace(good, `"status":"final"`, `"status":"never"`, 1))
		if got := strings.Contains(body, "Bundle.entry[1]"); got != says {
			t.Errorf("NameEntry %v: %s", says, body)
		}
	}
}

func TestToken(t *testing.T) {
	s := NewServer(t)
	s.Require("sesame")
	if code, _ := post(t, s, good); code != http.StatusUnauthorized {
		t.Errorf("HTTP %d without a token", code)
	}
}

func TestFaultsSpoilOnlyWhatBringsData(t *testing.T) {
	s := NewServer(t)
	s.Add(uplinktest.Status(503, "4"))
	resp, err := http.Get(s.URL + "/metadata")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var c struct{ ResourceType, FHIRVersion string }
	if err := json.NewDecoder(resp.Body).Decode(&c); err != nil || c.FHIRVersion != "4.0.1" {
		t.Errorf("%+v %v", c, err)
	}
	if code, _ := post(t, s, good); code != 503 {
		t.Errorf("HTTP %d, want the fault", code)
	}
	if code, _ := post(t, s, good); code != 200 || s.Posts() != 2 {
		t.Errorf("HTTP %d after the fault, %d posts", code, s.Posts())
	}
}
