//go:build interop

package interop

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"lamplight/mdib"
	"lamplight/uplink"
	"lamplight/uplink/fhir"
	"lamplight/uplink/uplinktest"
)

// server gives the base address of the FHIR server to test against.
func server(t *testing.T) string {
	t.Helper()
	base := os.Getenv("LAMPLIGHT_FHIR")
	if base == "" {
		t.Skip("needs a FHIR server: run interop/run.sh, or set LAMPLIGHT_FHIR to the base address of an empty one")
	}
	return base
}

// wire is the HTTP connection of a target, with a hand on it.
type wire struct {
	mu     sync.Mutex
	bodies [][]byte
	change func(body []byte) []byte // of what is sent
	lose   int                      // answers that are lost after the server has worked
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if r.Method == http.MethodPost {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		if w.change != nil {
			body = w.change(body)
		}
		w.bodies = append(w.bodies, body)
		r = r.Clone(r.Context())
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && r.Method == http.MethodPost && w.lose > 0 {
		w.lose--
		resp.Body.Close()
		return nil, errors.New("the answer was lost")
	}
	return resp, err
}

func target(t *testing.T, base string, w *wire) uplink.Target {
	t.Helper()
	target, err := fhir.New(fhir.Config{BaseURL: base, Station: "interop", Zone: time.FixedZone("", 5*3600+1800), Client: &http.Client{Transport: w}})
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// resources gives every resource that was sent, once, by its identity.
func (w *wire) resources(t *testing.T) map[string]json.RawMessage {
	t.Helper()
	out := map[string]json.RawMessage{}
	for _, body := range w.bodies {
		var doc struct {
			Entry []struct {
				Resource json.RawMessage `json:"resource"`
			} `json:"entry"`
		}
		if err := json.Unmarshal(body, &doc); err != nil {
			t.Fatal(err)
		}
		for _, e := range doc.Entry {
			out[identity(t, e.Resource)] = e.Resource
		}
	}
	return out
}

func identity(t *testing.T, raw json.RawMessage) string {
	t.Helper()
	var r struct {
		ResourceType string
		Identifier   []struct{ System, Value string }
	}
	if err := json.Unmarshal(raw, &r); err != nil || len(r.Identifier) != 1 {
		t.Fatalf("a resource without its one identifier: %s", raw)
	}
	return r.ResourceType + " " + r.Identifier[0].System + "|" + r.Identifier[0].Value
}

func get(t *testing.T, url string, into any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Cache-Control", "no-cache")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: HTTP %d, %v", url, resp.StatusCode, err)
	}
}

// held counts what the server holds, by the server's own search.
func held(t *testing.T, base, query string) int {
	t.Helper()
	var found struct{ Total int }
	get(t, base+"/"+query, &found)
	return found.Total
}

var kinds = []string{"Patient", "Encounter", "Device", "Observation", "Communication"}

func counts(t *testing.T, base string) map[string]int {
	t.Helper()
	out := map[string]int{}
	for _, kind := range kinds {
		out[kind] = held(t, base, kind+"?_count=0&_total=accurate")
	}
	return out
}

func batches() []mdib.Batch {
	var out []mdib.Batch
	for _, mode := range []mdib.GenerationMode{mdib.ModeReal, mdib.ModeDemo} {
		records := uplinktest.Session(11, mode)
		out = append(out, mdib.Batch{Target: "interop", Records: records, After: records[len(records)-1].Seq})
	}
	return out
}

func send(t *testing.T, target uplink.Target, b mdib.Batch) mdib.Result {
	t.Helper()
	res, err := target.Send(t.Context(), b)
	if err != nil {
		t.Fatalf("sending %d records: %v", len(b.Records), err)
	}
	return res
}

// A session goes over twice, then once more as after a restart: the server
// takes every resource and holds each once.
func TestASessionTwiceIsASessionOnce(t *testing.T) {
	base := server(t)
	before := counts(t, base)
	w := new(wire)
	first := target(t, base, w)
	for _, b := range batches() {
		if res := send(t, first, b); len(res.Rejected) > 0 {
			t.Errorf("%d of %d records were refused, such as: %s", len(res.Rejected), len(b.Records), res.Rejected[0].Reason)
		}
	}
	sent := w.resources(t)
	want := map[string]int{}
	for id := range sent {
		want[strings.Fields(id)[0]]++
	}
	check := func(when string) {
		t.Helper()
		for kind, n := range counts(t, base) {
			if n-before[kind] != want[kind] {
				t.Errorf("%s: the server holds %d of %s more than before, want %d", when, n-before[kind], kind, want[kind])
			}
		}
	}
	check("sent once")
	for _, b := range batches() {
		send(t, first, b)
	}
	check("sent twice")
	again := target(t, base, new(wire))
	for _, b := range batches() {
		send(t, again, b)
	}
	check("sent again by another run of the program")
	t.Logf("%d resources: %v", len(sent), want)

	for id := range sent {
		kind, key, _ := strings.Cut(id, " ")
		if n := held(t, base, fmt.Sprintf("%s?identifier=%s&_count=0&_total=accurate", kind, strings.ReplaceAll(key, "|", "%7C"))); n != 1 {
			t.Errorf("%s is found %d times by its identifier", id, n)
		}
	}
}

func TestAnAnswerLostAfterTheCommit(t *testing.T) {
	base := server(t)
	w := new(wire)
	tgt := target(t, base, w)
	b := ward(t, "lost answer", 60)
	send(t, tgt, mdib.Batch{})
	w.lose = 1
	if _, err := tgt.Send(t.Context(), b); err == nil {
		t.Fatal("an answer that never came was taken for success")
	}
	send(t, tgt, b)
	for _, r := range b.Records {
		if n := held(t, base, "Observation?identifier=urn:lamplight:record%7C"+r.ID.String()+"&_count=0&_total=accurate"); n != 1 {
			t.Fatalf("record %d is there %d times", r.Seq, n)
		}
	}
}

// One record is spoilt on its way so that the server cannot take it: it is
// parked with the server's reason, and the others are stored.
func TestOneRefusedRecordDoesNotHoldTheRest(t *testing.T) {
	base := server(t)
	b := ward(t, "one refused", 40)
	bad := b.Records[23].ID
	w := &wire{change: func(body []byte) []byte {
		parts := bytes.SplitAfter(body, []byte(`{"fullUrl"`))
		for i, p := range parts {
			if bytes.Contains(p, []byte(`"value":"`+bad.String()+`"`)) {
				parts[i] = bytes.Replace(p, []byte(`"status":"final"`), []byte(`"status":"never"`), 1)
				parts[i] = bytes.Replace(parts[i], []byte(`"code":{"coding"`), []byte(`"kode":{"coding"`), 1)
			}
		}
		return bytes.Join(parts, nil)
	}}
	res := send(t, target(t, base, w), b)
	if len(res.Rejected) != 1 || res.Rejected[0].ID != bad || res.Rejected[0].Reason == "" {
		t.Fatalf("refused: %v, want record 24 with a reason", res.Rejected)
	}
	t.Logf("%d requests; the server's reason: %s", len(w.bodies), res.Rejected[0].Reason)
	for _, r := range b.Records {
		want := 1
		if r.ID == bad {
			want = 0
		}
		if n := held(t, base, "Observation?identifier=urn:lamplight:record%7C"+r.ID.String()+"&_count=0&_total=accurate"); n != want {
			t.Errorf("record %d is there %d times, want %d", r.Seq, n, want)
		}
	}
}

// ward makes heart rates of a stay that no other test uses.
func ward(t *testing.T, name string, n int) mdib.Batch {
	t.Helper()
	records := uplinktest.HeartRates(n)
	enc := *uplinktest.Encounter(1)
	enc.ID = uplinktest.ID(name, 0)
	for i := range records {
		records[i].ID, records[i].Encounter = uplinktest.ID(name, i+1), &enc
	}
	return mdib.Batch{Target: "interop", Records: records, After: int64(n)}
}
