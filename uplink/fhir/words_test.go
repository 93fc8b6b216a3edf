package fhir

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lamplight/uplink"
)

// serve answers everything alike.
func serve(t *testing.T, status int, contentType, body string, header ...string) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", contentType)
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

// certified serves with a certificate of our own making.
func certified(t *testing.T, change func(*x509.Certificate)) (url string, pool *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	change(cert)
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(http.NotFoundHandler())
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	srv.StartTLS()
	t.Cleanup(srv.Close)
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool = x509.NewCertPool()
	pool.AddCert(parsed)
	return srv.URL, pool
}

func trusting(pool *x509.CertPool) *http.Client {
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
}

func capability(version string, rest string) string {
	return `{"resourceType":"CapabilityStatement","fhirVersion":"` + version + `","rest":[` + rest + `]}`
}

// Each way in which a server can be the wrong one is a sentence with a remedy.
func TestSentences(t *testing.T) {
	hang := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(hang.Close)
	untrusted, _ := certified(t, func(*x509.Certificate) {})
	expired, old := certified(t, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })
	misnamed, other := certified(t, func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"other.example"} })
	plain := serve(t, 200, "text/plain", "hello")
	for name, c := range map[string]struct {
		url    string
		client *http.Client
		state  uplink.State
		words  string
	}{
		"refused":                   {"", nil, uplink.Waiting, "nothing listens on that port"},
		"silent":                    {hang.URL, &http.Client{Timeout: 50 * time.Millisecond}, uplink.Waiting, "did not answer in time"},
		"unknown authority":         {untrusted, nil, uplink.Stopped, "certificate authority installed"},
		"expired":                   {expired, trusting(old), uplink.Stopped, "not valid today"},
		"another's certificate":     {misnamed, trusting(other), uplink.Stopped, "made for another name"},
		"TLS to a plain port":       {strings.Replace(plain, "http:", "https:", 1), nil, uplink.Stopped, "does not speak TLS"},
		"a web page":                {serve(t, 200, "text/html", "<html>"), nil, uplink.Stopped, "not as a FHIR server"},
		"JSON that is no FHIR":      {serve(t, 200, "application/json", `{"ok":true}`), nil, uplink.Stopped, "not as a FHIR server"},
		"nothing there":             {serve(t, 404, "text/html", "no"), nil, uplink.Stopped, "/metadata"},
		"gone":                      {serve(t, 410, "text/html", "no"), nil, uplink.Stopped, "/metadata"},
		"moved":                     {serve(t, 301, "text/html", "", "Location", "https://elsewhere.example"), nil, uplink.Stopped, "moved"},
		"not allowed":               {serve(t, 403, "text/html", "no"), nil, uplink.Stopped, "right to create"},
		"sign-in":                   {serve(t, 401, "text/html", "no"), nil, uplink.Paused, "token"},
		"busy":                      {serve(t, 503, "text/html", "no"), nil, uplink.Waiting, "not ready"},
		"an older FHIR":             {serve(t, 200, mediaType, capability("3.0.2", "")), nil, uplink.Stopped, "R4"},
		"a newer FHIR":              {serve(t, 200, mediaType, capability("5.0.0", "")), nil, uplink.Stopped, "R4"},
		"no transactions":           {serve(t, 200, mediaType, capability("4.0.1", `{"interaction":[{"code":"batch"}]}`)), nil, uplink.Stopped, "transactions"},
		"no conditional create":     {serve(t, 200, mediaType, capability("4.0.1", `{"interaction":[{"code":"transaction"}],"resource":[{"type":"Patient","conditionalCreate":true}]}`)), nil, uplink.Stopped, "conditional create for Encounter"},
		"an answer without an end":  {serve(t, 200, mediaType, strings.Repeat(" ", maxAnswer+2)), nil, uplink.Stopped, "not as a FHIR server"},
		"an error with FHIR's name": {serve(t, 500, mediaType, `{"resourceType":"OperationOutcome"}`), nil, uplink.Waiting, "not ready"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.url == "" { // closed last, so that no other server gets its port
				closed := httptest.NewServer(http.NotFoundHandler())
				closed.Close()
				c.url = closed.URL
			}
			target := newTarget(t, Config{BaseURL: c.url + "/secret-path", Client: c.client})
			t.Cleanup(target.Close)
			err := target.Check(t.Context())
			var trouble *uplink.Trouble
			if !errors.As(err, &trouble) {
				t.Fatalf("%v", err)
			}
			host := strings.TrimPrefix(strings.TrimPrefix(c.url, "https://"), "http://")
			if trouble.State != c.state || !strings.Contains(trouble.Words, c.words) || !strings.Contains(trouble.Words, host) {
				t.Errorf("%v: %q, want %v and %q", trouble.State, trouble.Words, c.state, c.words)
			}
			if strings.Contains(err.Error(), "secret-path") {
				t.Errorf("the path is in the error: %v", err)
			}
		})
	}
}

func TestNamesThatNobodyKnows(t *testing.T) {
	target := newTarget(t, Config{})
	for err, want := range map[error]string{
		&net.DNSError{IsNotFound: true}: "check its spelling",
		&net.DNSError{IsTimeout: true}:  "in time",
		context.DeadlineExceeded:        "in time",
		io.ErrUnexpectedEOF:             "broke off",
		errors.New("odd"):               "check the network",
	} {
		if got := target.unreachable(err).Error(); !strings.Contains(got, want) {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	for url, want := range map[string]string{
		"":                                    "not the address",
		"fhir.example/R4":                     "not the address",
		"ftp://fhir.example":                  "not the address",
		"https://":                            "not the address",
		"http://fhir.example/R4":              "without encryption",
		"https://me:secret@fhir.example/R4":   "token into a file",
		"https://fhir.example/R4?api-key=abc": "leave out",
	} {
		_, err := New(Config{BaseURL: url})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", url, err, want)
		}
		if err != nil && (strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "abc")) {
			t.Errorf("the error tells a secret: %v", err)
		}
	}
	for _, good := range []Config{{BaseURL: "https://fhir.example/R4/"}, {BaseURL: "http://127.0.0.1:8080/fhir"}, {BaseURL: "http://[::1]:8080"},
		{BaseURL: "http://localhost/x"}, {BaseURL: "http://10.0.0.2/fhir", PlainHTTP: true}} {
		if target, err := New(good); err != nil || strings.HasSuffix(target.base, "/") {
			t.Errorf("%s: %v", good.BaseURL, err)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 5, 10, 0, 0, 0, time.UTC)
	for in, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, " 7 ": 7 * time.Second, "-1": 0, "soon": 0, "99999999999999": 0,
		"Mon, 05 Jan 2026 10:01:30 GMT": 90 * time.Second,
		"Mon, 05 Jan 2026 09:00:00 GMT": 0,
	} {
		if got := retryAfter(in, now); got != want {
			t.Errorf("%q: %v, want %v", in, got, want)
		}
	}
}

// The token is read at each request: a renewed one needs no restart.
func TestTokenFile(t *testing.T) {
	var asked []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Header.Get("Authorization"))
		w.WriteHeader(http.StatusUnauthorized)
	}))
	t.Cleanup(srv.Close)
	file := filepath.Join(t.TempDir(), "token")
	write := func(s string) {
		if err := os.WriteFile(file, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	target := newTarget(t, Config{BaseURL: srv.URL, Token: uplink.Settings{TokenFile: file}.Token()})
	t.Cleanup(target.Close)
	paused := func() string {
		t.Helper()
		var trouble *uplink.Trouble
		if err := target.Check(t.Context()); !errors.As(err, &trouble) || trouble.State != uplink.Paused {
			t.Fatalf("%v, want a pause", err)
		}
		return trouble.Words
	}
	if got := paused(); !strings.Contains(got, "token file") || len(asked) != 0 {
		t.Errorf("without the file: %q, %d requests", got, len(asked))
	}
	write("two tokens\n")
	paused()
	write("first\n")
	paused()
	write("second")
	paused()
	if strings.Join(asked, ",") != "Bearer first,Bearer second" {
		t.Errorf("asked with %q", asked)
	}
	if (uplink.Settings{}).Token() != nil {
		t.Error("a token without a file")
	}
}
