package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"

	"lamplight/devices"
	"lamplight/devices/all"
	"lamplight/mdib"
)

// decode prints what a driver makes of a file of captured bytes, one line a
// Report, and ends with totals. It never stops at a bad frame.
func decode(args []string, stdout io.Writer) error {
	fs := flag.NewFlagSet("decode", flag.ContinueOnError)
	asJSON := fs.Bool("json", false, "print one JSON object a Report, and the totals last")
	options := optionFlag{}
	fs.Var(options, "option", "a `name=value` option of the driver; may be repeated")
	pos, err := parseInterspersed(fs, args)
	if err != nil {
		return err
	}
	if len(pos) != 2 {
		return usageError("usage: lamplight decode [--json] [--option name=value] MODEL FILE; models: " +
			strings.Join(all.Registry().Names(), " "))
	}
	model, err := all.Registry().Lookup(pos[0])
	if err != nil {
		return err
	}
	file, err := readCapture(pos[1])
	if err != nil {
		return err
	}
	settings := devices.Settings{Options: options}
	if err := file.settle(model, settings); err != nil {
		return fmt.Errorf("decode %s: %w", model.Name, err)
	}
	dec, err := model.Decoder(settings, file.form)
	if err != nil {
		return fmt.Errorf("decode %s: %w", model.Name, err)
	}

	w := bufio.NewWriter(stdout)
	p := &reportPrinter{w: w, json: *asJSON, start: time.Unix(0, 0).UTC()}
	file.play(dec, p.start, byteTime(model), p.report)
	stats := dec.Stats()
	stats.Bad += file.spoilt.pieces
	stats.Discarded += file.spoilt.bytes
	p.totals(stats)
	return w.Flush()
}

// settle decides whether the messages of a text are datagrams or pieces of a
// line's stream: whichever the model understands more of.
func (c *capture) settle(m devices.Model, s devices.Settings) error {
	if c.form == devices.Stream {
		return nil
	}
	var best uint64
	var errs [2]error
	for i, form := range []devices.Capture{devices.Datagrams, devices.Stream} {
		dec, err := m.Decoder(s, form)
		if errs[i] = err; err != nil {
			continue
		}
		try := capture{form: form, messages: c.messages}
		try.play(dec, time.Unix(0, 0), 0, func(mdib.Report) {})
		if n := dec.Stats().Frames; n > best || errs[0] != nil {
			best, c.form = n, form
		}
	}
	if errs[0] != nil && errs[1] != nil {
		return errs[0]
	}
	return nil
}

// play hands the messages to a decoder. A raw stream has no times of its own:
// it is given those of its line.
func (c *capture) play(dec devices.Decoder, start time.Time, perByte time.Duration, emit func(mdib.Report)) {
	at := start
	for _, m := range c.messages {
		if c.form == devices.Datagrams {
			dec.Decode(m.payload, start.Add(m.at), emit)
			continue
		}
		for p := m.payload; len(p) > 0; {
			n := min(len(p), 64)
			at = at.Add(time.Duration(n) * perByte)
			dec.Decode(p[:n], at, emit)
			p = p[n:]
		}
	}
}

// byteTime is how long one byte takes on the model's usual line: ten bits at
// its baud rate.
func byteTime(m devices.Model) time.Duration {
	for _, address := range m.URLs {
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "serial" {
			continue
		}
		if m.Defaults != nil {
			m.Defaults(u)
		}
		if baud, err := strconv.Atoi(u.Query().Get("baud")); err == nil && baud > 0 {
			return 10 * time.Second / time.Duration(baud)
		}
	}
	return 10 * time.Second / 115200
}

// reportPrinter writes Reports in the standard's words and counts them.
type reportPrinter struct {
	w       io.Writer
	json    bool
	start   time.Time
	metrics map[mdib.Ref]mdib.Metric

	reports, numerics, samples, alerts uint64
}

type jsonReport struct {
	At       float64       `json:"at"` // seconds since the start of the capture
	Describe *jsonMDS      `json:"describe,omitempty"`
	Numerics []jsonNumeric `json:"numerics,omitempty"`
	Samples  []jsonSamples `json:"samples,omitempty"`
	Enums    []jsonEnum    `json:"enums,omitempty"`
	Alerts   []jsonAlert   `json:"alerts,omitempty"`
}

type jsonMDS struct {
	Manufacturer string       `json:"manufacturer,omitempty"`
	Model        string       `json:"model,omitempty"`
	Serial       string       `json:"serial,omitempty"`
	Version      string       `json:"version,omitempty"`
	Bed          string       `json:"bed,omitempty"`
	Mode         string       `json:"mode"`
	Metrics      []jsonMetric `json:"metrics,omitempty"`
}

type jsonMetric struct {
	Ref   string  `json:"ref"`
	Label string  `json:"label"`
	Code  string  `json:"code"`
	RefID string  `json:"refid,omitempty"`
	Unit  string  `json:"unit,omitempty"`
	Rate  float64 `json:"rate,omitempty"`
}

type jsonNumeric struct {
	Ref   string   `json:"ref"`
	Label string   `json:"label"`
	RefID string   `json:"refid,omitempty"`
	Value *float64 `json:"value"` // null when there is none
	Unit  string   `json:"unit"`
	State string   `json:"state"`
	Mode  string   `json:"mode"`
	Time  float64  `json:"time"`
}

type jsonSamples struct {
	Ref    string  `json:"ref"`
	Label  string  `json:"label"`
	RefID  string  `json:"refid,omitempty"`
	Rate   float64 `json:"rate"` // samples a second
	Count  int     `json:"count"`
	Unit   string  `json:"unit"`
	State  string  `json:"state"`
	Mode   string  `json:"mode"`
	Time   float64 `json:"time"`
	Values []int32 `json:"values"` // as the device sent them
}

type jsonEnum struct {
	Ref   string `json:"ref"`
	Label string `json:"label"`
	Value string `json:"value"`
	Code  string `json:"code,omitempty"`
	State string `json:"state"`
}

type jsonAlert struct {
	Ref      string  `json:"ref"`
	Text     string  `json:"text"`
	Kind     string  `json:"kind"`
	Priority string  `json:"priority"`
	Present  bool    `json:"present"`
	Code     string  `json:"code,omitempty"`
	Source   string  `json:"source,omitempty"`
	Signal   string  `json:"signal"`
	Time     float64 `json:"time"`
}

type totals struct {
	Frames         uint64 `json:"frames"`
	Bad            uint64 `json:"bad"`
	DiscardedBytes uint64 `json:"discarded_bytes"`
	Reports        uint64 `json:"reports"`
	Numerics       uint64 `json:"numerics"`
	Samples        uint64 `json:"samples"`
	Alerts         uint64 `json:"alerts"`
}

func (p *reportPrinter) report(r mdib.Report) {
	if r.Describe != nil {
		p.metrics = map[mdib.Ref]mdib.Metric{}
		for m := range r.Describe.Metrics() {
			p.metrics[m.Ref] = *m
		}
	}
	p.reports++
	j := jsonReport{At: p.since(r.Received)}
	if d := r.Describe; d != nil {
		j.Describe = describeJSON(d)
	}
	for _, n := range r.Numerics {
		p.numerics++
		m := p.metrics[n.Ref]
		v := jsonNumeric{Ref: string(n.Ref), Label: m.Label, RefID: m.Code.RefID, Unit: m.Unit.Text,
			State: n.Validity.String(), Mode: n.Mode.String(), Time: p.since(n.Time)}
		if n.Validity.HasValue() && !math.IsNaN(n.Value) && !math.IsInf(n.Value, 0) {
			v.Value = &n.Value
		}
		j.Numerics = append(j.Numerics, v)
	}
	for _, s := range r.Samples {
		p.samples += uint64(len(s.Samples))
		m := p.metrics[s.Ref]
		j.Samples = append(j.Samples, jsonSamples{Ref: string(s.Ref), Label: m.Label, RefID: m.Code.RefID, Rate: rate(m.Period),
			Count: len(s.Samples), Unit: m.Unit.Text, State: s.Validity.String(), Mode: s.Mode.String(),
			Time: p.since(s.Time), Values: s.Samples})
	}
	for _, e := range r.Enums {
		j.Enums = append(j.Enums, jsonEnum{string(e.Ref), p.metrics[e.Ref].Label, e.Text, e.Code.String(), e.Validity.String()})
	}
	for _, a := range r.Alerts {
		p.alerts++
		j.Alerts = append(j.Alerts, jsonAlert{string(a.Ref), a.Text, a.Kind.String(), a.Priority.String(), a.Present,
			a.Code.String(), string(a.Source), a.Signal.String(), p.since(a.Time)})
	}
	if p.json {
		p.line(j)
		return
	}
	p.text(j)
}

func describeJSON(d *mdib.MDS) *jsonMDS {
	out := &jsonMDS{Manufacturer: d.Manufacturer, Model: d.Model, Serial: d.Serial, Version: d.Version,
		Bed: d.Bed, Mode: d.Mode.String()}
	for m := range d.Metrics() {
		out.Metrics = append(out.Metrics, jsonMetric{string(m.Ref), m.Label, m.Code.Value, m.Code.RefID, m.Unit.Text, rate(m.Period)})
	}
	return out
}

// text prints one Report on one line.
func (p *reportPrinter) text(j jsonReport) {
	var b strings.Builder
	fmt.Fprintf(&b, "%+.3f", j.At)
	if d := j.Describe; d != nil {
		fmt.Fprintf(&b, " | MDS %s", strings.Join(strings.Fields(d.Manufacturer+" "+d.Model), " "))
		if d.Serial != "" {
			fmt.Fprintf(&b, " serial %s", d.Serial)
		}
		if d.Bed != "" {
			fmt.Fprintf(&b, " bed %s", d.Bed)
		}
		fmt.Fprintf(&b, " mode %s, %d metrics", d.Mode, len(d.Metrics))
	}
	for _, n := range j.Numerics {
		value := "---"
		if n.Value != nil {
			value = strconv.FormatFloat(*n.Value, 'g', -1, 64)
		}
		fmt.Fprintf(&b, " | %s %s %s %s", n.Label, value, n.Unit, n.State)
	}
	for _, s := range j.Samples {
		fmt.Fprintf(&b, " | %s %g/s ×%d", s.Label, s.Rate, s.Count)
	}
	for _, e := range j.Enums {
		fmt.Fprintf(&b, " | %s %q %s", e.Label, e.Value, e.State)
	}
	for _, a := range j.Alerts {
		state := "present"
		if !a.Present {
			state = "ended"
		}
		fmt.Fprintf(&b, " | alert %s %s %q %s", a.Priority, a.Kind, a.Text, state)
	}
	fmt.Fprintln(p.w, b.String())
}

func (p *reportPrinter) totals(s devices.Stats) {
	t := totals{s.Frames, s.Bad, s.Discarded, p.reports, p.numerics, p.samples, p.alerts}
	if p.json {
		p.line(struct {
			Totals totals `json:"totals"`
		}{t})
		return
	}
	fmt.Fprintf(p.w, "totals: %d frames, %d bad, %d bytes discarded, %d reports, %d numerics, %d samples, %d alerts\n",
		t.Frames, t.Bad, t.DiscardedBytes, t.Reports, t.Numerics, t.Samples, t.Alerts)
}

func (p *reportPrinter) line(v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // only finite numbers and strings get here
	}
	fmt.Fprintf(p.w, "%s\n", b)
}

func (p *reportPrinter) since(t time.Time) float64 {
	return math.Round(t.Sub(p.start).Seconds()*1e6) / 1e6
}

func rate(period time.Duration) float64 {
	if period <= 0 {
		return 0
	}
	return math.Round(1e12/float64(period)) / 1e3
}
