package fhir_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"lamplight/mdib"
	"lamplight/uplink/fhir"
	"lamplight/uplink/fhir/fhirtest"
	"lamplight/uplink/uplinktest"

	"github.com/google/uuid"
)

func open(t *testing.T, c fhir.Config) *fhir.Target {
	t.Helper()
	c.Zone = time.UTC
	target, err := fhir.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(target.Close)
	return target
}

func batch(records ...mdib.Record) mdib.Batch {
	return mdib.Batch{Target: "test", Records: records, After: int64(len(records))}
}

func send(t *testing.T, target *fhir.Target, b mdib.Batch) mdib.Result {
	t.Helper()
	res, err := target.Send(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// stay makes the record of an encounter itself.
func stay(e mdib.Encounter, n int) mdib.Record {
	return mdib.Record{ID: uplinktest.ID("stay", n), Seq: int64(n), Encounter: &e}
}

// A strict server takes every record of a session that has a bit of everything.
func TestASessionIsTaken(t *testing.T) {
	s := fhirtest.NewServer(t)
	target := open(t, fhir.Config{BaseURL: s.URL})
	for _, mode := range []mdib.GenerationMode{mdib.ModeReal, mdib.ModeDemo, mdib.ModeTest} {
		records := uplinktest.Session(11, mode)
		for range 2 {
			if res := send(t, target, batch(records...)); len(res.Rejected) != 0 {
				t.Errorf("%v: %d of %d refused: %s", mode, len(res.Rejected), len(records), res.Rejected[0].Reason)
			}
		}
	}
	if c := s.Complaints(); len(c) > 0 {
		t.Errorf("%d complaints, such as %s", len(c), c[0])
	}
	for kind, want := range map[string]int{"Patient": 3, "Encounter": 3, "Device": 6, "Observation": 3 * 128, "Communication": 3 * 12} {
		if got := len(s.Resources(kind)); got != want {
			t.Errorf("%d of %s, want %d", got, kind, want)
		}
	}
}

// Simulated data is marked wherever it is, and shares no identity with real data.
func TestSimulatedDataStaysApart(t *testing.T) {
	s := fhirtest.NewServer(t)
	target := open(t, fhir.Config{BaseURL: s.URL, PatientSystem: "https://hospital.example/mrn"})
	send(t, target, batch(uplinktest.Session(1, mdib.ModeReal)...))
	ids := map[string]bool{}
	count := map[string]int{}
	for _, kind := range []string{"Patient", "Encounter", "Device", "Observation", "Communication"} {
		for _, raw := range s.Resources(kind) {
			ids[identifierOf(t, raw)] = true
			count[kind]++
			if bytes.Contains(raw, []byte("HTEST")) {
				t.Errorf("a real %s is marked as simulated", kind)
			}
		}
	}
	// The monitor plays, but the stay in which it does is a real one.
	records := uplinktest.Session(1, mdib.ModeDemo)
	for i := range records {
		e := *records[i].Encounter
		e.Mode = mdib.ModeReal
		records[i].Encounter = &e
		if records[i].Numeric == nil && records[i].Samples == nil && records[i].Enum == nil && records[i].Alert == nil {
			records[i].Device = nil
			e.Mode = mdib.ModeDemo
			records[i].Encounter = &e
		}
	}
	send(t, target, batch(records...))
	for kind, before := range count {
		list := s.Resources(kind)
		if len(list) != 2*before {
			t.Errorf("%d of %s after %d real ones", len(list), kind, before)
		}
		for _, raw := range list[before:] {
			if !bytes.Contains(raw, []byte("HTEST")) || !bytes.Contains(raw, []byte("Simulated data")) || ids[identifierOf(t, raw)] {
				t.Errorf("a simulated %s is not marked, or has a real one's identity: %s", kind, raw)
			}
		}
	}
}

func identifierOf(t *testing.T, raw json.RawMessage) string {
	t.Helper()
	var r struct {
		Identifier []struct{ System, Value string }
	}
	if err := json.Unmarshal(raw, &r); err != nil || len(r.Identifier) != 1 {
		t.Fatalf("%s: %v", raw, err)
	}
	return r.Identifier[0].System + "|" + r.Identifier[0].Value
}

func TestAStayIsBroughtUpToDate(t *testing.T) {
	s := fhirtest.NewServer(t)
	target := open(t, fhir.Config{BaseURL: s.URL})
	e := *uplinktest.Encounter(1)
	e.Patient = mdib.Patient{} // nobody knows who it is
	send(t, target, batch(stay(e, 1)))
	enc, pat := s.Resources("Encounter")[0], s.Resources("Patient")[0]
	if !bytes.Contains(enc, []byte(`"in-progress"`)) || bytes.Contains(pat, []byte(`"name"`)) {
		t.Errorf("at the beginning: %s %s", enc, pat)
	}
	id := uuid.New()
	e.Patient.ID, e.Patient.Family, e.End = id, "Named", e.Start.Add(time.Hour)
	send(t, target, batch(stay(e, 2)))
	e.Patient.Family = "Renamed"
	send(t, target, batch(stay(e, 3)))
	if n := len(s.Resources("Encounter")); n != 1 {
		t.Fatalf("%d encounters", n)
	}
	if enc := s.Resources("Encounter")[0]; !bytes.Contains(enc, []byte(`"finished"`)) || !bytes.Contains(enc, []byte(`"end"`)) {
		t.Errorf("at the end: %s", enc)
	}
	pats := s.Resources("Patient")
	if len(pats) != 2 || !bytes.Contains(pats[1], []byte(`"Renamed"`)) {
		t.Errorf("patients: %s", pats)
	}
}

// A patient whom the hospital numbers is the hospital's: found, never changed.
func TestTheHospitalsPatientIsNotTouched(t *testing.T) {
	s := fhirtest.NewServer(t)
	const theirs = `{"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"urn:uuid:1",
"resource":{"resourceType":"Patient","identifier":[{"system":"https://hospital.example/mrn","value":"A,7|x"}],"name":[{"family":"Theirs"}]},
"request":{"method":"POST","url":"Patient","ifNoneExist":"identifier=https://hospital.example/mrn|A\\,7\\|x"}}]}`
	resp, err := http.Post(s.URL, "application/fhir+json", strings.NewReader(theirs))
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(resp.StatusCode, err)
	}
	resp.Body.Close()
	target := open(t, fhir.Config{BaseURL: s.URL, PatientSystem: "https://hospital.example/mrn"})
	records := uplinktest.HeartRates(3)
	e := *records[0].Encounter
	e.Patient.Identifier = "A,7|x" // signs that a search must escape
	for i := range records {
		records[i].Encounter = &e
	}
	send(t, target, batch(append(records, stay(e, 9))...))
	if pats := s.Resources("Patient"); len(pats) != 1 || !bytes.Contains(pats[0], []byte(`"Theirs"`)) {
		t.Errorf("patients: %s", pats)
	}
	for _, raw := range s.Resources("Observation") {
		if !bytes.Contains(raw, []byte(`"reference":"Patient/1"`)) {
			t.Errorf("filed under another: %s", raw)
		}
	}
}

// What was settled before the line broke is not sent again.
func TestProgressIsKeptOverABrokenLine(t *testing.T) {
	s := fhirtest.NewServer(t)
	target := open(t, fhir.Config{BaseURL: s.URL})
	b := batch(uplinktest.HeartRates(300)...)
	s.Add(nil, nil, nil, nil, uplinktest.DropBefore)
	if _, err := target.Send(t.Context(), b); err == nil {
		t.Fatal("a cut line was taken for success")
	}
	done := len(s.Resources("Observation"))
	before := s.Posts()
	send(t, target, b)
	if got := len(s.Resources("Observation")); got != 300 || done < 150 || s.Posts()-before > 3 {
		t.Errorf("%d stored before, %d after %d more requests", done, got, s.Posts()-before)
	}
}

// A server that found a Bundle too large is not asked again with as large a one.
func TestALimitIsLearnt(t *testing.T) {
	s := fhirtest.NewServer(t)
	s.Limit(20 << 10)
	target := open(t, fhir.Config{BaseURL: s.URL})
	send(t, target, batch(uplinktest.HeartRates(200)...))
	before := s.Posts()
	records := uplinktest.HeartRates(400)
	send(t, target, batch(records[200:]...))
	if n := s.Posts() - before; n > 22 {
		t.Errorf("%d requests for 200 records after the limit was known", n)
	}
	if n := len(s.Resources("Observation")); n != 400 {
		t.Errorf("%d observations", n)
	}
}

// A refused patient takes only his own records with him.
func TestARefusedPatientHoldsNobodyElse(t *testing.T) {
	for _, says := range []bool{true, false} {
		s := fhirtest.NewServer(t)
		s.NameEntry = says
		records := uplinktest.HeartRates(20)
		other := uplinktest.Encounter(2)
		for i := 10; i < 20; i++ {
			records[i].Encounter = other
		}
		s.Refuse(other.ID)
		res := send(t, open(t, fhir.Config{BaseURL: s.URL}), batch(records...))
		if len(res.Rejected) != 10 || res.Rejected[0].ID != records[10].ID {
			t.Errorf("entry named %v: %d refused, want the 10 of the refused stay", says, len(res.Rejected))
		}
		if n := len(s.Resources("Observation")); n != 10 {
			t.Errorf("entry named %v: %d stored, want 10", says, n)
		}
	}
}

func TestWhatCannotBeSaidIsRefusedHere(t *testing.T) {
	s := fhirtest.NewServer(t)
	records := uplinktest.HeartRates(4)
	records[1].Encounter = nil
	records[2].Metric = nil
	res := send(t, open(t, fhir.Config{BaseURL: s.URL}), batch(records...))
	if len(res.Rejected) != 2 || res.Rejected[0].ID != records[1].ID || res.Rejected[1].ID != records[2].ID || res.Rejected[0].Reason == "" {
		t.Errorf("%+v", res.Rejected)
	}
	if n := len(s.Resources("Observation")); n != 2 {
		t.Errorf("%d stored, want the other 2", n)
	}
}

// A server may repeat in its reason what it was sent. The reason goes to the
// screen and the log; the patient's name and number do not.
func TestNoNameInAReason(t *testing.T) {
	p := uplinktest.Encounter(1).Patient
	s := fhirtest.NewServer(t)
	s.Add(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.WriteHeader(http.StatusUnprocessableEntity)
		fmt.Fprintf(w, `{"resourceType":"OperationOutcome","issue":[{"severity":"error","diagnostics":"Patient %s %s (%s) is a duplicate"}]}`,
			p.Given, p.Family, p.Identifier)
	})
	res := send(t, open(t, fhir.Config{BaseURL: s.URL}), batch(uplinktest.HeartRates(1)...))
	if len(res.Rejected) != 1 || res.Rejected[0].Reason != "Patient … … (…) is a duplicate" {
		t.Errorf("%+v", res.Rejected)
	}
}

// A server without conditional update gets conditional creates only.
func TestWithoutConditionalUpdate(t *testing.T) {
	s := fhirtest.NewServer(t)
	var bodies strings.Builder
	target := open(t, fhir.Config{BaseURL: s.URL, Client: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodPost {
			sent, err := io.ReadAll(r.Body)
			if err != nil {
				return nil, err
			}
			bodies.Write(sent)
			r = r.Clone(r.Context())
			r.Body = io.NopCloser(bytes.NewReader(sent))
		}
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil || r.Method == http.MethodPost {
			return resp, err
		}
		defer resp.Body.Close()
		got, err := io.ReadAll(resp.Body)
		less := strings.ReplaceAll(string(got), `"conditionalUpdate":true`, `"conditionalUpdate":false`)
		resp.Body, resp.ContentLength = io.NopCloser(strings.NewReader(less)), -1
		return resp, err
	})}})
	send(t, target, batch(uplinktest.HeartRates(3)...))
	if strings.Contains(bodies.String(), "PUT") || len(s.Resources("Observation")) != 3 {
		t.Errorf("%d stored; PUT was used: %v", len(s.Resources("Observation")), strings.Contains(bodies.String(), "PUT"))
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// A confirmation that does not speak of every entry confirms nothing, and one
// entry that failed within a good answer is one refused record.
func TestOnlyAWholeConfirmationCounts(t *testing.T) {
	const head, ok, no = `{"resourceType":"Bundle","type":"transaction-response","entry":[`, `{"response":{"status":"201"}}`,
		`{"response":{"status":"412 Precondition Failed","outcome":{"resourceType":"OperationOutcome","issue":[{"severity":"error","diagnostics":"two match"}]}}}`
	answer := func(body string) uplinktest.Fault {
		return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { fmt.Fprint(w, body) }
	}
	for _, short := range []string{head + "]}", head + ok + "," + ok + "," + ok + "," + ok + "]}", `{"resourceType":"OperationOutcome"}`} {
		s := fhirtest.NewServer(t)
		s.Add(answer(short))
		if _, err := open(t, fhir.Config{BaseURL: s.URL}).Send(t.Context(), batch(uplinktest.HeartRates(2)...)); err == nil {
			t.Errorf("taken for a confirmation of five entries: %s", short)
		}
	}
	s := fhirtest.NewServer(t)
	records := uplinktest.HeartRates(2)
	s.Add(answer(head + strings.Join([]string{ok, ok, ok, ok, no}, ",") + "]}"))
	res := send(t, open(t, fhir.Config{BaseURL: s.URL}), batch(records...))
	if len(res.Rejected) != 1 || res.Rejected[0].ID != records[1].ID || res.Rejected[0].Reason != "two match" {
		t.Errorf("%+v", res.Rejected)
	}
}

// stumble fails with HTTP 500 on whatever speaks of the record.
func stumble(record uuid.UUID) uplinktest.Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		got, err := io.ReadAll(r.Body)
		if err != nil || record == uuid.Nil || bytes.Contains(got, []byte(record.String())) {
			http.Error(w, "NullPointerException", http.StatusInternalServerError)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(got))
		next.ServeHTTP(w, r)
	}
}

// A server that stumbles over one record does not hold up the others for ever,
// and a server that is down loses nothing.
func TestOneRecordThatTheServerFailsOn(t *testing.T) {
	s := fhirtest.NewServer(t)
	target := open(t, fhir.Config{BaseURL: s.URL})
	b := batch(uplinktest.HeartRates(120)...)
	bad := b.Records[70].ID
	for range 400 {
		s.Add(stumble(bad))
	}
	for tries := 1; ; tries++ {
		res, err := target.Send(t.Context(), b)
		if err != nil && tries < 10 {
			continue
		}
		if err != nil || tries < 5 || len(res.Rejected) != 1 || res.Rejected[0].ID != bad || !strings.Contains(res.Rejected[0].Reason, "500") {
			t.Fatalf("try %d: %v %+v", tries, err, res.Rejected)
		}
		break
	}
	if n := len(s.Resources("Observation")); n != 119 {
		t.Errorf("%d stored, want 119", n)
	}
}

func TestAServerThatIsDownParksNothing(t *testing.T) {
	s := fhirtest.NewServer(t)
	target := open(t, fhir.Config{BaseURL: s.URL})
	b := batch(uplinktest.HeartRates(30)...)
	down := func(n int) {
		for range n {
			s.Add(stumble(uuid.Nil))
		}
	}
	down(5)
	for range 5 {
		if _, err := target.Send(t.Context(), b); err == nil {
			t.Fatal("a server that is down took a batch")
		}
	}
	// It fails on all, then rises and falls in the middle of the hunt.
	s.Add(stumble(uuid.Nil), nil)
	down(80)
	if _, err := target.Send(t.Context(), b); err == nil {
		t.Fatal("records were refused because the server was down")
	}
	for tries := 0; ; tries++ {
		res, err := target.Send(t.Context(), b)
		if err == nil {
			if len(res.Rejected) != 0 || len(s.Resources("Observation")) != 30 {
				t.Errorf("%d refused, %d stored", len(res.Rejected), len(s.Resources("Observation")))
			}
			return
		}
		if tries > 20 {
			t.Fatal(err)
		}
	}
}
