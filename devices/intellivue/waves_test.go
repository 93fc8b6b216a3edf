package intellivue

import (
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"lamplight/devices/intellivue/wire"
	"lamplight/mdib"
)

func words(w ...uint16) (b []byte) {
	for _, x := range w {
		b = append(b, wire.Put16(x)...)
	}
	return b
}

func ecgContext(label uint32, size uint16, period uint32) []wire.Attr {
	return []wire.Attr{
		{ID: wire.AttrMetricSpec, Value: wire.MetricSpec{Period: 2048, Category: 1, Access: 0x4228}.Append(nil)},
		{ID: wire.AttrSampleSpec, Value: wire.SampleSpec{ArraySize: size, SampleBits: 16, SignificantBits: 14, Flags: 0x3000}.Append(nil)},
		{ID: wire.AttrFixedValues, Value: wire.AppendFixedValues(nil, []wire.FixedValue{{Kind: 4, Mask: 0x8008}, {Kind: 3, Mask: 0x4001}, {Kind: 2, Mask: 0x8004}})},
		{ID: wire.AttrSamplePeriod, Value: wire.Put32(period)},
		{ID: wire.AttrLabel, Value: wire.Put32(label)},
		{ID: wire.AttrUnit, Value: wire.Put16(0x10B2)},
		{ID: wire.AttrScale, Value: ecgScale.Append(nil)},
	}
}

func TestMarkedSamples(t *testing.T) {
	block := wire.SamplesAttr(false, wire.Samples{Physio: 0x0102, Data: words(0x2000, 0xA004, 0x2000, 0xA00C, 0x6001, 0x0008)})
	r := feed(t, result(wire.ClassWave, 0, 1, 686, append(ecgContext(0x00020102, 128, 16), block)...))
	s := r[0].Samples[0]
	if !slices.Equal(s.Samples, []int32{0x2000, 0x2004, 0x2000, 0x200C, 0x2001, 8}) {
		t.Errorf("samples %v", s.Samples)
	}
	want := []mdib.Mark{{At: 1, Kind: mdib.MarkPacer}, {At: 3, Kind: mdib.MarkSaturated}, {At: 3, Kind: mdib.MarkPacer}, {At: 4, Kind: mdib.MarkDefibrillator}}
	if !reflect.DeepEqual(s.Marks, want) {
		t.Errorf("marks %v", s.Marks)
	}
}

// ABP announces 13 significant bits but uses more; nothing tells to mask them.
func TestSamplesAreNotMaskedUnasked(t *testing.T) {
	spec := wire.Attr{ID: wire.AttrSampleSpec, Value: wire.SampleSpec{ArraySize: 32, SampleBits: 16, SignificantBits: 13, Flags: 0xA000}.Append(nil)}
	r := feed(t, result(wire.ClassWave, 0, 1, 5, spec, wire.SamplesAttr(false, wire.Samples{Physio: 0x4A14, Data: words(0x23A0)})))
	if got := r[0].Samples[0].Samples[0]; got != 0x23A0 {
		t.Errorf("sample %x", got)
	}
}

func TestSamplesBeforeTheirContext(t *testing.T) {
	abp := wire.SamplesAttr(false, wire.Samples{Physio: 0x4A14, Data: words(make([]uint16, 32)...)})
	lead := wire.SamplesAttr(false, wire.Samples{Physio: 0x0102, Data: words(make([]uint16, 128)...)})
	r := feed(t, result(wire.ClassWave, 0, 1, 5, abp), result(wire.ClassWave, 0, 2, 686, lead),
		result(wire.ClassWave, 0, 3, 5,
			wire.Attr{ID: wire.AttrLabel, Value: wire.Put32(0x00024A14)}, wire.Attr{ID: wire.AttrUnit, Value: wire.Put16(0x0F20)},
			wire.Attr{ID: wire.AttrScale, Value: wire.Scale{Low: 0x00FFFFD8, High: 0x208, RawLow: 160, RawHigh: 9120}.Append(nil)}, abp))
	m := r[0].Describe.Metric("sa/1/5/4A14")
	if m.Period != 8*time.Millisecond || !m.Calibration.Relative || m.Unit.UCUM != "" || len(r[0].Samples) != 1 {
		t.Errorf("a pressure without its scale is described as %+v", m)
	}
	m = r[1].Describe.Metric("sa/1/686/0102")
	if m.Period != 2*time.Millisecond || m.Calibration.Relative || m.Unit.UCUM != "mV" || math.Abs(m.Calibration.Physical(0x2000)) > 1e-9 {
		t.Errorf("an ECG lead without its scale is described as %+v", m)
	}
	m = r[2].Describe.Metric("sa/1/5/4A14")
	if m.Calibration.Relative || m.Unit.UCUM != "mm[Hg]" || m.Calibration.Physical(9120) != 520 {
		t.Errorf("then it is described as %+v", m)
	}
}

func TestDegenerateContexts(t *testing.T) {
	spec := func(bits uint8, flags uint16) wire.Attr {
		return wire.Attr{ID: wire.AttrSampleSpec, Value: wire.SampleSpec{ArraySize: 1, SampleBits: 16, SignificantBits: bits, Flags: flags}.Append(nil)}
	}
	block := wire.SamplesAttr(false, wire.Samples{Physio: 0x4A14, Data: words(0xABCD)})
	for _, a := range []wire.Attr{spec(0, wire.SampleMasked), spec(200, wire.SampleMasked), spec(12, 0),
		{ID: wire.AttrScale, Value: wire.Scale{Low: 1, High: 2}.Append(nil)}} {
		r := feed(t, result(wire.ClassWave, 0, 1, 5, a, block))
		c := r[0].Describe.Metric("sa/1/5/4A14").Calibration
		if got := r[0].Samples[0].Samples[0]; got != 0xABCD || c.RawLow == c.RawHigh || !c.Relative {
			t.Errorf("sample %X on %+v", got, c)
		}
	}
	r := feed(t, result(wire.ClassWave, 0, 1, 5, spec(12, wire.SampleMasked), block))
	if got := r[0].Samples[0].Samples[0]; got != 0xBCD {
		t.Errorf("masked sample %X", got)
	}
}

// The context of a wave may be asked for in two halves, the first without a
// label, while several leads share a handle.
func TestContextInHalves(t *testing.T) {
	all := ecgContext(0x00020101, 128, 16)
	static, dynamic := all[:4], all[4:]
	r := feed(t, result(wire.ClassWave, wire.GroupStatic, 0, 686, static...),
		result(wire.ClassWave, wire.GroupDynamic, 1, 686, dynamic...),
		result(wire.ClassWave, 0, 2, 686, wire.SamplesAttr(false, wire.Samples{Physio: 0x0101, Data: words(slices.Repeat([]uint16{0xA004}, 128)...)})))
	s := r[0].Samples[0]
	if len(s.Marks) != 128 || s.Samples[0] != 0x2004 {
		t.Errorf("%d marks, sample %x", len(s.Marks), s.Samples[0])
	}
}

// A wave of an external device: its label says nothing of its code.
func TestWaveWithAnOddLabel(t *testing.T) {
	block := wire.SamplesAttr(false, wire.Samples{Physio: 0xEFFF, Data: words(1, 2, 3, 4)})
	context := []wire.Attr{{ID: wire.AttrLabel, Value: wire.Put32(0x80031234)},
		{ID: wire.AttrLabelString, Value: wire.AppendString(nil, "Vext", 6)}, {ID: wire.AttrUnit, Value: wire.Put16(0x0F20)},
		{ID: wire.AttrScale, Value: wire.Scale{Low: 0, High: 100, RawHigh: 1000}.Append(nil)}}
	first := func() *wire.Message { return result(wire.ClassWave, 0, 0, 9, context...) }
	for name, messages := range map[string][]*wire.Message{
		"context first": {first(), result(wire.ClassWave, 0, 1, 9, block)},
		"samples first": {result(wire.ClassWave, 0, 0, 9, block), result(wire.ClassWave, 0, 1, 9, context...), result(wire.ClassWave, 0, 2, 9, block)},
		"together":      {result(wire.ClassWave, 0, 0, 9, append(slices.Clone(context), block)...)},
	} {
		var m *mdib.Metric
		for _, r := range feed(t, messages...) {
			if r.Describe != nil {
				m = r.Describe.Metric("sa/1/9/EFFF")
			}
		}
		if m == nil || m.Label != "Vext" || m.Unit.UCUM != "mm[Hg]" || m.Calibration.Physical(500) != 50 {
			t.Errorf("%s: described as %+v", name, m)
		}
	}
}

func TestRepeatedBlockIsTakenOnce(t *testing.T) {
	block := func(sequence uint16) *wire.Message {
		return result(wire.ClassWave, 0, sequence, 686, wire.SamplesAttr(false, wire.Samples{Physio: 0x0102, Data: words(1, 2)}))
	}
	count := func(reports []mdib.Report) (n int) {
		for _, r := range reports {
			n += len(r.Samples)
		}
		return n
	}
	list := []*wire.Message{block(1), block(1), block(3), block(2)}
	if n := count(live(list...)); n != 2 {
		t.Errorf("%d blocks of four, of which one is a copy and one late", n)
	}
	// A capture is told as it is.
	if n := count(feed(t, list...)); n != 4 {
		t.Errorf("%d blocks of a capture with four", n)
	}
}
