package physiology

import (
	"math"
	"slices"
	"testing"
	"time"

	"lamplight/mdib"
)

const (
	begin  = 60 * time.Second
	length = 60 * time.Second
)

// during plays an episode from 60 s to 120 s.
func during(k Kind, c mdib.PatientCategory) *Patient {
	f := everything(11, Episode{k, begin, 5 * time.Second, length})
	f.Category = c
	return NewPatient(f)
}

func codes(e []Event) []string {
	var out []string
	for _, x := range e {
		out = append(out, x.Code)
	}
	return out
}

// Every kind is announced by its event while it lasts, and only then.
func TestEpisodesAreAnnounced(t *testing.T) {
	for _, c := range []struct {
		kind      Kind
		source    string
		code      string
		technical bool
		priority  uint8
		settled   time.Duration // when it must be there
		over      time.Duration // when it must be gone
	}{
		{Desaturation, oxygen, "MDC_EVT_DESAT", false, high, 90, 160},
		{Tachycardia, heartRate, "MDC_EVT_ECG_TACHY_EXTREME", false, high, 80, 140},
		{Bradycardia, heartRate, "MDC_EVT_ECG_BRADY_EXTREME", false, high, 95, 145},
		{Hypotension, arterialP + "_SYS", "MDC_EVT_LO", false, medium, 75, 140},
		{Apnoea, respRate, "MDC_EVT_APNEA", false, high, 86, 125},
		{Asystole, heartRate, "MDC_EVT_ECG_ASYSTOLE", false, high, 66, 123},
		{VentricularTachycardia, heartRate, "MDC_EVT_ECG_V_TACHY", false, high, 64, 124},
		{VentricularFibrillation, heartRate, "NOM_EVT_ECG_V_FIB_TACHY", false, high, 65, 123},
		{AtrialFibrillation, heartRate, "NOM_EVT_ECG_ATR_FIB", false, medium, 72, 121},
		{LeadOff, heartRate, "MDC_EVT_LEADS_OFF", true, medium, 60, 120},
		{ProbeOff, oxygen, "MDC_EVT_SENSOR_DISCONN", true, low, 60, 120},
		{Artefact, heartRate, "MDC_EVT_NOISY", true, low, 66, 126},
	} {
		p := during(c.kind, mdib.Adult)
		want := Event{c.source, c.code, c.technical, c.priority}
		if _, ok := mdib.EventByRefID(c.code); !ok {
			t.Errorf("%v: %s is not of the nomenclature", c.kind, c.code)
		}
		for _, at := range []time.Duration{0, 30, 59} {
			if e := p.Events(at * time.Second); len(e) > 0 {
				t.Errorf("%v: %v before it began, at %d s", c.kind, e, at)
			}
		}
		for at := c.settled; at < 120; at += 3 {
			if e := p.Events(at * time.Second); !slices.Contains(e, want) {
				t.Errorf("%v: at %d s it says %v, want %v", c.kind, at, e, want)
				break
			}
		}
		for _, at := range []time.Duration{c.over, c.over + 30, 300} {
			if e := p.Events(at * time.Second); slices.Contains(e, want) {
				t.Errorf("%v: still announced at %d s", c.kind, at)
			}
		}
		if e := p.Events(400 * time.Second); len(e) > 0 {
			t.Errorf("%v: long after it %v", c.kind, e)
		}
	}
}

func TestAStablePatientIsQuiet(t *testing.T) {
	for c := mdib.Adult; c <= mdib.Neonatal; c++ {
		p := during(Stable, c)
		for at := time.Duration(0); at < 15*time.Minute; at += 5 * time.Second {
			if e := p.Events(at); len(e) > 0 {
				t.Fatalf("%v at %v: %v", c, at, e)
			}
		}
	}
}

func TestLimitsFollowTheCategory(t *testing.T) {
	for c := mdib.Adult; c <= mdib.Neonatal; c++ {
		for kind, code := range map[Kind]string{Tachycardia: "MDC_EVT_ECG_TACHY_EXTREME", Bradycardia: "MDC_EVT_ECG_BRADY_EXTREME"} {
			if e := codes(during(kind, c).Events(110 * time.Second)); !slices.Contains(e, code) {
				t.Errorf("%v of a %v: %v", kind, c, e)
			}
		}
	}
}

// span gives the lowest and highest value of a wave.
func span(t *testing.T, p *Patient, name string, at time.Duration, seconds float64) (lo, hi float64) {
	t.Helper()
	dst := make([]float64, int(seconds*125))
	if !p.Samples(name, at, 8*time.Millisecond, dst) {
		t.Fatalf("%s is not measured at %v", name, at)
	}
	return slices.Min(dst), slices.Max(dst)
}

func value(p *Patient, name string, at time.Duration) float64 {
	v, _ := p.Value(name, at)
	return v
}

func TestAsystoleStopsEverythingThatBeats(t *testing.T) {
	p := during(Asystole, mdib.Adult)
	at := begin + 15*time.Second
	if lo, hi := span(t, p, "MDC_ECG_ELEC_POTL_II", at, 10); hi-lo > 0.15 {
		t.Errorf("the ECG moves by %.2f mV", hi-lo)
	}
	if lo, hi := span(t, p, "MDC_PRESS_BLD_ART_ABP", at, 10); hi > 25 || lo < 5 || hi-lo > 8 {
		t.Errorf("arterial pressure from %.0f to %.0f", lo, hi)
	}
	if lo, hi := span(t, p, "MDC_PULS_OXIM_PLETH", at, 5); hi-lo > 0.1 {
		t.Errorf("pleth from %.2f to %.2f", lo, hi)
	}
	if _, hi := span(t, p, "MDC_PRESS_BLD_ART_ABP", begin+500*time.Millisecond, 0.5); hi < 40 {
		t.Errorf("half a second in, the pressure is %.0f: it must fall, not jump", hi)
	}
	if hr := value(p, heartRate, begin+6*time.Second); hr != 0 {
		t.Errorf("six seconds in, the heart rate is still %v", hr)
	}
	if hr, state := p.Value(heartRate, at); hr != 0 || state != Measured {
		t.Errorf("heart rate %v, %v", hr, state)
	}
	if _, state := p.Value("MDC_PULS_OXIM_PULS_RATE", at); state != Doubtful {
		t.Errorf("the pulse is %v without one", state)
	}
	if _, state := p.Value(oxygen, at); state != Doubtful {
		t.Errorf("SpO₂ is %v without a pulse", state)
	}
	if _, state := p.Value(arterialP+"_SYS", at); state != Doubtful {
		t.Errorf("the systolic pressure is %v", state)
	}
	if v, state := p.Value(arterialP+"_MEAN", at); state != Measured || v > 25 {
		t.Errorf("the mean pressure is %v, %v", v, state)
	}
	if v := value(p, respRate, at); v < 10 {
		t.Errorf("breathing, by a ventilator, is %v", v)
	}
}

func TestFibrillationHasNoComplexesAndNoPulse(t *testing.T) {
	p := during(VentricularFibrillation, mdib.Adult)
	at := begin + 10*time.Second
	lo, hi := span(t, p, "MDC_ECG_ELEC_POTL_II", at, 10)
	if hi-lo < 0.4 || hi-lo > 4 {
		t.Errorf("fibrillation of %.2f mV", hi-lo)
	}
	dst := make([]float64, 1250)
	p.Samples("MDC_ECG_ELEC_POTL_II", at, 8*time.Millisecond, dst)
	crossings := 0
	for i := 1; i < len(dst); i++ {
		if dst[i-1] < 0 && dst[i] >= 0 {
			crossings++
		}
	}
	if f := float64(crossings) / 10; f < 2.5 || f > 8 {
		t.Errorf("fibrillation of %.1f Hz", f)
	}
	if lo, hi := span(t, p, "MDC_PRESS_BLD_ART_ABP", at, 10); hi-lo > 10 || hi > 30 {
		t.Errorf("pressure from %.0f to %.0f", lo, hi)
	}
}

func TestVentricularTachycardiaIsFastWideAndWeak(t *testing.T) {
	p := during(VentricularTachycardia, mdib.Adult)
	at := begin + 15*time.Second
	if hr := value(p, heartRate, at); hr < 150 || hr > 200 {
		t.Errorf("heart rate %v", hr)
	}
	if s, d := value(p, arterialP+"_SYS", at), value(p, arterialP+"_DIA", at); s-d > 25 || s > 95 {
		t.Errorf("pressure %v over %v", s, d)
	}
	if n := value(p, pvcCount, at); n < 20 {
		t.Errorf("%v ventricular beats counted", n)
	}
	b := p.beats.at(at.Seconds())
	wide := 0.0
	for x := -0.2; x < 0.2; x += 0.001 { // most of the time away from the baseline
		if math.Abs(p.complexes(leadII, b.at+x)) > 0.2 {
			wide += 0.001
		}
	}
	if wide < 0.25 {
		t.Errorf("the complexes stand %v s of 0.4", wide)
	}
}

func TestAtrialFibrillationIsIrregularWithoutP(t *testing.T) {
	p := during(AtrialFibrillation, mdib.Adult)
	spread := func(from, to float64) float64 {
		sum, square, n := 0.0, 0.0, 0.0
		for _, b := range p.beats.between(from, to) {
			sum, square, n = sum+b.rr, square+b.rr*b.rr, n+1
		}
		mean := sum / n
		return math.Sqrt(square/n-mean*mean) / mean
	}
	if af, sinus := spread(65, 118), spread(0, 58); af < 0.12 || af > 0.35 || sinus > 0.07 {
		t.Errorf("the intervals vary by %.3f, before by %.3f", af, sinus)
	}
	for _, b := range p.beats.between(63, 118) {
		if b.shape != atrialFib {
			t.Fatalf("a beat of shape %v", b.shape)
		}
		if v := math.Abs(p.complex(leadII, b, -0.16)); v > 0.03 {
			t.Fatalf("%.2f mV where a P wave would be", v)
		}
	}
}

func TestApnoeaFlattensBreathAndLaterSaturation(t *testing.T) {
	p := during(Apnoea, mdib.Adult)
	at := begin + 30*time.Second
	if lo, hi := span(t, p, "MDC_RESP", at, 10); hi-lo > 0.3 {
		t.Errorf("the chest moves by %.2f Ω", hi-lo)
	}
	if _, hi := span(t, p, "MDC_AWAY_CO2", at, 10); hi > 5 {
		t.Errorf("CO₂ of %.0f mmHg without breath", hi)
	}
	if v := value(p, oxygen, begin+15*time.Second); v < 95 {
		t.Errorf("saturation %v after 15 s: there is oxygen left", v)
	}
	if v := value(p, oxygen, begin+length); v > 88 {
		t.Errorf("saturation %v after a minute", v)
	}
	if v := value(p, respRate, at); v != 0 {
		t.Errorf("rate %v", v)
	}
	if v := value(p, heartRate, at); v < 50 {
		t.Errorf("heart rate %v", v)
	}
}

func TestSensorsThatAreOffSaySo(t *testing.T) {
	p := during(LeadOff, mdib.Adult)
	at := begin + 20*time.Second
	dst := make([]float64, 10)
	for _, name := range []string{"MDC_ECG_ELEC_POTL_II", "MDC_ECG_ELEC_POTL_V1", "MDC_RESP"} {
		if p.Samples(name, at, time.Millisecond, dst) {
			t.Errorf("lead off: %s is measured", name)
		}
		if !p.Samples(name, begin-time.Second, time.Millisecond, dst) || !p.Samples(name, begin+length, time.Millisecond, dst) {
			t.Errorf("lead off: %s is not measured before and after", name)
		}
	}
	for _, name := range []string{heartRate, respRate, "MDC_ECG_AMPL_ST_II", pvcCount} {
		if v, state := p.Value(name, at); state != SensorOff || !math.IsNaN(v) {
			t.Errorf("lead off: %s is %v, %v", name, v, state)
		}
	}
	if v, state := p.Value("MDC_PULS_OXIM_PULS_RATE", at); state != Measured || v < 50 {
		t.Errorf("lead off: the pulse is %v, %v", v, state)
	}
	p = during(ProbeOff, mdib.Adult)
	if p.Samples("MDC_PULS_OXIM_PLETH", at, time.Millisecond, dst) {
		t.Error("probe off: the pleth is measured")
	}
	for _, name := range []string{oxygen, "MDC_PULS_OXIM_PULS_RATE", "MDC_PULS_OXIM_PERF_REL"} {
		if _, state := p.Value(name, at); state != SensorOff {
			t.Errorf("probe off: %s is %v", name, state)
		}
	}
	if _, state := p.Value(heartRate, at); state != Measured {
		t.Errorf("probe off: the heart rate is %v", state)
	}
}

func TestArtefactIsDoubtful(t *testing.T) {
	p, still := during(Artefact, mdib.Adult), during(Stable, mdib.Adult)
	at := begin + 20*time.Second
	for _, name := range []string{heartRate, oxygen, respRate} {
		if _, state := p.Value(name, at); state != Doubtful {
			t.Errorf("%s is %v", name, state)
		}
	}
	roughness := func(p *Patient) float64 {
		dst := make([]float64, 1000)
		p.Samples("MDC_ECG_ELEC_POTL_II", at, 4*time.Millisecond, dst)
		sum := 0.0
		for i := 1; i < len(dst); i++ {
			sum += math.Abs(dst[i] - dst[i-1])
		}
		return sum
	}
	if moved, calm := roughness(p), roughness(still); moved < 1.35*calm {
		t.Errorf("roughness %.1f, at rest %.1f", moved, calm)
	}
}

func TestPVCsAreCountedAndPause(t *testing.T) {
	f := everything(6)
	f.PVCs = 8
	p := NewPatient(f)
	n := 0
	all := p.beats.between(0, 300)
	for i := 3; i+1 < len(all); i++ {
		if all[i].shape != premature || all[i-2].shape == premature {
			continue
		}
		n++
		if all[i].rr > 0.75*all[i-1].rr || all[i+1].rr < 1.2*all[i-1].rr || all[i].stroke > 0.6*all[i-1].stroke {
			t.Errorf("at %.1f s: intervals %.2f, %.2f, %.2f s, stroke %.2f", all[i].at, all[i-1].rr, all[i].rr, all[i+1].rr, all[i].stroke)
		}
	}
	if n < 25 || n > 55 {
		t.Errorf("%d PVCs in five minutes, 40 expected", n)
	}
	count := 0
	for _, b := range p.beats.between(140, 200) {
		if b.shape == premature {
			count++
		}
	}
	if v := value(p, pvcCount, 200*time.Second); v != float64(count) {
		t.Errorf("the numeric says %v, the beats %d", v, count)
	}
}

func TestEpisodesRampAndRepeat(t *testing.T) {
	e := Episode{Hypotension, 10 * time.Second, 20 * time.Second, 60 * time.Second}
	for at, want := range map[float64]float64{0: 0, 10: 0, 20: 0.5, 30: 1, 70: 1, 80: 0.5, 90: 0, 1000: 0} {
		if w := e.weight(at); math.Abs(w-want) > 1e-9 {
			t.Errorf("at %v s it weighs %v, want %v", at, w, want)
		}
	}
	s := Schedule{e, {Asystole, time.Minute, 0, time.Second}}.Repeat(5*time.Minute, 11*time.Minute)
	if len(s) != 6 || s[2].Start != 5*time.Minute+10*time.Second || s[5].Start != 11*time.Minute || s[5].Kind != Asystole {
		t.Errorf("repeated: %v", s)
	}
	if n := len(Kinds()); n != int(Artefact)+1 || Artefact.String() != "artefact" {
		t.Errorf("%d kinds", n)
	}
}

// Episodes may follow at once and overlap without the heart stumbling.
func TestEpisodesOverlap(t *testing.T) {
	p := NewPatient(everything(2,
		Episode{VentricularTachycardia, 20 * time.Second, 0, 20 * time.Second},
		Episode{VentricularFibrillation, 40 * time.Second, 0, 20 * time.Second},
		Episode{Asystole, 55 * time.Second, 0, 30 * time.Second},
		Episode{VentricularTachycardia, 85 * time.Second, 0, 10 * time.Second},
		Episode{AtrialFibrillation, 90 * time.Second, 0, 40 * time.Second}))
	for at, want := range map[time.Duration]string{30: "MDC_EVT_ECG_V_TACHY", 50: "NOM_EVT_ECG_V_FIB_TACHY", 75: "MDC_EVT_ECG_ASYSTOLE", 92: "MDC_EVT_ECG_V_TACHY", 115: "NOM_EVT_ECG_ATR_FIB"} {
		if e := codes(p.Events(at * time.Second)); !slices.Contains(e, want) {
			t.Errorf("at %d s: %v, want %s", at, e, want)
		}
	}
	for _, b := range p.beats.between(41, 84.9) {
		t.Errorf("a beat at %.2f s", b.at)
	}
	last := -1.0
	for _, b := range p.beats.between(0, 200) {
		if b.at-last < minRR-1e-9 {
			t.Errorf("beats at %.3f and %.3f s", last, b.at)
		}
		last = b.at
	}
}
