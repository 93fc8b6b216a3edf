package nonin

import (
	"math"
	"strconv"
	"time"

	"lamplight/devices"
	"lamplight/mdib"
)

const (
	// A value that stays the same is reported again after so many packets (1 s),
	// and a condition ends when it was not seen in as many.
	repeatPackets = 3
	// The perfusion colour is shown with each pulse; after 3 s without one it is unknown.
	colourFrames = 3 * 75
)

// reporter makes Reports of frames.
type reporter struct {
	settings devices.Settings
	mode     mdib.GenerationMode

	format    Format // of the frames; 0 before the first
	described bool
	revision  string
	clock     *mdib.DeviceClock

	samples   []int32 // of the array being filled
	first     time.Time
	status    Status // of all of them
	pleth     sampleClock
	conds     [len(conditions)]bool
	clear     [len(conditions)]int // times in a row that a present one was not seen
	reported  map[mdib.Ref]reported
	packet    [PacketFrames]byte
	have      int    // frames of the packet; -1 before its Sync frame
	since     int    // frames since the last Sync frame; 0 when that is not known
	distrust  int    // so many packets of the right length must come first
	doubted   string // a revision that one packet told, against those before it
	packetAt  time.Time
	packetOr  Status
	colour    Status
	colourAge int
}

// reported is what was last said about a metric.
type reported struct {
	value    int
	validity mdib.Validity
	ago      int // packets
}

func newReporter(s devices.Settings, mode mdib.GenerationMode) *reporter {
	return &reporter{settings: s, mode: mode, have: -1, reported: map[mdib.Ref]reported{}}
}

func (r *reporter) take(it item, emit func(mdib.Report)) {
	if it.format != r.format {
		r.flush(emit)
		r.format, r.described, r.revision, r.clock = it.format, false, "", nil
		clear(r.reported)
	}
	switch it.format {
	case Format8:
		r.second(it, emit)
	case Format13:
		r.spot(it, emit)
	default:
		r.frame(it, emit)
	}
}

func (r *reporter) report(at time.Time) mdib.Report {
	return mdib.Report{MDS: r.settings.MDS, Received: at}
}

// describe adds the description to a Report.
func (r *reporter) describe(rep *mdib.Report) {
	rep.Describe = describe(r.format, r.revision, r.clock, r.mode)
	r.described = true
}

// flush hands on the samples of an unfinished array.
func (r *reporter) flush(emit func(mdib.Report)) {
	if len(r.samples) > 0 {
		rep := r.report(r.first)
		r.addSamples(&rep)
		emit(rep)
	}
}

func (r *reporter) addSamples(rep *mdib.Report) {
	rep.Samples = []mdib.SampleArray{{
		Ref: refPleth, Time: r.pleth.start(r.first, len(r.samples)), Samples: r.samples,
		Validity: validity(false, r.status), Mode: r.mode,
	}}
	r.samples, r.status = nil, 0
}

// frame takes one frame of format 2 or 7.
func (r *reporter) frame(it item, emit func(mdib.Report)) {
	f := it.frame
	if it.fresh || it.lost || f.Status&Sync != 0 {
		r.flush(emit) // arrays keep step with packets
	}
	switch {
	case it.fresh:
		r.pleth.restart(it.at)
		r.have, r.since = -1, 0
	case it.lost:
		r.pleth.skip(1)
		r.have, r.since = -1, 0 // a packet with a hole tells no values
	}
	if f.Status&Sync != 0 {
		r.have, r.packetAt, r.packetOr = 0, it.at, 0
		switch r.since {
		case 0:
		case PacketFrames:
			r.distrust = max(0, r.distrust-1)
		default: // whole frames go missing: values would be taken for others
			r.distrust = 3
		}
		if r.distrust > 0 {
			r.have = -1
		}
		r.since = 0
	}
	if f.Status&Sync != 0 || r.since > 0 {
		r.since++
	}
	if len(r.samples) == 0 {
		r.first, r.samples = it.at, make([]int32, 0, group)
	}
	r.samples = append(r.samples, int32(f.Pleth))
	r.status |= f.Status
	r.look(f.Status)

	rep := r.report(r.first)
	if !r.described {
		r.describe(&rep)
	}
	if r.have >= 0 {
		r.packet[r.have] = f.Float
		r.packetOr |= f.Status
		if r.have++; r.have == PacketFrames {
			r.have = -1
			if p := ParsePacket(r.packet); r.believe(&rep, strconv.Itoa(int(p.Revision))) {
				r.values(&rep, &p)
			}
		}
	}
	if len(r.samples) == group {
		r.addSamples(&rep)
	}
	if rep.Describe != nil || rep.Numerics != nil || rep.Samples != nil || rep.Alerts != nil {
		emit(rep)
	}
}

// believe judges a packet by the revision in it, which a device does not change
// while it runs: another one is a sign of missing frames, until it is repeated.
func (r *reporter) believe(rep *mdib.Report, revision string) bool {
	if r.revision != "" && revision != r.revision && revision != r.doubted {
		r.doubted = revision
		return false
	}
	r.doubted = ""
	if revision != r.revision {
		r.revision = revision
		r.describe(rep)
	}
	return true
}

// look keeps the perfusion colour between pulses.
func (r *reporter) look(s Status) {
	r.colourAge++
	if c := s & Yellow; c != 0 {
		r.colour, r.colourAge = c, 0
	}
	if r.colourAge > colourFrames || s&(SensorAlarm|Disconnected) != 0 {
		r.colour = 0
	}
}

// values adds what a packet says: what changed, and everything once a second.
func (r *reporter) values(rep *mdib.Report, p *Packet) {
	state := r.packetOr&^Yellow | r.colour
	add := func(ref mdib.Ref, value, missing int) {
		n := r.numeric(ref, value, missing, state, r.packetAt)
		was, told := r.reported[ref]
		if was.ago++; told && was.value == value && was.validity == n.Validity && was.ago < repeatPackets {
			r.reported[ref] = was
			return
		}
		r.reported[ref] = reported{value: value, validity: n.Validity}
		rep.Numerics = append(rep.Numerics, n)
	}
	add(refSpO2, p.SpO2, NoSaturation)
	add(refPulse, p.Rate, NoRate)
	for i := range averages {
		a := &averages[i]
		missing := NoSaturation
		if a.rate {
			missing = NoRate
		}
		add(a.ref, a.value(p), missing)
	}
	r.alerts(rep, state, p.Stat2, r.packetAt, repeatPackets)
}

func (r *reporter) numeric(ref mdib.Ref, value, missing int, state Status, at time.Time) mdib.Numeric {
	n := mdib.Numeric{Ref: ref, Time: at, Validity: validity(value == missing, state), Mode: r.mode, Value: math.NaN()}
	if missing == NoSaturation && value > 100 && value != missing {
		n.Validity = mdib.Invalid // no saturation is more than all
	}
	if n.Validity.HasValue() {
		n.Value = float64(value)
	}
	return n
}

// validity of a value. With the sensor alarm the device repeats its last value
// for up to 10 s: a number that is no longer the patient's.
func validity(missing bool, s Status) mdib.Validity {
	switch {
	case missing:
		return mdib.NotAvailable
	case s&(SensorAlarm|Disconnected) != 0:
		return mdib.Invalid
	case s&(OutOfTrack|Artefact) != 0:
		return mdib.Questionable
	}
	return mdib.Valid
}

// alerts adds the conditions that began or ended. One ends when it was not seen
// for so many times in a row: an artefact comes and goes with every pulse.
func (r *reporter) alerts(rep *mdib.Report, s Status, x Stat2, at time.Time, times int) {
	for i := range conditions {
		c := &conditions[i]
		present := c.present(s, x)
		if r.clear[i]++; present {
			r.clear[i] = 0
		}
		if present == r.conds[i] || !present && r.clear[i] < times {
			continue
		}
		r.conds[i] = present
		a := mdib.AlertCondition{
			Ref: c.ref, Source: c.source, Code: c.code(), Kind: mdib.Technical, Priority: c.priority,
			Provenance: mdib.FromDevice, Present: present, Text: c.text, Time: at, Mode: r.mode,
		}
		if !present {
			a.Signal = mdib.SignalOff
		}
		rep.Alerts = append(rep.Alerts, a)
	}
}

// second takes one frame of format 8.
func (r *reporter) second(it item, emit func(mdib.Report)) {
	s := it.second
	rep := r.report(it.at)
	if !r.described {
		r.describe(&rep)
	}
	rep.Numerics = []mdib.Numeric{
		r.numeric(refSpO2, s.SpO2, NoSaturation, s.Status, it.at),
		r.numeric(refPulse, s.Rate, NoRate, s.Status, it.at),
	}
	r.alerts(&rep, s.Status, s.Stat2, it.at, 1)
	emit(rep)
}

// spot takes one record of format 13. The device's clock pairs with ours at a
// live record; a record from memory is laid on our time by that pair, or, where
// there is none yet, by the device's date as it stands.
func (r *reporter) spot(it item, emit func(mdib.Report)) {
	s := it.spot
	at, spo2, pulse := it.at, refSpO2, refPulse
	taken, dated := s.taken(it.at.Location())
	clock := r.clock
	if s.Memory {
		spo2, pulse = refMemorySpO2, refMemoryPulse
		now := it.at
		if clock != nil {
			now = it.at.Add(clock.Offset())
		}
		if dated {
			at = it.at.Add(taken.Sub(now))
		}
	} else if dated {
		clock = &mdib.DeviceClock{Device: taken, Ours: it.at}
	}
	rep := r.report(it.at)
	// A clock that was set is news; one that drifts by a second is not.
	if !r.described || clock != nil && (r.clock == nil || (clock.Offset()-r.clock.Offset()).Abs() > 2*time.Second) {
		r.clock = clock
		r.describe(&rep)
	}
	rep.Numerics = []mdib.Numeric{
		r.numeric(spo2, s.SpO2, NoSaturation, 0, at),
		r.numeric(pulse, s.Rate, NoRate, 0, at),
	}
	for i := range rep.Numerics {
		if n := &rep.Numerics[i]; n.Validity == mdib.Valid && s.Unproven {
			n.Validity = mdib.Questionable
		}
	}
	var x Stat2
	if s.LowBattery {
		x = LowBattery
	}
	r.alerts(&rep, 0, x, it.at, 1)
	emit(rep)
}
