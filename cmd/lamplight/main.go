// Command lamplight is the clinician workstation: a window on a ward of
// bedside devices, and the same acquisition, alarms, record and uplink without
// one.
//
//	lamplight [--demo | --config FILE] [--data DIR] [--for DURATION]   open the window
//	lamplight record --headless [--demo | --config FILE] [--for DURATION] [--json]
//	lamplight decode [--json] MODEL FILE
//	lamplight version
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// What FyneApp.toml says of the program, too.
const (
	version = "0.1.0"
	appID   = "org.lamplight.workstation"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return
	}
	fmt.Fprintln(os.Stderr, "lamplight:", err)
	stop()
	var usage usageError
	if errors.As(err, &usage) {
		os.Exit(2)
	}
	os.Exit(1)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	verb := ""
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		verb, args = args[0], args[1:]
	}
	switch verb {
	case "":
		return window(ctx, args, stderr)
	case "record":
		return record(ctx, args, stdout, stderr)
	case "decode":
		return decode(args, stdout)
	case "version":
		fmt.Fprintln(stdout, "lamplight", version)
		return nil
	}
	return usageError(fmt.Sprintf("%q is not a command; the commands are: (none, opens the window), record, decode, version", verb))
}

// startFlags are what the window and the recorder share.
type startFlags struct {
	config, data string
	demo         bool
	runFor       time.Duration
}

func (s *startFlags) register(fs *flag.FlagSet) {
	fs.StringVar(&s.config, "config", "", "configuration `FILE` (default: lamplight.json in the data folder)")
	fs.StringVar(&s.data, "data", "", "`DIR` where the record lives (default: the user's data folder)")
	fs.BoolVar(&s.demo, "demo", false, "open the demo ward: eight emulated beds, with the uplinks and screen of the configuration, kept apart from real ones")
	fs.DurationVar(&s.runFor, "for", 0, "stop after this `duration`, such as 60s (default: run until told to stop)")
}

func (s *startFlags) parse(fs *flag.FlagSet, args []string) error {
	pos, err := parseInterspersed(fs, args)
	switch {
	case err != nil:
		return err
	case len(pos) > 0:
		return usageError(fmt.Sprintf("unexpected argument %q", pos[0]))
	case s.runFor < 0 || s.runFor == 0 && flagGiven(fs, "for"):
		return usageError(fmt.Sprintf("--for %v is no time to run; write one like 60s, or leave it out to run until told to stop", s.runFor))
	}
	if s.data == "" {
		dir, err := dataDir()
		if err != nil {
			return err
		}
		s.data = dir
		if s.demo {
			s.data = filepath.Join(dir, "demo") // simulated beds never share a file with real ones
		}
	}
	if err := os.MkdirAll(s.data, 0o700); err != nil {
		return fmt.Errorf("data folder %s cannot be made: %w; name another with --data", s.data, err)
	}
	if s.config == "" {
		s.config = filepath.Join(s.data, "lamplight.json")
	}
	return nil
}

// dataDir is where the record of this user lives.
func dataDir() (string, error) {
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" {
		return filepath.Join(dir, "lamplight"), nil
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("no data folder for this user: %w; name one with --data", err)
	}
	if home, err := os.UserHomeDir(); err == nil && dir == filepath.Join(home, ".config") {
		dir = filepath.Join(home, ".local", "share")
	}
	return filepath.Join(dir, "lamplight"), nil
}
