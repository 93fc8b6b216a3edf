package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lamplight/mdib"
)

// Whoever records without a window is told what is wrong, in words.
func TestTheRecorderSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "c.json")
	if err := os.WriteFile(path, []byte(`{"unit": "Ward", "beds": [{"label": "1"}],
		"devices": [{"name": "Oximeter", "model": "nonin", "address": "serial:/dev/none-such", "bed": "1"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	if err := run(t.Context(), []string{"record", "--headless", "--config", path, "--data", dir, "--for", "1500ms", "--json"}, &out, &errs); err != nil {
		t.Fatal(err)
	}
	if s := errs.String(); strings.Count(s, "\n") != 1 || !strings.Contains(s, "bed 1, Oximeter: there is no serial port /dev/none-such; plug") {
		t.Errorf("%q", s)
	}
	if !strings.HasPrefix(out.String(), `{"devices":0,`) {
		t.Errorf("%q", out.String())
	}
}

// A line for each change, not for each try.
func TestChangesAreToldOnce(t *testing.T) {
	var b bytes.Buffer
	tell := &teller{&b, map[string]string{}}
	for _, l := range []mdib.Link{
		{State: mdib.LinkConnecting}, {State: mdib.LinkConnected},
		{State: mdib.LinkLost, Reason: mdib.ReasonGone, Detail: "pulled"}, {State: mdib.LinkConnecting},
		{State: mdib.LinkLost, Reason: mdib.ReasonNoPort, Detail: "no port, try 1"}, {State: mdib.LinkLost, Reason: mdib.ReasonNoPort, Detail: "no port, try 2"},
		{State: mdib.LinkConnected}, {State: mdib.LinkTerminal, Reason: mdib.ReasonStopped, Detail: "stopped"},
	} {
		tell.link("bed 1", l)
	}
	if got, want := b.String(), "bed 1: pulled\nbed 1: no port, try 1\nbed 1: works again\n"; got != want {
		t.Errorf("%q", got)
	}
}
