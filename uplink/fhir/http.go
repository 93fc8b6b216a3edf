package fhir

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"lamplight/uplink"
)

const (
	mediaType = "application/fhir+json"
	maxAnswer = 8 << 20 // bytes of an answer that are read
	patience  = 60 * time.Second
	slowLine  = 8 << 10 // bytes a second of the slowest line we wait for
)

// answer is what a server said to a transaction that it did take up.
type answer struct {
	ok       bool
	tooLarge bool
	failed   bool // the server stumbled, which may or may not be because of what it was sent
	status   int
	issues   []issue
}

// reason gives the server's words for a refusal that names no entry.
func (a *answer) reason() string {
	if len(a.issues) == 0 {
		return fmt.Sprintf("the server refused it (HTTP %d) without a reason", a.status)
	}
	return a.issues[0].text
}

// post sends a transaction. The error is a *Trouble; a refusal of what we sent
// is an answer.
func (t *Target) post(ctx context.Context, tx *transaction) (*answer, error) {
	status, body, err := t.do(ctx, http.MethodPost, "", tx.body)
	if status == http.StatusInternalServerError {
		t.failures++
		if t.hunting {
			return &answer{failed: true, status: status}, nil
		}
	}
	if err != nil {
		return nil, err
	}
	if status == http.StatusRequestEntityTooLarge {
		return &answer{tooLarge: true, status: status, issues: []issue{{entry: -1, text: "the record is larger than the server takes"}}}, nil
	}
	if status/100 == 2 {
		return t.confirmed(status, body, len(tx.owner))
	}
	issues, ok := parseOutcome(body)
	if !ok {
		// Not the FHIR server itself: nothing may be parked on the word of a proxy.
		return nil, &uplink.Trouble{State: uplink.Stopped, Words: fmt.Sprintf(
			"%s answered HTTP %d without a FHIR reason; check that the address is the FHIR server's own and not a proxy's.", t.host(), status)}
	}
	return &answer{status: status, issues: issues}, nil
}

// confirmed reads the answer to an accepted transaction. Only an answer that
// speaks of every entry counts as success.
func (t *Target) confirmed(status int, body []byte, want int) (*answer, error) {
	var reply struct {
		ResourceType string `json:"resourceType"`
		Entry        []struct {
			Response struct {
				Status  string          `json:"status"`
				Outcome json.RawMessage `json:"outcome"`
			} `json:"response"`
		} `json:"entry"`
	}
	if err := json.Unmarshal(body, &reply); err != nil || reply.ResourceType != "Bundle" || len(reply.Entry) != want {
		return nil, &uplink.Trouble{State: uplink.Waiting, Words: fmt.Sprintf(
			"%s took the data but did not confirm it as FHIR does; it is sent again. A proxy or a sign-in page may stand in between.", t.host())}
	}
	a := &answer{ok: true, status: status}
	for i, e := range reply.Entry {
		if strings.HasPrefix(e.Response.Status, "2") {
			continue
		}
		a.ok = false
		text := "the server answered " + strconv.Quote(e.Response.Status)
		if issues, ok := parseOutcome(e.Response.Outcome); ok && len(issues) > 0 {
			text = issues[0].text
		}
		a.issues = append(a.issues, issue{entry: i, text: text})
	}
	return a, nil
}

// do makes one request and reads the answer. Whatever says nothing about the
// content that was sent comes back as a *Trouble.
func (t *Target) do(ctx context.Context, method, path string, body []byte) (status int, answer []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience+time.Duration(len(body)/slowLine)*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, t.base+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, &uplink.Trouble{State: uplink.Stopped, Words: "The address of the FHIR server cannot be used; correct it in the settings.", Err: err}
	}
	req.Header.Set("Accept", mediaType)
	if body != nil {
		req.Header.Set("Content-Type", mediaType)
		req.Header.Set("Prefer", "return=minimal")
	}
	if t.Token != nil {
		token, err := t.Token()
		if err != nil {
			return 0, nil, &uplink.Trouble{State: uplink.Paused, Words: "The token for " + t.host() + " could not be read; check the token file named in the settings.", Err: err}
		}
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := t.Client.Do(req)
	if err != nil {
		return 0, nil, t.unreachable(err)
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return 0, nil, t.unreachable(err)
	}
	if len(answer) > maxAnswer {
		answer = nil // no FHIR answer to us is that long
	}
	return resp.StatusCode, answer, t.refused(resp)
}

// refused judges a status that says nothing about the content; nil when the
// content decides.
func (t *Target) refused(resp *http.Response) error {
	wait := retryAfter(resp.Header.Get("Retry-After"), t.Now())
	trouble := func(s uplink.State, words string) error {
		return &uplink.Trouble{State: s, RetryAfter: wait, Words: fmt.Sprintf("%s %s (HTTP %d)", t.host(), words, resp.StatusCode)}
	}
	switch c := resp.StatusCode; {
	case c/100 == 3:
		return trouble(uplink.Stopped, "has moved to another address; ask for the new one and put it into the settings")
	case c == http.StatusUnauthorized:
		return trouble(uplink.Paused, "does not accept the sign-in; ask for a new token and put it into the token file")
	case c == http.StatusForbidden:
		return trouble(uplink.Stopped, "does not allow this workstation to write; ask its administrator for the right to create records")
	case c == http.StatusNotFound, c == http.StatusGone, c == http.StatusMethodNotAllowed, c == http.StatusUnsupportedMediaType, c == http.StatusNotAcceptable:
		return trouble(uplink.Stopped, "has no FHIR service at this address; the address must be the one below which /metadata is found")
	case c == http.StatusTooManyRequests:
		return trouble(uplink.Waiting, "asks us to send more slowly; it is tried again by itself")
	case c == http.StatusRequestTimeout, c/100 == 5:
		return trouble(uplink.Waiting, "is there but not ready; it is tried again by itself")
	}
	return nil
}

// retryAfter reads seconds or an HTTP date.
func retryAfter(h string, now time.Time) time.Duration {
	if n, err := strconv.ParseUint(strings.TrimSpace(h), 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(h); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}

// Check reads what the server says it can do, once. It is the test of the
// settings, too: its error is a sentence with the remedy.
func (t *Target) Check(ctx context.Context) error {
	if t.known {
		return nil
	}
	status, body, err := t.do(ctx, http.MethodGet, "/metadata", nil)
	if err != nil {
		return err
	}
	stopped := func(format string, a ...any) error {
		return &uplink.Trouble{State: uplink.Stopped, Words: t.host() + " " + fmt.Sprintf(format, a...)}
	}
	var s capabilities
	if json.Unmarshal(body, &s) != nil || s.ResourceType != "CapabilityStatement" {
		return stopped("answers (HTTP %d), but not as a FHIR server; the address must be the one below which /metadata is found", status)
	}
	if !strings.HasPrefix(s.FHIRVersion, "4.0") {
		return stopped("speaks FHIR %s; ask for the address of its R4 (4.0.1) service", s.FHIRVersion)
	}
	transaction, lacking := s.can()
	switch {
	case !transaction:
		return stopped("does not take transactions, which keep a record whole; ask its administrator to allow them")
	case lacking != "":
		return stopped("does not offer conditional create for %s, without which a repeated batch would be filed twice; ask its administrator to allow it", lacking)
	}
	t.known, t.canPut = true, s.canUpdate()
	return nil
}

// capabilities is what we read of a CapabilityStatement.
type capabilities struct {
	ResourceType string `json:"resourceType"`
	FHIRVersion  string `json:"fhirVersion"`
	Rest         []struct {
		Interaction []struct {
			Code string `json:"code"`
		} `json:"interaction"`
		Resource []struct {
			Type   string `json:"type"`
			Create bool   `json:"conditionalCreate"`
			Update bool   `json:"conditionalUpdate"`
		} `json:"resource"`
	} `json:"rest"`
}

// can reports whether transactions are taken, and the first resource we need
// that cannot be created conditionally.
func (s *capabilities) can() (transaction bool, lacking string) {
	creates := map[string]bool{}
	for _, rest := range s.Rest {
		for _, i := range rest.Interaction {
			transaction = transaction || i.Code == "transaction"
		}
		for _, r := range rest.Resource {
			creates[r.Type] = creates[r.Type] || r.Create
		}
	}
	for _, kind := range []string{"Patient", "Encounter", "Device", "Observation", "Communication"} {
		if !creates[kind] {
			return transaction, kind
		}
	}
	return transaction, ""
}

// canUpdate reports whether patients, encounters and devices of our own may be
// brought up to date.
func (s *capabilities) canUpdate() bool {
	n := 0
	for _, rest := range s.Rest {
		for _, r := range rest.Resource {
			if r.Update && (r.Type == "Patient" || r.Type == "Encounter" || r.Type == "Device") {
				n++
			}
		}
	}
	return n >= 3
}
