package wire

// The bytes that structure a serial line. FrameBegin never starts a bare message.
const (
	FrameBegin  = 0xC0
	frameEnd    = 0xC1
	frameEscape = 0x7D
	escapeXor   = 0x20

	frameProtocol = 0x11
	frameType     = 0x01
	frameHead     = 4
	maxFrame      = frameHead + 0xFFFF + 2
)

// crcResidue is what the check gives over a frame with its own check: the
// complement of F0B8.
const crcResidue = 0x0F47

// crc16 is the HDLC check: x16+x12+x5+1, reflected, all ones in, complemented.
func crc16(p []byte) uint16 {
	c := uint16(0xFFFF)
	for _, b := range p {
		c ^= uint16(b)
		for range 8 {
			if c&1 != 0 {
				c = c>>1 ^ 0x8408
			} else {
				c >>= 1
			}
		}
	}
	return ^c
}

// AppendFrame appends the serial frame of one message.
func AppendFrame(b, message []byte) []byte {
	body := put16([]byte{frameProtocol, frameType}, uint16(len(message)))
	body = append(body, message...)
	fcs := crc16(body)
	b = append(b, FrameBegin)
	for _, x := range append(body, byte(fcs), byte(fcs>>8)) {
		if x == FrameBegin || x == frameEnd || x == frameEscape {
			b = append(b, frameEscape, x^escapeXor)
			continue
		}
		b = append(b, x)
	}
	return append(b, frameEnd)
}

// Deframer finds the frames of a serial line, cut anywhere.
type Deframer struct {
	body    []byte // unescaped
	raw     int    // bytes of the frame that is being read, as they came
	inside  bool
	escaped bool
}

// Piece is what became of some bytes of a line.
type Piece struct {
	Message   []byte // of a frame that passed its checks; valid until the next call
	Raw       int    // bytes of the line that it stands for
	Bad       bool   // a frame that failed: too long, cut, aborted, or with a wrong check
	Discarded bool   // no message: the bytes belong to no good frame
}

// Push takes one byte and calls found for every piece that ends with it.
func (d *Deframer) Push(x byte, found func(Piece)) {
	switch {
	case x == FrameBegin:
		if d.inside {
			found(Piece{Raw: d.raw, Bad: d.raw > 1, Discarded: true})
		}
		d.begin()
	case !d.inside:
		found(Piece{Raw: 1, Discarded: true})
	case x == frameEnd:
		d.raw++
		p := Piece{Raw: d.raw, Bad: d.raw > 2, Discarded: true}
		if !d.escaped && d.good() {
			p = Piece{Message: d.body[frameHead : len(d.body)-2], Raw: d.raw}
		}
		d.inside = false
		found(p)
	case d.escaped:
		d.escaped = false
		d.add(x^escapeXor, found)
	case x == frameEscape:
		d.escaped = true
		d.raw++
	default:
		d.add(x, found)
	}
}

// Pending gives the bytes of the frame that has begun and not ended.
func (d *Deframer) Pending() int {
	if !d.inside {
		return 0
	}
	return d.raw
}

func (d *Deframer) begin() {
	d.body, d.raw, d.inside, d.escaped = d.body[:0], 1, true, false
}

func (d *Deframer) add(x byte, found func(Piece)) {
	d.raw++
	if len(d.body) >= maxFrame {
		d.inside = false
		found(Piece{Raw: d.raw, Bad: true, Discarded: true})
		return
	}
	d.body = append(d.body, x)
}

// good checks head, length and check sum.
func (d *Deframer) good() bool {
	n := len(d.body)
	return n >= frameHead+2 && d.body[0] == frameProtocol && d.body[1] == frameType &&
		int(d.body[2])<<8|int(d.body[3]) == n-frameHead-2 && crc16(d.body) == crcResidue
}
