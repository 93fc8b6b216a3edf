package nonin

import (
	"time"

	"lamplight/devices"
)

// An item is one good frame, of any format.
type item struct {
	at     time.Time // when its first byte arrived
	format Format
	fresh  bool // the first after the scanner found its place
	lost   bool // the frame before it came, but damaged
	frame  Frame
	second Second
	spot   Spot
}

// scanner finds frames in a stream that may start, break and change its format
// anywhere.
//
//	searching ──a run of good frames──▶ locked on a format
//	    ▲                                   │ a bad frame: skipped when a good one follows it
//	    └────── no good frame follows ──────┘
//
// One good checksum proves little (it is 8 bits), hence the run: 5 frames of
// formats 2 and 7, 4 of format 8 with its 4 bytes of narrow meaning. A record of
// format 13 has marks enough to stand alone.
type scanner struct {
	buf   []byte
	times []time.Time // arrival of each byte of buf

	locked      Format // 0 while searching
	fresh, lost bool
	awaiting    bool // a command was sent: its answer may stand between two frames
	reply       byte // ACK or NAK when it came
	stats       devices.Stats
}

// push adds bytes and hands over every frame that they complete.
func (s *scanner) push(p []byte, at time.Time, found func(item)) {
	s.buf = append(s.buf, p...)
	for range p {
		s.times = append(s.times, at)
	}
	i := 0
	for i < len(s.buf) {
		n := s.step(s.buf[i:], s.times[i:], found)
		if n < 0 {
			break
		}
		i += n
	}
	s.buf = append(s.buf[:0], s.buf[i:]...)
	s.times = append(s.times[:0], s.times[i:]...)
}

// verdict of looking for something at the front of some bytes.
type verdict uint8

const (
	no   verdict = iota
	more         // so far yes, but it is not whole
	yes
)

const wait = -1

// step gives how many bytes are dealt with; 0 when only the state changed, wait
// when it takes more bytes to tell.
func (s *scanner) step(p []byte, times []time.Time, found func(item)) int {
	if s.awaiting && (p[0] == ACK || p[0] == NAK) {
		s.awaiting, s.reply = false, p[0]
		if p[0] == ACK {
			s.locked = 0 // what comes now may be of another format
		}
		return 1
	}
	it := item{at: times[0], format: s.locked, fresh: s.fresh, lost: s.lost}
	switch s.locked {
	case Format2, Format7:
		if len(p) < frameSize {
			return wait
		}
		var ok bool
		if it.frame, ok = ParseFrame(p, s.locked); ok {
			return s.good(it, frameSize, found)
		}
		if len(p) < 2*frameSize {
			return wait
		}
		s.stats.Bad++
		if _, ok := ParseFrame(p[frameSize:], s.locked); !ok {
			s.locked = 0
			return 0
		}
		s.lost = true
		return s.drop(frameSize)
	case Format8:
		if len(p) < secondSize && looksLike(Format8, p) == more {
			return wait
		}
		var ok bool
		if it.second, ok = ParseSecond(p); ok {
			return s.good(it, secondSize, found)
		}
		s.stats.Bad++
		s.locked = 0
		return 0
	}
	return s.search(p, times, found)
}

func (s *scanner) search(p []byte, times []time.Time, found func(item)) int {
	size, spot := spotLength(p)
	if spot == yes {
		rec, ok := ParseSpot(p)
		if ok {
			return s.good(item{at: times[0], format: Format13, spot: rec}, size, found)
		}
		s.stats.Bad++
		return s.drop(1)
	}
	two, eight, seven := run(Format2, p), run(Format8, p), run(Format7, p)
	switch {
	case two == yes:
		return s.lock(Format2)
	case eight == yes:
		return s.lock(Format8)
	case seven == yes:
		// A flat line in format 2 looks like format 7 from its second byte on.
		for i := 1; i < frameSize; i++ {
			switch run(Format2, p[i:]) {
			case yes:
				return s.drop(i)
			case more:
				return wait
			}
		}
		return s.lock(Format7)
	case spot == more || two == more || eight == more || seven == more:
		return wait
	}
	return s.drop(1)
}

func (s *scanner) lock(f Format) int {
	s.locked, s.fresh, s.lost = f, true, false
	return 0
}

func (s *scanner) good(it item, size int, found func(item)) int {
	s.stats.Frames++
	s.fresh, s.lost = false, false
	found(it)
	return size
}

func (s *scanner) drop(n int) int {
	s.stats.Discarded += uint64(n)
	return n
}

// run looks for the run of frames that proves a format.
func run(f Format, p []byte) verdict {
	size, frames := frameSize, 5
	if f == Format8 {
		size, frames = secondSize, 4
	}
	syncs := 0
	for range frames {
		if v := looksLike(f, p); v != yes {
			return v
		}
		if f == Format8 {
			if _, ok := ParseSecond(p); !ok {
				return no
			}
		} else {
			frame, ok := ParseFrame(p, f)
			if frame.Status&Sync != 0 {
				syncs++
			}
			if !ok || syncs > 1 { // only one frame in 25 begins a packet
				return no
			}
		}
		p = p[size:]
	}
	return yes
}

// looksLike judges the front of p by the marks of a format alone.
func looksLike(f Format, p []byte) verdict {
	size := frameSize
	bad := false
	at := func(i int, ok func(b byte) bool) { bad = bad || i < len(p) && !ok(p[i]) }
	marked := func(b byte) bool { return b&byte(marker) != 0 }
	plain := func(b byte) bool { return b&byte(marker) == 0 }
	switch f {
	case Format2:
		at(0, func(b byte) bool { return b == 1 })
		at(1, marked)
	case Format7:
		at(0, marked)
	case Format8:
		size = secondSize
		at(0, marked)
		for i := 1; i < size; i++ {
			at(i, plain)
		}
	}
	switch {
	case bad:
		return no
	case len(p) < size:
		return more
	}
	return yes
}
