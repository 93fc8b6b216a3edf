// Package fhir sends the record to a FHIR R4 server as transaction Bundles that
// may be sent twice without harm: every resource is created only if the server
// has none with its identifier.
package fhir

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"lamplight/mdib"
	"lamplight/uplink"

	"github.com/google/uuid"
)

// Config of one FHIR server. The zero value of each field but BaseURL is ready.
type Config struct {
	BaseURL string                 // where /metadata is, such as "https://fhir.hospital.example/R4"
	Token   func() (string, error) // the bearer token, asked for at each request; nil for none
	Station string                 // what tells this workstation from others; "" means "lamplight"

	// PatientSystem is the identifier system of the hospital's patient numbers.
	// While it is "" a number is filed under a system of our own, so that it
	// matches nobody by chance.
	PatientSystem string

	// PlainHTTP allows http:// to hosts other than this computer.
	PlainHTTP bool

	Zone   *time.Location // of the times sent; nil means the computer's
	Client *http.Client   // nil means one of our own
	Now    func() time.Time
}

// Target is one FHIR server.
type Target struct {
	Config
	base     string
	known    bool // the server's abilities were read
	canPut   bool // conditional update
	bundle   limits
	settled  map[uuid.UUID]string // of the batch under way: why a record was refused, "" if it was taken
	lastSent map[string][32]byte  // what the server holds of patients, encounters and devices, by identity
	scenes   map[sceneKey]scene   // of the batch under way

	failures int     // batches in a row that ended with HTTP 500
	hunting  bool    // for the record that makes the server fail, if it is one
	suspects []*unit // that it failed on when they were sent alone
	witness  *unit   // that it took in the same batch
}

// limits of one Bundle. A server that finds one too large makes them smaller.
type limits struct{ entries, bytes int }

const (
	maxEntries = 50
	maxBytes   = 1 << 20
)

// Kind is FHIR's row in the list of targets.
func Kind() uplink.Kind {
	return uplink.Kind{
		Name:  "fhir",
		Title: "FHIR R4 server",
		URLs:  []string{"https://fhir.hospital.example/R4", "http://127.0.0.1:8080/fhir"},
		Options: []uplink.Option{
			{Name: "patient_system", Help: "identifier system of the hospital's patient numbers, such as https://hospital.example/mrn"},
			{Name: "plain_http", Default: "false", Help: "true allows an address without encryption outside this computer"},
		},
		New: func(s uplink.Settings) (uplink.Target, error) {
			return New(Config{
				BaseURL:       s.URL,
				Token:         s.Token(),
				Station:       s.Station,
				PatientSystem: s.Options["patient_system"],
				PlainHTTP:     s.Options["plain_http"] == "true",
			})
		},
	}
}

// New checks the configuration. It asks the server nothing.
func New(c Config) (*Target, error) {
	u, err := url.Parse(strings.TrimSpace(c.BaseURL))
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https"):
		return nil, fmt.Errorf("%q is not the address of a FHIR server; write it like https://fhir.hospital.example/R4", c.BaseURL)
	case u.User != nil:
		return nil, fmt.Errorf("the address of the FHIR server at %s holds a password; put the token into a file and name that file", u.Host)
	case u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("the address of the FHIR server at %s goes on after its path; leave out everything from the ? or #", u.Host)
	case u.Scheme == "http" && !c.PlainHTTP && !loopback(u.Hostname()):
		return nil, fmt.Errorf("%s would be reached without encryption; write https://, or allow plain_http for a network that nobody else can listen on", u.Host)
	}
	if c.Station == "" {
		c.Station = "lamplight"
	}
	if c.Zone == nil {
		c.Zone = time.Local
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Client == nil {
		c.Client = &http.Client{Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			TLSHandshakeTimeout: 10 * time.Second,
			MaxIdleConns:        1,
			IdleConnTimeout:     30 * time.Second,
			ForceAttemptHTTP2:   true,
		}}
	}
	client := *c.Client
	// A POST that follows a redirection becomes a GET and is lost.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.Client = &client
	return &Target{
		Config:   c,
		base:     strings.TrimRight(u.String(), "/"),
		bundle:   limits{maxEntries, maxBytes},
		settled:  map[uuid.UUID]string{},
		lastSent: map[string][32]byte{},
	}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Close gives back the connection that is kept open between two batches.
func (t *Target) Close() { t.Client.CloseIdleConnections() }

// Send brings a batch to the server. What was settled before an error is not
// sent again when the same batch comes back.
func (t *Target) Send(ctx context.Context, b mdib.Batch) (mdib.Result, error) {
	if err := t.Check(ctx); err != nil {
		return mdib.Result{}, err
	}
	units := t.units(b)
	t.hunting, t.suspects, t.witness = t.failures >= maxFailures, nil, nil
	for len(units) > 0 {
		n := t.fill(units)
		if err := t.deliver(ctx, units[:n]); err != nil {
			return mdib.Result{}, t.forget(err)
		}
		units = units[n:]
	}
	if err := t.convict(ctx); err != nil {
		return mdib.Result{}, err
	}
	t.failures = 0
	var res mdib.Result
	for i := range b.Records {
		id := b.Records[i].ID
		if why := t.settled[id]; why != "" {
			res.Rejected = append(res.Rejected, mdib.Rejection{ID: id, Reason: redact(why, b.Records[i].Encounter)})
		}
	}
	clear(t.settled)
	return res, nil
}

// forget makes the next Send ask again what the server is, when it turned out
// not to be what it said.
func (t *Target) forget(err error) error {
	var trouble *uplink.Trouble
	if errors.As(err, &trouble) && trouble.State == uplink.Stopped {
		t.known = false
	}
	return err
}

// deliver sends units as one transaction, and as smaller ones when the server
// refuses it without saying which entry it dislikes.
func (t *Target) deliver(ctx context.Context, units []*unit) error {
	if len(units) == 0 {
		return nil
	}
	tx := t.transaction(units)
	answer, err := t.post(ctx, tx)
	if err != nil {
		return err
	}
	if answer.ok {
		t.accept(tx)
		return nil
	}
	if answer.tooLarge {
		t.bundle.bytes = max(len(tx.body)/2, minBytes)
	}
	if answer.failed && len(units) == 1 {
		t.suspects = append(t.suspects, units[0])
		return nil
	}
	guilty, rest := tx.blame(answer.issues)
	switch {
	case len(guilty) > 0:
		for u, why := range guilty {
			t.settle(u, why)
		}
		return t.deliver(ctx, rest)
	case len(units) == 1:
		t.settle(units[0], answer.reason())
		return nil
	}
	half := len(units) / 2
	if err := t.deliver(ctx, units[:half]); err != nil {
		return err
	}
	return t.deliver(ctx, units[half:])
}

// maxFailures is how often a server may fail on the same batch before the batch
// is taken apart. A server that is down fails as often as it is asked; one that
// stumbles over a single record would otherwise hold up all others for ever.
const maxFailures = 5

// convict refuses the records that the server failed on, if it fails on them
// once more while it takes another record just before and just after: then it
// is not the server.
func (t *Target) convict(ctx context.Context) error {
	suspects := t.suspects
	if len(suspects) == 0 {
		return nil
	}
	well := func() error {
		if t.witness != nil {
			answer, err := t.post(ctx, t.transaction([]*unit{t.witness}))
			if err != nil || answer.ok {
				return err
			}
		}
		return &uplink.Trouble{State: uplink.Waiting, Words: t.host() + " fails on what it is sent (HTTP 500); it is tried again by itself."}
	}
	if err := well(); err != nil {
		return err
	}
	for _, u := range suspects {
		t.suspects = nil
		if err := t.deliver(ctx, []*unit{u}); err != nil {
			return err
		}
		if len(t.suspects) == 0 {
			continue // taken this time, or refused with a reason
		}
		if err := well(); err != nil {
			return err
		}
		t.settle(u, "the server fails on it each time (HTTP 500)")
	}
	return nil
}

// minBytes is as small as a Bundle's limit gets.
const minBytes = 16 << 10

func (t *Target) settle(u *unit, why string) {
	for _, id := range u.records {
		t.settled[id] = why
	}
}

func (t *Target) accept(tx *transaction) {
	t.witness = tx.units[0]
	for _, u := range tx.units {
		t.settle(u, "")
	}
	for _, b := range tx.bases {
		t.lastSent[b.identity] = sha256.Sum256(b.body)
	}
}
