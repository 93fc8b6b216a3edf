package nonin

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"lamplight/devices"
	"lamplight/mdib"
)

// play is a decoder that gets frames one by one at their pace.
type play struct {
	t   *testing.T
	r   *reporter
	at  time.Time
	got []mdib.Report
}

func newPlay(t *testing.T) *play {
	return &play{t: t, r: newReporter(devices.Settings{}, mdib.ModeReal), at: noon}
}

func (p *play) take(it item) {
	it.at = p.at
	p.r.take(it, func(r mdib.Report) { p.got = append(p.got, r) })
}

// packet plays 25 frames; set changes each.
func (p *play) packet(k Packet, set func(i int, f *Frame)) {
	floats := k.Floats()
	for i := range PacketFrames {
		f := Frame{Float: floats[i], Pleth: 100}
		if i == 0 {
			f.Status = Sync
		}
		if set != nil {
			set(i, &f)
		}
		p.take(item{format: Format2, frame: f})
		p.at = p.at.Add(Period)
	}
}

// since gives what was reported since the last call.
func (p *play) since() []mdib.Report {
	got := p.got
	p.got = nil
	return got
}

func with(s Status) func(int, *Frame) { return func(_ int, f *Frame) { f.Status |= s } }

var well = Packet{Rate: 72, RateE: 72, RateD: 72, RateED: 72, SpO2: 97, SpO2D: 97, SpO2Fast: 97, SpO2Beat: 97, SpO2E: 97, SpO2ED: 97}

func TestStatusBecomesValidity(t *testing.T) {
	for _, c := range []struct {
		status Status
		want   mdib.Validity
	}{
		{0, mdib.Valid}, {Green, mdib.Valid}, {Red, mdib.Valid}, {OutOfTrack, mdib.Questionable}, {Artefact, mdib.Questionable},
		{SensorAlarm, mdib.Invalid}, {Disconnected, mdib.Invalid}, {SensorAlarm | OutOfTrack | Artefact, mdib.Invalid},
	} {
		p := newPlay(t)
		p.packet(well, with(c.status))
		for ref, n := range numerics(p.got) {
			if n.Validity != c.want || n.Validity.HasValue() == math.IsNaN(n.Value) {
				t.Errorf("status %07b: %s is %+v, want %v", c.status, ref, n, c.want)
			}
		}
		for _, r := range p.got {
			for _, a := range r.Samples {
				if a.Validity != c.want {
					t.Errorf("status %07b: the pleth is %v, want %v", c.status, a.Validity, c.want)
				}
			}
		}
	}
	// One frame of 25 is enough.
	p := newPlay(t)
	p.packet(well, func(i int, f *Frame) {
		if i == 13 {
			f.Status |= SensorAlarm
		}
	})
	if n := numerics(p.got)[refSpO2]; n.Validity != mdib.Invalid {
		t.Errorf("with the alarm in one frame: %+v", n)
	}
}

func TestMissingAndImpossibleValues(t *testing.T) {
	p := newPlay(t)
	k := well
	k.Rate, k.SpO2, k.SpO2Fast = NoRate, NoSaturation, 101
	p.packet(k, nil)
	got := numerics(p.got)
	for ref, want := range map[mdib.Ref]mdib.Validity{refPulse: mdib.NotAvailable, refSpO2: mdib.NotAvailable, "spo2_fast": mdib.Invalid, "spo2_d": mdib.Valid} {
		if n := got[ref]; n.Validity != want || n.Validity.HasValue() == math.IsNaN(n.Value) {
			t.Errorf("%s is %+v, want %v", ref, n, want)
		}
	}
}

func TestValuesAreReportedWhenTheyChangeAndEverySecond(t *testing.T) {
	p := newPlay(t)
	var counts []int
	for i := range 9 {
		k := well
		if i >= 4 {
			k.SpO2 = 96
		}
		p.packet(k, nil)
		n := 0
		for _, r := range p.since() {
			n += len(r.Numerics)
		}
		counts = append(counts, n)
	}
	if want := []int{10, 0, 0, 10, 1, 0, 9, 1, 0}; !slices.Equal(counts, want) {
		t.Errorf("values a packet %v, want %v", counts, want)
	}
}

func TestConditionsBeginAndEndOnce(t *testing.T) {
	alerts := func(reports []mdib.Report) (s []string) {
		for _, r := range reports {
			for _, a := range r.Alerts {
				text := a.Text
				if !a.Present {
					text = "no " + text
				}
				if a.Kind != mdib.Technical || a.Provenance != mdib.FromDevice || a.Code.IsZero() || a.Present != (a.Signal == mdib.SignalOn) {
					t.Errorf("%+v", a)
				}
				s = append(s, text)
			}
		}
		return s
	}
	low := well
	low.Stat2 = LowBattery
	p := newPlay(t)
	for _, step := range []struct {
		k    Packet
		s    Status
		want []string
	}{
		{well, Green, nil},
		{well, SensorAlarm | OutOfTrack, []string{"sensor alarm", "out of track"}},
		{well, SensorAlarm | OutOfTrack, nil},
		{well, SensorAlarm | Disconnected, []string{"sensor disconnected", "no out of track"}},
		{low, Green, []string{"low battery", "no sensor disconnected", "no sensor alarm"}},
		{low, Red, []string{"low perfusion"}},
		{low, Yellow, []string{"marginal perfusion", "no low perfusion"}},
		{well, Green | Artefact, []string{"artefact", "no marginal perfusion", "no low battery"}},
		{well, Green, []string{"no artefact"}},
	} {
		for range repeatPackets {
			p.packet(step.k, with(step.s))
		}
		if got := alerts(p.since()); !slices.Equal(got, step.want) {
			t.Errorf("at status %07b: %v, want %v", step.s, got, step.want)
		}
	}
}

func TestAnArtefactWithEveryOtherPulseIsOneCondition(t *testing.T) {
	p := newPlay(t)
	for i := range 30 {
		p.packet(well, with([]Status{0, Artefact, 0}[i%3]))
	}
	n := 0
	for _, r := range p.since() {
		n += len(r.Alerts)
	}
	if n != 1 {
		t.Errorf("%d changes of the condition, want 1", n)
	}
}

func TestTheColourIsKeptBetweenPulses(t *testing.T) {
	p := newPlay(t)
	present := func() bool { return p.r.colour == Red }
	p.packet(well, func(i int, f *Frame) {
		if i < 12 {
			f.Status |= Red
		}
	})
	for range 8 {
		p.packet(well, nil)
		if !present() {
			t.Fatal("the colour was forgotten within 3 s")
		}
	}
	p.packet(well, nil)
	p.packet(well, nil)
	if present() {
		t.Error("the colour is still shown after 3 s without a pulse")
	}
}

func TestAPacketWithAHoleTellsNoValues(t *testing.T) {
	for _, hole := range []item{{lost: true}, {fresh: true}} {
		p := newPlay(t)
		p.packet(well, nil)
		p.since()
		k := well
		k.SpO2 = 50
		floats := k.Floats()
		for i := range PacketFrames {
			it := item{format: Format2, frame: Frame{Float: floats[i]}}
			if i == 0 {
				it.frame.Status = Sync
			}
			if i == 10 {
				it.lost, it.fresh = hole.lost, hole.fresh
			}
			p.take(it)
		}
		if got := numerics(p.since()); len(got) > 0 {
			t.Errorf("values out of a packet with a hole: %v", got)
		}
		p.packet(k, nil)
		if got := numerics(p.since())[refSpO2]; got.Value != 50 {
			t.Errorf("after it: %+v", got)
		}
	}
}

// arrays gives the time and length of every array of the pleth.
func arrays(reports []mdib.Report) (at []time.Time, n []int) {
	for _, r := range reports {
		for _, a := range r.Samples {
			at = append(at, a.Time)
			n = append(n, len(a.Samples))
		}
	}
	return at, n
}

func TestSamplesAreEvenWhateverTheArrival(t *testing.T) {
	p := newPlay(t)
	x := uint32(7)
	for i := range 75 * 60 {
		x = x*1664525 + 1013904223
		jitter := time.Duration(x>>8%40) * time.Millisecond
		p.at = noon.Add(time.Duration(i) * Period * 10001 / 10000).Add(jitter) // and a clock that is slow by 100 ppm
		p.take(item{format: Format2, frame: Frame{}})
	}
	at, n := arrays(p.got)
	end := noon
	for i := range at {
		if gap := at[i].Sub(end); i > 0 && gap.Abs() > maxNudge {
			t.Fatalf("array %d begins %v after the one before it", i, gap)
		}
		end = at[i].Add(time.Duration(n[i]) * Period)
	}
	if lag := p.at.Sub(end).Abs(); lag > 60*time.Millisecond {
		t.Errorf("after a minute the samples are %v from their arrival", lag)
	}
}

func TestAPauseLeavesAGapAndABurstDoesNot(t *testing.T) {
	second := func(p *play, pace time.Duration) {
		for range 75 {
			p.take(item{format: Format2})
			p.at = p.at.Add(pace)
		}
	}
	end := func(p *play) time.Duration {
		at, n := arrays(p.got)
		return at[len(at)-1].Add(time.Duration(n[len(n)-1]) * Period).Sub(noon)
	}
	p := newPlay(t)
	second(p, Period)
	p.at = p.at.Add(time.Second) // the device said nothing
	second(p, Period)
	if got := end(p); (got - 3*time.Second).Abs() > 50*time.Millisecond {
		t.Errorf("after a pause of a second the samples end at %v, want 3 s", got)
	}
	p = newPlay(t)
	second(p, Period)
	p.at = p.at.Add(time.Second) // we did not listen
	second(p, 0)
	second(p, Period)
	if got := end(p); (got - 3*time.Second).Abs() > 50*time.Millisecond {
		t.Errorf("after a burst the samples end at %v, want 3 s", got)
	}
}

func TestALostFrameLeavesRoom(t *testing.T) {
	p := newPlay(t)
	for i := range 20 {
		if i != 7 {
			p.take(item{format: Format2, lost: i == 8})
		}
		p.at = p.at.Add(Period)
	}
	at, n := arrays(p.got)
	var counted int
	for _, x := range n {
		counted += x
	}
	if last := at[len(at)-1]; (last.Sub(noon)-13*Period).Abs() > 5*maxNudge || counted != 17 {
		t.Errorf("the last array begins at %v with %d samples before its end, want 13 periods and 17", last.Sub(noon), counted)
	}
}

func TestSpotChecks(t *testing.T) {
	p := newPlay(t)
	record := func(s Spot, taken time.Time) mdib.Report {
		if !taken.IsZero() {
			s.SetClock(taken)
		}
		p.take(item{format: Format13, spot: s})
		got := p.since()
		if len(got) != 1 {
			t.Fatalf("%d Reports of one record", len(got))
		}
		return got[0]
	}
	ahead := time.Hour // the device's clock
	r := record(Spot{SmartPoint: true, SpO2: 97, Rate: 300}, noon.Add(ahead))
	if n := r.Numerics[0]; n.Ref != refSpO2 || n.Value != 97 || n.Validity != mdib.Valid || !n.Time.Equal(noon) {
		t.Errorf("live: %+v", n)
	}
	if r.Numerics[1].Value != 300 {
		t.Errorf("live: %+v", r.Numerics[1])
	}
	if r.Describe == nil || r.Describe.Clock == nil || r.Describe.Clock.Offset() != ahead {
		t.Fatalf("described %+v", r.Describe)
	}
	if m := r.Describe.Metric(refSpO2); m == nil || !m.Episodic {
		t.Errorf("a spot check is episodic: %+v", m)
	}
	// Played back: on our time, and never in the place of a live value.
	r = record(Spot{Memory: true, SmartPoint: true, SpO2: 88, Rate: 99}, noon.Add(ahead-2*time.Hour))
	if n := r.Numerics[0]; n.Ref != refMemorySpO2 || n.Value != 88 || !n.Time.Equal(noon.Add(-2*time.Hour)) {
		t.Errorf("from memory: %+v", n)
	}
	if r.Describe != nil {
		t.Error("described again without need")
	}
	r = record(Spot{Unproven: true, SpO2: 97, Rate: 72, LowBattery: true}, noon.Add(ahead))
	if r.Numerics[0].Validity != mdib.Questionable || len(r.Alerts) != 1 || r.Alerts[0].Text != "low battery" {
		t.Errorf("unproven, low battery: %+v", r)
	}
	r = record(Spot{SmartPoint: true, SpO2: NoSaturation, Rate: NoRate}, noon) // the clock was set
	if r.Numerics[0].Validity != mdib.NotAvailable || r.Describe == nil || r.Describe.Clock.Offset() != 0 {
		t.Errorf("missing, clock set: %+v", r)
	}
	r = record(Spot{Memory: true, SpO2: 90, Rate: 70}, time.Time{})
	if n := r.Numerics[0]; !n.Time.Equal(noon) {
		t.Errorf("without a date: %+v", n)
	}
}

func TestMetricsAreInTheNomenclature(t *testing.T) {
	for _, f := range []Format{Format2, Format7, Format8, Format13} {
		d := describe(f, "", nil, mdib.ModeReal)
		for _, want := range []struct{ ref, refID, unit string }{{"spo2", "MDC_PULS_OXIM_SAT_O2", "%"}, {"pulse", "MDC_PULS_OXIM_PULS_RATE", "/min"}} {
			m := d.Metric(mdib.Ref(want.ref))
			if m == nil || m.Code.RefID != want.refID || m.Unit.UCUM != want.unit || m.Class != mdib.ClassSpO2 {
				t.Errorf("format %d: %s is %+v", f, want.ref, m)
			}
		}
		judged := 0
		for m := range d.Metrics() {
			if m.Code.RefID == "MDC_PULS_OXIM_SAT_O2" {
				judged++
			}
		}
		if judged != 1 {
			t.Errorf("format %d: limits would judge %d saturations", f, judged)
		}
	}
}

func TestOptions(t *testing.T) {
	for _, c := range []struct{ name, value, wrong string }{
		{"format", "7", ""}, {"format", "auto", ""}, {"mode", "demo", ""}, {"mode", "test", ""},
		{"format", "9", `"9"`}, {"mode", "fake", `"fake"`}, {"colour", "red", "colour"},
	} {
		s := devices.Settings{Options: map[string]string{c.name: c.value}}
		_, err := Model().New(s)
		if (err != nil) != (c.wrong != "") || err != nil && !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%s=%s: %v", c.name, c.value, err)
		}
		if _, err := Model().Decoder(s, devices.Stream); (err != nil) != (c.wrong != "") {
			t.Errorf("decoder, %s=%s: %v", c.name, c.value, err)
		}
	}
	if _, err := Model().Decoder(devices.Settings{}, devices.Datagrams); err == nil {
		t.Error("a line's capture was taken as datagrams")
	}
	if got := Model().Address("serial:/dev/ttyUSB3?baud=19200"); got != "serial:/dev/ttyUSB3?baud=19200&bits=8&parity=none&stop=1" {
		t.Errorf("completed address %s", got)
	}
}

// Whole frames may go missing without a trace in the bytes, when another
// program reads at the same line. Nothing else may then pass for the saturation
// or the pulse rate: they stand before the revision, which gives that away.
func TestMissingFramesMixUpNoValues(t *testing.T) {
	k := Packet{SpO2: 97, SpO2Fast: 96, SpO2Beat: 95, SpO2D: 97, SpO2E: 98, SpO2ED: 98, Rate: 172, RateD: 171, RateE: 170, RateED: 169, Revision: 20}
	floats := k.Floats()
	told := 0
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		loss := rnd.Float64() * 0.6
		var reports []mdib.Report
		r := newReporter(devices.Settings{}, mdib.ModeReal)
		at := time.Unix(1_700_000_000, 0)
		for i := range 200 * PacketFrames {
			at = at.Add(time.Second / 75)
			f := Frame{Pleth: 100, Float: floats[i%PacketFrames]}
			if i%PacketFrames == 0 {
				f.Status |= Sync
			}
			if i > 2*PacketFrames && rnd.Float64() < loss {
				continue
			}
			r.take(item{at: at, format: Format2, frame: f, fresh: i == 0}, func(rep mdib.Report) { reports = append(reports, rep) })
		}
		for _, rep := range reports {
			for _, n := range rep.Numerics {
				want, main := map[mdib.Ref]float64{refSpO2: 97, refPulse: 172}[n.Ref]
				if !main {
					continue
				}
				if told++; n.Validity.HasValue() && n.Value != want {
					t.Fatalf("seed %d, %.0f %% missing: %s is %v", seed, 100*loss, n.Ref, n.Value)
				}
			}
		}
	}
	if told < 400 {
		t.Errorf("only %d values", told)
	}
}

// A revision that stays is a new one.
func TestANewRevisionIsTakenWhenRepeated(t *testing.T) {
	p := newPlay(t)
	p.packet(Packet{SpO2: 97, Rate: 72, Revision: 33}, nil)
	p.since()
	p.packet(Packet{SpO2: 20, Rate: 72, Revision: 34}, nil)
	for _, rep := range p.since() {
		if len(rep.Numerics) > 0 {
			t.Errorf("values of a packet that is not believed: %+v", rep.Numerics)
		}
	}
	p.packet(Packet{SpO2: 21, Rate: 72, Revision: 34}, nil)
	reports := p.since()
	if got := numerics(reports)[refSpO2]; got.Value != 21 || version(reports) != "34" {
		t.Errorf("%v, revision %q", got.Value, version(reports))
	}
}
