package nonin

import (
	"bytes"
	"testing"
	"time"

	"lamplight/devices"
)

var noon = time.Date(2026, time.November, 20, 12, 0, 0, 0, time.UTC)

// scan gives the frames found in some bytes, all at once.
func scan(p []byte) ([]item, devices.Stats) {
	var s scanner
	var got []item
	s.push(p, noon, func(it item) { got = append(got, it) })
	st := s.stats
	st.Discarded += uint64(len(s.buf))
	return got, st
}

// stream makes n frames of format 2 or 7 with a rising pleth; the first has sync.
func stream(format Format, n int) []byte {
	var b []byte
	k := Packet{Rate: 72, SpO2: 97, Revision: 48, RateE: 73, RateD: 74, RateED: 75, SpO2D: 96, SpO2Fast: 95, SpO2Beat: 94, SpO2E: 93, SpO2ED: 92}
	floats := k.Floats()
	for i := range n {
		f := Frame{Pleth: uint16(i*3) & 0xFF, Float: floats[i%PacketFrames]}
		if i%PacketFrames == 0 {
			f.Status = Sync
		}
		b = f.Append(b, format)
	}
	return b
}

func seconds(n int) []byte {
	var b []byte
	for i := range n {
		b = Second{Rate: 70 + i%5, SpO2: 97}.Append(b)
	}
	return b
}

func spots(n int) []byte {
	var b []byte
	for i := range n {
		s := Spot{Rate: 70 + i, SpO2: 97, SmartPoint: true}
		s.SetClock(noon.Add(time.Duration(i) * time.Minute))
		b = s.Append(b)
	}
	return b
}

func TestEveryFormatIsFound(t *testing.T) {
	junk := []byte{0x00, 0xFF, 0xFE, 0x01, 0x81, 0x06, 0x15, 0x01, 0x01, 0x80, 0x80}
	for _, c := range []struct {
		name   string
		format Format
		p      []byte
		n      int
	}{
		{"format 2", Format2, stream(Format2, 60), 60},
		{"format 7", Format7, stream(Format7, 60), 60},
		{"format 8", Format8, seconds(10), 10},
		{"format 13", Format13, spots(4), 4},
		{"five frames of format 2", Format2, stream(Format2, 5), 5},
	} {
		got, st := scan(c.p)
		if len(got) != c.n || st != (devices.Stats{Frames: uint64(c.n)}) {
			t.Errorf("%s: %d of %d frames, %+v", c.name, len(got), c.n, st)
			continue
		}
		for i, it := range got {
			if it.format != c.format || it.fresh != (i == 0 && c.format != Format13) {
				t.Errorf("%s: frame %d is %+v", c.name, i, it)
			}
		}
		got, st = scan(append(bytes.Clone(junk), c.p...))
		if len(got) != c.n || st.Discarded != uint64(len(junk)) {
			t.Errorf("%s after noise: %d of %d frames, %+v", c.name, len(got), c.n, st)
		}
	}
}

func TestStartInTheMiddleOfAFrame(t *testing.T) {
	for _, format := range []Format{Format2, Format7} {
		p := stream(format, 60)
		for cut := 1; cut < frameSize; cut++ {
			got, st := scan(p[cut:])
			if len(got) != 59 || st.Discarded != uint64(frameSize-cut) || st.Bad != 0 || got[0].format != format {
				t.Errorf("format %d cut at %d: %d frames of format %d, %+v", format, cut, len(got), got[0].format, st)
			}
		}
	}
}

// A flat line of format 2 has good checksums of format 7 from its second byte on.
func TestAFlatLineIsNotMistaken(t *testing.T) {
	var p []byte
	for range 50 {
		p = Frame{}.Append(p, Format2)
	}
	if _, ok := ParseFrame(p[1:], Format7); !ok {
		t.Fatal("the trap is not one")
	}
	for cut := range frameSize {
		got, _ := scan(p[cut:])
		if len(got) < 49 || got[0].format != Format2 {
			t.Errorf("cut at %d: %d frames, the first %+v", cut, len(got), got[0])
		}
	}
}

func TestOneBadFrameIsSkipped(t *testing.T) {
	p := stream(Format2, 60)
	p[20*frameSize+2] ^= 0x10
	got, st := scan(p)
	if len(got) != 59 || st != (devices.Stats{Frames: 59, Bad: 1, Discarded: 5}) {
		t.Fatalf("%d frames, %+v", len(got), st)
	}
	for i, it := range got {
		if it.lost != (i == 20) || it.fresh != (i == 0) {
			t.Errorf("frame %d: lost %v, fresh %v", i, it.lost, it.fresh)
		}
	}
}

func TestALostByteIsRecoveredFrom(t *testing.T) {
	for _, format := range []Format{Format2, Format7} {
		p := stream(format, 60)
		for at := 10 * frameSize; at < 11*frameSize; at++ {
			got, st := scan(append(bytes.Clone(p[:at]), p[at+1:]...))
			if len(got) != 59 || st.Bad != 1 || st.Discarded != 4 || !got[10].fresh {
				t.Errorf("format %d without byte %d: %d frames, %+v", format, at, len(got), st)
			}
		}
	}
}

func TestTheFormatMayChange(t *testing.T) {
	p := append(append(append(stream(Format2, 30), stream(Format7, 30)...), seconds(6)...), spots(2)...)
	p = append(p, stream(Format2, 30)...)
	got, st := scan(p)
	count := map[Format]int{}
	for _, it := range got {
		count[it.format]++
	}
	if count[Format2] != 60 || count[Format7] != 30 || count[Format8] != 6 || count[Format13] != 2 || st.Discarded != 0 {
		t.Errorf("found %v, %+v", count, st)
	}
}

func TestAnswersStandBetweenFrames(t *testing.T) {
	s := scanner{awaiting: true}
	n := 0
	count := func(item) { n++ }
	s.push(stream(Format2, 25), noon, count)
	s.push([]byte{ACK}, noon, count)
	s.push(stream(Format7, 25), noon, count)
	if n != 50 || s.reply != ACK || s.stats != (devices.Stats{Frames: 50}) {
		t.Errorf("%d frames, answer %x, %+v", n, s.reply, s.stats)
	}
	s = scanner{awaiting: true}
	n = 0
	s.push(append(append(stream(Format2, 25), NAK), stream(Format2, 25)...), noon, count)
	if n != 50 || s.reply != NAK || s.stats != (devices.Stats{Frames: 50}) {
		t.Errorf("refused: %d frames, answer %x, %+v", n, s.reply, s.stats)
	}
}

func TestTimesAreThoseOfTheFirstByte(t *testing.T) {
	var s scanner
	var got []item
	for i, b := range stream(Format2, 30) {
		s.push([]byte{b}, noon.Add(time.Duration(i)*time.Millisecond), func(it item) { got = append(got, it) })
	}
	for i, it := range got {
		if want := noon.Add(time.Duration(i*frameSize) * time.Millisecond); !it.at.Equal(want) {
			t.Fatalf("frame %d at %v, want %v", i, it.at, want)
		}
	}
}

func TestNoiseIsNotTakenForFrames(t *testing.T) {
	x := uint32(1)
	p := make([]byte, 1<<20)
	for i := range p {
		x = x*1664525 + 1013904223
		p[i] = byte(x >> 24)
	}
	got, st := scan(p)
	if len(got) > 0 || st.Discarded != uint64(len(p)) {
		t.Errorf("%d frames in a megabyte of noise, %+v", len(got), st)
	}
}

func FuzzScan(f *testing.F) {
	f.Add(stream(Format2, 30))
	f.Add(stream(Format7, 30)[3:])
	f.Add(seconds(6))
	f.Add(spots(2))
	f.Add(append(stream(Format2, 7), append([]byte{ACK, 0, 2, 0, 0x0D}, seconds(4)...)...))
	f.Fuzz(func(t *testing.T, p []byte) {
		whole, st := scan(p)
		size := map[Format]int{Format2: frameSize, Format7: frameSize, Format8: secondSize, Format13: 22}
		n := int(st.Discarded)
		longer := 0 // records of format 13 may be
		for _, it := range whole {
			n += size[it.format]
			if it.format == Format13 {
				longer += maxSpotData - spotData
			}
		}
		if n > len(p) || n+longer < len(p) || st.Frames != uint64(len(whole)) {
			t.Fatalf("%d bytes in frames or discarded, of %d; %+v", n, len(p), st)
		}
		// Byte by byte the same is found.
		var s scanner
		i := 0
		for _, b := range p {
			s.push([]byte{b}, noon, func(it item) {
				if i >= len(whole) || it != whole[i] {
					t.Fatalf("frame %d differs when it comes byte by byte: %+v", i, it)
				}
				i++
			})
		}
		if i != len(whole) {
			t.Fatalf("%d frames byte by byte, %d at once", i, len(whole))
		}
		if len(s.buf) > maxSpotData+8 {
			t.Fatalf("%d bytes are waiting", len(s.buf))
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(stream(Format2, 1))
	f.Add(stream(Format7, 1))
	f.Add(seconds(1))
	f.Add(spots(1))
	f.Fuzz(func(t *testing.T, p []byte) {
		for _, format := range []Format{Format2, Format7} {
			if x, ok := ParseFrame(p, format); ok && !bytes.Equal(x.Append(nil, format), p[:frameSize]) {
				t.Errorf("format %d: % x is not what it was read from: % x", format, x.Append(nil, format), p)
			}
		}
		if x, ok := ParseSecond(p); ok {
			if again, ok := ParseSecond(x.Append(nil)); !ok || again != x {
				t.Errorf("%+v became %+v", x, again)
			}
		}
		if x, ok := ParseSpot(p); ok {
			x.taken(time.UTC)
			if again, ok := ParseSpot(x.Append(nil)); !ok || again != x {
				t.Errorf("%+v became %+v", x, again)
			}
		}
	})
}
