package emulator

import (
	"bytes"
	"math"
	"testing"
	"time"

	"lamplight/devices/nonin"
	"lamplight/devices/physiology"
)

// patient is a made-up signal whose state the test sets.
type patient struct {
	state func(at time.Duration) physiology.State
	spo2  func(at time.Duration) float64
}

func (p patient) Value(refID string, at time.Duration) (float64, physiology.State) {
	state := physiology.Measured
	if p.state != nil {
		state = p.state(at)
	}
	switch {
	case state == physiology.Absent || state == physiology.SensorOff:
		return math.NaN(), state
	case refID == saturation && p.spo2 != nil:
		return p.spo2(at), state
	case refID == saturation:
		return 97, state
	case refID == pulse:
		return 60, state
	}
	return math.NaN(), physiology.Absent
}

func (p patient) Samples(_ string, at, period time.Duration, dst []float64) bool {
	for i := range dst {
		dst[i] = 0.5 + 0.5*math.Sin(2*math.Pi*(at+time.Duration(i)*period).Seconds())
	}
	return true
}

func (patient) Events(time.Duration) []physiology.Event { return nil }

// frames reads a whole stream of format 2 or 7.
func frames(t *testing.T, p []byte, format nonin.Format) []nonin.Frame {
	t.Helper()
	var all []nonin.Frame
	for ; len(p) > 0; p = p[5:] {
		f, ok := nonin.ParseFrame(p, format)
		if !ok {
			t.Fatalf("frame %d is none: % x", len(all), p[:min(5, len(p))])
		}
		all = append(all, f)
	}
	return all
}

// packets reads the values of a stream that begins with a packet.
func packets(t *testing.T, p []byte, format nonin.Format) []nonin.Packet {
	t.Helper()
	var all []nonin.Packet
	fs := frames(t, p, format)
	for ; len(fs) >= nonin.PacketFrames; fs = fs[nonin.PacketFrames:] {
		var floats [nonin.PacketFrames]byte
		for i := range floats {
			floats[i] = fs[i].Float
			if sync := fs[i].Status&nonin.Sync != 0; sync != (i == 0) {
				t.Fatalf("sync in frame %d of a packet: %v", i, sync)
			}
		}
		all = append(all, nonin.ParsePacket(floats))
	}
	return all
}

func TestPaceIs75FramesASecond(t *testing.T) {
	for _, format := range []int{2, 7} {
		e := New(patient{}, Options{Format: format})
		var n int
		for at := time.Duration(0); at < time.Minute; at += 7 * time.Millisecond {
			n += len(e.Advance(at)) / 5
		}
		if n != 75*60 {
			t.Errorf("format %d: %d frames in a minute, want %d", format, n, 75*60)
		}
	}
	e := New(patient{}, Options{Format: 8})
	if n := len(e.Advance(59*time.Second)) / 4; n != 60 {
		t.Errorf("format 8: %d frames in a minute", n)
	}
}

func TestDeterministic(t *testing.T) {
	a, b := New(patient{}, Options{}), New(patient{}, Options{})
	var pieces []byte
	for at := time.Duration(0); at <= 10*time.Second; at += time.Millisecond {
		pieces = append(pieces, b.Advance(at)...)
	}
	if !bytes.Equal(a.Advance(10*time.Second), pieces) {
		t.Error("how often it is asked changes what it says")
	}
}

func TestAveragesFollowTheValue(t *testing.T) {
	e := New(patient{spo2: func(at time.Duration) float64 { return 100 - math.Floor(at.Seconds()) }}, Options{})
	all := packets(t, e.Advance(10*time.Second), nonin.Format2)
	p := all[3*7] // at 7 s
	want := nonin.Packet{SpO2: 93, SpO2Fast: 93, SpO2Beat: 93, SpO2D: 94, SpO2E: 95, SpO2ED: 96, Rate: 60, RateD: 60, RateE: 60, RateED: 60, Revision: revision, Timer: 21}
	if p != want {
		t.Errorf("%+v, want %+v", p, want)
	}
}

func TestFingerOff(t *testing.T) {
	e := New(patient{state: func(at time.Duration) physiology.State {
		if at >= 3*time.Second {
			return physiology.SensorOff
		}
		return physiology.Measured
	}}, Options{})
	stream := e.Advance(20 * time.Second)
	fs := frames(t, stream, nonin.Format2)
	for i, p := range packets(t, stream, nonin.Format2) {
		at := float64(i) / 3
		alarm := fs[i*nonin.PacketFrames].Status&nonin.SensorAlarm != 0
		switch {
		case at < 3 && (p.SpO2 != 97 || alarm),
			at >= 3 && at < 12 && (p.SpO2 != 97 || p.Rate != 60 || !alarm), // held
			at > 13.5 && (p.SpO2 != nonin.NoSaturation || p.Rate != nonin.NoRate || p.RateED != nonin.NoRate || p.SpO2E != nonin.NoSaturation || !alarm):
			t.Errorf("at %.1f s: %+v, alarm %v", at, p, alarm)
		}
	}
}

func TestStates(t *testing.T) {
	for state, want := range map[physiology.State]nonin.Status{
		physiology.Absent: nonin.Disconnected, physiology.Doubtful: nonin.Artefact,
	} {
		e := New(patient{state: func(time.Duration) physiology.State { return state }}, Options{})
		if f := frames(t, e.Advance(0), nonin.Format2)[0]; f.Status&want == 0 {
			t.Errorf("state %d gives status %08b", state, f.Status)
		}
	}
	e := New(patient{}, Options{LowBattery: true})
	if p := packets(t, e.Advance(time.Second), nonin.Format2)[0]; p.Stat2 != nonin.LowBattery {
		t.Errorf("stat2 %08b", p.Stat2)
	}
}

// replay is a recording without a pulse rate and with a weak signal.
type replay struct{ patient }

func (replay) Value(refID string, _ time.Duration) (float64, physiology.State) {
	switch refID {
	case saturation:
		return 91, physiology.Measured
	case perfusion:
		return 0.1, physiology.Measured
	}
	return math.NaN(), physiology.Absent
}

func TestASaturationWithoutARate(t *testing.T) {
	stream := New(replay{}, Options{}).Advance(time.Second)
	p := packets(t, stream, nonin.Format2)[0]
	if p.SpO2 != 91 || p.Rate != nonin.NoRate || p.SpO2E != 91 || p.RateE != nonin.NoRate {
		t.Errorf("%+v", p)
	}
	if f := frames(t, stream, nonin.Format2)[0]; f.Status&nonin.OutOfTrack == 0 {
		t.Errorf("status %08b", f.Status)
	}
	_, _, status := New(replay{}, Options{}).measure(0)
	if status&nonin.Yellow != nonin.Red {
		t.Errorf("a weak signal has the colour %08b", status&nonin.Yellow)
	}
}

func TestTheColourFollowsThePulse(t *testing.T) {
	e := New(patient{}, Options{})
	green := 0
	for _, f := range frames(t, e.Advance(10*time.Second), nonin.Format2) {
		if f.Status&nonin.Yellow == nonin.Green {
			green++
		}
	}
	if green < 9*colourFrames || green > 10*colourFrames {
		t.Errorf("green for %d frames in 10 s at a pulse of 60, want about %d", green, 10*colourFrames)
	}
}

func TestFormatChoice(t *testing.T) {
	for _, f := range []nonin.Format{nonin.Format7, nonin.Format8, nonin.Format13, nonin.Format2} {
		e := New(patient{}, Options{})
		e.Advance(time.Second)
		choice := nonin.Select(f)
		if got := e.Receive(choice[:3], time.Second); got != nil {
			t.Errorf("answered half a command with % x", got)
		}
		if got := e.Receive(choice[3:], time.Second); !bytes.Equal(got, []byte{nonin.ACK}) {
			t.Errorf("choosing format %d: % x", f, got)
		}
		p := e.Advance(time.Second)
		ok := false
		switch f {
		case nonin.Format8:
			_, ok = nonin.ParseSecond(p)
		case nonin.Format13:
			_, ok = nonin.ParseSpot(p)
		default:
			_, ok = nonin.ParseFrame(p, f)
		}
		if !ok {
			t.Errorf("after choosing format %d it says % x", f, p)
		}
	}
	e := New(patient{}, Options{})
	if got := e.Receive(nonin.Select(9), 0); !bytes.Equal(got, []byte{nonin.NAK}) {
		t.Errorf("choosing format 9: % x", got)
	}
	// Too late, it stays silently with what it has; a new connection opens the time again.
	if got := e.Receive(nonin.Select(nonin.Format7), 6*time.Second); got != nil {
		t.Errorf("too late: % x", got)
	}
	e.Connect(10 * time.Second)
	if got := e.Receive(append([]byte{0xFF, 0x00}, nonin.Select(nonin.Format7)...), 12*time.Second); !bytes.Equal(got, []byte{nonin.ACK}) {
		t.Errorf("after connecting again: % x", got)
	}
}

func TestQuestions(t *testing.T) {
	e := New(patient{}, Options{Serial: "501234567", Start: time.Date(2026, 11, 20, 8, 30, 0, 0, time.UTC)})
	if got := e.Receive([]byte{0x02, 0x74, 0x02, 2, 2, 0x03}, 0); string(got) != "\x02\xF4\x0B\x02\x02501234567\x03" {
		t.Errorf("serial number: % x", got)
	}
	if got := e.Receive([]byte{0x02, 0x72, 0x00, 0x03}, 90*time.Second); !bytes.Equal(got, []byte{0x02, 0xF2, 6, 0x26, 0x11, 0x20, 0x08, 0x31, 0x30, 0x03}) {
		t.Errorf("clock: % x", got)
	}
	if got := e.Receive([]byte{0x02, 0x55, 0x00, 0x03}, 0); !bytes.Equal(got, []byte{nonin.NAK}) {
		t.Errorf("unknown: % x", got)
	}
	if got := e.Receive([]byte{0x02, 0x70, 0xFF, 1, 2, 3}, 0); got != nil {
		t.Errorf("too long: % x", got)
	}
}

func TestFaults(t *testing.T) {
	e := New(patient{}, Options{Partial: true, Faults: []Fault{
		{BadChecksums, time.Second, time.Second}, {Garbage, 3 * time.Second, time.Second}, {Silence, 5 * time.Second, time.Second},
	}})
	first := e.Advance(0)
	if len(first) == 0 || len(first) >= 5 {
		t.Fatalf("the first frame is not partial: % x", first)
	}
	good := func(from, to time.Duration) (ok, bad, n int) {
		e.Advance(from - time.Nanosecond)
		p := e.Advance(to - time.Nanosecond)
		n = len(p)
		for ; len(p) >= 5; p = p[5:] {
			if _, fine := nonin.ParseFrame(p, nonin.Format2); fine {
				ok++
			} else {
				bad++
			}
		}
		return ok, bad, n
	}
	for _, c := range []struct {
		from      time.Duration
		good, bad int
	}{{0, 74, 0}, {time.Second, 0, 75}, {2 * time.Second, 75, 0}, {3 * time.Second, 0, 75}, {4 * time.Second, 75, 0}, {5 * time.Second, 0, 0}, {6 * time.Second, 75, 0}} {
		ok, bad, _ := good(c.from, c.from+time.Second)
		if ok != c.good || bad != c.bad {
			t.Errorf("from %v: %d good and %d bad, want %d and %d", c.from, ok, bad, c.good, c.bad)
		}
	}
}

func FuzzReceive(f *testing.F) {
	f.Add(nonin.Select(nonin.Format7))
	f.Add([]byte{0x02, 0x74, 0x02, 2, 2, 0x03, 0x02, 0x72, 0x00, 0x03})
	f.Add([]byte{0x02, 0x70, 0x09})
	f.Fuzz(func(t *testing.T, p []byte) {
		e := New(patient{}, Options{})
		out := e.Receive(p, 0)
		one := New(patient{}, Options{})
		var single []byte
		for _, b := range p {
			single = append(single, one.Receive([]byte{b}, 0)...)
		}
		if !bytes.Equal(out, single) || len(e.command) > 16 {
			t.Errorf("% x at once, % x byte by byte, %d waiting", out, single, len(e.command))
		}
		e.Advance(time.Second)
	})
}
