package intellivue

import (
	"math"
	"slices"
	"testing"
	"time"

	"lamplight/devices"
	"lamplight/devices/intellivue/wire"
	"lamplight/mdib"
)

// Everything here is synthetic: it shows what no recorded session holds.

// feed reads messages a second apart and gives the Reports.
func feed(t *testing.T, messages ...*wire.Message) []mdib.Report {
	t.Helper()
	d, err := NewDecoder(devices.Settings{}, devices.Datagrams)
	if err != nil {
		t.Fatal(err)
	}
	var out []mdib.Report
	for i, m := range messages {
		b := m.Append(nil)
		d.Decode(b, noon.Add(time.Duration(i)*time.Second), func(r mdib.Report) { out = append(out, r) })
	}
	if s := d.Stats(); s.Bad != 0 || s.Frames != uint64(len(messages)) {
		t.Fatalf("stats %+v of %d messages", s, len(messages))
	}
	return out
}

// live reads messages as a driver does.
func live(messages ...*wire.Message) (out []mdib.Report) {
	r := newReader(devices.Settings{}, true)
	for i, m := range messages {
		r.read(m, noon.Add(time.Duration(i)*1024*time.Millisecond), func(p mdib.Report) { out = append(out, p) })
	}
	return out
}

// result makes the result of an extended poll with one object; its time grows
// with its sequence number.
func result(class, group, sequence, handle uint16, attrs ...wire.Attr) *wire.Message {
	return &wire.Message{Kind: wire.KindData, Context: 2, RO: wire.Result, ID: 1, Command: wire.CmdAction,
		Object: wire.TheMDS, Type: wire.ActionPollExt, PollResult: &wire.PollResult{Sequence: sequence,
			Time: 80000 + 8192*uint32(sequence), Absolute: wire.NoTime, Partition: 1, Class: class, Group: group,
			Contexts: []wire.Context{{ID: 1, Objects: []wire.Observation{{Handle: handle, Attrs: attrs}}}}}}
}

func value(physio, state uint16, v wire.Float) wire.Attr {
	return wire.NumericAttr(wire.Numeric{Physio: physio, State: state, Unit: 0x0AA0, Value: v})
}

func TestMeasurementStates(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		state    uint16
		value    wire.Float
		validity mdib.Validity
		mode     mdib.GenerationMode
		want     float64
		decimals uint8
	}{
		{0x0000, 60, mdib.Valid, mdib.ModeReal, 60, 0},
		{0x0000, 0xFF0003B6, mdib.Valid, mdib.ModeReal, 95, 1},
		{0x0003, 60, mdib.Valid, mdib.ModeReal, 60, 0}, // in alarm, alarms off
		{0x0040, 60, mdib.Valid, mdib.ModeReal, 60, 0}, // early
		{0x0080, 60, mdib.Validated, mdib.ModeReal, 60, 0},
		{0x0400, 60, mdib.Valid, mdib.ModeDemo, 60, 0},
		{0x0401, 60, mdib.Valid, mdib.ModeDemo, 60, 0},
		{0x0800, 60, mdib.Valid, mdib.ModeTest, 60, 0},
		{0x4000, 60, mdib.Questionable, mdib.ModeReal, 60, 0},
		{0x4400, 60, mdib.Questionable, mdib.ModeDemo, 60, 0},
		{0x8000, 60, mdib.Invalid, mdib.ModeReal, nan, 0},
		{0x8001, wire.NaN, mdib.Invalid, mdib.ModeReal, nan, 0},
		{0x2000, wire.NaN, mdib.NotAvailable, mdib.ModeReal, nan, 0},
		{0x1000, 60, mdib.CalibrationOngoing, mdib.ModeReal, nan, 0},
		{0x0020, wire.NaN, mdib.Ongoing, mdib.ModeReal, nan, 0},
		{0x0020, 60, mdib.Valid, mdib.ModeReal, 60, 0},
		{0x0000, wire.NaN, mdib.NotAvailable, mdib.ModeReal, nan, 0},
		{0x0000, 0x017FFFFF, mdib.NotAvailable, mdib.ModeReal, nan, 0}, // NaN with an exponent
		{0x0000, wire.NRes, mdib.Invalid, mdib.ModeReal, nan, 0},
		{0x0000, wire.PosInf, mdib.Overflow, mdib.ModeReal, nan, 0},
		{0x0000, wire.NegInf, mdib.Underflow, mdib.ModeReal, nan, 0},
	} {
		r := feed(t, result(wire.ClassNumeric, 0, 0, 7, value(0x4182, c.state, c.value)))
		n := r[0].Numerics[0]
		same := n.Value == c.want || math.IsNaN(n.Value) && math.IsNaN(c.want)
		if !same || n.Validity != c.validity || n.Mode != c.mode || n.Decimals != c.decimals {
			t.Errorf("state %04X value %08X: %+v", c.state, uint32(c.value), n)
		}
	}
}

func TestNobodyKnowsTheCode(t *testing.T) {
	label := wire.Attr{ID: wire.AttrLabelString, Value: wire.AppendString(nil, "Foo", 6)}
	r := feed(t, result(wire.ClassNumeric, 0, 0, 7, label, value(0xFE01, 0, 5)))
	m := r[0].Describe.Metric("nu/1/7/FE01")
	want := mdib.Code{System: mdib.SystemIntelliVue, Value: "196097"}
	if m == nil || m.Code != want || m.Label != "Foo" || m.Class != mdib.ClassOther || r[0].Numerics[0].Value != 5 {
		t.Fatalf("described as %+v", m)
	}
	// Without a label the code itself is shown; a compound's parts are told apart.
	r = feed(t, result(wire.ClassNumeric, 0, 0, 7, value(0xFE01, 0, 5)))
	if m := r[0].Describe.Metric("nu/1/7/FE01"); m.Label != "FE01" {
		t.Errorf("label %q", m.Label)
	}
	r = feed(t, result(wire.ClassNumeric, 0, 0, 7, label,
		wire.NumericAttr(wire.Numeric{Physio: 0xFE01}, wire.Numeric{Physio: 0xFE02}, wire.Numeric{Physio: 0xFE02})))
	var labels []string
	for m := range r[0].Describe.Metrics() {
		labels = append(labels, string(m.Ref)+" "+m.Label)
	}
	if !slices.Equal(labels, []string{"nu/1/7/FE01 Foo FE01", "nu/1/7/FE02 Foo FE02", "nu/1/7/FE02/2 Foo FE02"}) {
		t.Errorf("labels %q", labels)
	}
}

// An external device's values have no code of their own, only a label.
func TestUnnamedValues(t *testing.T) {
	r := feed(t, result(wire.ClassNumeric, 0, 0, 7, wire.Attr{ID: wire.AttrLabel, Value: wire.Put32(0x80001234)},
		wire.Attr{ID: wire.AttrLabelString, Value: wire.AppendString(nil, "PEEPx", 6)}, value(0xEFFF, 0, 5)))
	m := r[0].Describe.Metric("nu/1/7/EFFF")
	if m.Label != "PEEPx" || m.Code.RefID != "MDC_METRIC_NOS" || m.Source.Value != "2147488308" {
		t.Errorf("described as %+v", m)
	}
}

func TestUnitOfTheWireIsTold(t *testing.T) {
	kPa := wire.NumericAttr(wire.Numeric{Physio: 0x4A15, Unit: 0x0F03, Value: 0xFF000097})
	mmHg := wire.NumericAttr(wire.Numeric{Physio: 0x4A15, Unit: 0x0F20, Value: 113})
	odd := wire.NumericAttr(wire.Numeric{Physio: 0x4A15, Unit: 0xFFF7, Value: 113})
	r := feed(t, result(wire.ClassNumeric, 0, 0, 7, kPa), result(wire.ClassNumeric, 0, 1, 7, mmHg), result(wire.ClassNumeric, 0, 2, 7, odd))
	for i, want := range []string{"kPa", "mm[Hg]", ""} {
		if r[i].Describe == nil {
			t.Fatalf("a change of unit was not described")
		}
		if u := r[i].Describe.Metric("nu/1/7/4A15").Unit; u.UCUM != want || u.Code.IsZero() {
			t.Errorf("unit %+v, want %q", u, want)
		}
	}
	if r[0].Numerics[0].Value != 15.1 {
		t.Errorf("value %v", r[0].Numerics[0].Value)
	}
}

func TestTimeStamps(t *testing.T) {
	relative := func(sequence uint16, stamp uint32) *wire.Message {
		return result(wire.ClassNumeric, 0, sequence, 7, value(0x4A05, 0, 120), wire.Attr{ID: wire.AttrStampRelative, Value: wire.Put32(stamp)})
	}
	r := feed(t, relative(0, 80000-16000), relative(1, 80000-16000), relative(2, 80000+8192))
	for i, want := range []time.Duration{-2 * time.Second, -2 * time.Second, 1024 * time.Millisecond} {
		if got := r[i].Numerics[0].Time.Sub(noon); got != want {
			t.Errorf("value %d determined at %v, want %v", i, got, want)
		}
	}
	// A stamp of the future, or none, is not believed.
	for _, stamp := range []uint32{0, math.MaxUint32, 80000 + 8192*5} {
		if got := feed(t, relative(0, stamp))[0].Numerics[0].Time; !got.Equal(noon) {
			t.Errorf("stamp %d gives %v", stamp, got)
		}
	}
	// The monitor's wall clock is an hour ahead; the cuff was inflated five
	// minutes ago.
	wall := noon.Add(time.Hour)
	mds := result(wire.ClassMDS, 0, 0, 0, wire.Attr{ID: wire.AttrTimeAbsolute, Value: wire.AppendTime(nil, wall)},
		wire.Attr{ID: wire.AttrTimeRelative, Value: wire.Put32(80000)})
	r = feed(t, mds, result(wire.ClassNumeric, 0, 1, 7, value(0x4A05, 0, 120),
		wire.Attr{ID: wire.AttrStampAbsolute, Value: wire.AppendTime(nil, wall.Add(-5*time.Minute))}))
	if got := r[1].Numerics[0].Time.Sub(noon); got != -5*time.Minute {
		t.Errorf("determined at %v", got)
	}
	if c := r[0].Describe.Clock; c == nil || c.Offset() != time.Hour {
		t.Errorf("clock %+v", c)
	}
}

func TestEnumerations(t *testing.T) {
	enum := func(e wire.Enum) wire.Attr { return wire.Attr{ID: wire.AttrEnum, Value: e.Append(nil)} }
	for _, c := range []struct {
		e    wire.Enum
		text string
		code string
	}{
		{wire.Enum{Physio: 0xD007, Choice: 1, OID: 0x4012}, "sinus rhythm", "MDC_ECG_SINUS_RHY"},
		{wire.Enum{Physio: 0xD007, Choice: 4, OID: 0x4012, Value: 0xFF00007D, Unit: 0x0AA0}, "sinus rhythm 12.5 /min", "MDC_ECG_SINUS_RHY"},
		{wire.Enum{Physio: 0xD007, Choice: 1, OID: 0xFEEE}, "FEEE", ""},
		{wire.Enum{Physio: 0xD007, Choice: 9, Raw: []byte{1, 2, 0xAB}}, "0102 AB", ""},
	} {
		r := feed(t, result(wire.ClassEnum, 0, 0, 9, enum(c.e)))
		e := r[0].Enums[0]
		if e.Text != c.text || e.Code.RefID != c.code || e.Validity != mdib.Valid || r[0].Describe.Metric(e.Ref).Kind != mdib.KindEnum {
			t.Errorf("%+v is told as %+v", c.e, e)
		}
	}
	// A bedside is told once that it went; of a capture, nothing is told that
	// was not sent.
	gone := []*wire.Message{result(wire.ClassEnum, 0, 0, 9, enum(wire.Enum{Physio: 0xD007, Choice: 1, OID: 0x4012})),
		result(wire.ClassEnum, 0, 1, 9), result(wire.ClassEnum, 0, 2, 9)}
	if r := live(gone...); len(r) != 2 || len(r[1].Enums) != 1 || r[1].Enums[0].Validity != mdib.NotAvailable {
		t.Errorf("reports %+v", r)
	}
	if r := feed(t, gone...); len(r) != 1 {
		t.Errorf("reports %+v", r)
	}
}

func TestOperatingModes(t *testing.T) {
	for v, want := range map[uint16]mdib.GenerationMode{0x4000: mdib.ModeReal, 0x2000: mdib.ModeDemo, 0x1000: mdib.ModeTest, 0x0002: mdib.ModeReal} {
		r := feed(t, result(wire.ClassMDS, wire.GroupMDS, 0, 0, wire.Attr{ID: wire.AttrMode, Value: wire.Put16(v)},
			wire.Attr{ID: wire.AttrBedLabel, Value: wire.AppendString(nil, "7", 0)}), result(wire.ClassNumeric, 0, 1, 7, value(0x4182, 0, 60)))
		if r[0].Describe.Mode != want || r[1].Numerics[0].Mode != want || r[0].Describe.Bed != "7" {
			t.Errorf("mode %04X: %+v", v, r[0].Describe)
		}
	}
}

func TestPatientComesAndGoes(t *testing.T) {
	demographics := func(sequence, state uint16) *wire.Message {
		return result(wire.ClassPatient, wire.GroupPatient, sequence, 80,
			wire.Attr{ID: wire.AttrPatientState, Value: wire.Put16(state)},
			wire.Attr{ID: wire.AttrPatientInternal, Value: make([]byte, 10)},
			wire.Attr{ID: wire.AttrFamily, Value: wire.AppendString(nil, "van der Berg", 0)},
			wire.Attr{ID: wire.AttrGiven, Value: wire.AppendString(nil, "Ada", 0)},
			wire.Attr{ID: wire.AttrPatientType, Value: wire.Put16(3)},
			wire.Attr{ID: wire.AttrSex, Value: wire.Put16(1)},
			wire.Attr{ID: wire.AttrWeight, Value: wire.Measure{Value: 0x0000006E, Unit: 0x0700}.Append(nil)},
			wire.Attr{ID: wire.AttrHeight, Value: wire.Measure{Value: 0x00000014, Unit: 0x0560}.Append(nil)})
	}
	r := feed(t, demographics(0, 2), demographics(1, 2), demographics(2, 8), demographics(3, 1), demographics(4, 0))
	if len(r) != 4 {
		t.Fatalf("%d reports", len(r))
	}
	p := r[0].Describe.Patient
	if p == nil || p.Family != "van der Berg" || p.Given != "Ada" || p.Category != mdib.Neonatal || p.Sex != mdib.Male ||
		math.Abs(p.WeightKg-3.118) > 0.001 || p.HeightCm != 50.8 {
		t.Errorf("patient %+v", p)
	}
	if r[1].Describe.Patient != nil || r[2].Describe.Patient == nil || r[3].Describe.Patient != nil {
		t.Error("discharge or pre-admission was not followed")
	}
}

func TestRestartForgetsHandles(t *testing.T) {
	old := result(wire.ClassNumeric, 0, 5000, 7, value(0x4182, 0, 60))
	r := feed(t, old, result(wire.ClassNumeric, 0, 0, 8, value(0x4BB8, 0, 97)))
	d := r[1].Describe
	if d == nil || d.Metric("nu/1/7/4182") != nil || d.Metric("nu/1/8/4BB8") == nil {
		t.Errorf("after the restart: %+v", d)
	}
	if r[1].Numerics[0].Time.Before(r[0].Numerics[0].Time) {
		t.Error("time ran back")
	}
}

func TestErrorsAndStrangeMessagesPass(t *testing.T) {
	r := feed(t,
		&wire.Message{Kind: wire.KindData, Context: 2, RO: wire.Error, ID: 3, ErrorCode: wire.ErrAccessDenied},
		&wire.Message{Kind: wire.KindData, Context: 2, RO: wire.Error, ID: 3, ErrorCode: wire.ErrSetList, Raw: []byte{0, 33, 0, 0}},
		&wire.Message{Kind: wire.KindRefuse}, &wire.Message{Kind: wire.KindAbort},
		&wire.Message{Kind: wire.KindData, Context: 2, RO: wire.Invoke, Command: 9, Raw: []byte{1}},
		&wire.Message{Kind: wire.KindData, Context: 2, RO: wire.Result, Command: wire.CmdAction, Type: 0x1234, Raw: []byte{1, 2}})
	if len(r) != 0 {
		t.Errorf("reports %+v", r)
	}
}

// The same stamp is the same moment, although the guess of the distance
// between the clocks has become better meanwhile.
func TestTheSameStampIsTheSameTime(t *testing.T) {
	r := newReader(devices.Settings{}, true)
	var times []time.Time
	for i, late := range []time.Duration{500 * time.Millisecond, 0, 0} {
		m := result(wire.ClassNumeric, 0, uint16(i), 7, value(0x4A05, 0, 120), wire.Attr{ID: wire.AttrStampRelative, Value: wire.Put32(70000)})
		at := noon.Add(time.Duration(i)*1024*time.Millisecond + late)
		r.read(m, at, func(p mdib.Report) { times = append(times, p.Numerics[0].Time) })
	}
	if !times[1].Equal(times[0]) || !times[2].Equal(times[0]) {
		t.Errorf("one measurement is put at %v", times)
	}
}
