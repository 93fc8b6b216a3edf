package mdib

import (
	"math"
	"slices"
	"testing"
	"time"
)

func TestCalibrationPhysical(t *testing.T) {
	// The scales that an IntelliVue monitor announces (recorded).
	ecg := Calibration{RawLow: 0, RawHigh: 0x3FFF, Low: -40.96, High: 40.955}
	abp := Calibration{RawLow: 0x00A0, RawHigh: 0x23A0, Low: -40, High: 520}
	pleth := Calibration{RawLow: 0, RawHigh: 0x0FFF, Relative: true, Low: 7, High: 9}
	for _, c := range []struct {
		name string
		cal  Calibration
		raw  int32
		want float64
	}{
		{"ECG zero", ecg, 0x2000, 0},
		{"ECG 1 mV", ecg, 0x2000 + 200, 1},
		{"ECG lowest", ecg, 0, -40.96},
		{"ABP 0", abp, 0x0320, 0},
		{"ABP 150", abp, 0x0C80, 150},
		{"ABP highest", abp, 0x23A0, 520},
		{"pleth low", pleth, 0, 0},
		{"pleth high", pleth, 0x0FFF, 1},
		{"falling scale", Calibration{RawLow: 10, RawHigh: 0, Low: 0, High: 1}, 5, 0.5},
		{"widest span", Calibration{RawLow: math.MinInt32, RawHigh: math.MaxInt32, Low: 0, High: 1}, math.MaxInt32, 1},
	} {
		if got := c.cal.Physical(c.raw); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	for _, c := range []Calibration{{}, {RawLow: 4, RawHigh: 4, High: 1}, {RawLow: 4, RawHigh: 4, Relative: true}} {
		if got := c.Physical(4); !math.IsNaN(got) {
			t.Errorf("degenerate %+v gives %v", c, got)
		}
	}
}

func TestValidity(t *testing.T) {
	withValue := []Validity{Valid, Validated, Questionable}
	// The literals of MeasurementValidity in BICEPS, in our order.
	want := []string{"Vld", "Vldated", "Ong", "Qst", "Calib", "Inv", "Oflw", "Uflw", "NA"}
	for i, literal := range want {
		v := Validity(i)
		if v.String() != literal {
			t.Errorf("%d is %q, want %q", i, v, literal)
		}
		if v.HasValue() != slices.Contains(withValue, v) {
			t.Errorf("%s: HasValue %v", v, v.HasValue())
		}
	}
	if int(NotAvailable) != len(want)-1 {
		t.Errorf("%d validities have %d literals", NotAvailable+1, len(want))
	}
}

func TestEveryConstantHasAName(t *testing.T) {
	for got, want := range map[string]string{
		PriorityHigh.String():       "high",
		Technical.String():          "technical",
		FromWorkstation.String():    "workstation",
		SignalPaused.String():       "pause",
		SignalAcknowledged.String(): "ack",
		Neonatal.String():           "neonatal",
		ModeDemo.String():           "demo",
		LinkTerminal.String():       "terminal",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestCode(t *testing.T) {
	hr := MDC(147842)
	if n, ok := hr.Number(); !ok || n != 147842 || hr.String() != "MDC_ECG_HEART_RATE" {
		t.Errorf("%v: %d, %v", hr, n, ok)
	}
	for _, c := range []Code{
		{},
		{System: SystemIntelliVue, Value: "192590"},
		{System: SystemMDC, Value: "HR"},
		{System: SystemMDC, Value: "4294967296"},
		{System: SystemMDC, Value: "-1"},
	} {
		if n, ok := c.Number(); ok {
			t.Errorf("%+v has the number %d", c, n)
		}
	}
	if !(Code{System: SystemMDC}).IsZero() || hr.IsZero() || (Code{RefID: "X"}).IsZero() {
		t.Error("IsZero is wrong")
	}
	if s := MDC(999999).String(); s != "999999" {
		t.Errorf("a code without a name is %q", s)
	}
}

func TestMDSMetric(t *testing.T) {
	m := &MDS{VMDs: []VMD{
		{Ref: "v1", Channels: []Channel{
			{Ref: "c1", Metrics: []Metric{{Ref: "a"}, {Ref: "b"}}},
			{Ref: "c2"},
			{Ref: "c3", Metrics: []Metric{{Ref: "c", Label: "HR"}}},
		}},
		{Ref: "v2"},
		{Ref: "v3", Channels: []Channel{{Metrics: []Metric{{Ref: "d"}}}}},
	}}
	var order []Ref
	for x := range m.Metrics() {
		order = append(order, x.Ref)
	}
	if !slices.Equal(order, []Ref{"a", "b", "c", "d"}) {
		t.Errorf("walked %v", order)
	}
	if x := m.Metric("c"); x == nil || x.Label != "HR" || x != &m.VMDs[0].Channels[2].Metrics[0] {
		t.Errorf("c is %+v", x)
	}
	if x := m.Metric("c1"); x != nil {
		t.Errorf("a channel passes for the metric %+v", x)
	}
	for x := range m.Metrics() { // stopping early must not go on
		if x.Ref == "b" {
			break
		}
		if x.Ref == "c" {
			t.Error("walked on after the break")
		}
	}
	if (&MDS{}).Metric("") != nil {
		t.Error("an empty device has a metric")
	}
}

func TestDeviceClockOffset(t *testing.T) {
	ours := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	c := DeviceClock{Device: ours.Add(-90 * time.Second), Ours: ours}
	if c.Offset() != -90*time.Second {
		t.Errorf("offset %v of a clock that is 90 s slow", c.Offset())
	}
}
