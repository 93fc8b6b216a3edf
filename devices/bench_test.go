package devices

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"lamplight/mdib"

	"github.com/google/uuid"
)

var device = uuid.MustParse("5b9d4f0e-6a0b-4f5e-9a51-0d6c8f6f7a11")

// bench is a supervisor on virtual time: a quiet read or a wait passes it.
type bench struct {
	*Supervisor
	t      *testing.T
	now    time.Time
	waits  []time.Duration // asked of After
	opens  []func(context.Context) (Wire, error)
	opened []string // the addresses
	runs   []func(ctx context.Context, d *scriptDriver) error
	cancel context.CancelFunc // called when the script is at its end
	quiet  time.Duration
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, now: time.Now(), quiet: 2 * time.Second}
	b.Supervisor = &Supervisor{
		URL:      "serial:/dev/ttyX",
		Settings: Settings{MDS: device},
		Model: Model{Name: "script", Title: "Script", New: func(Settings) (Driver, error) {
			if len(b.runs) == 0 {
				return &scriptDriver{b: b, run: func(ctx context.Context, d *scriptDriver) error { b.cancel(); return nil }}, nil
			}
			run := b.runs[0]
			b.runs = b.runs[1:]
			return &scriptDriver{b: b, run: run}, nil
		}},
		Open: func(ctx context.Context, u string) (Wire, error) {
			b.opened = append(b.opened, u)
			if len(b.opens) > 0 {
				open := b.opens[0]
				b.opens = b.opens[1:]
				return open(ctx)
			}
			return &scriptWire{b: b}, nil
		},
		Now: func() time.Time { return b.now },
		After: func(d time.Duration) <-chan time.Time {
			b.waits = append(b.waits, d)
			b.now = b.now.Add(d)
			c := make(chan time.Time, 1)
			c <- b.now
			return c
		},
		Rand: func() float64 { return 0.5 },
	}
	return b
}

// play runs the supervisor to the end of its script and gives its Reports.
func (b *bench) play() []mdib.Report {
	b.t.Helper()
	ctx, cancel := context.WithCancel(b.t.Context())
	defer cancel()
	b.cancel = cancel
	out := make(chan mdib.Report, 10000)
	b.Run(ctx, out)
	close(out)
	var got []mdib.Report
	state := mdib.LinkInitial
	for r := range out {
		if r.MDS != device || r.Received.IsZero() {
			b.t.Errorf("a Report without its device or time: %+v", r)
		}
		if l := r.Link; l != nil && l.State != state {
			if !legal(state, l.State) {
				b.t.Errorf("stepped from %v to %v", state, l.State)
			}
			state = l.State
		}
		got = append(got, r)
	}
	return got
}

// steps gives the changes of state as "state reason".
func steps(reports []mdib.Report) []string {
	var s []string
	state := mdib.LinkInitial
	for _, r := range reports {
		if r.Link != nil && r.Link.State != state {
			state = r.Link.State
			s = append(s, strings.TrimSpace(state.String()+" "+string(r.Link.Reason)))
		}
	}
	return s
}

func wantSteps(t *testing.T, reports []mdib.Report, want ...string) {
	t.Helper()
	if got := steps(reports); !slices.Equal(got, want) {
		t.Errorf("the connection went\n  %v\nwant\n  %v", strings.Join(got, ", "), strings.Join(want, ", "))
	}
}

func lastLink(reports []mdib.Report, state mdib.LinkState) mdib.Link {
	for _, r := range slices.Backward(reports) {
		if r.Link != nil && r.Link.State == state {
			return *r.Link
		}
	}
	return mdib.Link{}
}

type scriptWire struct {
	b      *bench
	script []string // what each Read gives; "" is a quiet slice, and so is all after the end
	repeat bool
	err    error // at the end of the script
	sent   []string
	closed int
}

func (w *scriptWire) Read(p []byte) (int, time.Time, error) {
	w.b.now = w.b.now.Add(100 * time.Millisecond)
	if len(w.script) == 0 {
		return 0, w.b.now, w.err
	}
	s := w.script[0]
	if !w.repeat {
		w.script = w.script[1:]
	}
	return copy(p, s), w.b.now, nil
}

func (w *scriptWire) Write(p []byte) (int, error) {
	w.sent = append(w.sent, string(p))
	return len(p), nil
}
func (w *scriptWire) Close() error { w.closed++; return nil }

func (b *bench) wire(w *scriptWire) *scriptWire {
	w.b = b
	b.opens = append(b.opens, func(context.Context) (Wire, error) { return w, nil })
	return w
}

// scriptDriver counts every 'f' as a good frame, 'b' as a bad one, and makes a
// Report of each good one.
type scriptDriver struct {
	b     *bench
	run   func(context.Context, *scriptDriver) error
	c     Conn
	emit  func(mdib.Report)
	stats Stats
}

func (d *scriptDriver) Run(ctx context.Context, c Conn, emit func(mdib.Report)) error {
	d.c, d.emit = c, emit
	return d.run(ctx, d)
}
func (d *scriptDriver) Quiet() time.Duration { return d.b.quiet }
func (d *scriptDriver) Stats() Stats         { return d.stats }

// listen is the usual run: it reads until something ends it.
func listen(ctx context.Context, d *scriptDriver) error {
	buf := make([]byte, 64)
	for ctx.Err() == nil {
		n, at, err := d.c.Read(buf)
		if err != nil {
			return err
		}
		for _, c := range buf[:n] {
			switch c {
			case 'f':
				d.stats.Frames++
				d.emit(mdib.Report{MDS: device, Received: at})
			case 'b':
				d.stats.Bad++
			default:
				d.stats.Discarded++
			}
		}
	}
	return nil
}
