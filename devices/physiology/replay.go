package physiology

import (
	"fmt"
	"math"
	"slices"
	"time"

	"lamplight/devices/physiology/wfdb"
	"lamplight/mdib"
)

// A Track is one signal of a recording.
type Track struct {
	Record *wfdb.Record
	Signal string // its name in the record
}

// slowest is the rate in Hz up to which a track is a numeric, not a wave.
const slowest = 5

// recorded is a track made ready: its unit is that of the metric.
type recorded struct {
	signal *wfdb.Signal
	rate   float64 // Hz
	length float64 // s
	gain   float64
	offset float64
}

type replay struct {
	tracks map[string]recorded
	length float64 // s, of the longest track

	// What is measured on the waves.
	lead                 string // that the heart rate comes from
	heart, pulse, breath strokes
	pressure             map[string]pressures
}

const plethWave = "MDC_PULS_OXIM_PLETH"

// Replay plays recordings as a Signal: waves by the RefID of their metric, and
// numerics where a track has less than one value in 200 ms. Tracks of several
// records run side by side from their beginnings. At the end of the longest all
// begin again. What was not recorded is not measured: Samples reports false for
// a stretch with a gap in it. A pleth, and a respiration without a unit, are
// scaled from their smallest to their largest usual values (the 1st and the
// 99th of a hundred) into the unit of the metric.
//
// Numerics that were not recorded are measured on the waves as a monitor would:
// the rates of heart, pulse and breath, and the parts of pressures. There are
// no Events: nobody watched. It may be used from any goroutine.
func Replay(tracks map[string]Track) (Signal, error) {
	if len(tracks) == 0 {
		return nil, fmt.Errorf("there is nothing to replay: no metric has a signal")
	}
	r := &replay{tracks: map[string]recorded{}}
	for refID, t := range tracks {
		c, err := ready(refID, t)
		if err != nil {
			return nil, err
		}
		r.tracks[refID] = c
		r.length = max(r.length, c.length)
	}
	if r.length <= 0 {
		return nil, fmt.Errorf("there is nothing to replay: the records are empty")
	}
	r.measure()
	return r, nil
}

func ready(refID string, t Track) (recorded, error) {
	term, ok := mdib.ByRefID(refID)
	if !ok {
		return recorded{}, fmt.Errorf("%q is no metric of the nomenclature", refID)
	}
	i := t.Record.Signal(t.Signal)
	if i < 0 {
		names := []string{}
		for _, s := range t.Record.Signals {
			names = append(names, s.Name)
		}
		return recorded{}, fmt.Errorf("record %s has no signal %q; it has %q", t.Record.Name, t.Signal, names)
	}
	s := &t.Record.Signals[i]
	c := recorded{signal: s, rate: t.Record.SampleRate(i), gain: 1}
	c.length = float64(t.Record.Frames) / t.Record.Rate
	pleth := term.Class == mdib.ClassSpO2 && term.Unit.UCUM == "1"
	resp := term.Class == mdib.ClassResp && term.Unit.UCUM == "Ohm"
	if c.rate > slowest && (pleth || resp && s.Unit != "Ohm") {
		lo, hi, ok := usual(s)
		if !ok {
			return recorded{}, fmt.Errorf("signal %q of record %s never changes", s.Name, t.Record.Name)
		}
		c.gain = 0.8 / (hi - lo)
		c.offset = 0.1 - lo*c.gain
		return c, nil
	}
	c.gain, ok = factor(s.Unit, term.Unit.UCUM)
	if !ok {
		return recorded{}, fmt.Errorf("signal %q of record %s is in %q, which does not become %s of %s",
			s.Name, t.Record.Name, s.Unit, term.Unit.Text, refID)
	}
	return c, nil
}

// factor turns a unit as recordings write it into one of UCUM.
func factor(from, to string) (float64, bool) {
	known := map[string]map[string]float64{
		"mV":     {"mV": 1, "uV": 1e-3, "V": 1e3},
		"mm[Hg]": {"mmHg": 1, "mm[Hg]": 1, "kPa": 7.500617},
		"/min":   {"bpm": 1, "rpm": 1, "pm": 1, "/min": 1, "1/min": 1},
		"%":      {"%": 1},
		"Ohm":    {"Ohm": 1},
		"Cel":    {"degC": 1, "Cel": 1},
		"1":      {"NU": 1, "nu": 1, "1": 1},
	}
	f, ok := known[to][from]
	return f, ok
}

// usual gives the 1st and the 99th of a hundred values of a signal.
func usual(s *wfdb.Signal) (lo, hi float64, ok bool) {
	var all []float64
	for _, run := range s.Runs {
		for _, v := range run.Samples {
			if v != run.Invalid {
				all = append(all, (float64(v)-run.Baseline)/run.Gain)
			}
		}
	}
	if len(all) == 0 {
		return 0, 0, false
	}
	slices.Sort(all)
	lo, hi = all[len(all)/100], all[len(all)-1-len(all)/100]
	return lo, hi, hi > lo
}

// place gives the moment of the recording that is played at a time, s.
func (r *replay) place(at time.Duration) float64 {
	x := math.Mod(at.Seconds(), r.length)
	if x < 0 {
		x += r.length
	}
	return x
}

// Value implements Signal.
func (r *replay) Value(refID string, at time.Duration) (float64, State) {
	c, ok := r.tracks[refID]
	if !ok || c.rate > slowest {
		return r.derived(refID, at)
	}
	var v [1]float64
	c.signal.Physical(int64(r.place(at)*c.rate), v[:])
	if math.IsNaN(v[0]) {
		return v[0], SensorOff
	}
	return v[0]*c.gain + c.offset, Measured
}

// Samples implements Signal. Between recorded samples it draws a straight line.
func (r *replay) Samples(refID string, at, period time.Duration, dst []float64) bool {
	c, ok := r.tracks[refID]
	if !ok || c.rate <= slowest {
		return false
	}
	var near [2]float64
	for i := range dst {
		x := r.place(at+time.Duration(i)*period) * c.rate
		// A whole sample must not fall to the one before by a rounding.
		k, f := math.Modf(x + 1e-6)
		c.signal.Physical(int64(k), near[:])
		v := near[0]
		if f > 2e-6 && !math.IsNaN(near[1]) {
			v += f * (near[1] - near[0])
		}
		if math.IsNaN(v) {
			return false
		}
		dst[i] = v*c.gain + c.offset
	}
	return true
}

// Events implements Signal.
func (r *replay) Events(time.Duration) []Event { return nil }
