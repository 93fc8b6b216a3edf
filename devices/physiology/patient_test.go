package physiology

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"lamplight/mdib"
)

// everything is a patient with all that can be connected.
func everything(seed uint64, s ...Episode) Profile {
	return Profile{Seed: seed, Arterial: true, Central: true, Pulmonary: true, Capnography: true, Schedule: s}
}

var (
	waveNames = []string{"MDC_ECG_ELEC_POTL_II", "MDC_ECG_ELEC_POTL_V1", "MDC_PULS_OXIM_PLETH", "MDC_RESP",
		"MDC_PRESS_BLD_ART_ABP", "MDC_PRESS_BLD_ART_PULM", "MDC_PRESS_BLD_VEN_CENT", "MDC_AWAY_CO2"}
	numericNames = []string{heartRate, "MDC_ECG_CARD_BEAT_RATE_BTB", pvcCount, "MDC_ECG_AMPL_ST_II", oxygen, "MDC_PLETH_PULS_RATE",
		"MDC_PULS_OXIM_PULS_RATE", "MDC_PULS_OXIM_PERF_REL", respRate, airwayRR, endTidal, arterialP + "_SYS", arterialP + "_DIA",
		arterialP + "_MEAN", cuffP + "_SYS", cuffP + "_DIA", cuffP + "_MEAN", "MDC_PRESS_BLD_ART_PULM_SYS",
		"MDC_PRESS_BLD_VEN_CENT_MEAN", coreTemp, "MDC_TEMP", "MDC_TEMP_SKIN"}
)

// all gives every numeric of a moment.
func all(p *Patient, at time.Duration) map[string]reading {
	for _, g := range groups {
		p.reading(g.names[0], at)
	}
	return p.seen.values
}

func TestEveryNameIsOfTheNomenclature(t *testing.T) {
	p := NewPatient(everything(1))
	for name := range all(p, time.Minute) {
		if _, ok := mdib.ByRefID(name); !ok {
			t.Errorf("no metric is called %s", name)
		}
		if _, state := NewPatient(everything(1)).Value(name, time.Minute); state == Absent {
			t.Errorf("%s is not found alone", name)
		}
	}
	for _, name := range waveNames {
		if _, ok := mdib.ByRefID(name); !ok {
			t.Errorf("no wave is called %s", name)
		}
	}
	for name := range leads {
		if _, ok := mdib.ByRefID(name); !ok {
			t.Errorf("no lead is called %s", name)
		}
	}
}

func TestTheSameSeedIsTheSamePatient(t *testing.T) {
	a, b, c := NewPatient(everything(7)), NewPatient(everything(7)), NewPatient(everything(8))
	x, y, z := make([]float64, 500), make([]float64, 500), make([]float64, 500)
	for _, name := range waveNames {
		a.Samples(name, 3*time.Second, 4*time.Millisecond, x)
		b.Samples(name, 3*time.Second, 4*time.Millisecond, y)
		c.Samples(name, 3*time.Second, 4*time.Millisecond, z)
		if !slices.Equal(x, y) {
			t.Errorf("%s differs with the same seed", name)
		}
		if slices.Equal(x, z) {
			t.Errorf("%s is the same with another seed", name)
		}
	}
}

// Whatever was asked before, the answer is the same: blocks in their order, in
// disorder, hours back and forth, past what the patient remembers.
func TestRandomAccessEqualsSequential(t *testing.T) {
	f := everything(3, Episode{VentricularTachycardia, 40 * time.Second, 0, 10 * time.Second}, Episode{Apnoea, 70 * time.Second, 0, 30 * time.Second})
	f.PVCs = 6
	const block, n = 256 * time.Millisecond, 400
	sequential := make([][]float64, n)
	p := NewPatient(f)
	for i := range sequential {
		for _, name := range waveNames {
			dst := make([]float64, 16)
			p.Samples(name, time.Duration(i)*block, 16*time.Millisecond, dst)
			sequential[i] = append(sequential[i], dst...)
		}
		for _, name := range numericNames {
			v, _ := p.Value(name, time.Duration(i)*block)
			sequential[i] = append(sequential[i], v)
		}
	}
	q := NewPatient(f)
	random := rand.New(rand.NewPCG(1, 2))
	for range 120 {
		i := random.IntN(n)
		if random.IntN(40) == 0 {
			q.Value(heartRate, time.Duration(random.IntN(3))*time.Hour) // far away and back
		}
		var got []float64
		for _, name := range waveNames {
			dst := make([]float64, 16)
			q.Samples(name, time.Duration(i)*block, 16*time.Millisecond, dst)
			got = append(got, dst...)
		}
		for _, name := range numericNames {
			v, _ := q.Value(name, time.Duration(i)*block)
			got = append(got, v)
		}
		for k := range got {
			if got[k] != sequential[i][k] && !(math.IsNaN(got[k]) && math.IsNaN(sequential[i][k])) {
				t.Fatalf("block %d, value %d: %v, in order it was %v", i, k, got[k], sequential[i][k])
			}
		}
	}
}

// The beats that a simple detector finds in lead II are as many as the numeric
// says.
func TestBeatsOfTheWaveMatchTheRate(t *testing.T) {
	for _, c := range []struct {
		category mdib.PatientCategory
		rate     float64
	}{{mdib.Adult, 45}, {mdib.Adult, 75}, {mdib.Adult, 110}, {mdib.Paediatric, 100}, {mdib.Neonatal, 150}} {
		p := NewPatient(Profile{Seed: 5, Category: c.category, HeartRate: c.rate})
		const seconds = 60
		dst := make([]float64, seconds*500)
		p.Samples("MDC_ECG_ELEC_POTL_II", 0, 2*time.Millisecond, dst)
		beats, since := 0, 1000
		for i, v := range dst {
			if since++; i > 0 && v > 0.6 && dst[i-1] <= 0.6 && since > 100 {
				beats++
				since = 0
			}
		}
		sum := 0.0
		for at := 4; at <= seconds; at += 4 {
			v, state := p.Value(heartRate, time.Duration(at)*time.Second)
			if state != Measured {
				t.Fatalf("state %v", state)
			}
			sum += v
		}
		if mean := sum / 15; math.Abs(mean-float64(beats)) > 2 || math.Abs(mean-c.rate) > 0.06*c.rate {
			t.Errorf("%v at %v: %d beats in the wave, the numeric says %.1f", c.category, c.rate, beats, mean)
		}
	}
}

func TestTheECGLooksLikeOne(t *testing.T) {
	p := NewPatient(Profile{Seed: 2})
	b := p.beats.between(10, 11.2)[0]
	lead := func(name string, x float64) float64 { return p.complex(leads["MDC_ECG_ELEC_POTL_"+name], b, x) }
	peak := func(name string, from, to float64) (at, v float64) {
		for x := from; x < to; x += 0.001 {
			if y := lead(name, x); math.Abs(y) > math.Abs(v) {
				at, v = x, y
			}
		}
		return at, v
	}
	if at, r := peak("II", -0.05, 0.05); r < 0.85 || r > 1.25 || math.Abs(at) > 0.015 {
		t.Errorf("R of lead II is %.2f mV at %.3f s", r, at)
	}
	if at, v := peak("II", -0.25, -0.09); v < 0.06 || v > 0.2 || at > -0.12 {
		t.Errorf("P of lead II is %.2f mV at %.3f s", v, at)
	}
	if at, v := peak("II", 0.12, 0.45); v < 0.15 || v > 0.5 || at < 0.18 || at > 0.32 {
		t.Errorf("T of lead II is %.2f mV at %.3f s", v, at)
	}
	if _, v := peak("V1", -0.05, 0.06); v > -0.6 {
		t.Errorf("V1 shows %.2f mV, want a deep S", v)
	}
	if _, v := peak("AVR", -0.05, 0.05); v > -0.5 {
		t.Errorf("aVR shows %.2f mV, want it downwards", v)
	}
	if v := lead("II", 0.5); math.Abs(v) > 0.06 {
		t.Errorf("between T and P lead II is at %.2f mV", v)
	}
	// Einthoven and Goldberger hold for whole waves.
	get := func(name string) []float64 {
		dst := make([]float64, 1000)
		p.Samples("MDC_ECG_ELEC_POTL_"+name, time.Second, 2*time.Millisecond, dst)
		return dst
	}
	i, ii, iii, avr, avl, avf := get("I"), get("II"), get("III"), get("AVR"), get("AVL"), get("AVF")
	for k := range i {
		if math.Abs(i[k]+iii[k]-ii[k]) > 1e-9 || math.Abs(avr[k]+avl[k]+avf[k]) > 1e-9 {
			t.Fatalf("sample %d: I %.4f II %.4f III %.4f", k, i[k], ii[k], iii[k])
		}
	}
}

func TestNumericsAreMeasuredOnTheWaves(t *testing.T) {
	f := everything(4)
	f.Systolic, f.Diastolic, f.RespRate, f.EtCO2 = 130, 70, 16, 40
	p := NewPatient(f)
	at := 2 * time.Minute
	get := func(name string) float64 {
		v, state := p.Value(name, at)
		if state != Measured {
			t.Errorf("%s is %v", name, state)
		}
		return v
	}
	near := func(name string, want, by float64) {
		if v := get(name); math.Abs(v-want) > by {
			t.Errorf("%s is %v, want %v ± %v", name, v, want, by)
		}
	}
	near(arterialP+"_SYS", 130, 7)
	near(arterialP+"_DIA", 70, 7)
	s, d, m := get(arterialP+"_SYS"), get(arterialP+"_DIA"), get(arterialP+"_MEAN")
	if m <= d || m >= s || m > d+0.6*(s-d) {
		t.Errorf("the mean %v does not lie in the lower half of %v to %v", m, d, s)
	}
	near(cuffP+"_SYS", s, 14)
	near("MDC_PULS_OXIM_PULS_RATE", get(heartRate), 3)
	near(respRate, 16, 1)
	near(airwayRR, get(respRate), 0)
	near(endTidal, 40, 1)
	near(oxygen, 97, 1)
	near(coreTemp, 36.9, 0.3)
	near("MDC_PULS_OXIM_PERF_REL", 2.4, 0.4)

	// Breaths of the impedance wave, by crossings of its mean upwards.
	wave := make([]float64, 3000)
	p.Samples("MDC_RESP", time.Minute, 20*time.Millisecond, wave)
	mean := 0.0
	for _, v := range wave {
		mean += v / float64(len(wave))
	}
	breaths, below := 0, false
	for _, v := range wave {
		if v < mean-0.1 {
			below = true
		} else if v > mean+0.1 && below {
			breaths, below = breaths+1, false
		}
	}
	if breaths < 15 || breaths > 17 {
		t.Errorf("%d breaths in a minute of the wave, the numeric says %v", breaths, get(respRate))
	}
	// The plateau of the capnogram is the end-tidal value; inspired gas is free of CO₂.
	p.Samples("MDC_AWAY_CO2", time.Minute, 20*time.Millisecond, wave)
	if hi, lo := slices.Max(wave), slices.Min(wave); math.Abs(hi-get(endTidal)) > 1.5 || lo > 0.5 {
		t.Errorf("CO₂ from %v to %v, end-tidal %v", lo, hi, get(endTidal))
	}
	p.Samples("MDC_PULS_OXIM_PLETH", time.Minute, 20*time.Millisecond, wave)
	if hi, lo := slices.Max(wave), slices.Min(wave); hi > 1 || lo < 0 || hi-lo < 0.4 {
		t.Errorf("pleth from %v to %v", lo, hi)
	}
}

func TestCuffMeasuresNowAndThen(t *testing.T) {
	p := NewPatient(Profile{Seed: 9, CuffInterval: 3 * time.Minute})
	taken := map[time.Duration]float64{}
	for at := time.Duration(0); at < time.Hour; at += 7 * time.Second {
		when := p.Measured(cuffP+"_SYS", at)
		if when > at || at-when >= 3*time.Minute {
			t.Fatalf("at %v the newest value is of %v", at, when)
		}
		v, state := p.Value(cuffP+"_SYS", at)
		if before, ok := taken[when]; ok && before != v || state != Measured {
			t.Fatalf("the value of %v was %v and is %v", when, before, v)
		}
		taken[when] = v
	}
	if len(taken) < 20 || len(taken) > 21 {
		t.Errorf("%d measurements in an hour", len(taken))
	}
	if at := 12345 * time.Millisecond; p.Measured(heartRate, at) != at {
		t.Error("a continuous value is not of its moment")
	}
}

func TestWhatIsNotConnectedIsAbsent(t *testing.T) {
	p := NewPatient(Profile{Seed: 1})
	dst := make([]float64, 4)
	for _, name := range []string{"MDC_PRESS_BLD_ART_ABP", "MDC_AWAY_CO2", "MDC_PRESS_BLD_VEN_CENT", "MDC_PRESS_BLD_ART_PULM", "MDC_EEG_ELEC_POTL_CRTX", ""} {
		if p.Samples(name, 0, time.Millisecond, dst) {
			t.Errorf("%q is measured", name)
		}
		if _, state := p.Value(name, 0); state != Absent {
			t.Errorf("%q has a value, %v", name, state)
		}
	}
	for _, name := range []string{endTidal, arterialP + "_SYS", "MDC_PRESS_BLD_VEN_CENT_MEAN"} {
		if _, state := p.Value(name, time.Minute); state != Absent {
			t.Errorf("%s: %v", name, state)
		}
	}
}

// Any profile gives finite waves and numbers that a body can have.
func TestAnyProfileIsAlive(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	pick := func(lo, hi float64) float64 { return lo + random.Float64()*(hi-lo) }
	for n := range 20 {
		f := everything(uint64(n))
		f.Category = mdib.PatientCategory(n % 4)
		f.HeartRate, f.RespRate, f.Systolic, f.Diastolic = pick(-10, 400), pick(-5, 200), pick(-20, 400), pick(-20, 300)
		f.SpO2, f.EtCO2, f.PVCs, f.AtrialFibrillation = pick(0, 120), pick(0, 150), pick(-3, 60), n%3 == 0
		for range 4 {
			f.Schedule = append(f.Schedule, Episode{Kind(random.IntN(len(kindNames))),
				time.Duration(pick(-20, 100)) * time.Second, time.Duration(pick(-1, 20)) * time.Second, time.Duration(pick(-5, 40)) * time.Second})
		}
		p := NewPatient(f)
		dst := make([]float64, 40)
		for at := time.Duration(0); at < 2*time.Minute; at += 8 * time.Second {
			for _, name := range waveNames {
				if !p.Samples(name, at, 20*time.Millisecond, dst) {
					continue
				}
				for _, v := range dst {
					if math.IsNaN(v) || math.Abs(v) > 500 {
						t.Fatalf("patient %d: %s at %v is %v (%+v)", n, name, at, v, f)
					}
				}
			}
			for name, r := range all(p, at) {
				if math.IsNaN(r.value) != (r.state == SensorOff) || math.Abs(r.value) > 1500 {
					t.Fatalf("patient %d: %s at %v is %v, %v (%+v)", n, name, at, r.value, r.state, f)
				}
			}
			p.Events(at)
		}
	}
}

func TestMemoryIsBounded(t *testing.T) {
	p := NewPatient(Profile{Seed: 1, HeartRate: 120, CuffInterval: 3 * time.Hour})
	for at := time.Duration(0); at < 30*time.Hour; at += time.Hour {
		p.Value(heartRate, at)
		p.Value(cuffP+"_SYS", at) // of long ago
		if len(p.beats.items) > seriesLimit || len(p.breaths.items) > seriesLimit || len(p.scales) > 4097 {
			t.Fatalf("at %v it remembers %d beats, %d breaths, %d scales", at, len(p.beats.items), len(p.breaths.items), len(p.scales))
		}
	}
}

func BenchmarkBedside(b *testing.B) {
	// One second of what a monitor sends: three leads at 500, three waves at 125,
	// two at 62.5, and every numeric.
	p := NewPatient(everything(1))
	for i := range b.N {
		at := time.Duration(i) * time.Second
		dst := make([]float64, 500)
		for _, name := range []string{"MDC_ECG_ELEC_POTL_I", "MDC_ECG_ELEC_POTL_II", "MDC_ECG_ELEC_POTL_V"} {
			p.Samples(name, at, 2*time.Millisecond, dst)
		}
		for _, name := range []string{"MDC_PULS_OXIM_PLETH", "MDC_PRESS_BLD_ART_ABP", "MDC_PRESS_BLD_VEN_CENT"} {
			p.Samples(name, at, 8*time.Millisecond, dst[:125])
		}
		for _, name := range []string{"MDC_RESP", "MDC_AWAY_CO2"} {
			p.Samples(name, at, 16*time.Millisecond, dst[:62])
		}
		p.Events(at)
	}
}

func ExamplePatient() {
	p := NewPatient(Profile{Seed: 1, Schedule: Schedule{{Kind: Asystole, Start: time.Minute, Length: 30 * time.Second}}})
	for _, at := range []time.Duration{50 * time.Second, 70 * time.Second, 200 * time.Second} {
		hr, _ := p.Value("MDC_ECG_HEART_RATE", at)
		fmt.Println(at, hr > 0, p.Events(at))
	}
	// Output:
	// 50s true []
	// 1m10s false [{MDC_ECG_HEART_RATE MDC_EVT_ECG_ASYSTOLE false 3}]
	// 3m20s true []
}
