package nonin

import (
	"bytes"
	"testing"
	"time"
)

func TestFrameBothWays(t *testing.T) {
	for _, format := range []Format{Format2, Format7} {
		for _, f := range []Frame{
			{}, {Status: Sync | Green, Pleth: 75, Float: 72}, {Status: 0x7F, Pleth: 255, Float: 255},
			{Status: Disconnected | SensorAlarm, Pleth: 0, Float: 0x94},
		} {
			b := f.Append(nil, format)
			got, ok := ParseFrame(b, format)
			if !ok || got != f || len(b) != 5 {
				t.Errorf("format %d: %+v became % x and then %+v, %v", format, f, b, got, ok)
			}
			for i := range b {
				for bit := range 8 {
					b[i] ^= 1 << bit
					if got, ok := ParseFrame(b, format); ok {
						t.Errorf("format %d: % x with a wrong bit was read as %+v", format, b, got)
					}
					b[i] ^= 1 << bit
				}
			}
			if _, ok := ParseFrame(b[:4], format); ok {
				t.Error("four bytes were read as a frame")
			}
		}
	}
	if f := (Frame{Pleth: 0xBEEF}); true {
		if got, _ := ParseFrame(f.Append(nil, Format7), Format7); got.Pleth != 0xBEEF {
			t.Errorf("16 bits of pleth became %x", got.Pleth)
		}
	}
	// Published: the sum of 01 80 4B 48 is 114 hexadecimal.
	if b := (Frame{Pleth: 0x4B, Float: 0x48}).Append(nil, Format2); !bytes.Equal(b, []byte{0x01, 0x80, 0x4B, 0x48, 0x14}) {
		t.Errorf("% x", b)
	}
}

func TestPacketBothWays(t *testing.T) {
	p := Packet{Rate: 300, RateE: 18, RateD: 127, RateED: 128, SpO2: 100, SpO2D: 99, SpO2Fast: 0, SpO2Beat: 98, SpO2E: 97, SpO2ED: 96,
		Revision: 0x94, Timer: 2948, Stat2: LowBattery | SmartPoint}
	if got := ParsePacket(p.Floats()); got != p {
		t.Errorf("%+v became %+v", p, got)
	}
	missing := Packet{Rate: NoRate, RateE: NoRate, RateD: NoRate, RateED: NoRate,
		SpO2: NoSaturation, SpO2D: NoSaturation, SpO2Fast: NoSaturation, SpO2Beat: NoSaturation, SpO2E: NoSaturation, SpO2ED: NoSaturation, Timer: 1<<14 - 1}
	if got := ParsePacket(missing.Floats()); got != missing {
		t.Errorf("%+v became %+v", missing, got)
	}
	// A public driver shifts the high byte by 8: 300 would come out as 556.
	if f := p.Floats(); f[0] != 2 || f[1] != 44 {
		t.Errorf("300 is sent as %d, %d; want 2, 44", f[0], f[1])
	}
}

func TestSecondBothWays(t *testing.T) {
	for _, s := range []Second{
		{Rate: 72, SpO2: 97}, {Rate: NoRate, SpO2: NoSaturation, Status: SensorAlarm | OutOfTrack},
		{Rate: 321, SpO2: 100, Status: Red, Stat2: LowBattery}, {Rate: 18, Status: Yellow | Artefact, Stat2: SmartPoint},
		{Rate: 128, SpO2: 1, Status: Disconnected},
	} {
		b := s.Append(nil)
		if got, ok := ParseSecond(b); !ok || got != s {
			t.Errorf("%+v became % x and then %+v, %v", s, b, got, ok)
		}
	}
	for _, b := range [][]byte{nil, {0x80, 72, 97}, {0x00, 72, 97, 0}, {0x80, 0x80, 97, 0}, {0x80, 72, 0xE1, 0}, {0x80, 72, 97, 0x80}, {0x80, 72, 110, 0}, {0x80, 72, 97, 0x40}, {0x80, 72, 97, 0x10}} {
		if got, ok := ParseSecond(b); ok {
			t.Errorf("% x was read as %+v", b, got)
		}
	}
}

func TestSpotBothWays(t *testing.T) {
	taken := time.Date(2026, time.November, 20, 23, 59, 58, 970e6, time.UTC)
	s := Spot{SmartPoint: true, Memory: true, LowBattery: true, Rate: 300, SpO2: 95}
	s.SetClock(taken)
	b := s.Append(nil)
	got, ok := ParseSpot(b)
	if !ok || got != s || len(b) != 22 {
		t.Fatalf("%+v became % x and then %+v, %v", s, b, got, ok)
	}
	if at, ok := got.taken(time.UTC); !ok || !at.Equal(taken) {
		t.Errorf("the clock shows %v, %v; want %v", at, ok, taken)
	}
	for i := range b {
		b[i] ^= 0x20
		if _, ok := ParseSpot(b); ok {
			t.Errorf("read with byte %d wrong", i)
		}
		b[i] ^= 0x20
	}
	// A newer device has more data: it is skipped, and checked with the rest.
	longer := append(append(bytes.Clone(b[:5]), spotData+2), b[6:20]...)
	longer = append(longer, 0xAA, 0xBB)
	longer = append(longer, sum(longer[6:]), 0x03)
	if got, ok := ParseSpot(longer); !ok || got != s {
		t.Errorf("longer: %+v, %v", got, ok)
	}
	longer[5] = maxSpotData + 1
	if _, v := spotLength(longer); v != no {
		t.Error("a record may be longer than the bound")
	}
	for _, wrong := range [][8]byte{
		{0x20, 0x26, 0x13, 0x01, 0, 0, 0, 0}, {0x20, 0x26, 0x02, 0x30, 0, 0, 0, 0}, {0x20, 0x26, 0x02, 0x1A, 0, 0, 0, 0},
		{0x20, 0x26, 0x02, 0x01, 0x24, 0, 0, 0}, {0x20, 0x26, 0x02, 0x01, 0, 0x60, 0, 0}, {},
	} {
		if at, ok := (Spot{BCD: wrong}).taken(time.UTC); ok {
			t.Errorf("% x is taken for the date %v", wrong, at)
		}
	}
}

func TestOnlyFormatChoicesMayBeSent(t *testing.T) {
	for f := range 256 {
		want := f == 2 || f == 7 || f == 8 || f == 13
		if got := MayTransmit(Select(Format(f))); got != want {
			t.Errorf("choosing format %d may be sent: %v", f, got)
		}
	}
	// Published: set the clock, choose and configure a 3150, ask for the serial number.
	for _, m := range [][]byte{{0x02, 0x72, 0x06, 0x26, 0x11, 0x20, 0, 0, 0, 0x03}, {0x02, 0x70, 0x04, 0x02, 0x08, 0x20, 0x9E, 0x03}, {0x02, 0x74, 0x02, 2, 2, 0x03}, Select(2)[:5], append(Select(2), 0)} {
		if MayTransmit(m) {
			t.Errorf("% x may be sent", m)
		}
	}
}
