package emulator

import (
	"math"
	"slices"
	"time"

	"lamplight/devices/intellivue/wire"
	"lamplight/mdib"
)

// wave is one wave object. A compound has several leads under one label.
type wave struct {
	context, handle uint16
	label           uint32
	text            string
	leads           []uint16 // physio codes
	period          uint32   // ticks from sample to sample
	bits            uint8
	flags           uint16
	scale           wire.Scale
	show            [2]uint16
	unit            uint16
	colour          uint16
}

var (
	ecgScale      = wire.Scale{Low: 0xFEFFF000, High: 0xFD009FFB, RawHigh: 0x3FFF}
	pressureScale = wire.Scale{Low: 0x00FFFFD8, High: 0x00000208, RawLow: 0x00A0, RawHigh: 0x23A0}
	plethScale    = wire.Scale{Low: wire.NaN, High: wire.NaN, RawHigh: 0x0FFF}
	respScale     = wire.Scale{Low: 0xFFFFFFFA, High: 0xFF000013, RawHigh: 0x0FFF}
	co2Scale      = wire.Scale{Low: 0x00FFFFFC, High: 0x00000096, RawHigh: 0x0FFF} // invented: -4 to 150 mmHg

	// ecgMarks are the fixed values that a recorded session announced.
	ecgMarks = []wire.FixedValue{{Kind: 4, Mask: 0x8008}, {Kind: 3, Mask: 0x4001}, {Kind: 2, Mask: 0x8004}}
)

const ecgCompound = 0x00020100

// allWaves makes the list of the waves that the monitor can have.
func allWaves() []wave {
	list := []wave{{1, 686, ecgCompound, "ECG", []uint16{0x0102, 0x0143, 0x013E}, 32, 14, 0x3000, ecgScale, [2]uint16{}, 0x10B2, 2}}
	for _, l := range []struct {
		physio uint16
		text   string
	}{{0x0101, "I"}, {0x0102, "II"}, {0x013D, "III"}, {0x013E, "aVR"}, {0x013F, "aVL"}, {0x0140, "aVF"}, {0x0143, "V"},
		{0x0103, "V1"}, {0x0104, "V2"}, {0x0105, "V3"}, {0x0106, "V4"}, {0x0107, "V5"}, {0x0108, "V6"}} {
		list = append(list, wave{1, 686, 0x00020000 | uint32(l.physio), l.text, []uint16{l.physio}, 16, 14, 0x3000,
			ecgScale, [2]uint16{0x1F54, 0x2114}, 0x10B2, 2})
	}
	pressure := func(handle, physio uint16, text string, high uint16, colour uint16) wave {
		return wave{0, handle, 0x00020000 | uint32(physio), text, []uint16{physio}, 64, 13, 0xA000, pressureScale,
			[2]uint16{0x0230, high}, 0x0F20, colour}
	}
	return append(list,
		wave{1, 986, 0x00024BB4, "Pleth", []uint16{0x4BB4}, 64, 12, 0x8000, plethScale, [2]uint16{}, 0x0200, 6},
		pressure(2332, 0x4A14, "ABP", 0x0EB0, 1),
		pressure(2372, 0x4A1C, "PAP", 0x0640, 3),
		pressure(2412, 0x4A44, "CVP", 0x0460, 6),
		wave{1, 696, 0x00025000, "Resp", []uint16{0x5000}, 128, 12, 0x8000, respScale, [2]uint16{}, 0x10C0, 7},
		wave{0, 2452, 0x000250AC, "CO2", []uint16{0x50AC}, 128, 12, 0x8000, co2Scale, [2]uint16{}, 0x0F20, 3},
	)
}

func (w *wave) isECG() bool { return w.unit == 0x10B2 }

// attrs gives the wave's context, without samples.
func (w *wave) attrs(group uint16) []wire.Attr {
	var list []wire.Attr
	if group == wire.GroupAll || group == wire.GroupStatic {
		spec := wire.MetricSpec{Period: wire.BlockTicks, Category: 1, Access: 0x4228}
		if len(w.leads) > 1 {
			spec.Structure, spec.Components = 1, uint8(len(w.leads))
		}
		list = append(list, wire.Attr{ID: wire.AttrHandle, Value: wire.Put16(w.handle)},
			wire.Attr{ID: wire.AttrType, Value: wire.Type(wire.PartitionObj, wire.ClassWave)},
			wire.Attr{ID: wire.AttrMetricSpec, Value: spec.Append(nil)},
			wire.Attr{ID: wire.AttrSampleSpec, Value: wire.SampleSpec{ArraySize: uint16(wire.BlockTicks / w.period),
				SampleBits: 16, SignificantBits: w.bits, Flags: w.flags}.Append(nil)})
		if w.isECG() {
			list = append(list, wire.Attr{ID: wire.AttrFixedValues, Value: wire.AppendFixedValues(nil, ecgMarks)})
		}
		list = append(list, wire.Attr{ID: wire.AttrSamplePeriod, Value: wire.Put32(w.period)})
	}
	if group == wire.GroupAll || group == wire.GroupDynamic {
		list = append(list, labels(w.label, w.text)...)
		list = append(list, wire.Attr{ID: wire.AttrUnit, Value: wire.Put16(w.unit)},
			wire.Attr{ID: wire.AttrColour, Value: wire.Put16(w.colour)},
			wire.Attr{ID: wire.AttrMetricState, Value: wire.Put16(0)},
			wire.Attr{ID: wire.AttrScale, Value: w.scale.Append(nil)})
		if w.show != ([2]uint16{}) {
			list = append(list, wire.Attr{ID: wire.AttrDisplayRange, Value: slices.Concat(wire.Put16(w.show[0]), wire.Put16(w.show[1]))})
		}
	}
	return list
}

// firstList is the priority list that the monitor comes with.
func (m *monitor) firstList() []uint32 {
	if m.options.Waves != nil {
		var list []uint32
		for _, n := range m.options.Waves {
			if t, ok := mdib.ByRefID(n); ok {
				list = append(list, 0x00020000|uint32(t.IntelliVue))
			}
		}
		return m.available(list)
	}
	return m.available([]uint32{0x00020102, 0x00020143, 0x00024A14, 0x00024BB4, 0x00025000, 0x000250AC, 0x00024A44, 0x00024A1C})
}

// Limits of the list: three single leads or the compound, and eight others.
const (
	maxLeads  = 3
	maxOthers = 8
)

// available keeps of a list what exists and what the limits allow.
func (m *monitor) available(ids []uint32) []uint32 {
	var out []uint32
	leads, others := 0, 0
	for _, id := range ids {
		w := find(id)
		if w == nil || slices.Contains(out, id) {
			continue
		}
		n := &others
		limit := maxOthers
		if w.isECG() {
			n, limit = &leads, maxLeads
		}
		if *n < limit {
			*n++
			out = append(out, id)
		}
	}
	return out
}

func find(id uint32) *wave {
	for _, w := range allWaves() {
		if w.label == id {
			return &w
		}
	}
	return nil
}

// selected gives the waves that are on the list and at the bedside.
func (m *monitor) selected() []wave {
	var list []wave
	for _, id := range m.waveList {
		if w := find(id); w != nil && m.connected(w) {
			list = append(list, *w)
		}
	}
	return list
}

func (m *monitor) connected(w *wave) bool {
	var one [1]float64
	for _, l := range w.leads {
		if m.sig.Samples(name(l), 0, time.Millisecond, one[:]) {
			return true
		}
	}
	return false
}

func (m *monitor) get(x *wire.Message) {
	var attrs []wire.Attr
	for _, id := range x.Get {
		switch id {
		case wire.AttrWaveList:
			attrs = append(attrs, wire.Attr{ID: id, Value: wire.AppendTextIDs(nil, m.waveList)})
		case wire.AttrNumericList:
			attrs = append(attrs, wire.Attr{ID: id, Value: wire.AppendTextIDs(nil, nil)})
		default:
			const noSuchAttribute = 5
			data := slices.Concat(appendObject(nil, x.Object), wire.Put16(1), wire.Put16(4), wire.Put16(noSuchAttribute), wire.Put16(id))
			m.refuse(x, wire.ErrGetList, data)
			return
		}
	}
	m.send(m.client.addr, &wire.Message{Kind: wire.KindData, Context: 2, RO: wire.Result, ID: x.ID, Command: wire.CmdGet,
		Object: wire.TheMDS, Attrs: attrs})
}

func (m *monitor) set(x *wire.Message) {
	var attrs []wire.Attr
	for _, c := range x.Set {
		list, err := wire.ParseTextIDs(c.Attr.Value)
		if c.Operator != 0 || c.Attr.ID != wire.AttrWaveList && c.Attr.ID != wire.AttrNumericList || err != nil {
			const invalidValue = 6
			data := slices.Concat(appendObject(nil, x.Object), wire.Put16(1), wire.Put16(6), wire.Put16(invalidValue),
				wire.Put16(c.Operator), wire.Put16(c.Attr.ID))
			m.refuse(x, wire.ErrSetList, data)
			return
		}
		if c.Attr.ID == wire.AttrWaveList {
			m.waveList = m.available(list)
		}
		attrs = append(attrs, c.Attr) // an echo of what was asked, not of what will be
	}
	if x.Command == wire.CmdSet {
		return // unconfirmed
	}
	m.send(m.client.addr, &wire.Message{Kind: wire.KindData, Context: 2, RO: wire.Result, ID: x.ID, Command: wire.CmdConfirmedSet,
		Object: wire.TheMDS, Attrs: attrs})
}

// burst sends one cycle's waves: four blocks, one after the other. The first
// result of a poll has a context only.
func (m *monitor) burst(r *running, now time.Time) {
	list := m.selected()
	if r.sequence == 0 || len(list) == 0 || r.poll.Group != wire.GroupAll && r.poll.Group != wire.GroupValues {
		var first []thing
		if len(list) > 0 && r.poll.Group == wire.GroupAll {
			first = m.contextOf(r, list)
		}
		m.reply(r.request, r.sequence, m.rel(now), first)
		r.sequence++
		return
	}
	var messages []func()
	for block := range 4 {
		start := now.Add(-waveDelay - cycle + time.Duration(block)*cycle/4)
		sequence := r.sequence
		r.sequence++
		var things []thing
		context := -1
		if block == 0 && r.poll.Group == wire.GroupAll {
			context = r.context % len(list)
			r.context++
		}
		for i, w := range list {
			var attrs []wire.Attr
			if i == context {
				attrs = w.attrs(wire.GroupAll)
			}
			samples := m.block(&w, start)
			things = append(things, thing{w.context, wire.Observation{Handle: w.handle, Attrs: append(attrs, samples)}})
		}
		slices.SortStableFunc(things, func(a, b thing) int { return int(a.context) - int(b.context) })
		m.waves++
		f := m.options.Faults
		if f.DropWaveEvery > 0 && m.waves%f.DropWaveEvery == 0 {
			continue
		}
		send := func() { m.reply(r.request, sequence, m.rel(start), things) }
		messages = append(messages, send)
		if f.DoubleWaves {
			messages = append(messages, send)
		}
	}
	if m.options.Faults.SwapWaves && len(messages) == 4 {
		messages[1], messages[2] = messages[2], messages[1]
	}
	for _, send := range messages {
		send()
	}
}

func (m *monitor) contextOf(r *running, list []wave) []thing {
	w := list[r.context%len(list)]
	r.context++
	return []thing{{w.context, wire.Observation{Handle: w.handle, Attrs: w.attrs(wire.GroupAll)}}}
}

// block gives the samples of 256 ms of a wave.
func (m *monitor) block(w *wave, start time.Time) wire.Attr {
	n := wire.BlockTicks / int(w.period)
	low, high := w.scale.Low.Value(), w.scale.High.Value()
	if math.IsNaN(low) {
		low, high = 0, 1
	}
	var blocks []wire.Samples
	values := make([]float64, n)
	for _, lead := range w.leads {
		s := wire.Samples{Physio: lead, State: m.state(0)}
		at := start.Sub(m.born)
		if !m.sig.Samples(name(lead), at, wire.Duration(int64(w.period)), values) {
			s.State |= wire.StateInvalid
			for i := range values {
				values[i] = math.Max(low, 0)
			}
		}
		for _, v := range values {
			f := (v - low) / (high - low)
			raw := float64(w.scale.RawLow) + f*(float64(w.scale.RawHigh)-float64(w.scale.RawLow))
			raw = math.Min(math.Max(math.Round(raw), 0), float64(w.scale.RawHigh))
			s.Data = append(s.Data, wire.Put16(uint16(raw))...)
		}
		blocks = append(blocks, s)
	}
	return wire.SamplesAttr(len(w.leads) > 1, blocks...)
}
