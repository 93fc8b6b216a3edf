package devices

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"lamplight/mdib"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLegalSteps(t *testing.T) {
	want := map[string]bool{
		"initial connecting": true, "connecting negotiating": true, "negotiating connected": true,
		"connecting lost": true, "negotiating lost": true, "connected lost": true, "lost connecting": true,
		"initial terminal": true, "connecting terminal": true, "negotiating terminal": true, "connected terminal": true, "lost terminal": true,
	}
	for from := mdib.LinkInitial; from <= mdib.LinkTerminal; from++ {
		for to := mdib.LinkInitial; to <= mdib.LinkTerminal; to++ {
			if key := from.String() + " " + to.String(); legal(from, to) != want[key] {
				t.Errorf("%s: legal is %v", key, legal(from, to))
			}
		}
	}
}

func TestConnectedAtTheFirstReport(t *testing.T) {
	b := newBench(t)
	b.wire(&scriptWire{script: []string{"x", "", "f", "f"}, err: &Fault{Reason: mdib.ReasonGone, Detail: "pulled"}})
	b.runs = append(b.runs, listen)
	got := b.play()
	wantSteps(t, got, "connecting", "negotiating", "connected", "lost gone", "connecting", "negotiating", "terminal stopped")
	for i, r := range got {
		if r.Link == nil && !(got[i-1].Link != nil && got[i-1].Link.State == mdib.LinkConnected) && got[i-1].Link != nil {
			t.Errorf("a Report passed before the link was connected")
		}
	}
	c := lastLink(got, mdib.LinkTerminal).Counts
	if c.Bytes != 3 || c.Frames != 2 || c.Discarded != 1 || c.Reports != 2 {
		t.Errorf("counts %+v", c)
	}
}

func TestBackoffGrowsAndIsForgottenAfterAGoodRun(t *testing.T) {
	b := newBench(t)
	refuse := func(context.Context) (Wire, error) {
		return nil, &Fault{Reason: mdib.ReasonClosed, Detail: "nothing listens at bed 7"}
	}
	for range 7 {
		b.opens = append(b.opens, refuse)
	}
	long := make([]string, 120)
	for i := range long {
		long[i] = "f"
	}
	b.wire(&scriptWire{script: long, err: errors.New("odd")})
	b.opens = append(b.opens, refuse)
	b.runs = append(b.runs, listen)
	got := b.play()
	want := []time.Duration{1, 2, 5, 10, 30, 30, 30, 1, 2}
	for i := range want {
		want[i] *= time.Second
	}
	if !slices.Equal(b.waits, want) {
		t.Errorf("waited %v, want %v", b.waits, want)
	}
	for _, r := range got {
		if l := r.Link; l != nil && l.State == mdib.LinkLost {
			if wait := l.Retry.Sub(l.Since); wait < time.Second || wait > 30*time.Second || l.Since != r.Received {
				t.Errorf("lost at %v, next try planned %v later", l.Since, wait)
			}
			if l.Reason == mdib.ReasonClosed && l.Detail != "nothing listens at bed 7" {
				t.Errorf("detail %q", l.Detail)
			}
		}
	}
}

func TestBackoffJitter(t *testing.T) {
	for r, want := range map[float64]time.Duration{0: 800 * time.Millisecond, 1: 1200 * time.Millisecond} {
		b := newBench(t)
		b.Rand = func() float64 { return r }
		b.opens = append(b.opens, func(context.Context) (Wire, error) { return nil, errors.New("no") })
		b.play()
		if diff := (b.waits[0] - want).Abs(); diff > time.Millisecond {
			t.Errorf("with %v: waited %v, want %v", r, b.waits[0], want)
		}
	}
}

func TestSilence(t *testing.T) {
	b := newBench(t)
	w := b.wire(&scriptWire{script: []string{"f", "f"}})
	b.runs = append(b.runs, listen)
	start := b.now
	got := b.play()
	wantSteps(t, got, "connecting", "negotiating", "connected", "lost silent", "connecting", "negotiating", "terminal stopped")
	l := lastLink(got, mdib.LinkLost)
	if took := l.Since.Sub(start); took < b.quiet || took > b.quiet+500*time.Millisecond {
		t.Errorf("silence was seen after %v, want about %v", took, b.quiet)
	}
	if !strings.Contains(l.Detail, "/dev/ttyX") {
		t.Errorf("detail %q does not name the port", l.Detail)
	}
	if w.closed != 1 {
		t.Errorf("the wire was closed %d times", w.closed)
	}
}

func TestADriverMayAllowSilence(t *testing.T) {
	b := newBench(t)
	b.quiet = 0
	script := make([]string, 36000) // an hour
	script[35990] = "f"             // and then a measurement
	b.wire(&scriptWire{script: script, err: &Fault{Reason: mdib.ReasonGone}})
	b.runs = append(b.runs, listen)
	wantSteps(t, b.play(), "connecting", "negotiating", "connected", "lost gone", "connecting", "negotiating", "terminal stopped")
}

func TestNoiseIsGarbled(t *testing.T) {
	b := newBench(t)
	b.wire(&scriptWire{script: []string{"?b"}, repeat: true})
	b.runs = append(b.runs, listen)
	start := b.now
	got := b.play()
	wantSteps(t, got, "connecting", "negotiating", "lost garbled", "connecting", "negotiating", "terminal stopped")
	if took := lastLink(got, mdib.LinkLost).Since.Sub(start); took < garbledTime || took > garbledTime+time.Second {
		t.Errorf("noise was seen after %v", took)
	}
}

func TestSparseNoiseBetweenRareFramesIsNot(t *testing.T) {
	b := newBench(t)
	b.quiet = 0
	script := make([]string, 1000)
	for i := 0; i < len(script); i += 200 { // every 20 s a stray byte, and a frame in two pieces
		script[i], script[i+150], script[i+152] = "?", "?", "f"
	}
	b.wire(&scriptWire{script: script, err: &Fault{Reason: mdib.ReasonGone}})
	b.runs = append(b.runs, listen)
	wantSteps(t, b.play(), "connecting", "negotiating", "connected", "lost gone", "connecting", "negotiating", "terminal stopped")
}

func TestCountsAreRefreshedEverySecondAndKept(t *testing.T) {
	b := newBench(t)
	for range 2 {
		b.wire(&scriptWire{script: slices.Repeat([]string{"fb"}, 55), err: &Fault{Reason: mdib.ReasonGone}})
		b.runs = append(b.runs, listen)
	}
	got := b.play()
	var last time.Time
	var counts mdib.LinkCounts
	refreshed := 0
	for _, r := range got {
		if r.Link == nil {
			continue
		}
		if r.Link.State == mdib.LinkConnected && r.Link.Since != r.Received {
			refreshed++
			if d := r.Received.Sub(last); d < refresh || d > 2*refresh {
				t.Errorf("refreshed after %v", d)
			}
		}
		if c := r.Link.Counts; c.Bytes < counts.Bytes || c.Frames < counts.Frames || c.Reports < counts.Reports {
			t.Errorf("counts went back from %+v to %+v", counts, c)
		}
		counts, last = r.Link.Counts, r.Received
	}
	if refreshed != 10 {
		t.Errorf("%d refreshes in twice 5.5 s, want 10", refreshed)
	}
	if counts.Bytes != 220 || counts.Frames != 110 || counts.Bad != 110 || counts.Reports != 110 {
		t.Errorf("in the end %+v", counts)
	}
}

func TestImpossibleConfigurationIsNotRetried(t *testing.T) {
	b := newBench(t)
	b.opens = append(b.opens, func(context.Context) (Wire, error) {
		return nil, &Fault{Reason: mdib.ReasonConfig, Detail: "no such baud"}
	})
	got := b.play()
	wantSteps(t, got, "connecting", "terminal config")
	if l := lastLink(got, mdib.LinkTerminal); l.Detail != "no such baud" || !l.Retry.IsZero() {
		t.Errorf("%+v", l)
	}

	b = newBench(t)
	w := b.wire(&scriptWire{})
	b.Model.New = func(Settings) (Driver, error) { return nil, errors.New("format 99 does not exist") }
	got = b.play()
	wantSteps(t, got, "connecting", "terminal config")
	if l := lastLink(got, mdib.LinkTerminal); !strings.Contains(l.Detail, "format 99") {
		t.Errorf("detail %q", l.Detail)
	}
	if w.closed != 1 {
		t.Error("the wire stayed open")
	}
}

func TestDriverFailuresBecomeReasons(t *testing.T) {
	b := newBench(t)
	b.runs = append(b.runs,
		func(context.Context, *scriptDriver) error { return nil },
		func(context.Context, *scriptDriver) error { panic("index out of range") },
		func(context.Context, *scriptDriver) error {
			return fmt.Errorf("while associating: %w", &Fault{Reason: mdib.ReasonRefused, Detail: "the monitor is busy"})
		})
	got := b.play()
	wantSteps(t, got, "connecting", "negotiating", "lost aborted", "connecting", "negotiating", "lost unexpected",
		"connecting", "negotiating", "lost refused", "connecting", "negotiating", "terminal stopped")
	for _, r := range got {
		if r.Link != nil && r.Link.Reason == mdib.ReasonUnexpected && !strings.Contains(r.Link.Detail, "index out of range") {
			t.Errorf("detail %q", r.Link.Detail)
		}
	}
}

func TestGoodbye(t *testing.T) {
	b := newBench(t)
	w := b.wire(&scriptWire{script: []string{"f"}})
	b.runs = append(b.runs, func(ctx context.Context, d *scriptDriver) error {
		buf := make([]byte, 8)
		b.cancel()
		if _, err := d.c.Write([]byte("release")); err != nil {
			t.Errorf("the wire cannot be written to after the end: %v", err)
		}
		start := b.now
		for {
			if _, at, err := d.c.Read(buf); err != nil {
				if d := at.Sub(start); d < 900*time.Millisecond || d > 1500*time.Millisecond {
					t.Errorf("the goodbye was cut after %v", d)
				}
				return err
			}
		}
	})
	got := b.play()
	wantSteps(t, got, "connecting", "negotiating", "terminal stopped")
	if !slices.Equal(w.sent, []string{"release"}) || w.closed != 1 {
		t.Errorf("sent %q, closed %d times", w.sent, w.closed)
	}
	if c := lastLink(got, mdib.LinkTerminal).Counts; c.Sent != 7 {
		t.Errorf("%d bytes sent, want 7", c.Sent)
	}
}

func TestStopWhileOpeningAndWhileWaiting(t *testing.T) {
	b := newBench(t)
	b.opens = append(b.opens, func(ctx context.Context) (Wire, error) {
		b.cancel()
		return nil, &Fault{Reason: mdib.ReasonStopped, Err: ctx.Err()}
	})
	wantSteps(t, b.play(), "connecting", "terminal stopped")

	b = newBench(t)
	b.opens = append(b.opens, func(context.Context) (Wire, error) { return nil, errors.New("no") })
	b.After = func(time.Duration) <-chan time.Time { b.cancel(); return nil }
	wantSteps(t, b.play(), "connecting", "lost unexpected", "terminal stopped")
}

func TestForbiddenMessagesNeverReachTheWire(t *testing.T) {
	b := newBench(t)
	w := b.wire(&scriptWire{})
	b.Model.MayTransmit = func(m []byte) bool { return string(m) == "poll" }
	b.runs = append(b.runs, func(_ context.Context, d *scriptDriver) error {
		if _, err := d.c.Write([]byte("poll")); err != nil {
			t.Error(err)
		}
		_, err := d.c.Write([]byte("inflate"))
		return err
	})
	got := b.play()
	wantSteps(t, got, "connecting", "negotiating", "lost unexpected", "connecting", "negotiating", "terminal stopped")
	if !slices.Equal(w.sent, []string{"poll"}) {
		t.Errorf("the wire got %q", w.sent)
	}
}

func TestAFullChannelDoesNotKeepItFromStopping(t *testing.T) {
	b := newBench(t)
	ctx, cancel := context.WithCancel(t.Context())
	b.cancel = cancel
	cancel()
	done := make(chan struct{})
	go func() { b.Run(ctx, make(chan mdib.Report)); close(done) }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("still running")
	}
}

func TestAddressIsCompleted(t *testing.T) {
	b := newBench(t)
	b.Model.Defaults = func(u *url.URL) { u.RawQuery = "baud=9600" }
	b.runs = append(b.runs, func(context.Context, *scriptDriver) error { b.cancel(); return nil })
	b.play()
	if want := []string{"serial:/dev/ttyX?baud=9600"}; !slices.Equal(b.opened, want) {
		t.Errorf("opened %v, want %v", b.opened, want)
	}
	if got := b.Model.Address("\x7f:"); got != "\x7f:" {
		t.Errorf("an unreadable address became %q", got)
	}
}
