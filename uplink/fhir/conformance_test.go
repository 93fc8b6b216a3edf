package fhir_test

import (
	"testing"
	"time"

	"lamplight/uplink"
	"lamplight/uplink/fhir"
	"lamplight/uplink/fhir/fhirtest"
	"lamplight/uplink/uplinktest"
)

func target(t testing.TB, url string) uplink.Target {
	t.Helper()
	target, err := fhir.New(fhir.Config{BaseURL: url + fhirtest.Base, Zone: time.UTC})
	if err != nil {
		t.Fatal(err)
	}
	return target
}

func TestConformance(t *testing.T) {
	for name, says := range map[string]bool{"server names the entry": true, "server does not say which": false} {
		t.Run(name, func(t *testing.T) {
			peer := func(testing.TB) uplinktest.Peer {
				s := fhirtest.New()
				s.NameEntry = says
				return s
			}
			uplinktest.Run(t, peer, target)
		})
	}
}
