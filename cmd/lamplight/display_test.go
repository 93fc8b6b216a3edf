package main

import (
	"errors"
	"flag"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Without a usable display the window is refused with one sentence, before
// anything else is begun.
func TestNoDisplay(t *testing.T) {
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		t.Skip("these systems always have a display")
	}
	for name, want := range map[string]string{
		"": "DISPLAY is not set", "nonsense": "such as :0", ":x": "such as :0", ":60000": "such as :0",
		":59000": "nothing answers", "127.0.0.1:59000.0": "nothing answers",
	} {
		dir := filepath.Join(t.TempDir(), "data")
		cmd := program(t.Context(), "--demo", "--data", dir)
		cmd.Env = append(cmd.Env, "DISPLAY="+name, "LANG=en_GB.UTF-8")
		out, err := cmd.CombinedOutput()
		if err == nil || cmd.ProcessState.ExitCode() != 1 {
			t.Errorf("DISPLAY=%q: ended with %v", name, err)
		}
		said := string(out)
		if strings.Count(said, "\n") != 1 || !strings.Contains(said, want) || !strings.Contains(said, "record --headless") {
			t.Errorf("DISPLAY=%q: %q", name, said)
		}
		if _, err := os.Stat(filepath.Join(dir, "lamplight.db")); err == nil {
			t.Errorf("DISPLAY=%q: a record was begun", name)
		}
	}
}

func TestADisplayThatAnswers(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:6099")
	if err != nil {
		t.Skipf("port 6099 is taken: %v", err)
	}
	defer l.Close()
	if err := checkDisplay("127.0.0.1:99.0"); err != nil {
		t.Error(err)
	}
}

// Asking for help is no mistake; a time to run that cannot be is one.
func TestHelpAndTimes(t *testing.T) {
	for _, args := range [][]string{{"record", "--help"}, {"--help"}, {"decode", "-h"}} {
		if err := run(t.Context(), args, io.Discard, io.Discard); !errors.Is(err, flag.ErrHelp) {
			t.Errorf("%v: %v", args, err)
		}
	}
	for _, d := range []string{"-5s", "0s"} {
		var usage usageError
		err := run(t.Context(), []string{"record", "--headless", "--demo", "--for", d, "--data", t.TempDir()}, io.Discard, io.Discard)
		if !errors.As(err, &usage) || !strings.Contains(err.Error(), d) {
			t.Errorf("--for %s: %v", d, err)
		}
	}
}
