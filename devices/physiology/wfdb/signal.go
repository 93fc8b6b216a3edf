package wfdb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"

	"github.com/mewkiz/flac"
)

// A format is how samples stand in a file.
type format struct {
	invalid int32                          // the integer that means no value
	samples func(bytes int) int            // how many whole samples that many bytes hold
	decode  func(data []byte, dst []int32) // nil for FLAC
	flac    int                            // bits per sample in FLAC
}

func each(size int) func(int) int { return func(n int) int { return n / size } }

// formats are those of signal(5). In formats of 8 bits every integer is a value.
var formats = map[int]format{
	0: {samples: func(int) int { return 0 }, decode: func([]byte, []int32) {}}, // a layout's
	8: {math.MinInt32, each(1), func(b []byte, dst []int32) { // differences; summed by the caller
		for i := range dst {
			dst[i] = int32(int8(b[i]))
		}
	}, 0},
	16: {math.MinInt16, each(2), func(b []byte, dst []int32) {
		for i := range dst {
			dst[i] = int32(int16(binary.LittleEndian.Uint16(b[2*i:])))
		}
	}, 0},
	24: {-1 << 23, each(3), func(b []byte, dst []int32) {
		for i := range dst {
			dst[i] = int32(b[3*i]) | int32(b[3*i+1])<<8 | int32(int8(b[3*i+2]))<<16
		}
	}, 0},
	32: {math.MinInt32, each(4), func(b []byte, dst []int32) {
		for i := range dst {
			dst[i] = int32(binary.LittleEndian.Uint32(b[4*i:]))
		}
	}, 0},
	61: {math.MinInt16, each(2), func(b []byte, dst []int32) {
		for i := range dst {
			dst[i] = int32(int16(binary.BigEndian.Uint16(b[2*i:])))
		}
	}, 0},
	80: {-128, each(1), func(b []byte, dst []int32) {
		for i := range dst {
			dst[i] = int32(b[i]) - 128
		}
	}, 0},
	160: {math.MinInt16, each(2), func(b []byte, dst []int32) {
		for i := range dst {
			dst[i] = int32(binary.LittleEndian.Uint16(b[2*i:])) - 32768
		}
	}, 0},
	212: {-2048, func(n int) int { return n/3*2 + n%3/2 }, decode212, 0},
	508: {-128, nil, nil, 8},
	516: {math.MinInt16, nil, nil, 16},
	524: {-1 << 23, nil, nil, 24},
}

// decode212 reads two samples of 12 bits from three bytes: the low byte of the
// first, the high four bits of both (of the second above), the low byte of the
// second.
func decode212(b []byte, dst []int32) {
	for i := range dst {
		k := i / 2 * 3
		v := int32(b[k]) | int32(b[k+1]&0x0F)<<8
		if i%2 == 1 {
			v = int32(b[k+2]) | int32(b[k+1]>>4)<<8
		}
		dst[i] = v << 20 >> 20 // the sign
	}
}

// readSignals reads the samples of every signal of a header, and the number of
// frames. Signals of the same file stand in it frame by frame.
func readSignals(fsys fs.FS, h *header) ([][]int32, int64, error) {
	out := make([][]int32, 0, len(h.signals))
	frames := h.frames
	for i := 0; i < len(h.signals); {
		group := h.signals[i:]
		for n, l := range group {
			if l.file != group[0].file {
				group = group[:n]
				break
			}
			if l.format != group[0].format {
				return nil, 0, fmt.Errorf("record %s: %s has signals of format %d and of format %d", h.name, l.file, group[0].format, l.format)
			}
		}
		data, n, err := readGroup(fsys, group, frames)
		if err != nil {
			return nil, 0, fmt.Errorf("record %s: %w", h.name, err)
		}
		if frames == 0 {
			frames = n
		}
		if n < frames {
			return nil, 0, fmt.Errorf("record %s: %s has %d frames of %d; the file is cut short", h.name, group[0].file, n, frames)
		}
		out = append(out, data...)
		i += len(group)
	}
	return out, frames, nil
}

// readGroup reads the signals of one file, at most limit frames of them (all if
// limit is 0), and how many frames there are.
func readGroup(fsys fs.FS, group []*signalLine, limit int64) ([][]int32, int64, error) {
	name, f := group[0].file, formats[group[0].format]
	if name == gap {
		return make([][]int32, len(group)), limit, nil
	}
	data, err := readFile(fsys, name, maxFile)
	if err != nil {
		return nil, 0, err
	}
	if f.flac > 0 {
		return readFLAC(name, data, group, f.flac, limit)
	}
	data = data[min(int64(len(data)), group[0].offset):]
	width := 0
	for _, l := range group {
		width += l.perFrame
	}
	frames := int64(f.samples(len(data)) / width)
	if limit > 0 {
		frames = min(frames, limit)
	}
	flat := make([]int32, int(frames)*width)
	f.decode(data, flat)
	out := split(flat, group, width)
	if single := splitSingle(flat, group); single != nil && !agree(group, out) && agree(group, single) {
		out = single
	}
	for i, l := range group {
		if l.format == 8 {
			sum := l.initial
			for j, difference := range out[i] {
				sum += difference
				out[i][j] = sum
			}
		}
	}
	return out, frames, nil
}

// split takes the frames apart: in each stand all samples of the first signal,
// then all of the second.
func split(flat []int32, group []*signalLine, width int) [][]int32 {
	out := make([][]int32, len(group))
	at := 0
	for i, l := range group {
		out[i] = make([]int32, 0, len(flat)/width*l.perFrame)
		for k := at; k < len(flat); k += width {
			out[i] = append(out[i], flat[k:k+l.perFrame]...)
		}
		at += l.perFrame
	}
	return out
}

// splitSingle takes apart a file that goes from signal to signal with every
// sample although its frames have several. Some writers do so against the
// format, and only the checksums tell. It gives nil where there is no such
// difference.
func splitSingle(flat []int32, group []*signalLine) [][]int32 {
	if len(group) == 1 || group[0].perFrame == 1 {
		return nil
	}
	out := make([][]int32, len(group))
	for i, l := range group {
		if l.perFrame != group[0].perFrame {
			return nil
		}
		for k := i; k < len(flat); k += len(group) {
			out[i] = append(out[i], flat[k])
		}
	}
	return out
}

// agree reports whether every signal has a checksum in the header and keeps it.
func agree(group []*signalLine, data [][]int32) bool {
	for i, l := range group {
		if !l.hasChecksum || checksum(data[i]) != uint16(l.checksum) {
			return false
		}
	}
	return true
}

// checksum is the sum of the samples, modulo 65536.
func checksum(samples []int32) uint16 {
	var sum uint16
	for _, v := range samples {
		sum += uint16(v)
	}
	return sum
}

// readFLAC reads a FLAC file, which has a channel for each signal.
func readFLAC(name string, data []byte, group []*signalLine, bits int, limit int64) (out [][]int32, frames int64, err error) {
	defer func() { // the decoder panics at some damage
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: the FLAC data are damaged (%v)", name, p)
		}
	}()
	stream, err := flac.New(bytes.NewReader(data))
	if err != nil {
		return nil, 0, fmt.Errorf("%s: this is not FLAC: %w", name, err)
	}
	if int(stream.Info.NChannels) != len(group) || int(stream.Info.BitsPerSample) != bits {
		return nil, 0, fmt.Errorf("%s: %d channels of %d bits, the header says %d of %d",
			name, stream.Info.NChannels, stream.Info.BitsPerSample, len(group), bits)
	}
	perFrame := group[0].perFrame
	for _, l := range group {
		if l.perFrame != perFrame {
			return nil, 0, fmt.Errorf("%s: signals of one FLAC file must have the same number of samples per frame", name)
		}
	}
	out = make([][]int32, len(group))
	for limit == 0 || int64(len(out[0])) < limit*int64(perFrame) {
		f, err := stream.ParseNext()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, 0, fmt.Errorf("%s: the FLAC data are damaged: %w", name, err)
		}
		if len(f.Subframes) != len(group) {
			return nil, 0, fmt.Errorf("%s: a frame has %d channels, the file %d", name, len(f.Subframes), len(group))
		}
		for i, s := range f.Subframes {
			out[i] = append(out[i], s.Samples...)
			if len(out[i]) > maxFile/2 {
				return nil, 0, fmt.Errorf("%s unpacks to more than this reader takes", name)
			}
		}
	}
	frames = int64(len(out[0]) / perFrame)
	if limit > 0 {
		frames = min(frames, limit)
	}
	for i := range out {
		if int64(len(out[i])) < frames*int64(perFrame) {
			return nil, 0, fmt.Errorf("%s: the channels are of different length", name)
		}
		out[i] = out[i][:frames*int64(perFrame)]
	}
	return out, frames, nil
}
