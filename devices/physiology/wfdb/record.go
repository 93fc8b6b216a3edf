// Package wfdb reads recordings in the WFDB formats of PhysioNet: a text header
// (.hea) that names signal files, several rates in one record, records of
// several segments with gaps, and FLAC. It only reads, and whole records at a
// time.
//
// The formats are those of "WFDB Applications Guide: header(5), signal(5)".
package wfdb

import (
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A Record is one recording.
type Record struct {
	Name     string
	Rate     float64   // frames per second
	Frames   int64     // length; a signal has PerFrame samples in each
	Start    time.Time // of the first frame; zero if the header does not tell, its date year 1 if only the time of day
	Signals  []Signal  // in the header's order
	Comments []string  // the header's, without the mark
	Warnings []string  // what does not agree with the header: initial values, checksums
}

// A Signal is one signal of a record.
type Signal struct {
	Name     string // "II", "ABP", "PLETH"; may be empty
	Unit     string // "mV" unless the header says otherwise
	PerFrame int    // samples in each frame
	Runs     []Run  // in order; between them lie gaps
}

// A Run is a stretch of a signal without a change of scale. Samples are the
// integers of the file.
type Run struct {
	At       int64 // index of the first sample in the signal
	Samples  []int32
	Gain     float64 // integers per unit
	Baseline float64 // the integer that means 0 units
	Invalid  int32   // the integer that means no value; the format's lowest
}

// Duration is the length of the record.
func (r *Record) Duration() time.Duration {
	return time.Duration(float64(r.Frames) / r.Rate * float64(time.Second))
}

// Signal finds a signal by its name, or -1. Upper and lower case are the same.
func (r *Record) Signal(name string) int {
	for i, s := range r.Signals {
		if strings.EqualFold(s.Name, name) {
			return i
		}
	}
	return -1
}

// SampleRate is the number of samples a second of a signal.
func (r *Record) SampleRate(i int) float64 { return r.Rate * float64(r.Signals[i].PerFrame) }

// Physical fills dst with the values from one sample on, in the signal's unit.
// What was not recorded, in gaps and outside of the record, is NaN.
func (s *Signal) Physical(from int64, dst []float64) {
	for i := range dst {
		dst[i] = math.NaN()
	}
	for _, run := range s.Runs {
		lo := max(from, run.At)
		hi := min(from+int64(len(dst)), run.At+int64(len(run.Samples)))
		for k := lo; k < hi; k++ {
			if v := run.Samples[k-run.At]; v != run.Invalid {
				dst[k-from] = (float64(v) - run.Baseline) / run.Gain
			}
		}
	}
}

// Open reads a record by the path of its header, with or without ".hea".
func Open(path string) (*Record, error) {
	dir, name := filepath.Split(filepath.Clean(path))
	if dir == "" {
		dir = "."
	}
	return openFS(os.DirFS(dir), strings.TrimSuffix(name, ".hea"))
}

// openFS reads a record of a file system.
func openFS(fsys fs.FS, name string) (*Record, error) {
	h, err := readHeader(fsys, name)
	if err != nil {
		return nil, err
	}
	r := &Record{Name: h.name, Rate: h.rate, Start: h.start, Comments: h.comments}
	if h.segments == nil {
		return r, r.single(fsys, h)
	}
	return r, r.multiple(fsys, h)
}

// single fills the record from a header without segments.
func (r *Record) single(fsys fs.FS, h *header) error {
	data, frames, err := readSignals(fsys, h)
	if err != nil {
		return err
	}
	r.Frames = frames
	for i, l := range h.signals {
		r.check(h.name, l, data[i])
		r.Signals = append(r.Signals, Signal{Name: l.name, Unit: l.unit, PerFrame: l.perFrame, Runs: []Run{l.run(0, data[i])}})
	}
	return nil
}

// multiple fills the record from a header with segments. When the first has no
// length it is the layout: it names the signals, and a segment's belong to them
// by name. Otherwise every segment has the same signals in the same order.
func (r *Record) multiple(fsys fs.FS, h *header) error {
	segments := h.segments
	layout := segments[0].frames == 0 && segments[0].name != gap
	if layout {
		l, err := readHeader(fsys, segments[0].name)
		if err != nil {
			return fmt.Errorf("record %s: %w", h.name, err)
		}
		r.name(l)
		segments = segments[1:]
	}
	for _, seg := range segments {
		if seg.name != gap {
			if err := r.segment(fsys, h, seg, layout); err != nil {
				return fmt.Errorf("record %s: %w", h.name, err)
			}
		}
		if r.Frames += seg.frames; r.Frames > maxFrames {
			return fmt.Errorf("record %s: the segments are longer than any recording", h.name)
		}
	}
	if h.frames > 0 && h.frames != r.Frames {
		r.Warnings = append(r.Warnings, fmt.Sprintf("record %s: the segments have %d frames, the header says %d", h.name, r.Frames, h.frames))
	}
	return nil
}

// name takes over the signals of a header, without their samples.
func (r *Record) name(h *header) {
	for _, l := range h.signals {
		r.Signals = append(r.Signals, Signal{Name: l.name, Unit: l.unit, PerFrame: l.perFrame})
	}
}

// segment appends one segment to the record.
func (r *Record) segment(fsys fs.FS, whole *header, seg segment, layout bool) error {
	h, err := readHeader(fsys, seg.name)
	if err != nil {
		return err
	}
	if h.segments != nil {
		return fmt.Errorf("segment %s has segments of its own; only whole records may", seg.name)
	}
	if math.Abs(h.rate-whole.rate) > 1e-6*whole.rate {
		return fmt.Errorf("segment %s has %g frames a second, the record has %g", seg.name, h.rate, whole.rate)
	}
	data, frames, err := readSignals(fsys, h)
	if err != nil {
		return err
	}
	if frames < seg.frames {
		return fmt.Errorf("segment %s has %d frames, the record's header says %d", seg.name, frames, seg.frames)
	}
	if len(r.Signals) == 0 && !layout {
		r.name(h)
	}
	if !layout && len(h.signals) != len(r.Signals) {
		return fmt.Errorf("segment %s has %d signals, the ones before have %d", seg.name, len(h.signals), len(r.Signals))
	}
	for i, l := range h.signals {
		r.check(seg.name, l, data[i])
		to := i
		if layout {
			if to = r.Signal(l.name); to < 0 {
				return fmt.Errorf("segment %s: the layout names no signal %q", seg.name, l.name)
			}
		}
		if l.file == gap {
			continue
		}
		s := &r.Signals[to]
		if s.PerFrame != l.perFrame {
			return fmt.Errorf("segment %s: signal %q has %d samples a frame, elsewhere %d", seg.name, l.name, l.perFrame, s.PerFrame)
		}
		s.Runs = append(s.Runs, l.run(r.Frames*int64(l.perFrame), data[i][:seg.frames*int64(l.perFrame)]))
	}
	return nil
}

// run shifts a signal that was sampled late and gives it its place.
func (l *signalLine) run(at int64, samples []int32) Run {
	lowest := formats[l.format].invalid
	if n := min(l.skew*l.perFrame, len(samples)); n > 0 {
		late := make([]int32, len(samples))
		k := copy(late, samples[n:])
		for ; k < len(late); k++ {
			late[k] = lowest
		}
		samples = late
	}
	return Run{At: at, Samples: samples, Gain: l.gain, Baseline: l.baseline, Invalid: lowest}
}

// check compares a signal with what its header says of it.
func (r *Record) check(record string, l *signalLine, samples []int32) {
	warn := func(format string, args ...any) {
		r.Warnings = append(r.Warnings, fmt.Sprintf("record %s, signal %q: ", record, l.name)+fmt.Sprintf(format, args...))
	}
	if l.hasInitial && len(samples) > 0 && samples[0] != l.initial {
		warn("begins with %d, the header says %d", samples[0], l.initial)
	}
	if sum := checksum(samples); l.hasChecksum && sum != uint16(l.checksum) {
		warn("has the checksum %d, the header says %d", int16(sum), int16(l.checksum))
	}
}
