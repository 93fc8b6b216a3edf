package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// asProgram makes the test binary run as the program itself, so that tests can
// kill it, and give it a window.
const asProgram = "LAMPLIGHT_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// program prepares a run of the program in a process of its own.
func program(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	return cmd
}

// eventually waits for something that real transports bring.
func eventually(t *testing.T, within time.Duration, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(within)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline:
			t.Fatalf("not within %v: %s", within, what)
		case <-tick.C:
		}
	}
}

// Every mistake gets one sentence that names the thing and the remedy.
func TestMistakesAreSentences(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	beds := `"unit": "Ward", "beds": [{"label": "1"}]`
	notJSON := file("broken.json", "{\n  \"unit\": \"Ward\",\n  \"beds\": [,]\n}")
	unknownKey := file("key.json", `{`+beds+`, "colour": 1}`)
	unknownModel := file("model.json", `{`+beds+`, "devices": [{"model": "toaster", "address": "udp://127.0.0.1:1", "bed": "1"}]}`)
	noAddress := file("address.json", `{`+beds+`, "devices": [{"model": "nonin", "address": "COM", "bed": "1"}]}`)
	noBed := file("bed.json", `{`+beds+`, "devices": [{"model": "nonin", "address": "serial:/dev/ttyS9", "bed": "2"}]}`)
	twice := file("twice.json", `{"unit": "Ward", "beds": [{"label": "1"}, {"label": "1"}]}`)
	uplinkKind := file("uplink.json", `{`+beds+`, "uplinks": [{"name": "h", "kind": "pigeon", "url": "https://example.org"}]}`)
	uplinkTwice := file("uplinks.json", `{`+beds+`, "uplinks": [{"name": "h", "kind": "fhir", "url": "https://a.org"}, {"name": "h", "kind": "fhir", "url": "https://b.org"}]}`)
	uplinkTime := file("every.json", `{`+beds+`, "uplinks": [{"name": "h", "kind": "fhir", "url": "https://a.org", "numerics_every": "-5s"}]}`)
	good := file("good.json", `{`+beds+`}`)
	file("lamplight.db", "this is a letter, not a database, and it is long enough to be one")
	capture := file("empty.bin", "")

	for _, c := range []struct {
		name string
		args []string
		want []string
	}{
		{"unknown command", []string{"rekord"}, []string{`"rekord"`, "record"}},
		{"unknown flag", []string{"record", "--headles"}, []string{"headles"}},
		{"no such configuration", []string{"record", "--headless", "--config", filepath.Join(dir, "no.json"), "--data", t.TempDir()}, []string{"no.json", "does not exist", "--demo"}},
		{"not JSON", []string{"record", "--headless", "--config", notJSON, "--data", t.TempDir()}, []string{"broken.json", "line 3", "correct it"}},
		{"unknown key", []string{"record", "--headless", "--config", unknownKey, "--data", t.TempDir()}, []string{"key.json", "colour"}},
		{"unknown model", []string{"record", "--headless", "--config", unknownModel, "--data", t.TempDir()}, []string{"toaster", "intellivue"}},
		{"no address", []string{"record", "--headless", "--config", noAddress, "--data", t.TempDir()}, []string{`"COM"`, "serial:/dev/ttyUSB0"}},
		{"no such bed", []string{"record", "--headless", "--config", noBed, "--data", t.TempDir()}, []string{`"2"`, "beds"}},
		{"bed twice", []string{"record", "--headless", "--config", twice, "--data", t.TempDir()}, []string{`"1"`, "twice"}},
		{"unknown uplink", []string{"record", "--headless", "--config", uplinkKind, "--data", t.TempDir()}, []string{"pigeon", "fhir"}},
		{"uplink twice", []string{"record", "--headless", "--config", uplinkTwice, "--data", t.TempDir()}, []string{`"h"`, "twice"}},
		{"uplink's time", []string{"record", "--headless", "--config", uplinkTime, "--data", t.TempDir()}, []string{`"h"`, "-5s", "60s"}},
		{"not a database", []string{"record", "--headless", "--config", good, "--data", dir}, []string{"lamplight.db", "not a Lamplight record"}},
		{"no such capture", []string{"decode", "nonin", filepath.Join(dir, "none.bin")}, []string{"none.bin"}},
		{"empty capture", []string{"decode", "nonin", capture}, []string{"empty.bin", "empty"}},
		{"unknown driver", []string{"decode", "toaster", good}, []string{"toaster", "nonin"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			err := run(ctx, c.args, &out, &errs)
			if err == nil {
				t.Fatalf("no error; output %q", out.String())
			}
			for _, w := range c.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%q does not say %q", err, w)
				}
			}
			if strings.Contains(err.Error(), "goroutine") || strings.Contains(err.Error(), "\n") {
				t.Errorf("not one sentence: %q", err)
			}
		})
	}
}

// The packager reads FyneApp.toml, the program its own constants.
func TestFyneAppSaysTheSame(t *testing.T) {
	b, err := os.ReadFile("../../FyneApp.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`ID = "` + appID + `"`, `Version = "` + version + `"`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("FyneApp.toml does not say %s", want)
		}
	}
}
