package wfdb

import (
	"fmt"
	"io"
	"io/fs"
	"math"
	"strconv"
	"strings"
	"time"
)

// What a header may ask for, so that a bad one cannot take all memory.
const (
	maxHeader   = 4 << 20 // bytes
	maxFile     = 1 << 30 // bytes of a signal file
	maxSignals  = 256
	maxSegments = 1 << 17
	maxPerFrame = 1 << 12
	maxFrames   = 1 << 40
)

// gap is the name of a segment that was not recorded.
const gap = "~"

type header struct {
	name     string
	rate     float64
	frames   int64 // 0 if it does not say
	start    time.Time
	signals  []*signalLine
	segments []segment
	comments []string
}

type segment struct {
	name   string
	frames int64
}

// signalLine is what a header says of one signal.
type signalLine struct {
	file                    string
	format                  int
	perFrame, skew          int
	offset                  int64 // bytes before the samples
	gain, baseline          float64
	unit, name              string
	initial, checksum       int32
	hasInitial, hasChecksum bool
}

func readHeader(fsys fs.FS, name string) (*header, error) {
	text, err := readFile(fsys, name+".hea", maxHeader)
	if err != nil {
		return nil, err
	}
	h, err := parseHeader(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s.hea: %w", name, err)
	}
	return h, nil
}

func readFile(fsys fs.FS, name string, limit int64) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%s is longer than %d bytes, which is more than this reader takes", name, limit)
	}
	return data, nil
}

// parseHeader reads the text of a header. Errors name the line.
func parseHeader(text string) (*header, error) {
	h := &header{}
	want := -1 // lines after the record line
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if comment, ok := strings.CutPrefix(line, "#"); ok {
			h.comments = append(h.comments, strings.TrimSpace(comment))
			continue
		}
		if line == "" {
			continue
		}
		var err error
		switch {
		case want < 0:
			want, err = h.recordLine(strings.Fields(line))
		case h.segments != nil && len(h.segments) < want:
			err = h.segmentLine(strings.Fields(line))
		case h.segments == nil && len(h.signals) < want:
			err = h.signalLine(line)
		default:
			continue // more lines than the record line announces: not ours
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n+1, err)
		}
	}
	if want < 0 {
		return nil, fmt.Errorf("there is no record line; this is not a WFDB header")
	}
	if have := len(h.signals) + len(h.segments); have < want {
		return nil, fmt.Errorf("it announces %d signals or segments and describes %d; the file is cut short", want, have)
	}
	return h, nil
}

// recordLine reads "name[/segments] signals [rate[/counter[(base)]] [frames
// [time [date]]]]" and gives how many lines follow.
func (h *header) recordLine(f []string) (int, error) {
	if len(f) < 2 {
		return 0, fmt.Errorf("%q is no record line; it needs a name and a number of signals", strings.Join(f, " "))
	}
	name, segments, multi := strings.Cut(f[0], "/")
	h.name = name
	signals, err := number("number of signals", f[1], 0, maxSignals)
	if err != nil {
		return 0, err
	}
	h.rate = 250 // the format's default
	if len(f) > 2 {
		rate, _, _ := strings.Cut(f[2], "/")
		h.rate, err = strconv.ParseFloat(rate, 64)
		if err != nil || !(h.rate > 0 && h.rate <= 1e6) {
			return 0, fmt.Errorf("%q is no rate in frames per second", f[2])
		}
	}
	if len(f) > 3 {
		if h.frames, err = number("number of frames", f[3], 0, maxFrames); err != nil {
			return 0, err
		}
	}
	h.start = startTime(f[min(4, len(f)):])
	if !multi {
		return int(signals), nil
	}
	n, err := number("number of segments", segments, 1, maxSegments)
	h.segments = make([]segment, 0, min(n, 1024))
	return int(n), err
}

// startTime reads a time of day and a date; what it cannot read is not told.
func startTime(f []string) time.Time {
	if len(f) == 0 {
		return time.Time{}
	}
	clock := time.Time{}
	for _, layout := range []string{"15:4:5", "4:5", "5"} {
		if t, err := time.Parse(layout, f[0]); err == nil {
			clock = t
			break
		}
	}
	year, month, day := 1, time.January, 1
	if len(f) > 1 {
		if d, err := time.Parse("2/1/2006", f[1]); err == nil {
			year, month, day = d.Date()
		}
	}
	return time.Date(year, month, day, clock.Hour(), clock.Minute(), clock.Second(), clock.Nanosecond(), time.UTC)
}

func number(what, s string, least, most int64) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < least || n > most {
		return 0, fmt.Errorf("%q is no %s; it must be from %d to %d", s, what, least, most)
	}
	return n, nil
}

func (h *header) segmentLine(f []string) error {
	if len(f) < 2 {
		return fmt.Errorf("%q is no segment; it needs a name and a number of frames", strings.Join(f, " "))
	}
	n, err := number("number of frames", f[1], 0, maxFrames)
	if err != nil {
		return err
	}
	h.segments = append(h.segments, segment{f[0], n})
	return nil
}

// signalLine reads "file format[xN][:skew][+offset] [gain[(baseline)][/unit]
// [resolution [zero [initial [checksum [block [name]]]]]]]".
func (h *header) signalLine(line string) error {
	f := strings.Fields(line)
	if len(f) < 2 {
		return fmt.Errorf("%q is no signal; it needs a file and a format", line)
	}
	l := &signalLine{file: f[0], perFrame: 1, gain: 200, unit: "mV"}
	if err := l.parseFormat(f[1]); err != nil {
		return err
	}
	var zero, n int64
	var err error
	hasBaseline := false
	if len(f) > 2 {
		if hasBaseline, err = l.parseGain(f[2]); err != nil {
			return err
		}
	}
	if len(f) > 4 {
		if zero, err = number("ADC zero", f[4], math.MinInt32, math.MaxInt32); err != nil {
			return err
		}
	}
	if !hasBaseline {
		l.baseline = float64(zero)
	}
	l.initial = int32(zero)
	if len(f) > 5 {
		if n, err = number("initial value", f[5], math.MinInt32, math.MaxInt32); err != nil {
			return err
		}
		l.initial, l.hasInitial = int32(n), true
	}
	if len(f) > 6 {
		if n, err = number("checksum", f[6], math.MinInt32, math.MaxInt32); err != nil {
			return err
		}
		l.checksum, l.hasChecksum = int32(n), true
	}
	if len(f) > 8 {
		l.name = strings.Join(f[8:], " ")
	}
	h.signals = append(h.signals, l)
	return nil
}

// parseFormat reads "format[xN][:skew][+offset]".
func (l *signalLine) parseFormat(s string) error {
	rest, offset, hasOffset := strings.Cut(s, "+")
	rest, skew, hasSkew := strings.Cut(rest, ":")
	rest, perFrame, hasPerFrame := strings.Cut(rest, "x")
	n, err := number("format", rest, 0, 1<<20)
	if err != nil {
		return err
	}
	l.format = int(n)
	if _, known := formats[l.format]; !known {
		return fmt.Errorf("format %d is not one that this reader knows (8, 16, 24, 32, 61, 80, 160, 212, 508, 516, 524)", n)
	}
	if hasPerFrame {
		if n, err = number("number of samples per frame", perFrame, 1, maxPerFrame); err != nil {
			return err
		}
		l.perFrame = int(n)
	}
	if hasSkew {
		if n, err = number("skew", skew, 0, 1<<20); err != nil {
			return err
		}
		l.skew = int(n)
	}
	if hasOffset {
		l.offset, err = number("offset", offset, 0, maxFile)
	}
	return err
}

// parseGain reads "gain[(baseline)][/unit]". A gain of 0 means that the signal
// is not calibrated: it is then read at the format's default of 200 per mV.
func (l *signalLine) parseGain(s string) (hasBaseline bool, err error) {
	s, unit, hasUnit := strings.Cut(s, "/")
	if hasUnit && unit != "" {
		l.unit = unit
	}
	s, baseline, hasBaseline := strings.Cut(s, "(")
	gain, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(gain) || math.IsInf(gain, 0) {
		return false, fmt.Errorf("%q is no gain", s)
	}
	if gain != 0 {
		l.gain = gain
	}
	if hasBaseline {
		n, err := number("baseline", strings.TrimSuffix(baseline, ")"), math.MinInt32, math.MaxInt32)
		if err != nil {
			return false, err
		}
		l.baseline = float64(n)
	}
	return hasBaseline, nil
}
