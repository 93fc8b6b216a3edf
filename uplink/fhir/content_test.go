package fhir

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lamplight/mdib"
	"lamplight/uplink/uplinktest"

	"github.com/google/uuid"
)

var (
	mmHg = unitOf("MDC_DIM_MMHG")
	kPa  = unitOf("MDC_DIM_KILO_PASCAL")
)

func unitOf(refID string) mdib.Unit {
	u, ok := mdib.UnitByRefID(refID)
	if !ok {
		panic(refID)
	}
	return u
}

func metricOf(number uint32, unit mdib.Unit) *mdib.Metric {
	t, _ := mdib.ByNumber(number)
	return &mdib.Metric{Ref: mdib.Ref(fmt.Sprint(number)), Code: mdib.MDC(number), Label: t.Label, Unit: unit}
}

// observationOf gives what the one record becomes.
func observationOf(t *testing.T, r mdib.Record) observation {
	t.Helper()
	got := observationsOf(t, r)
	if len(got) != 1 {
		t.Fatalf("%d observations of one record", len(got))
	}
	return got[0]
}

func observationsOf(t *testing.T, records ...mdib.Record) []observation {
	t.Helper()
	var out []observation
	for _, u := range newTarget(t, Config{}).units(mdib.Batch{Records: records}) {
		var o observation
		if err := json.Unmarshal(u.body, &o); err != nil {
			t.Fatal(err)
		}
		out = append(out, o)
	}
	return out
}

// record dresses a numeric.
func record(m *mdib.Metric, n mdib.Numeric) mdib.Record {
	r := uplinktest.HeartRates(1)[0]
	if n.Time.IsZero() {
		n.Time = r.Numeric.Time
	}
	r.ID = uuid.NewSHA1(uuid.Nil, fmt.Append(nil, m.Ref, n))
	r.Metric, r.Numeric = m, &n
	return r
}

func codes(c concept) string {
	var out []string
	for _, x := range c.Coding {
		out = append(out, x.Code)
	}
	return strings.Join(out, " ")
}

func TestCodesOfNumerics(t *testing.T) {
	perMin := unitOf("MDC_DIM_BEAT_PER_MIN")
	breaths := unitOf("MDC_DIM_RESP_PER_MIN")
	breaths.UCUM = "{breath}/min"
	odd := metricOf(147842, mdib.Unit{})
	odd.Code = mdib.Code{System: "urn:maker", RefID: "FOO"}
	translated := metricOf(147842, perMin)
	translated.Source = mdib.Code{System: "urn:maker", Value: "16770", RefID: "NOM_HR"}
	for name, c := range map[string]struct {
		metric           *mdib.Metric
		codes            string
		category, claims string
		unit             string
	}{
		"heart rate":               {metricOf(147842, perMin), "8867-4 147842", "vital-signs", "heartrate", "/min"},
		"beat to beat":             {metricOf(147850, perMin), "8867-4 76282-3 147850", "vital-signs", "heartrate", "/min"},
		"pulse, oximeter":          {metricOf(149530, perMin), "8867-4 8889-8 149530", "vital-signs", "heartrate", "/min"},
		"SpO2":                     {metricOf(150456, unitOf("MDC_DIM_PERCENT")), "2708-6 59408-5 150456", "vital-signs", "oxygensat", "%"},
		"SpO2, pre-ductal":         {metricOf(160296, unitOf("MDC_DIM_PERCENT")), "2708-6 59408-5 59407-7 160296", "vital-signs", "oxygensat", "%"},
		"breaths with a comment":   {metricOf(151562, breaths), "9279-1 151562", "vital-signs", "resprate", "/min"},
		"rectal":                   {metricOf(188420, unitOf("MDC_DIM_DEGC")), "8310-5 8332-9 188420", "vital-signs", "bodytemp", "Cel"},
		"in Fahrenheit":            {metricOf(150344, unitOf("MDC_DIM_FAHR")), "8310-5 150344", "vital-signs", "bodytemp", "[degF]"},
		"airway gas is no body":    {metricOf(150356, unitOf("MDC_DIM_DEGC")), "60955-2 150356", "procedure", "", "Cel"},
		"end-tidal CO2":            {metricOf(151708, mmHg), "19891-1 151708", "procedure", "", "mm[Hg]"},
		"mean pressure, cuff":      {metricOf(150023, mmHg), "8478-0 76536-2 150023", "vital-signs", "vitalsigns", "mm[Hg]"},
		"cuff in kPa claims no":    {metricOf(150023, kPa), "150023", "procedure", "", "kPa"},
		"systolic in kPa, alone":   {metricOf(150021, kPa), "76534-7 150021", "procedure", "", "kPa"},
		"unit unknown claims no":   {metricOf(147842, mdib.Unit{Code: mdib.Code{System: "urn:maker", Value: "7"}}), "147842", "procedure", "", "7"},
		"maker's own, without one": {odd, "FOO", "procedure", "", ""},
		"translated":               {translated, "8867-4 147842 16770", "vital-signs", "heartrate", "/min"},
		"unknown number":           {metricOf(8388608, mdib.Unit{}), "8388608", "procedure", "", ""},
	} {
		o := observationOf(t, record(c.metric, mdib.Numeric{Value: 71.26, Decimals: 1}))
		profile := ""
		if o.Meta != nil && len(o.Meta.Profile) > 0 {
			profile = strings.TrimPrefix(o.Meta.Profile[0], profileBase)
		}
		if got := codes(o.Code); got != c.codes || o.Category[0].Coding[0].Code != c.category || profile != c.claims {
			t.Errorf("%s: %s, %s, profile %q; want %s, %s, %q", name, got, o.Category[0].Coding[0].Code, profile, c.codes, c.category, c.claims)
		}
		if o.Quantity == nil || o.Quantity.Value != "71.3" || o.Quantity.Code != c.unit {
			t.Errorf("%s: value %+v, want 71.3 in %q", name, o.Quantity, c.unit)
		}
		if o.EffectiveTime != "2026-01-05T15:45:00.000+05:30" || o.Status != "final" {
			t.Errorf("%s: %s at %s", name, o.Status, o.EffectiveTime)
		}
	}
}

func TestMissingAndDoubtfulValues(t *testing.T) {
	hr := metricOf(147842, unitOf("MDC_DIM_BEAT_PER_MIN"))
	for _, c := range []struct {
		validity mdib.Validity
		value    float64
		absent   string
		note     string
	}{
		{mdib.Valid, 70, "", ""},
		{mdib.Validated, 70, "", ""},
		{mdib.Questionable, 70, "", "Questionable"},
		{mdib.Ongoing, math.NaN(), "temp-unknown", "under way"},
		{mdib.CalibrationOngoing, math.NaN(), "temp-unknown", "calibrating"},
		{mdib.Invalid, math.NaN(), "error", ""},
		{mdib.Overflow, math.NaN(), "positive-infinity", "Above"},
		{mdib.Underflow, math.NaN(), "negative-infinity", "Below"},
		{mdib.NotAvailable, math.NaN(), "unknown", ""},
		{mdib.Invalid, 70, "error", ""},                    // a number beside its denial is not sent
		{mdib.Valid, math.NaN(), "not-a-number", ""},       // a broken report does not break the Bundle
		{mdib.Valid, math.Inf(1), "not-a-number", ""},      //
		{mdib.Questionable, 1e300, "not-a-number", "Ques"}, //
	} {
		o := observationOf(t, record(hr, mdib.Numeric{Value: c.value, Validity: c.validity}))
		switch {
		case c.absent == "" && (o.Quantity == nil || o.Absent != nil):
			t.Errorf("%v: %+v", c.validity, o.value)
		case c.absent != "" && (o.Quantity != nil || o.Absent == nil || codes(*o.Absent) != c.absent):
			t.Errorf("%v: %+v, want %s", c.validity, o.value, c.absent)
		}
		if (c.note == "") != (len(o.Note) == 0) || c.note != "" && !strings.Contains(o.Note[0].Text, c.note) {
			t.Errorf("%v: notes %v, want %q", c.validity, o.Note, c.note)
		}
	}
}

func TestDecimal(t *testing.T) {
	for _, c := range []struct {
		v        float64
		decimals int
		want     json.Number
	}{
		{72, 0, "72"}, {37.25, 1, "37.2"}, {37.2, 3, "37.200"}, {-0.04, 1, "0.0"}, {-0.4, 0, "0"}, {-1.5, 1, "-1.5"}, {0.005, -1, "0.005"}, {1e-9, -1, "0.000000001"},
	} {
		if got, ok := decimal(c.v, c.decimals); !ok || got != c.want {
			t.Errorf("%v with %d decimals: %q, want %q", c.v, c.decimals, got, c.want)
		}
	}
}

func TestBloodPressurePanels(t *testing.T) {
	at := time.Date(2026, 1, 5, 10, 15, 0, 0, time.UTC)
	p := func(number uint32, v float64, at time.Time) mdib.Record {
		return record(metricOf(number, mmHg), mdib.Numeric{Time: at, Value: v})
	}
	other := func(r mdib.Record) mdib.Record { r.Source = uuid.New(); return r }
	moved := func(r mdib.Record) mdib.Record { r.Encounter = uplinktest.Encounter(2); return r }
	for name, c := range map[string]struct {
		in   []mdib.Record
		want []string // of each Observation: its code, then its components
	}{
		"cuff": {[]mdib.Record{p(150021, 120, at), p(150022, 80, at), p(150023, 93, at)}, []string{"85354-9: 8480-6=120 8462-4=80 8478-0=93"}},
		"in any order": {[]mdib.Record{p(150039, 93, at), p(147842, 60, at), p(150038, 80, at), p(150037, 120, at)},
			[]string{"85354-9: 8480-6=120 8462-4=80 8478-0=93", "147842:"}},
		"no mean":                {[]mdib.Record{p(150017, 120, at), p(150018, 80, at)}, []string{"85354-9: 8480-6=120 8462-4=80"}},
		"no diastolic":           {[]mdib.Record{p(150021, 120, at)}, []string{"85354-9: 8480-6=120 8462-4=?"}},
		"a mean alone":           {[]mdib.Record{p(150023, 93, at)}, []string{"8478-0:"}},
		"cuff and line":          {[]mdib.Record{p(150021, 120, at), p(150037, 125, at), p(150022, 80, at), p(150038, 70, at)}, []string{"85354-9: 8480-6=120 8462-4=80", "85354-9: 8480-6=125 8462-4=70"}},
		"two moments":            {[]mdib.Record{p(150021, 120, at), p(150022, 80, at.Add(time.Millisecond))}, []string{"85354-9: 8480-6=120 8462-4=?", "85354-9: 8480-6=? 8462-4=80"}},
		"two devices":            {[]mdib.Record{p(150021, 120, at), other(p(150022, 80, at))}, []string{"85354-9: 8480-6=120 8462-4=?", "85354-9: 8480-6=? 8462-4=80"}},
		"two patients":           {[]mdib.Record{p(150021, 120, at), moved(p(150022, 80, at))}, []string{"85354-9: 8480-6=120 8462-4=?", "85354-9: 8480-6=? 8462-4=80"}},
		"the same part twice":    {[]mdib.Record{p(150021, 120, at), p(150021, 121, at), p(150022, 80, at)}, []string{"85354-9: 8480-6=120 8462-4=?", "85354-9: 8480-6=121 8462-4=80"}},
		"pulmonary is no panel":  {[]mdib.Record{p(150045, 25, at), p(150046, 10, at)}, []string{"8440-0:", "8385-7:"}},
		"the same record thrice": {[]mdib.Record{p(150021, 120, at), p(150021, 120, at), p(150021, 120, at)}, []string{"85354-9: 8480-6=120 8462-4=?"}},
	} {
		var got []string
		seen := map[string]bool{}
		for _, o := range observationsOf(t, c.in...) {
			s := o.Code.Coding[0].Code + ":"
			for _, x := range o.Component {
				v := "?"
				if x.Quantity != nil {
					v = string(x.Quantity.Value)
				}
				s += " " + x.Code.Coding[0].Code + "=" + v
			}
			got = append(got, s)
			if seen[o.Identifier[0].Value] {
				t.Errorf("%s: two with one identity", name)
			}
			seen[o.Identifier[0].Value] = true
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// What a receiver computes from a SampledData is what the calibration says.
func TestWavesKeepTheirPhysicalValues(t *testing.T) {
	for name, c := range map[string]mdib.Calibration{
		"ecg":       {RawLow: 0, RawHigh: 16383, Low: -40.96, High: 40.955},
		"inverted":  {RawLow: 4095, RawHigh: 0, Low: -2, High: 2},
		"offset":    {RawLow: 100, RawHigh: 200, Low: 300, High: 400},
		"relative":  {RawLow: 10, RawHigh: 110, Relative: true},
		"tiny":      {RawLow: -32768, RawHigh: 32767, Low: -1e-6, High: 1e-6},
		"full span": {RawLow: math.MinInt32, RawHigh: math.MaxInt32, Low: 0, High: 1},
	} {
		m := &mdib.Metric{Ref: "w", Unit: mmHg, Period: 8 * time.Millisecond, Calibration: c}
		a := &mdib.SampleArray{Ref: "w", Time: time.Unix(0, 0), Samples: []int32{c.RawLow, c.RawHigh, 150, -7, 0}}
		d := sampled(a, m)
		factor, err1 := d.Factor.Float64()
		origin, err2 := d.Origin.Value.Float64()
		if err1 != nil || err2 != nil || d.Period != "8" || d.Dimensions != 1 {
			t.Errorf("%s: %+v", name, d)
		}
		for i, text := range strings.Fields(d.Data) {
			raw, err := strconv.ParseInt(text, 10, 32)
			want := c.Physical(a.Samples[i])
			if got := origin + factor*float64(raw); err != nil || math.Abs(got-want) > 1e-9*math.Max(1, math.Abs(want)) {
				t.Errorf("%s: sample %d is %v, want %v (%v)", name, i, got, want, err)
			}
		}
	}
}

func TestWavesSayWhatIsWrongWithThem(t *testing.T) {
	r := uplinktest.HeartRates(1)[0]
	r.Numeric = nil
	wave := func(m mdib.Metric, a mdib.SampleArray) observation {
		m.Ref, a.Ref, a.Time = "w", "w", time.Unix(1000, 0)
		r.Metric, r.Samples = &m, &a
		return observationOf(t, r)
	}
	var pacers []mdib.Mark
	for i := range 70 {
		pacers = append(pacers, mdib.Mark{At: i, Kind: mdib.MarkPacer})
	}
	o := wave(mdib.Metric{Period: time.Millisecond}, mdib.SampleArray{Samples: make([]int32, 80),
		Marks: append(pacers, mdib.Mark{At: 79, Kind: mdib.MarkInvalid}, mdib.Mark{At: 9, Kind: mdib.MarkSaturated})})
	if !strings.HasSuffix(o.Sampled.Data, " 0 E") || o.Sampled.Origin.Unit != "device units" || o.Sampled.Factor != "" {
		t.Errorf("%+v", o.Sampled)
	}
	if len(o.Note) != 2 || !strings.Contains(o.Note[0].Text, "49 and 20 more") || !strings.Contains(o.Note[1].Text, "limit of the range at sample 9") {
		t.Errorf("notes: %v", o.Note)
	}
	if o.EffectivePeriod == nil || !strings.HasSuffix(o.EffectivePeriod.End, "40.080+05:30") {
		t.Errorf("period: %+v", o.EffectivePeriod)
	}
	if o := wave(mdib.Metric{}, mdib.SampleArray{Samples: []int32{1}}); o.Absent == nil || len(o.Note) != 1 || !strings.Contains(o.Note[0].Text, "sample rate") {
		t.Errorf("without a rate: %+v %v", o.value, o.Note)
	}
	if o := wave(mdib.Metric{Period: 1}, mdib.SampleArray{}); o.Absent == nil || o.Sampled != nil {
		t.Errorf("without samples: %+v", o.value)
	}
}

func TestAlerts(t *testing.T) {
	target := newTarget(t, Config{Station: "ward-1"})
	r := uplinktest.HeartRates(1)[0]
	r.Numeric, r.Metric = nil, nil
	send := func(a mdib.AlertCondition) (communication, *unit) {
		a.Time = time.Unix(1000, 0)
		r.Alert = &a
		u := target.units(mdib.Batch{Records: []mdib.Record{r}})[0]
		var c communication
		if err := json.Unmarshal(u.body, &c); err != nil {
			t.Fatal(err)
		}
		return c, u
	}
	theirs, u := send(mdib.AlertCondition{Ref: "a", Source: "hr", Priority: mdib.PriorityMedium, Present: true, Text: "HR 150 > 120"})
	if theirs.Priority != "urgent" || codes(*theirs.Topic) != "147842" || theirs.Received != "" || len(u.needs) != 3 || theirs.Sender != u.needs[2].ref() {
		t.Errorf("the device's: %+v", theirs)
	}
	ours, u := send(mdib.AlertCondition{Ref: "b", Kind: mdib.Technical, Provenance: mdib.FromWorkstation, Signal: mdib.SignalAcknowledged,
		Code: mdib.Code{System: mdib.SystemMDC, Value: "196616", RefID: "MDC_EVT_ALARM"}})
	if len(u.needs) != 4 || ours.Sender != u.needs[3].ref() || !strings.Contains(string(u.needs[3].body), "ward-1") || ours.Sender == theirs.Sender {
		t.Errorf("the workstation's: %+v", ours)
	}
	if ours.Received != ours.Sent || ours.Payload[0].ContentString != "MDC_EVT_ALARM" || codes(ours.ReasonCode[0]) != "196616" {
		t.Errorf("acknowledged: %+v", ours)
	}
	if !strings.Contains(ours.Payload[1].ContentString, "ended; signal ack; priority none; technical; found by the workstation") {
		t.Errorf("facts: %s", ours.Payload[1].ContentString)
	}
}
