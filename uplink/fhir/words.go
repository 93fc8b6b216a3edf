package fhir

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/url"
	"strings"
	"syscall"

	"lamplight/uplink"
)

// host names the server in sentences: never the path, which may bear a key.
func (t *Target) host() string {
	u, err := url.Parse(t.base)
	if err != nil {
		return "The FHIR server"
	}
	return u.Host
}

// unreachable turns an error of the network into a sentence with the remedy.
func (t *Target) unreachable(err error) error {
	state, words := uplink.Waiting, "could not be reached; check the network"
	var (
		dns      *net.DNSError
		unknown  x509.UnknownAuthorityError
		name     x509.HostnameError
		invalid  x509.CertificateInvalidError
		verify   *tls.CertificateVerificationError
		plain    tls.RecordHeaderError
		timeouts net.Error
	)
	switch {
	case errors.As(err, &name):
		state, words = uplink.Stopped, "shows a certificate made for another name; use the name in its certificate"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		state, words = uplink.Stopped, "shows a certificate that is not valid today; check this computer's date, else ask for a renewed certificate"
	case errors.As(err, &unknown), errors.As(err, &verify), errors.As(err, &invalid):
		state, words = uplink.Stopped, "shows a certificate that this computer does not trust; have the hospital's certificate authority installed here"
	case errors.As(err, &plain), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		state, words = uplink.Stopped, "does not speak TLS on this port; check the port, or whether the address begins with http://"
	case errors.As(err, &dns) && dns.IsNotFound:
		words = "is a name that this network does not know; check its spelling and the network"
	case errors.Is(err, syscall.ECONNREFUSED):
		words = "refuses the connection: nothing listens on that port; check the port, or whether the server runs"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		words = "has no route from here; check the network cable and the address"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeouts) && timeouts.Timeout():
		words = "did not answer in time; it is tried again by itself"
	case errors.Is(err, syscall.ECONNRESET), strings.HasSuffix(err.Error(), "EOF"):
		words = "broke off the connection; it is tried again by itself"
	}
	return &uplink.Trouble{State: state, Words: t.host() + " " + words + ".", Err: withoutURL(err)}
}

// withoutURL takes the address off an error of net/http: a path may bear a key.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
