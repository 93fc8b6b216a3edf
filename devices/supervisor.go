package devices

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lamplight/mdib"
)

const (
	// farewell is how long a driver may talk on after it was stopped.
	farewell = time.Second
	// goodRun is how long a connection must hold for the next try to be quick.
	goodRun = 10 * time.Second
	// garbledTime is how long bytes may keep coming without a good frame.
	garbledTime = 10 * time.Second
	// refresh is how often the counts of a link are reported.
	refresh = time.Second
)

// backoff is the wait before the first, second, … try in a row; the last stays.
var backoff = [...]time.Duration{time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second}

// Supervisor keeps one device connected for ever: it opens the wire, runs a
// driver on it, notices silence and noise, waits and tries again. Every change
// of state is a Report with a Link.
type Supervisor struct {
	Model    Model
	Settings Settings
	URL      string // as configured; Model.Defaults completes it

	Open  func(ctx context.Context, url string) (Wire, error)
	Now   func() time.Time
	After func(time.Duration) <-chan time.Time
	Rand  func() float64 // from 0 to 1: spreads the tries of many devices
}

// Run works until ctx ends or the configuration proves impossible. It starts
// no goroutine, and is back within 1 s of the end of ctx and a slice of
// reading. Reports that out does not take hold the device up, not the memory.
func (s *Supervisor) Run(ctx context.Context, out chan<- mdib.Report) {
	r := &supervision{Supervisor: s, ctx: ctx, out: out, url: s.Model.Address(s.URL)}
	r.link.Since = s.Now()
	tries := 0
	for ctx.Err() == nil {
		err := r.connection()
		if ctx.Err() != nil {
			break
		}
		reason, detail := explain(err)
		if reason == mdib.ReasonConfig {
			r.enter(mdib.LinkTerminal, reason, detail, time.Time{})
			return
		}
		now := s.Now()
		if r.link.State == mdib.LinkConnected && now.Sub(r.link.Since) >= goodRun {
			tries = 0
		}
		wait := time.Duration(float64(backoff[min(tries, len(backoff)-1)]) * (0.8 + 0.4*s.Rand()))
		tries++
		r.enter(mdib.LinkLost, reason, detail, now.Add(wait))
		select {
		case <-ctx.Done():
		case <-s.After(wait):
		}
	}
	r.enter(mdib.LinkTerminal, mdib.ReasonStopped, "the connection was stopped", time.Time{})
}

// explain turns an error into what a screen can show.
func explain(err error) (mdib.Reason, string) {
	var f *Fault
	switch {
	case errors.As(err, &f):
		return f.Reason, f.Error()
	case err == nil:
		return mdib.ReasonAborted, "the device ended the conversation; it is called again"
	}
	return mdib.ReasonUnexpected, err.Error()
}

// supervision is one call of Run.
type supervision struct {
	*Supervisor
	ctx  context.Context
	out  chan<- mdib.Report
	url  string
	link mdib.Link // as last reported; its Counts are those of ended connections
	told time.Time // when the counts were last reported

	driver Driver // of this connection; nil between them
	counts mdib.LinkCounts
}

// connection opens the wire, runs a new driver on it and closes it.
func (r *supervision) connection() (err error) {
	r.enter(mdib.LinkConnecting, mdib.ReasonNone, "", time.Time{})
	wire, err := r.Open(r.ctx, r.url)
	if err != nil {
		return err
	}
	defer wire.Close()
	driver, err := r.Model.New(r.Settings)
	if err != nil {
		return &Fault{Reason: mdib.ReasonConfig, Detail: fmt.Sprintf("the options of the %s cannot work", r.Model.Title), Err: err}
	}
	r.driver = driver
	defer func() {
		if p := recover(); p != nil {
			err = &Fault{Reason: mdib.ReasonUnexpected, Detail: fmt.Sprintf("the %s driver failed on what the device sent (%v); please report this, the device is called again", r.Model.Name, p)}
		}
		r.counts = r.total()
		r.driver = nil
	}()
	r.enter(mdib.LinkNegotiating, mdib.ReasonNone, "", time.Time{})
	return driver.Run(r.ctx, &watchedConn{r: r, wire: wire, heard: r.Now()}, func(report mdib.Report) {
		r.enter(mdib.LinkConnected, mdib.ReasonNone, "", time.Time{}) // the first Report; later it is no step
		r.counts.Reports++
		r.send(report)
	})
}

// enter reports a step of the state machine. A step that is not legal is not taken.
func (r *supervision) enter(to mdib.LinkState, why mdib.Reason, detail string, retry time.Time) {
	if !legal(r.link.State, to) {
		return
	}
	now := r.Now()
	r.link = mdib.Link{State: to, Since: now, Reason: why, Detail: detail, Retry: retry}
	r.report(now)
}

func (r *supervision) report(now time.Time) {
	l := r.link
	l.Counts = r.total()
	r.told = now
	r.send(mdib.Report{MDS: r.Settings.MDS, Received: now, Link: &l})
}

// total adds the running driver's counts to those of the connections before.
func (r *supervision) total() mdib.LinkCounts {
	c := r.counts
	if r.driver != nil {
		s := r.driver.Stats()
		c.Frames += s.Frames
		c.Bad += s.Bad
		c.Discarded += s.Discarded
	}
	return c
}

// send hands a Report on. After the end of ctx it waits no longer than a
// farewell for whoever takes it.
func (r *supervision) send(report mdib.Report) {
	select {
	case r.out <- report:
		return
	default:
	}
	select {
	case r.out <- report:
	case <-r.ctx.Done():
		select {
		case r.out <- report:
		case <-r.After(farewell):
		}
	}
}

// watchedConn is the wire as the driver gets it: counted, and with an end to
// silence, to noise and to long goodbyes.
type watchedConn struct {
	r       *supervision
	wire    Wire
	heard   time.Time // when bytes last came
	frames  uint64    // good ones, as last seen
	noise   uint64    // bytes since the last good frame, or since a long silence
	since   time.Time // when the first of those came
	stopped time.Time // when the end of ctx was first seen
}

func (c *watchedConn) Read(p []byte) (int, time.Time, error) {
	r := c.r
	if f := r.driver.Stats().Frames; f != c.frames {
		c.frames, c.noise = f, 0
	}
	n, at, err := c.wire.Read(p)
	if n > 0 {
		if c.noise == 0 || at.Sub(c.heard) > garbledTime {
			c.noise, c.since = 0, at
		}
		c.noise += uint64(n)
		c.heard = at
		r.counts.Bytes += uint64(n)
	}
	if err != nil {
		return n, at, err
	}
	if r.ctx.Err() != nil {
		if c.stopped.IsZero() {
			c.stopped = at
		}
		if at.Sub(c.stopped) >= farewell {
			return n, at, r.ctx.Err()
		}
		return n, at, nil
	}
	quiet := r.driver.Quiet()
	if quiet > 0 && at.Sub(c.heard) > quiet {
		return n, at, &Fault{Reason: mdib.ReasonSilent,
			Detail: fmt.Sprintf("nothing has come from %s for %v; check that the device is switched on, its data export and the cable", r.url, quiet)}
	}
	if n > 0 && at.Sub(c.since) > garbledTime {
		return n, at, &Fault{Reason: mdib.ReasonGarbled,
			Detail: fmt.Sprintf("%d bytes came from %s and none of them make sense to the %s driver; check the speed of the line and the kind of device", c.noise, r.url, r.Model.Name)}
	}
	if at.Sub(r.told) >= refresh {
		r.report(at)
	}
	return n, at, nil
}

func (c *watchedConn) Write(p []byte) (int, error) {
	if may := c.r.Model.MayTransmit; may != nil && !may(p) {
		return 0, &Fault{Reason: mdib.ReasonUnexpected,
			Detail: fmt.Sprintf("the %s driver tried to send what it may not send (% x) and was stopped; please report this", c.r.Model.Name, p)}
	}
	n, err := c.wire.Write(p)
	c.r.counts.Sent += uint64(n)
	return n, err
}
