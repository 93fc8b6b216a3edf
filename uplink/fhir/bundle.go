package fhir

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"lamplight/mdib"

	"github.com/google/uuid"
)

// Systems of our own identifiers. A value is a bare UUID and never the text of
// a fullUrl: a server may replace that text wherever it finds it, and the next
// replay would not be recognised.
const (
	sysRecord    = "urn:lamplight:record"
	sysPatient   = "urn:lamplight:patient"
	sysNumber    = "urn:lamplight:patient-number"
	sysEncounter = "urn:lamplight:encounter"
	sysDevice    = "urn:lamplight:device"
	sysStation   = "urn:lamplight:station"
)

// A resource as an entry of a Bundle, known to the server by its identifier.
type resource struct {
	kind     string // "Observation"
	key      identifier
	body     []byte
	identity string // kind and identifier
	fullURL  string // its name within a Bundle
}

func newResource(kind string, key identifier, v any) *resource {
	r := &resource{kind: kind, key: key, body: encode(v), identity: kind + "|" + key.System + "|" + key.Value}
	r.fullURL = "urn:uuid:" + uuid.NewSHA1(uuid.NameSpaceURL, []byte(r.identity)).String()
	return r
}

// encode writes v as JSON without the escapes that HTML would need.
func encode(v any) []byte {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		// Only a number that is none could do this, and numbers are checked before.
		panic("fhir: " + err.Error())
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

func (r *resource) ref() reference { return reference{Reference: r.fullURL} }

var (
	searchEscapes = strings.NewReplacer(`\`, `\\`, `,`, `\,`, `|`, `\|`, `$`, `\$`)
	readable      = strings.NewReplacer("%3A", ":", "%2F", "/", "%7C", "|")
)

// search is the query that finds the resource by its identifier.
func (r *resource) search() string {
	q := searchEscapes.Replace(r.key.System) + "|" + searchEscapes.Replace(r.key.Value)
	return "identifier=" + readable.Replace(url.QueryEscape(q))
}

// create asks to make the resource unless it is there.
func (r *resource) create() request {
	return request{Method: "POST", URL: r.kind, IfNoneExist: r.search()}
}

// replace asks to make the resource or to overwrite it.
func (r *resource) replace() request {
	return request{Method: "PUT", URL: r.kind + "?" + r.search()}
}

// A base is what other resources refer to: a patient, an encounter, a device.
type base struct {
	*resource
	ours bool // nobody else writes it, so that it may be overwritten
}

// A unit is one resource that carries one or more records, with what it refers
// to. The resource is nil when the record is the encounter itself.
type unit struct {
	*resource
	records []uuid.UUID
	needs   []base
}

// size is about what a unit takes of a Bundle, without what it shares.
func (u *unit) size() int {
	if u.resource == nil {
		return 0
	}
	return len(u.body) + 512
}

// fill says how many of the units go into the next Bundle: at least one.
func (t *Target) fill(units []*unit) int {
	size, entries := 0, 0
	seen := map[string]bool{}
	for i, u := range units {
		for _, b := range u.needs {
			if !seen[b.identity] {
				seen[b.identity] = true
				size += len(b.body) + 512
				entries++
			}
		}
		size += u.size()
		entries++
		if i > 0 && (size > t.bundle.bytes || entries > t.bundle.entries) {
			return i
		}
	}
	return len(units)
}

// A transaction is a Bundle ready to be sent.
type transaction struct {
	body  []byte
	units []*unit
	bases []base
	owner []string // of each entry: the identity of its resource
}

func (t *Target) transaction(units []*unit) *transaction {
	tx := &transaction{units: units}
	for _, u := range units {
		for _, b := range u.needs {
			i := slices.IndexFunc(tx.bases, func(x base) bool { return x.identity == b.identity })
			if i < 0 {
				tx.bases = append(tx.bases, b)
			} else {
				tx.bases[i] = b // the later word holds
			}
		}
	}
	var out bytes.Buffer
	out.WriteString(`{"resourceType":"Bundle","type":"transaction","entry":[`)
	add := func(r *resource, how request) {
		if len(tx.owner) > 0 {
			out.WriteByte(',')
		}
		tx.owner = append(tx.owner, r.identity)
		out.WriteString(`{"fullUrl":"` + r.fullURL + `","resource":`)
		out.Write(r.body)
		out.WriteString(`,"request":`)
		out.Write(encode(how))
		out.WriteByte('}')
	}
	for _, b := range tx.bases {
		if b.ours && t.canPut && t.lastSent[b.identity] != sha256.Sum256(b.body) {
			add(b.resource, b.replace())
		} else {
			add(b.resource, b.create())
		}
	}
	for _, u := range units {
		if u.resource != nil {
			add(u.resource, u.create())
		}
	}
	out.WriteString("]}")
	tx.body = out.Bytes()
	return tx
}

// blame finds the units that issues name, with the reason, and the rest. When
// a patient, an encounter or a device is refused, so is all that needs it.
func (tx *transaction) blame(issues []issue) (guilty map[*unit]string, rest []*unit) {
	why := map[string]string{}
	for _, i := range issues {
		if i.entry >= 0 && i.entry < len(tx.owner) && why[tx.owner[i.entry]] == "" {
			why[tx.owner[i.entry]] = i.text
		}
	}
	guilty = map[*unit]string{}
	for _, u := range tx.units {
		reason := ""
		for _, b := range u.needs {
			if w := why[b.identity]; w != "" {
				reason = b.kind + ": " + w
			}
		}
		if u.resource != nil && why[u.identity] != "" {
			reason = why[u.identity]
		}
		if reason != "" {
			guilty[u] = reason
		} else {
			rest = append(rest, u)
		}
	}
	return guilty, rest
}

// redact takes the patient's name and number out of a server's words.
func redact(why string, e *mdib.Encounter) string {
	if e == nil {
		return why
	}
	for _, s := range []string{e.Patient.Family, e.Patient.Given, e.Patient.Identifier} {
		if len(s) > 1 {
			why = strings.ReplaceAll(why, s, "…")
		}
	}
	return why
}
