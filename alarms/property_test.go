package alarms

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"lamplight/mdib"
)

var rounds = flag.Int("rounds", 80, "random courses to judge")

// course is a random course of a bedside: values that wander across limits,
// drop out, come late, and links that break; acts now and then.
type course struct {
	rng    *rand.Rand
	value  map[mdib.Ref]float64
	absent map[mdib.Ref]int // steps for which the sensor is off
	down   int              // steps for which the link is down
	up     bool
}

func newCourse(seed uint64) *course {
	return &course{rng: rand.New(rand.NewPCG(seed, 1)), up: true, absent: map[mdib.Ref]int{},
		value: map[mdib.Ref]float64{"hr": 80, "spo2": 95, "abpm": 80, "nbps": 120, "temp": 37}}
}

var swings = map[mdib.Ref]float64{"hr": 25, "spo2": 4, "abpm": 15, "nbps": 20, "temp": 0.6}

// next gives what is reported in one second: nothing, a link, values.
func (c *course) next(now time.Time) (r mdib.Report, said bool) {
	r = mdib.Report{MDS: mdsA, Received: now}
	if c.down > 0 {
		if c.down--; c.down > 0 {
			return r, false
		}
		c.up = true
		r.Link = &mdib.Link{State: mdib.LinkConnected}
		return r, true
	}
	if c.rng.IntN(80) == 0 {
		c.up, c.down = false, 1+c.rng.IntN(40)
		r.Link = &mdib.Link{State: mdib.LinkLost, Reason: mdib.ReasonGone}
		return r, true
	}
	for _, ref := range []mdib.Ref{"hr", "spo2", "abpm", "nbps", "temp"} {
		centre := map[mdib.Ref]float64{"hr": 85, "spo2": 91, "abpm": 70, "nbps": 110, "temp": 37.5}[ref]
		c.value[ref] += 0.1*(centre-c.value[ref]) + (c.rng.Float64()-0.5)*swings[ref]
		if c.absent[ref] > 0 {
			c.absent[ref]--
		} else if c.rng.IntN(60) == 0 {
			c.absent[ref] = 1 + c.rng.IntN(30)
		}
		if ref == "nbps" && c.rng.IntN(30) != 0 {
			continue
		}
		n := mdib.Numeric{Ref: ref, Time: now, Value: math.Round(c.value[ref])}
		if c.absent[ref] > 0 {
			if c.rng.IntN(2) == 0 {
				continue // says nothing at all
			}
			n.Value, n.Validity = math.NaN(), mdib.NotAvailable
		}
		r.Numerics = append(r.Numerics, n)
	}
	return r, true
}

// witness watches an engine from outside and knows nothing of its insides: it
// adds up how long values were seen beyond each limit.
type witness struct {
	t      *testing.T
	name   string
	e      *Engine
	limits map[mdib.Ref]Limits
	seen   map[mdib.Ref]*sight
	before map[mdib.Ref]Condition
	up     bool
}

type sight struct {
	metric mdib.Metric
	value  float64
	at     time.Time // of the newest valid value; zero: the newest word was that there is none
	spent  map[string]time.Duration
	clear  map[string]bool // since a value beyond, one was seen inside by the hysteresis
}

var sides = []string{"low", "high", "very low", "very high"}

func beyond(l Limits, side string, v float64) (bool, time.Duration, mdib.Priority) {
	switch side {
	case "low":
		return v < l.Low, l.Delay, l.Priority
	case "high":
		return v > l.High, l.Delay, l.Priority
	case "very low":
		return v < l.ExtremeLow, l.ExtremeDelay, mdib.PriorityHigh
	}
	return v > l.ExtremeHigh, l.ExtremeDelay, mdib.PriorityHigh
}

func newWitness(t *testing.T, name string, e *Engine) *witness {
	w := &witness{t: t, name: name, e: e, up: true, seen: map[mdib.Ref]*sight{}, before: map[mdib.Ref]Condition{}, limits: map[mdib.Ref]Limits{}}
	for m := range monitor().Metrics() {
		w.seen[m.Ref] = &sight{metric: *m, spent: map[string]time.Duration{}, clear: map[string]bool{}}
		w.limits[m.Ref] = e.Limits(mdsA, m.Ref)
	}
	return w
}

// pass lets time run from a to b: a value that stands and is not too old is seen.
func (w *witness) pass(a, b time.Time) {
	for ref, s := range w.seen {
		if s.at.IsZero() {
			continue
		}
		until, old := b, false
		if stale := StaleAfter(&s.metric); stale > 0 && !s.at.Add(stale).After(b) {
			until, old = s.at.Add(stale), true
		}
		if until.After(a) {
			for _, side := range sides {
				if out, _, _ := beyond(w.limits[ref], side, s.value); out {
					s.spent[side] += until.Sub(a)
				}
			}
		}
		if old {
			s.at = time.Time{}
		}
	}
}

func (w *witness) report(r mdib.Report) {
	if r.Link != nil {
		w.up = r.Link.State == mdib.LinkConnected
		if !w.up {
			for _, s := range w.seen {
				s.at = time.Time{}
			}
		}
	}
	for _, n := range r.Numerics {
		s := w.seen[n.Ref]
		s.at = time.Time{}
		if !n.Validity.HasValue() {
			continue
		}
		s.value, s.at = n.Value, r.Received
		for _, side := range sides {
			l := w.limits[n.Ref]
			if out, _, _ := beyond(l, side, n.Value); out {
				s.clear[side] = false
				continue
			}
			s.spent[side] = 0
			l.Low, l.High = l.Low+l.Hysteresis, l.High-l.Hysteresis
			if out, _, _ := beyond(l, side, n.Value); !out {
				s.clear[side] = true
			}
		}
	}
}

// relimit takes over changed limits: for a limit that moved, seeing begins anew.
func (w *witness) relimit() {
	for ref, s := range w.seen {
		was, is := w.limits[ref], w.e.Limits(mdsA, ref)
		w.limits[ref] = is
		for i, side := range sides {
			if a, b := []float64{was.Low, was.High, was.ExtremeLow, was.ExtremeHigh}[i], []float64{is.Low, is.High, is.ExtremeLow, is.ExtremeHigh}[i]; a != b {
				s.spent[side] = 0
			}
			is := is
			is.Low, is.High = is.Low+is.Hysteresis, is.High-is.Hysteresis
			if out, _, _ := beyond(is, side, s.value); !s.at.IsZero() && !out {
				s.clear[side] = true
			}
		}
	}
}

func (w *witness) fail(now time.Time, format string, args ...any) {
	w.t.Helper()
	w.t.Fatalf("%s at %v: %s", w.name, now.Sub(start), fmt.Sprintf(format, args...))
}

// check holds the engine to its promises. acted names what a person just did.
func (w *witness) check(now time.Time, acted mdib.Ref) {
	w.t.Helper()
	after := map[mdib.Ref]Condition{}
	for _, c := range w.e.Conditions(mdsA, nil) {
		after[c.Ref] = c
	}
	for ref, s := range w.seen {
		l := w.limits[ref]
		for _, side := range []string{"low", "high"} {
			id := mdib.Ref("lamplight/" + side + "/" + string(ref))
			was, had := w.before[id]
			is, has := after[id]
			_, delay, p := beyond(l, side, s.value)
			veryOut, veryDelay, _ := beyond(l, "very "+side, s.value)
			out, _, _ := beyond(l, side, s.value)
			long := s.spent[side] >= delay && out
			veryLong := s.spent["very "+side] >= veryDelay && veryOut
			if has && is.Present && !(had && was.Present) && !long && !veryLong {
				w.fail(now, "%q began after only %v (%v)", is.Text, s.spent[side], s.spent["very "+side])
			}
			if !s.at.IsZero() && (long || veryLong) && !(has && is.Present) {
				w.fail(now, "%s %s %v for %v is not presented", ref, side, s.value, s.spent[side])
			}
			if !s.at.IsZero() && veryLong && is.Priority != mdib.PriorityHigh {
				w.fail(now, "%q is only %v", is.Text, is.Priority)
			}
			if had && was.Present && !(has && is.Present) {
				if !s.clear[side] {
					w.fail(now, "%q ended although the last value seen was %v", was.Text, s.value)
				}
				if now.Sub(was.Onset) < Hold {
					w.fail(now, "%q was presented for %v only", was.Text, now.Sub(was.Onset))
				}
			}
			if had && !has && was.Signal == mdib.SignalLatched && acted != id {
				w.fail(now, "%q lost its latch by itself", was.Text)
			}
			if had && was.Present && was.Priority == mdib.PriorityHigh && !has && was.Acknowledged.IsZero() {
				w.fail(now, "%q ended without an acknowledgement", was.Text)
			}
			if had && has && is.Priority > was.Priority && !is.Acknowledged.IsZero() {
				w.fail(now, "%q is acknowledged although its priority rose", is.Text)
			}
			if had && has && !was.Acknowledged.IsZero() && is.Acknowledged.IsZero() && is.Priority <= was.Priority {
				w.fail(now, "%q lost its acknowledgement", is.Text)
			}
			if has && is.Present && is.Priority < p {
				w.fail(now, "%q is below its priority", is.Text)
			}
			if has && is.Present && is.Frozen != s.at.IsZero() && out {
				w.fail(now, "%q frozen: %v, value seen: %v", is.Text, is.Frozen, !s.at.IsZero())
			}
		}
		_, owed := after["lamplight/no-data/"+ref]
		if owed && (!s.at.IsZero() || !w.up) {
			w.fail(now, "%s is said to be missing; value there: %v, link up: %v", ref, !s.at.IsZero(), w.up)
		}
	}
	if _, lost := after[linkRef]; lost == w.up {
		w.fail(now, "link up: %v, condition present: %v", w.up, lost)
	}
	w.before = after
}

// Whatever happens at the bedside, the promises hold. The time between two
// looks is 100 ms.
func TestPromisesHoldInRandomCourses(t *testing.T) {
	raised := 0
	for seed := range uint64(*rounds) {
		e := New(Config{Latch: []mdib.Priority{mdib.PriorityMedium, mdib.PriorityHigh}[seed%2]})
		e.Step(start, mdib.Report{MDS: mdsA, Received: start, Describe: monitor(), Link: &mdib.Link{State: mdib.LinkConnected}})
		w, c := newWitness(t, fmt.Sprintf("seed %d", seed), e), newCourse(seed)
		last := start
		for i := range 1500 {
			now := start.Add(time.Duration(i+1) * 100 * time.Millisecond)
			w.pass(last, now)
			last = now
			raised += len(e.Tick(now))
			w.check(now, "")
			if i%10 == 0 {
				if r, said := c.next(now); said {
					w.report(r)
					raised += len(e.Step(now, r))
					w.check(now, "")
				}
			}
			switch c.rng.IntN(400) {
			case 0: // another patient: nothing of the first is left
				raised += len(e.NewPatient(now, mdsA, mdib.PatientCategory(c.rng.IntN(4))))
				for _, s := range w.seen {
					s.at = time.Time{}
					clear(s.spent)
				}
				w.relimit()
				w.before = nil
				w.check(now, "")
			case 1:
				raised += len(e.SetCategory(now, mdsA, mdib.PatientCategory(c.rng.IntN(4))))
				w.relimit()
				w.check(now, "")
			case 2: // says again what it is
				raised += len(e.Step(now, mdib.Report{MDS: mdsA, Received: now, Describe: monitor()}))
				w.check(now, "")
			}
			if all := e.Conditions(mdsA, nil); len(all) > 0 && c.rng.IntN(40) == 0 {
				k := all[c.rng.IntN(len(all))].Key()
				e.Acknowledge(now, k)
				w.check(now, k.Ref)
			}
		}
	}
	if raised < 10**rounds {
		t.Errorf("only %d changes in %d courses: the courses are too tame to prove anything", raised, *rounds)
	}
	t.Logf("%d courses of 150 s, %d changes", *rounds, raised)
}

// The answers depend neither on how often time is told, nor on anything but the input.
func TestTicksDoNotMatter(t *testing.T) {
	run := func(seed uint64, tick time.Duration) (log []string) {
		e := New(Config{})
		c := newCourse(seed)
		b := &bedside{t: t, e: e}
		b.keep(e.Step(start, mdib.Report{MDS: mdsA, Received: start, Describe: monitor(), Link: &mdib.Link{State: mdib.LinkConnected}}))
		for i := range 400 {
			now := start.Add(time.Duration(i) * time.Second)
			if r, said := c.next(now); said {
				b.keep(e.Step(now, r))
			}
			if tick > 0 {
				for at := tick; at < time.Second; at += tick {
					b.keep(e.Tick(now.Add(at)))
				}
			}
		}
		b.keep(e.Tick(start.Add(500 * time.Second)))
		return b.log
	}
	for seed := range uint64(30) {
		want := fmt.Sprint(run(seed, 0))
		for _, tick := range []time.Duration{7 * time.Millisecond, 200 * time.Millisecond, 999 * time.Millisecond} {
			if got := fmt.Sprint(run(seed, tick)); got != want {
				t.Fatalf("seed %d, ticks of %v:\n%s\nwithout:\n%s", seed, tick, got, want)
			}
		}
	}
}
