package intellivue

import (
	"math"
	"slices"
	"time"

	"lamplight/devices/intellivue/wire"
	"lamplight/mdib"
)

// waveContext is what is known of one wave apart from its samples. All ECG
// leads share one handle, and single leads and the compound of three may run at
// once: hence the key.
type waveContext struct {
	context, handle uint16
	compound        bool
	physio          uint16 // 0 of a compound
	sampled         bool   // physio was told by samples, not guessed from the label
	textID          uint32
	label           string
	unit            uint16
	unitKnown       bool
	scale           wire.Scale
	scaleKnown      bool
	show            [2]uint16
	static          waveStatic
	staticKnown     bool
}

// waveStatic is the part of a context that never changes.
type waveStatic struct {
	spec   wire.SampleSpec
	period uint32 // ticks from one sample to the next
	marks  []wire.FixedValue
}

func (r *reader) waveObject(p *wire.PollResult, context uint16, o wire.Observation) {
	x := r.object(wire.ClassWave, context, o)
	var blocks []wire.Samples
	compound := false
	for _, a := range o.Attrs {
		if a.ID != wire.AttrSamples && a.ID != wire.AttrSamplesCompound {
			continue
		}
		list, err := wire.ParseSamples(a)
		if err != nil {
			continue // Parse has checked it
		}
		compound = compound || a.ID == wire.AttrSamplesCompound
		blocks = append(blocks, list...)
	}
	w := r.waveContext(context, o, blocks, compound)
	for _, b := range blocks {
		r.block(p, x, w, b)
	}
}

// waveContext finds or makes the context that an observation belongs to, and
// takes in what the observation says of it. It is nil when that is nothing yet.
func (r *reader) waveContext(context uint16, o wire.Observation, blocks []wire.Samples, compound bool) *waveContext {
	now := waveContext{context: context, handle: o.Handle, compound: compound, sampled: len(blocks) > 0}
	now.read(o.Attrs)
	switch {
	case now.sampled && !compound:
		now.physio = blocks[0].Physio
	case !now.sampled && now.textID == 0:
		// Which of the handle's waves it is, only the size of a block will tell.
		if now.staticKnown {
			r.statics = append(slices.DeleteFunc(r.statics, now.sameStatic), now)
		}
		return nil
	case !now.sampled && !now.compound:
		now.physio = uint16(now.textID)
	}
	w := r.findWave(now)
	if now.sampled && !now.staticKnown && !w.staticKnown {
		now.static.spec.ArraySize = uint16(len(blocks[0].Data) / 2)
		if i := slices.IndexFunc(r.statics, now.sameStatic); i >= 0 {
			now.static, now.staticKnown = r.statics[i].static, true
		}
	}
	if x := r.objects[objectKey{wire.ClassWave, context, o.Handle}]; w.take(now) {
		for _, mt := range x.metrics {
			if w.owns(mt) {
				r.nameWave(x, w, mt, 0)
			}
		}
	}
	return w
}

// read takes in the attributes that describe a wave.
func (w *waveContext) read(attrs []wire.Attr) {
	for _, a := range attrs {
		switch a.ID {
		case wire.AttrLabel:
			w.textID, _ = wire.U32(a.Value)
			w.compound = w.compound || !w.sampled && w.textID == ecgCompound
		case wire.AttrLabelString:
			w.label, _ = wire.ParseString(a.Value)
		case wire.AttrMetricSpec:
			s, err := wire.ParseMetricSpec(a.Value)
			w.compound = w.compound || !w.sampled && err == nil && s.Structure != 0
		case wire.AttrUnit:
			w.unit, w.unitKnown = wire.U16(a.Value)
		case wire.AttrScale:
			s, err := wire.ParseScale(a.Value)
			w.scale, w.scaleKnown = s, err == nil && s.RawLow != s.RawHigh
		case wire.AttrDisplayRange:
			if v, ok := wire.U32(a.Value); ok {
				w.show = [2]uint16{uint16(v >> 16), uint16(v)}
			}
		case wire.AttrSampleSpec:
			s, err := wire.ParseSampleSpec(a.Value)
			w.static.spec, w.staticKnown = s, err == nil
		case wire.AttrSamplePeriod:
			w.static.period, _ = wire.U32(a.Value)
		case wire.AttrFixedValues:
			w.static.marks, _ = wire.ParseFixedValues(a.Value)
		}
	}
}

// ecgCompound is the label of the object with three ECG leads.
const ecgCompound uint32 = 0x00020100

// findWave gives the context that these samples or this description belong to.
func (r *reader) findWave(now waveContext) *waveContext {
	var odd []*waveContext
	for _, w := range r.waves {
		if w.context != now.context || w.handle != now.handle || w.compound != now.compound {
			continue
		}
		if w.physio == now.physio {
			return w
		}
		if isOdd(w.textID) || w.textID == 0 && isOdd(now.textID) {
			odd = append(odd, w)
		}
	}
	if len(odd) == 1 {
		if now.sampled {
			odd[0].physio = now.physio
		}
		return odd[0]
	}
	w := &waveContext{context: now.context, handle: now.handle, compound: now.compound, physio: now.physio}
	r.waves = append(r.waves, w)
	return w
}

// isOdd tells a label outside the measurements. It gives no physio code, but
// such a wave has its handle for itself.
func isOdd(textID uint32) bool { return textID != 0 && textID>>16 != uint32(wire.PartitionData) }

// sameStatic tells that s describes blocks of the same size of the same object.
func (w *waveContext) sameStatic(s waveContext) bool {
	return s.context == w.context && s.handle == w.handle && s.static.spec.ArraySize == w.static.spec.ArraySize
}

// take keeps what was told, and reports that it was news.
func (w *waveContext) take(now waveContext) bool {
	news := false
	if now.textID != 0 && (w.textID != now.textID || w.label != now.label) {
		w.textID, w.label, news = now.textID, now.label, true
	}
	if now.unitKnown && (!w.unitKnown || w.unit != now.unit) {
		w.unit, w.unitKnown, news = now.unit, true, true
	}
	if now.scaleKnown && (!w.scaleKnown || w.scale != now.scale || w.show != now.show) {
		w.scale, w.scaleKnown, w.show, news = now.scale, true, now.show, true
	}
	if now.staticKnown {
		news = news || !w.staticKnown || w.static.spec != now.static.spec || w.static.period != now.static.period
		w.static, w.staticKnown = now.static, true
	}
	return news
}

// block makes the sample array of one block of one wave.
func (r *reader) block(p *wire.PollResult, x *object, w *waveContext, b wire.Samples) {
	spec, marks := w.spec(b.Physio)
	words := b.Words()
	if spec.SampleBits == 8 {
		words = make([]uint16, len(b.Data))
		for i, v := range b.Data {
			words[i] = uint16(v)
		}
	}
	if len(words) == 0 {
		return
	}
	mt := r.findWaveMetric(x, w, b.Physio, len(words))
	// Two polls may overlap, a datagram may come twice, or so late that it cannot
	// be drawn in order any more.
	if r.live && mt.relSet && int32(p.Time-mt.rel) <= 0 {
		return
	}
	mt.rel, mt.relSet = p.Time, true
	s := mdib.SampleArray{Ref: mt.desc.Ref, Samples: make([]int32, len(words)), Validity: validity(b.State), Mode: r.mode(b.State)}
	s.Time = r.clock.time(p.Time)
	if r.live {
		s.Time = mt.forward(s.Time)
	}
	mask := uint16(1<<spec.SignificantBits - 1)
	for i, v := range words {
		s.Samples[i] = int32(v & mask)
		if v&^mask == 0 {
			continue
		}
		for _, f := range marks {
			if kind, ok := markKinds[f.Kind]; ok && f.Mask != 0 && v&f.Mask == f.Mask {
				s.Marks = append(s.Marks, mdib.Mark{At: i, Kind: kind})
			}
		}
	}
	r.report.Samples = append(r.report.Samples, s)
}

var markKinds = map[uint16]mdib.MarkKind{
	wire.FixedInvalid: mdib.MarkInvalid, wire.FixedPacer: mdib.MarkPacer,
	wire.FixedDefibrillator: mdib.MarkDefibrillator, wire.FixedSaturation: mdib.MarkSaturated, wire.FixedQRS: mdib.MarkQRS,
}

// owns tells whether a metric was made under this context.
func (w *waveContext) owns(mt *metric) bool {
	return mt.desc.Kind == mdib.KindSampleArray && mt.compound == w.compound && (w.compound || mt.physio == w.physio)
}

func (r *reader) findWaveMetric(x *object, w *waveContext, physio uint16, n int) *metric {
	for _, mt := range x.metrics {
		if mt.physio == physio && mt.compound == w.compound {
			if mt.samples != n {
				r.nameWave(x, w, mt, n)
			}
			return mt
		}
	}
	mt := &metric{physio: physio, compound: w.compound}
	mt.desc.Kind = mdib.KindSampleArray
	mt.desc.Ref = ref(refWave, x.key, physio)
	if w.compound {
		// The same lead may be asked for alone as well, at another rate.
		mt.desc.Ref += "/c"
	}
	x.metrics = append(x.metrics, mt)
	r.nameWave(x, w, mt, n)
	return mt
}

// nameWave fills in a wave's description; n is the samples in a block, 0 when
// it has not changed.
func (r *reader) nameWave(x *object, w *waveContext, mt *metric, n int) {
	if n == 0 {
		n = mt.samples
	}
	mt.samples = n
	before, told := mt.desc, mt.described
	own := *x
	own.label, own.textID = w.label, w.textID
	r.name(&own, mt)
	d := mt.desc
	d.Unit, d.Calibration = mdib.Unit{}, w.calibration(mt.physio)
	if w.unitKnown {
		d.Unit = mdib.UnitByTerm(w.unit)
	} else if isECG(mt.physio) {
		d.Unit = mdib.UnitByTerm(0x10B2)
	}
	// A block is 256 ms long, whatever it holds.
	d.Period = wire.Duration(wire.BlockTicks) / time.Duration(n)
	if w.staticKnown && w.static.period > 0 {
		d.Period = wire.Duration(int64(w.static.period))
	}
	mt.desc = d
	if d != before || !told {
		r.dirty = true
	}
}

// isECG tells the leads of the surface ECG, whose scale never varies.
func isECG(physio uint16) bool { return physio >= 0x0100 && physio <= 0x014C }

// ecgScale is the scale of every ECG lead that was ever recorded or described.
var ecgScale = wire.Scale{Low: 0xFEFFF000, High: 0xFD009FFB, RawLow: 0, RawHigh: 0x3FFF}

// spec gives how samples are to be read: as told, or for an ECG lead as all of
// them are.
func (w *waveContext) spec(physio uint16) (wire.SampleSpec, []wire.FixedValue) {
	s := wire.SampleSpec{SampleBits: 16, SignificantBits: 16}
	switch {
	case w.staticKnown:
		s = w.static.spec
	case isECG(physio):
		s = wire.SampleSpec{SampleBits: 16, SignificantBits: 14, Flags: wire.SampleMasked}
	}
	if s.Flags&wire.SampleMasked == 0 || s.SignificantBits == 0 || s.SignificantBits > 16 {
		s.SignificantBits = 16 // whatever was announced: an arterial pressure uses more
	}
	return s, w.static.marks
}

// calibration maps raw samples to the unit. Until the monitor has told the
// scale of a wave that is not an ECG, its height is relative: no number is
// better than a wrong one.
func (w *waveContext) calibration(physio uint16) mdib.Calibration {
	s := w.scale
	if !w.scaleKnown {
		if !isECG(physio) {
			spec, _ := w.spec(physio)
			return mdib.Calibration{RawHigh: 1<<spec.SignificantBits - 1, Relative: true}
		}
		s = ecgScale
	}
	c := mdib.Calibration{
		RawLow: int32(s.RawLow), RawHigh: int32(s.RawHigh), Low: s.Low.Value(), High: s.High.Value(),
		ShowLow: int32(w.show[0]), ShowHigh: int32(w.show[1]),
	}
	if math.IsNaN(c.Low) || math.IsNaN(c.High) || math.IsInf(c.Low, 0) || math.IsInf(c.High, 0) {
		c.Low, c.High, c.Relative = 0, 0, true
	}
	return c
}
