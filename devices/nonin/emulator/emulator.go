// Package emulator plays a Nonin oximeter on a line: the bytes, their pace and
// their answers are those of the device.
package emulator

import (
	"math"
	"time"

	"lamplight/devices/nonin"
	"lamplight/devices/physiology"
)

const (
	saturation = "MDC_PULS_OXIM_SAT_O2"
	pulse      = "MDC_PULS_OXIM_PULS_RATE"
	pleth      = "MDC_PULS_OXIM_PLETH"
	perfusion  = "MDC_PULS_OXIM_PERF_REL"

	// lowPerfusion is the perfusion index below which the colour is red. The
	// device tells a colour only; where it changes is not published.
	lowPerfusion = 0.3

	// choiceTime is how long after being connected the device takes a format choice.
	choiceTime = 5 * time.Second
	// heldTime is how long it repeats its last value after the finger left.
	heldTime = 10 * time.Second
	// spotEvery is how often the emulator takes a spot check in format 13.
	spotEvery = 20 * time.Second
	// revision of the firmware that it pretends to have.
	revision = 0x94
	// colourFrames is how long the perfusion colour is shown after a pulse.
	colourFrames = 12
)

// Options of an emulated oximeter.
type Options struct {
	Format     int       // 2, 7, 8 or 13 at power-on; 0 is 2
	Serial     string    // up to 9 characters; "" is "500000001"
	Start      time.Time // what its clock shows at power-on; zero is the time of Serve
	LowBattery bool
	Partial    bool // power-on in the middle of a frame, as when a cable is plugged in
	Faults     []Fault
}

// Fault spoils the line for a while.
type Fault struct {
	Kind    FaultKind
	At, For time.Duration // since power-on
}

// FaultKind is how a line is spoiled.
type FaultKind uint8

const (
	BadChecksums FaultKind = iota // every frame has one
	Garbage                       // noise takes the place of frames
	Silence                       // nothing is sent
)

// Emulator is one oximeter. It is a pure machine on the time since power-on:
// Serve runs it on a line.
type Emulator struct {
	sig    physiology.Signal
	opts   Options
	format nonin.Format

	connected time.Duration // when the peer last connected
	sent      int64         // frames (2, 7), seconds (8) or records (13) up to now
	base      time.Duration // when counting of sent began
	packet    [nonin.PacketFrames]byte
	wave      [nonin.PacketFrames]float64
	status    nonin.Status
	last      [2]int // newest measured saturation and rate
	lastAt    time.Duration
	phase     float64 // of the pulse, in beats
	colour    int     // frames for which the colour is still shown
	noise     uint32
	cut       bool
	command   []byte
}

// New makes an oximeter on a patient.
func New(sig physiology.Signal, o Options) *Emulator {
	e := &Emulator{sig: sig, opts: o, format: nonin.Format(o.Format), noise: 1, cut: o.Partial, last: [2]int{nonin.NoSaturation, nonin.NoRate}, lastAt: -heldTime}
	if o.Format == 0 {
		e.format = nonin.Format2
	}
	return e
}

// Connect tells it that a peer has just been connected.
func (e *Emulator) Connect(at time.Duration) { e.connected = at }

// Advance gives what it says up to a time since power-on, in order.
func (e *Emulator) Advance(at time.Duration) []byte {
	var out []byte
	for {
		next := e.base + time.Duration(e.sent)*e.period()
		if e.format == nonin.Format2 || e.format == nonin.Format7 {
			next = e.base + time.Duration(e.sent)*time.Second/75
		}
		if next > at {
			return out
		}
		frame := e.next(next)
		e.sent++
		out = append(out, e.spoil(frame, next)...)
	}
}

func (e *Emulator) period() time.Duration {
	switch e.format {
	case nonin.Format8:
		return time.Second
	case nonin.Format13:
		return spotEvery
	}
	return nonin.Period
}

// next makes the next frame of the format.
func (e *Emulator) next(t time.Duration) []byte {
	switch e.format {
	case nonin.Format8:
		spo2, rate, status := e.measure(t)
		return nonin.Second{Status: status, SpO2: spo2, Rate: rate, Stat2: e.stat2()}.Append(nil)
	case nonin.Format13:
		spo2, rate, status := e.measure(t)
		s := nonin.Spot{SmartPoint: status&^nonin.Green == 0, Unproven: status&^nonin.Green != 0, LowBattery: e.opts.LowBattery, SpO2: spo2, Rate: rate}
		s.SetClock(e.opts.Start.Add(t))
		return s.Append(nil)
	}
	i := int(e.sent % nonin.PacketFrames)
	if i == 0 {
		e.begin(t)
	}
	f := nonin.Frame{Status: e.status &^ nonin.Yellow, Float: e.packet[i]}
	if i == 0 {
		f.Status |= nonin.Sync
	}
	e.phase += float64(e.rate()) / 60 / 75
	if e.phase >= 1 {
		e.phase, e.colour = e.phase-1, colourFrames
	}
	if e.colour > 0 {
		e.colour--
		f.Status |= e.status & nonin.Yellow
	}
	full := 255.0
	if e.format == nonin.Format7 {
		full = 65535
	}
	f.Pleth = uint16(math.Round(min(max(e.wave[i], 0), 1) * full))
	return f.Append(nil, e.format)
}

// begin measures what the next packet says.
func (e *Emulator) begin(t time.Duration) {
	p := nonin.Packet{Revision: revision, Timer: int(e.sent/nonin.PacketFrames) & 0x3FFF, Stat2: e.stat2()}
	p.SpO2, p.Rate, e.status = e.measure(t)
	p.SpO2Fast, p.SpO2Beat = p.SpO2, p.SpO2
	step := t - t%(1500*time.Millisecond) // display values change every 1.5 s
	p.SpO2D, p.RateD = e.average(step, 1, p.SpO2, p.Rate)
	p.SpO2E, p.RateE = e.average(t, 4, p.SpO2, p.Rate)
	p.SpO2ED, p.RateED = e.average(step, 4, p.SpO2, p.Rate)
	e.packet = p.Floats()
	if !e.sig.Samples(pleth, t, nonin.Period, e.wave[:]) {
		clear(e.wave[:])
	}
}

func (e *Emulator) stat2() (x nonin.Stat2) {
	if e.opts.LowBattery {
		x = nonin.LowBattery
	}
	return x
}

func (e *Emulator) rate() int {
	if e.last[1] == nonin.NoRate {
		return 0
	}
	return e.last[1]
}

// average is the mean over n values, a second apart, up to t; what is held or
// missing now is so in every average.
func (e *Emulator) average(t time.Duration, n int, spo2, rate int) (int, int) {
	if e.status&(nonin.SensorAlarm|nonin.Disconnected) != 0 {
		return spo2, rate
	}
	var sumS, sumR float64
	for i := range n {
		at := max(0, t-time.Duration(i)*time.Second)
		s, okS := e.sig.Value(saturation, at)
		r, okR := e.sig.Value(pulse, at)
		if !hasValue(okS) || !hasValue(okR) {
			return spo2, rate
		}
		sumS, sumR = sumS+s, sumR+r
	}
	return whole(sumS/float64(n), 100), whole(sumR/float64(n), 321)
}

// measure gives the saturation, the rate and what the device says of them: a
// finger that left means held values and the sensor alarm, then no values.
func (e *Emulator) measure(t time.Duration) (spo2, rate int, status nonin.Status) {
	s, state := e.sig.Value(saturation, t)
	r, rateState := e.sig.Value(pulse, t)
	switch {
	case state == physiology.Absent:
		return nonin.NoSaturation, nonin.NoRate, nonin.Disconnected | nonin.SensorAlarm
	case state == physiology.SensorOff || math.IsNaN(s):
		if t-e.lastAt > heldTime {
			e.last = [2]int{nonin.NoSaturation, nonin.NoRate}
		}
		return e.last[0], e.last[1], nonin.SensorAlarm | nonin.OutOfTrack
	}
	e.last = [2]int{whole(s, 100), nonin.NoRate}
	e.lastAt = t
	status = nonin.Green
	if hasValue(rateState) && !math.IsNaN(r) {
		e.last[1] = whole(r, 321)
	} else { // a saturation without a pulse: nothing to follow
		status |= nonin.OutOfTrack
	}
	if state == physiology.Doubtful || rateState == physiology.Doubtful {
		status = status | nonin.Yellow | nonin.Artefact
	}
	if perf, state := e.sig.Value(perfusion, t); hasValue(state) && perf < lowPerfusion {
		status = status&^nonin.Yellow | nonin.Red
	}
	return e.last[0], e.last[1], status
}

func hasValue(s physiology.State) bool {
	return s == physiology.Measured || s == physiology.Doubtful
}

func whole(v, most float64) int { return int(math.Round(min(max(v, 0), most))) }

// spoil gives what of a frame gets onto the line.
func (e *Emulator) spoil(frame []byte, t time.Duration) []byte {
	if e.cut {
		e.cut = false
		frame = frame[len(frame)/2:]
	}
	for _, f := range e.opts.Faults {
		if t < f.At || t >= f.At+f.For {
			continue
		}
		switch f.Kind {
		case Silence:
			return nil
		case BadChecksums:
			frame[len(frame)-1] ^= 0x55
		case Garbage:
			for i := range frame {
				e.noise = e.noise*1664525 + 1013904223
				frame[i] = byte(e.noise >> 24)
			}
		}
	}
	return frame
}

// Receive takes what the peer sent and gives the answer. Commands may come in
// pieces; what is none is ignored.
func (e *Emulator) Receive(p []byte, at time.Duration) []byte {
	var out []byte
	for _, b := range p {
		if len(e.command) == 0 && b != 0x02 {
			continue
		}
		e.command = append(e.command, b)
		// 02, kind, length, that many bytes, 03
		if len(e.command) < 3 {
			continue
		}
		if n := int(e.command[2]); n > 8 {
			e.command = nil
		} else if len(e.command) == n+4 {
			out = append(out, e.obey(e.command, at)...)
			e.command = nil
		}
	}
	return out
}

func (e *Emulator) obey(c []byte, at time.Duration) []byte {
	if c[len(c)-1] != 0x03 {
		return nil
	}
	body := c[3 : len(c)-1]
	switch {
	case c[1] == 0x70 && len(body) == 2 && body[0] == 2:
		if at-e.connected > choiceTime {
			return nil // too late: it stays silently with what it has
		}
		f := nonin.Format(body[1])
		if f != nonin.Format2 && f != nonin.Format7 && f != nonin.Format8 && f != nonin.Format13 {
			return []byte{nonin.NAK}
		}
		e.format, e.sent, e.base, e.colour = f, 0, at, 0
		return []byte{nonin.ACK}
	case c[1] == 0x74 && len(body) == 2:
		serial := e.opts.Serial
		if serial == "" {
			serial = "500000001"
		}
		answer := append([]byte{0x02, 0xF4, 11, body[0], body[1]}, []byte(serial + "         ")[:9]...)
		return append(answer, 0x03)
	case c[1] == 0x72 && len(body) == 0:
		var s nonin.Spot
		s.SetClock(e.opts.Start.Add(at))
		now := [6]byte(s.BCD[1:7])
		return append(append([]byte{0x02, 0xF2, 6}, now[:]...), 0x03)
	}
	return []byte{nonin.NAK}
}
