package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"lamplight/alarms"
	"lamplight/devices"
	"lamplight/devices/link"
	"lamplight/mdib"
	"lamplight/station"
	"lamplight/storage"
	"lamplight/uplink"
	uplinks "lamplight/uplink/all"

	"github.com/google/uuid"
)

// An App is the workstation without its window: acquisition, alarms, record
// and uplink.
type App struct {
	Station *station.Station
	DB      *storage.DB
	Models  devices.Registry

	path string // of the configuration; "" when there is none to write
	data string

	started time.Time
	size    int64 // of the record then
	reports chan mdib.Report
	ticker  *time.Ticker
	loop    sync.WaitGroup // the station
	health  *task          // watches over the record
	found   discovery

	mu      sync.Mutex
	config  Config
	running map[uuid.UUID]*task // a Supervisor each
	lines   map[string]*line    // an uplink each, by name
	closed  bool
}

// A task is a goroutine that ends when it is cancelled.
type task struct {
	cancel context.CancelFunc
	done   chan struct{}
}

func start(f func(ctx context.Context)) *task {
	ctx, cancel := context.WithCancel(context.Background())
	t := &task{cancel, make(chan struct{})}
	go func() {
		defer close(t.done)
		f(ctx)
	}()
	return t
}

func (t *task) stop() {
	t.cancel()
	<-t.done
}

// A line is one uplink at work.
type line struct {
	*task
	board *uplink.Board
}

// Start opens the record in the data folder and brings the ward up. path is
// where changes of the configuration are kept; "" keeps them only in memory.
func Start(ctx context.Context, c Config, models devices.Registry, path, data string) (*App, error) {
	db, err := storage.Open(ctx, filepath.Join(data, "lamplight.db"), storage.Options{})
	if err != nil {
		return nil, err
	}
	open, err := db.OpenEncounters(ctx)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("resume the record: %w", err), db.Close())
	}
	var resume []mdib.Encounter
	var serving []uuid.UUID
	for _, e := range open {
		resume = append(resume, e.Encounter)
		serving = append(serving, e.MDS...)
	}
	a := &App{
		DB: db, Models: models, path: path, data: data, config: c, started: time.Now(), size: recordSize(data),
		reports: make(chan mdib.Report, 256),
		ticker:  time.NewTicker(200 * time.Millisecond),
		running: map[uuid.UUID]*task{},
		lines:   map[string]*line{},
	}
	a.Station = station.New(station.Config{
		Facility: c.Facility, Beds: c.beds(), Recorder: db, Alarms: alarms.Config{}, Resume: resume, Serving: serving,
	})
	a.loop.Go(func() { a.Station.Run(a.reports, a.ticker.C) })
	a.health = start(a.watchRecord)
	for _, d := range c.Devices {
		a.connect(d)
	}
	for _, u := range c.Uplinks {
		if err := a.send(ctx, u); err != nil {
			return nil, errors.Join(err, a.Close())
		}
	}
	if c.Discovery {
		a.found.listen()
	}
	return a, nil
}

// Close ends everything in the order of the data: devices, station, record.
func (a *App) Close() error {
	a.mu.Lock()
	if a.closed {
		a.mu.Unlock()
		return nil
	}
	a.closed = true
	stopping := []*task{a.health}
	for _, t := range a.running {
		stopping = append(stopping, t)
	}
	for _, l := range a.lines {
		stopping = append(stopping, l.task)
	}
	a.mu.Unlock()

	for _, t := range stopping {
		t.cancel()
	}
	for _, t := range stopping {
		<-t.done
	}
	a.found.stop()
	close(a.reports)
	a.loop.Wait()
	a.ticker.Stop()
	return a.DB.Close()
}

// watchRecord tells the station how well the record is being kept.
func (a *App) watchRecord(ctx context.Context) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-t.C:
			sentence := ""
			if h := a.DB.Health(); h.Err != nil {
				sentence = h.Err.Error()
			}
			a.Station.RecordTrouble(sentence, now)
		}
	}
}

// beds arranges the configuration as the station sees it.
func (c Config) beds() []station.Bed {
	out := make([]station.Bed, 0, len(c.Beds))
	for _, b := range c.Beds {
		cat, _ := category(b.Category) // checked when the configuration was read
		bed := station.Bed{Label: b.Label, Unit: c.Unit, Category: cat}
		for _, d := range c.Devices {
			if d.Bed == b.Label {
				bed.Devices = append(bed.Devices, station.DeviceConfig{ID: d.ID, Name: d.title(), Protocol: d.Model})
			}
		}
		out = append(out, bed)
	}
	return out
}

// connect starts a Supervisor for a device. The caller holds a.mu or is Start.
func (a *App) connect(d DeviceConfig) {
	model, err := a.Models.Lookup(d.Model)
	if err != nil {
		return // refused when the configuration was checked
	}
	s := &devices.Supervisor{
		Model: model, Settings: devices.Settings{MDS: d.ID, Options: d.Options}, URL: d.Address,
		Open: link.Open, Now: time.Now, After: time.After, Rand: rand.Float64,
	}
	a.running[d.ID] = start(func(ctx context.Context) { s.Run(ctx, a.reports) })
}

// send starts an uplink. The caller holds a.mu or is Start.
func (a *App) send(ctx context.Context, u UplinkConfig) error {
	kind, err := uplinks.Lookup(u.Kind)
	if err != nil {
		return &configError{a.path, fmt.Sprintf("uplink %q: %v", u.Name, err), err}
	}
	host, _ := os.Hostname() // without one, the target's own default tells stations apart less well
	target, err := kind.New(uplink.Settings{Name: u.Name, URL: u.URL, TokenFile: u.TokenFile, Station: host, Options: u.Options})
	if err != nil {
		return fmt.Errorf("uplink %q: %w", u.Name, err)
	}
	policy := storage.Policy{NumericsEvery: u.every(), Waves: u.Waves, Alerts: true}
	if err := a.DB.Register(ctx, u.Name, policy); err != nil {
		return fmt.Errorf("uplink %q: %w", u.Name, err)
	}
	opt := uplink.Options{Name: u.Name, Board: new(uplink.Board), Idle: min(5*time.Second, max(u.every(), time.Second))}
	a.lines[u.Name] = &line{
		board: opt.Board,
		task: start(func(ctx context.Context) {
			_ = uplink.Run(ctx, a.DB, target, opt) // fails only without a name, which check refuses
		}),
	}
	return nil
}

// uplinks gives those at work, by name.
func (a *App) uplinks() []*line {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.SortedFunc(maps.Values(a.lines), func(x, y *line) int {
		return strings.Compare(x.board.Status().Name, y.board.Status().Name)
	})
}

func (u UplinkConfig) every() time.Duration {
	if u.NumericsEvery == 0 {
		return time.Minute
	}
	return time.Duration(u.NumericsEvery)
}

// Config gives a copy of the configuration in force.
func (a *App) Config() Config {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.config.clone()
}

func (c Config) clone() Config {
	c.Beds, c.Devices, c.Uplinks = slices.Clone(c.Beds), slices.Clone(c.Devices), slices.Clone(c.Uplinks)
	return c
}

// change checks, keeps and puts in force a changed configuration. Devices and
// uplinks that stay as they were are not disturbed.
func (a *App) change(edit func(*Config) error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return errors.New("the workstation is closing; nothing was changed")
	}
	old, next := a.config, a.config.clone()
	if err := edit(&next); err != nil {
		return err
	}
	if err := next.check(a.Models); err != nil {
		return err
	}
	if a.path != "" {
		if err := next.save(a.path); err != nil {
			return err
		}
	}
	a.config = next
	for _, d := range old.Devices {
		if t := a.running[d.ID]; t != nil && !slices.ContainsFunc(next.Devices, d.same) {
			t.stop()
			delete(a.running, d.ID)
		}
	}
	a.Station.SetBeds(next.beds(), time.Now())
	for _, d := range next.Devices {
		if a.running[d.ID] == nil {
			a.connect(d)
		}
	}
	for _, u := range old.Uplinks {
		if l := a.lines[u.Name]; l != nil && !slices.ContainsFunc(next.Uplinks, u.same) {
			l.stop()
			delete(a.lines, u.Name)
		}
	}
	var errs []error
	for _, u := range next.Uplinks {
		if a.lines[u.Name] == nil {
			errs = append(errs, a.send(context.Background(), u))
		}
	}
	return errors.Join(errs...)
}

// summary counts what is on disk.
func (a *App) summary() (recordSummary, error) {
	ctx, cancel := ask()
	defer cancel()
	if err := a.DB.Flush(ctx); err != nil {
		return recordSummary{}, err
	}
	st, err := a.DB.Stats(ctx)
	return recordSummary{Devices: st.Devices, Reports: st.Reports, Samples: st.Samples, Gaps: st.Gaps,
		Alarms: st.Alerts, Rows: st.Rows, Synced: st.Synced}, err
}
