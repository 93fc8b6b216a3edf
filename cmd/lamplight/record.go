package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"time"

	"lamplight/devices/all"
)

// recordSummary is the closing line of `lamplight record --json`.
type recordSummary struct {
	Devices int `json:"devices"` // that described themselves
	Reports int `json:"reports"`
	Samples int `json:"samples"` // single sample values
	Gaps    int `json:"gaps"`
	Alarms  int `json:"alarms"` // changes of alert conditions
	Rows    int `json:"rows"`
	Synced  int `json:"synced"` // records that a hospital system acknowledged
}

// record runs acquisition, alarms, the record and the uplink without a window.
func record(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flag.NewFlagSet("record", flag.ContinueOnError)
	fs.SetOutput(stderr)
	var s startFlags
	s.register(fs)
	headless := fs.Bool("headless", false, "without a window (required)")
	asJSON := fs.Bool("json", false, "end with one JSON object")
	if err := s.parse(fs, args); err != nil {
		return err
	}
	if !*headless {
		return usageError("record works without a window only: add --headless, or leave out \"record\" to open the window")
	}
	app, ward, err := s.start(ctx)
	if err != nil {
		return err
	}
	if ward != nil {
		defer ward.Close()
	}
	tell := &teller{stderr, map[string]string{}}
	told := start(func(ctx context.Context) { tell.watch(ctx, app) })
	s.wait(ctx)
	told.stop()
	sum, err := app.summary()
	if cerr := app.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	if *asJSON {
		return json.NewEncoder(stdout).Encode(sum)
	}
	_, err = fmt.Fprintf(stdout, "recorded %d reports of %d devices: %d samples, %d gaps, %d alarms, %d rows, %d synced\n",
		sum.Reports, sum.Devices, sum.Samples, sum.Gaps, sum.Alarms, sum.Rows, sum.Synced)
	return err
}

// wait returns when ctx ends or the time that was asked for is over.
func (s *startFlags) wait(ctx context.Context) {
	if s.runFor <= 0 {
		<-ctx.Done()
		return
	}
	t := time.NewTimer(s.runFor)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// start brings up the ward that the flags name: the demo, with its emulators,
// or a configured one.
func (s *startFlags) start(ctx context.Context) (*App, io.Closer, error) {
	models := all.Registry()
	if s.demo {
		return startDemo(ctx, s.config, s.data, models)
	}
	c, err := loadConfig(s.config, models)
	if err != nil {
		return nil, nil, err
	}
	app, err := Start(ctx, c, models, s.config, s.data)
	return app, nil, err
}
