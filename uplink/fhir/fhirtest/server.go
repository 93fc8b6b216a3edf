// Package fhirtest is a small strict FHIR R4 server in memory for tests: it
// knows transactions of conditional creates and updates, and refuses what the
// specification and the vital-signs profiles refuse.
package fhirtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"lamplight/uplink/uplinktest"

	"github.com/google/uuid"
)

// Base is the path below which the server speaks FHIR.
const Base = "/fhir/R4"

// Server is one server. Its Faults spoil the requests that bring data.
type Server struct {
	URL string // with Base
	*uplinktest.Faults

	// NameEntry makes a refusal say which entry of the Bundle it is about.
	// Servers differ, so that a client must do without.
	NameEntry bool

	mu      sync.Mutex
	store   map[string][]*stored // by resource type
	serial  int
	refused map[string]bool // identifier values
	token   string
	seen    []string // what was wrong with each refused resource
}

type stored struct {
	id      string
	version int
	raw     json.RawMessage
	keys    []string // "system|value"
}

// NewServer starts a server on loopback that ends with the test.
func NewServer(t testing.TB) *Server {
	s := New()
	srv := httptest.NewServer(s.Wrap(s))
	t.Cleanup(srv.Close)
	s.URL = srv.URL + Base
	return s
}

// New makes a server without a socket of its own.
func New() *Server {
	return &Server{Faults: new(uplinktest.Faults), store: map[string][]*stored{}, refused: map[string]bool{}}
}

// Refuse makes the server refuse a resource whose identifier is record.
func (s *Server) Refuse(record uuid.UUID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused[record.String()] = true
}

// Require makes the server ask for a bearer token.
func (s *Server) Require(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token = token
}

// Resources gives all resources of a type as they are stored, in their order.
func (s *Server) Resources(kind string) []json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []json.RawMessage
	for _, r := range s.store[kind] {
		out = append(out, slices.Clone(r.raw))
	}
	return out
}

// Count says how many resources bear record as their identifier.
func (s *Server) Count(record uuid.UUID) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, list := range s.store {
		for _, r := range list {
			for _, k := range r.keys {
				if strings.HasSuffix(k, "|"+record.String()) {
					n++
				}
			}
		}
	}
	return n
}

// Complaints tells what was wrong with every request that the server refused
// by its own rules.
func (s *Server) Complaints() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	path, ok := strings.CutPrefix(r.URL.Path, Base)
	switch {
	case !ok:
		outcome(w, http.StatusNotFound, "not-found", "the base is "+Base, -1)
	case path == "/metadata" && r.Method == http.MethodGet:
		capability(w)
	case s.token != "" && r.Header.Get("Authorization") != "Bearer "+s.token:
		outcome(w, http.StatusUnauthorized, "login", "missing or wrong token", -1)
	case path != "" && path != "/":
		outcome(w, http.StatusNotFound, "not-found", "only transactions are taken here", -1)
	case r.Method != http.MethodPost:
		outcome(w, http.StatusMethodNotAllowed, "not-supported", r.Method, -1)
	case !strings.HasPrefix(r.Header.Get("Content-Type"), "application/fhir+json"):
		outcome(w, http.StatusUnsupportedMediaType, "not-supported", "the content type must be application/fhir+json", -1)
	default:
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		s.transaction(w, body)
	}
}

// A fault of one entry.
type fault struct {
	status int
	text   string
	entry  int
}

type entry struct {
	FullURL  string          `json:"fullUrl"`
	Resource json.RawMessage `json:"resource"`
	Request  struct {
		Method      string `json:"method"`
		URL         string `json:"url"`
		IfNoneExist string `json:"ifNoneExist"`
	} `json:"request"`
}

// transaction does all of a Bundle or nothing.
func (s *Server) transaction(w http.ResponseWriter, body []byte) {
	responses, bad := s.apply(body)
	if bad != nil {
		s.seen = append(s.seen, bad.text)
		if !s.NameEntry {
			bad.entry = -1
		}
		outcome(w, bad.status, "processing", bad.text, bad.entry)
		return
	}
	reply(w, http.StatusOK, map[string]any{"resourceType": "Bundle", "type": "transaction-response", "entry": responses})
}

func (s *Server) apply(body []byte) (responses []any, bad *fault) {
	if faults := conform("Bundle", "Bundle", body); len(faults) > 0 {
		return nil, &fault{http.StatusBadRequest, faults[0], -1}
	}
	var doc struct {
		Type  string  `json:"type"`
		Entry []entry `json:"entry"`
	}
	if err := json.Unmarshal(body, &doc); err != nil || doc.Type != "transaction" {
		return nil, &fault{http.StatusBadRequest, "the Bundle must be a transaction", -1}
	}
	before, serial := s.snapshot(), s.serial
	defer func() {
		if bad != nil {
			s.store, s.serial = before, serial
		}
	}()
	names := map[string]string{} // fullUrl to Type/id
	touched := map[string]bool{}
	written := map[int]*stored{} // by entry
	for i, e := range doc.Entry {
		r, kind, status, bad := s.enter(e, touched)
		if bad != nil {
			bad.entry = i
			return nil, bad
		}
		if names[e.FullURL] != "" {
			return nil, &fault{http.StatusBadRequest, "two entries with one fullUrl", i}
		}
		names[e.FullURL] = kind + "/" + r.id
		responses = append(responses, map[string]any{"response": map[string]any{
			"status": status, "location": fmt.Sprintf("%s/%s/_history/%d", kind, r.id, r.version), "etag": fmt.Sprintf(`W/"%d"`, r.version)}})
		if status == created || e.Request.Method == "PUT" {
			written[i] = r
		}
	}
	for i, r := range written {
		if why := r.resolve(names); why != "" {
			return nil, &fault{http.StatusBadRequest, why, i}
		}
	}
	return responses, nil
}

func (s *Server) snapshot() map[string][]*stored {
	out := map[string][]*stored{}
	for k, list := range s.store {
		for _, r := range list {
			c := *r
			out[k] = append(out[k], &c)
		}
	}
	return out
}

// enter does one entry: a conditional create or a conditional update.
func (s *Server) enter(e entry, touched map[string]bool) (*stored, string, string, *fault) {
	no := func(status int, format string, a ...any) (*stored, string, string, *fault) {
		return nil, "", "", &fault{status, fmt.Sprintf(format, a...), -1}
	}
	var head struct {
		Type       string `json:"resourceType"`
		Identifier []struct{ System, Value string }
	}
	if err := json.Unmarshal(e.Resource, &head); err != nil {
		return no(400, "the resource is no object")
	}
	kind, query := e.Request.URL, e.Request.IfNoneExist
	if e.Request.Method == "PUT" {
		kind, query, _ = strings.Cut(e.Request.URL, "?")
	} else if e.Request.Method != "POST" {
		return no(400, "method %s is not taken here", e.Request.Method)
	}
	if kind != head.Type {
		return no(400, "a %s was sent to %s", head.Type, kind)
	}
	if !isFullURL(e.FullURL) {
		return no(400, "fullUrl must be a urn:uuid")
	}
	faults := append(conform(kind, kind, e.Resource), rules(kind, e.Resource)...)
	if len(faults) > 0 {
		return no(http.StatusUnprocessableEntity, "%s", faults[0])
	}
	var keys []string
	for _, id := range head.Identifier {
		if s.refused[id.Value] {
			return no(http.StatusUnprocessableEntity, "this record is refused for good")
		}
		keys = append(keys, id.System+"|"+id.Value)
	}
	values, err := url.ParseQuery(query)
	key := values.Get("identifier")
	if err != nil || len(values) != 1 || !slices.Contains(keys, unescape.Replace(key)) {
		return no(400, "%q is no search by an identifier of the resource", query)
	}
	if touched[kind+key] {
		return no(400, "two entries for one identity: %s %s", kind, key)
	}
	touched[kind+key] = true
	var hits []*stored
	for _, r := range s.store[kind] {
		if slices.Contains(r.keys, unescape.Replace(key)) {
			hits = append(hits, r)
		}
	}
	switch {
	case len(hits) > 1:
		return no(http.StatusPreconditionFailed, "%d resources match %s", len(hits), key)
	case len(hits) == 1 && e.Request.Method == "POST":
		return hits[0], kind, "200 OK", nil
	case len(hits) == 1:
		hits[0].raw, hits[0].keys = e.Resource, keys
		hits[0].version++
		return hits[0], kind, "200 OK", nil
	}
	s.serial++
	r := &stored{id: fmt.Sprint(s.serial), version: 1, raw: e.Resource, keys: keys}
	s.store[kind] = append(s.store[kind], r)
	return r, kind, created, nil
}

const created = "201 Created"

// unescape undoes the escaping of a search parameter's value.
var unescape = strings.NewReplacer(`\\`, `\`, `\,`, `,`, `\|`, `|`, `\$`, `$`)

// resolve puts ids in the place of the Bundle's own names. As some servers do,
// it does so in every text, not only in references.
func (r *stored) resolve(names map[string]string) string {
	dec := json.NewDecoder(bytes.NewReader(r.raw))
	dec.UseNumber()
	var v map[string]any
	if err := dec.Decode(&v); err != nil {
		return err.Error()
	}
	why := ""
	walk(v, func(s string) string {
		if !isFullURL(s) {
			return s
		}
		if names[s] == "" {
			why = "a reference leads nowhere: " + s
		}
		return names[s]
	})
	v["id"] = r.id
	r.raw, _ = json.Marshal(v) // it was JSON before
	return why
}

func capability(w http.ResponseWriter) {
	var resources []any
	for _, kind := range []string{"Patient", "Encounter", "Device", "Observation", "Communication"} {
		resources = append(resources, map[string]any{"type": kind, "conditionalCreate": true, "conditionalUpdate": true})
	}
	reply(w, http.StatusOK, map[string]any{
		"resourceType": "CapabilityStatement", "status": "active", "kind": "instance", "fhirVersion": "4.0.1", "format": []string{"json"},
		"rest": []any{map[string]any{"mode": "server", "interaction": []any{map[string]any{"code": "transaction"}}, "resource": resources}},
	})
}

func outcome(w http.ResponseWriter, status int, code, text string, entry int) {
	issue := map[string]any{"severity": "error", "code": code, "diagnostics": text}
	if entry >= 0 {
		issue["expression"] = []string{fmt.Sprintf("Bundle.entry[%d].resource", entry)}
	}
	reply(w, status, map[string]any{"resourceType": "OperationOutcome", "issue": []any{issue}})
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/fhir+json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}
