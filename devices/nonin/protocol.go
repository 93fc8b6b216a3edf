// Package nonin speaks the serial data formats 2, 7, 8 and 13 of Nonin's
// oximeters (OEM III, Xpod, 9560 and relatives): 9600 baud, 8N1, the device
// talks by itself.
package nonin

import "time"

// Format is one of the device's serial data formats.
type Format uint8

const (
	Format2  Format = 2  // 75 frames a second, 8-bit pleth
	Format7  Format = 7  // 75 frames a second, 16-bit pleth
	Format8  Format = 8  // once a second, no pleth
	Format13 Format = 13 // one record a measurement: spot checks
)

const (
	// Period of the pleth in formats 2 and 7: 75 samples a second.
	Period = time.Second / 75
	// PacketFrames make a packet, which carries every value once.
	PacketFrames = 25
	// NoRate and NoSaturation are sent when there is no value.
	NoRate       = 511
	NoSaturation = 127
)

// What the device answers to a command.
const (
	ACK byte = 0x06
	NAK byte = 0x15
)

// sizes of one frame of each format.
const (
	frameSize  = 5
	secondSize = 4
)

// Status is what a frame of format 2 or 7 says about the signal.
type Status uint8

const (
	Sync         Status = 1 << iota // first frame of a packet
	Green                           // good perfusion; for 12 frames after a pulse
	Red                             // low perfusion; both colours: marginal
	SensorAlarm                     // the values are held ones
	OutOfTrack                      // no consecutive good pulses
	Artefact                        // of this pulse
	Disconnected                    // no sensor (OEM III, Xpod; 0 on others)
	marker                          // always set
)

// Yellow is marginal perfusion.
const Yellow = Green | Red

// Frame is one frame of format 2 or 7: 1/75 s.
type Frame struct {
	Status Status
	Pleth  uint16 // 8 bits in format 2
	Float  byte   // a piece of the Packet, by the frame's place in it
}

// Append adds the frame's 5 bytes to b, in format 2 or 7.
func (f Frame) Append(b []byte, format Format) []byte {
	var p [frameSize]byte
	if format == Format7 {
		p = [frameSize]byte{byte(f.Status | marker), byte(f.Pleth >> 8), byte(f.Pleth), f.Float}
	} else {
		p = [frameSize]byte{1, byte(f.Status | marker), byte(f.Pleth), f.Float}
	}
	p[4] = p[0] + p[1] + p[2] + p[3]
	return append(b, p[:]...)
}

// ParseFrame reads one frame of format 2 or 7 off the front of p; false when
// its marks or its checksum are wrong or it is not whole.
func ParseFrame(p []byte, format Format) (Frame, bool) {
	if len(p) < frameSize || p[0]+p[1]+p[2]+p[3] != p[4] {
		return Frame{}, false
	}
	if format == Format7 {
		return Frame{Status(p[0]) &^ marker, uint16(p[1])<<8 | uint16(p[2]), p[3]}, p[0]&byte(marker) != 0
	}
	return Frame{Status(p[1]) &^ marker, uint16(p[2]), p[3]}, p[0] == 1 && p[1]&byte(marker) != 0
}

// Stat2 holds the rarer states of a packet or a second.
type Stat2 uint8

const (
	LowBattery      Stat2 = 1 << 0
	CriticalBattery Stat2 = 1 << 1 // two public drivers; the 9560 has no such bit
	SpotMode        Stat2 = 1 << 2 // likewise; the recorded 9560 sets it
	SecondsAlarm    Stat2 = 1 << 3 // format 8 only: SensorAlarm
	SmartPoint      Stat2 = 1 << 5 // the value passed the device's own test for spot checks

	secondStat2 = LowBattery | CriticalBattery | SpotMode | SecondsAlarm | SmartPoint
)

// Packet is what 25 frames of format 2 or 7 say together. Rates are per
// minute, NoRate when there is none; saturations in percent, NoSaturation when
// there is none. The plain values are averages over 4 beats; E: over 8 beats;
// D: for a display, which change every 1.5 s.
type Packet struct {
	Rate, RateE, RateD, RateED                     int
	SpO2, SpO2D, SpO2Fast, SpO2Beat, SpO2E, SpO2ED int
	Revision                                       byte // of the firmware
	Timer                                          int  // 14 bits, counts on
	Stat2                                          Stat2
}

// ParsePacket reads the Float bytes of 25 frames, the Sync frame's first.
func ParsePacket(p [PacketFrames]byte) Packet {
	rate := func(i int) int { return int(p[i]&3)<<7 | int(p[i+1]&0x7F) }
	sat := func(i int) int { return int(p[i] & 0x7F) }
	return Packet{
		Rate: rate(0), RateE: rate(13), RateD: rate(19), RateED: rate(21),
		SpO2: sat(2), SpO2D: sat(8), SpO2Fast: sat(9), SpO2Beat: sat(10), SpO2E: sat(15), SpO2ED: sat(16),
		Revision: p[3],
		Timer:    int(p[5]&0x7F)<<7 | int(p[6]&0x7F),
		Stat2:    Stat2(p[7]),
	}
}

// Floats gives the Float bytes of the packet's 25 frames.
func (k Packet) Floats() (p [PacketFrames]byte) {
	rate := func(i, v int) { p[i], p[i+1] = byte(v>>7&3), byte(v&0x7F) }
	sat := func(i, v int) { p[i] = byte(v & 0x7F) }
	rate(0, k.Rate)
	sat(2, k.SpO2)
	p[3] = k.Revision
	p[5], p[6] = byte(k.Timer>>7&0x7F), byte(k.Timer&0x7F)
	p[7] = byte(k.Stat2)
	sat(8, k.SpO2D)
	sat(9, k.SpO2Fast)
	sat(10, k.SpO2Beat)
	rate(13, k.RateE)
	sat(15, k.SpO2E)
	sat(16, k.SpO2ED)
	rate(19, k.RateD)
	rate(21, k.RateED)
	return p
}

// Second is one frame of format 8. Its values are the display averages.
type Second struct {
	Status Status // SensorAlarm, OutOfTrack, Artefact, Disconnected, and the colour: Red low, Yellow marginal
	Rate   int
	SpO2   int
	Stat2  Stat2 // all but SecondsAlarm, which is a Status
}

// Append adds the frame's 4 bytes to b.
func (s Second) Append(b []byte) []byte {
	head := byte(marker) | byte(s.Rate>>7&3)
	for _, x := range secondBits {
		if s.Status&x.mask == x.is {
			head |= x.bit
		}
	}
	stat2 := s.Stat2 & secondStat2 &^ SecondsAlarm
	if s.Status&SensorAlarm != 0 {
		stat2 |= SecondsAlarm
	}
	return append(b, head, byte(s.Rate&0x7F), byte(s.SpO2&0x7F), byte(stat2))
}

// secondBits says which bit of a second's first byte tells which status.
var secondBits = [...]struct {
	bit      byte
	mask, is Status
}{
	{0x40, Disconnected, Disconnected},
	{0x20, OutOfTrack, OutOfTrack},
	{0x10, Yellow, Red},
	{0x08, Yellow, Yellow},
	{0x04, Artefact, Artefact},
}

// ParseSecond reads one frame of format 8 off the front of p; false when it is
// not whole or cannot be one. There is no checksum: bit 7 marks the first byte
// and is clear in the others, a saturation is at most 100 or missing, and the
// last byte has only bits that are described.
func ParseSecond(p []byte) (Second, bool) {
	if len(p) < secondSize || p[0]&byte(marker) == 0 || (p[1]|p[2]|p[3])&0x80 != 0 ||
		p[2] > 100 && p[2] != NoSaturation || Stat2(p[3])&^secondStat2 != 0 {
		return Second{}, false
	}
	s := Second{Rate: int(p[0]&3)<<7 | int(p[1]), SpO2: int(p[2]), Stat2: Stat2(p[3]) &^ SecondsAlarm}
	for _, x := range secondBits {
		if p[0]&x.bit != 0 {
			s.Status |= x.is
		}
	}
	if Stat2(p[3])&SecondsAlarm != 0 {
		s.Status |= SensorAlarm
	}
	return s, true
}

// Spot is one record of format 13: a spot check.
type Spot struct {
	// BCD is the device's clock: century, year, month, day, hour, minute,
	// second, hundredths, two decimal digits a byte.
	BCD        [8]byte
	SmartPoint bool // the value passed the device's own test
	Unproven   bool // it has not yet
	Memory     bool // played back, taken earlier
	LowBattery bool
	Rate       int
	SpO2       int
}

// spotHead begins every record: a zero, the packet's kind. The length of the
// data follows in two bytes; a newer device may have more data than we know.
var spotHead = [4]byte{0x00, 0x02, 0x00, 0x0D}

const (
	spotData    = 14
	maxSpotData = 64
)

// spotLength gives the length of the record at the front of p by its marks.
func spotLength(p []byte) (int, verdict) {
	for i, b := range p[:min(len(p), len(spotHead))] {
		if b != spotHead[i] {
			return 0, no
		}
	}
	switch {
	case len(p) > 4 && p[4] != 0, len(p) > 5 && (p[5] < spotData || p[5] > maxSpotData):
		return 0, no
	case len(p) < 6:
		return 0, more
	}
	n := 6 + int(p[5]) + 2
	if len(p) < n {
		return n, more
	}
	return n, yes
}

// Append adds the record's 22 bytes to b.
func (s Spot) Append(b []byte) []byte {
	bit := func(on bool, mask byte) byte {
		if on {
			return mask
		}
		return 0
	}
	b = append(append(b, spotHead[:]...), 0, spotData)
	data := append(append([]byte{}, s.BCD[:]...),
		bit(s.SmartPoint, 2)|bit(s.Unproven, 1), bit(s.Memory, 0x10)|bit(s.LowBattery, 1),
		byte(s.Rate>>8&1), byte(s.Rate), 0, byte(s.SpO2&0x7F))
	return append(append(b, data...), sum(data), 0x03)
}

// ParseSpot reads one record of format 13 off the front of p; false when it is
// not whole or its frame or checksum are wrong.
func ParseSpot(p []byte) (Spot, bool) {
	n, v := spotLength(p)
	if v != yes || sum(p[6:n-2]) != p[n-2] || p[n-1] != 0x03 {
		return Spot{}, false
	}
	d := p[6:]
	return Spot{
		BCD:        [8]byte(d),
		SmartPoint: d[8]&2 != 0, Unproven: d[8]&1 != 0,
		Memory: d[9]&0x10 != 0, LowBattery: d[9]&1 != 0,
		Rate: int(d[10]&1)<<8 | int(d[11]), SpO2: int(d[13] & 0x7F),
	}, true
}

// taken gives the device's clock as a time in loc; false when it is no date.
func (s Spot) taken(loc *time.Location) (time.Time, bool) {
	var v [8]int
	for i, b := range s.BCD {
		if b>>4 > 9 || b&15 > 9 {
			return time.Time{}, false
		}
		v[i] = int(b>>4)*10 + int(b&15)
	}
	t := time.Date(v[0]*100+v[1], time.Month(v[2]), v[3], v[4], v[5], v[6], v[7]*1e7, loc)
	// A date that does not exist is moved by time.Date: then it says another day.
	return t, v[0] > 0 && int(t.Month()) == v[2] && t.Day() == v[3] && v[4] < 24 && v[5] < 60 && v[6] < 60
}

// SetClock writes a time into the record.
func (s *Spot) SetClock(t time.Time) {
	for i, v := range [8]int{t.Year() / 100, t.Year() % 100, int(t.Month()), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond() / 1e7} {
		s.BCD[i] = byte(v/10%10<<4 | v%10)
	}
}

func sum(p []byte) (s byte) {
	for _, b := range p {
		s += b
	}
	return s
}

// Select is the command that chooses a format. A device takes it within 5 s of
// being connected and answers ACK or NAK; later it may not answer at all.
func Select(f Format) []byte { return []byte{0x02, 0x70, 0x02, 0x02, byte(f), 0x03} }

// MayTransmit is true for the four format choices and for nothing else.
func MayTransmit(message []byte) bool {
	for _, f := range [...]Format{Format2, Format7, Format8, Format13} {
		if string(message) == string(Select(f)) {
			return true
		}
	}
	return false
}
