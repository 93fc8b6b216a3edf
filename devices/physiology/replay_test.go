package physiology

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lamplight/devices/physiology/wfdb"
	"lamplight/internal/captures"
)

// recording makes a record of ten seconds: an ECG that counts its samples in
// µV, a pleth with a gap, a heart rate once a second.
func recording() (waves, numerics *wfdb.Record) {
	ecg, pleth, hr := make([]int32, 2500), make([]int32, 1250), make([]int32, 10)
	for i := range ecg {
		ecg[i] = int32(i)
	}
	for i := range pleth {
		pleth[i] = int32(1000 * math.Sin(float64(i)/20))
	}
	for i := range hr {
		hr[i] = int32(60 + i)
	}
	hr[7] = -32768
	waves = &wfdb.Record{Name: "w", Rate: 125, Frames: 1250, Signals: []wfdb.Signal{
		{Name: "II", Unit: "mV", PerFrame: 2, Runs: []wfdb.Run{{Samples: ecg, Gain: 1000, Invalid: -1}}},
		{Name: "PLETH", Unit: "NU", PerFrame: 1, Runs: []wfdb.Run{
			{Samples: pleth[:500], Gain: 3, Invalid: -32768}, {At: 600, Samples: pleth[600:], Gain: 3, Invalid: -32768}}},
	}}
	numerics = &wfdb.Record{Name: "n", Rate: 1, Frames: 10, Signals: []wfdb.Signal{
		{Name: "HR", Unit: "bpm", PerFrame: 1, Runs: []wfdb.Run{{Samples: hr, Gain: 1, Invalid: -32768}}},
	}}
	return waves, numerics
}

func TestReplay(t *testing.T) {
	w, n := recording()
	s, err := Replay(map[string]Track{
		"MDC_ECG_ELEC_POTL_II": {w, "ii"},
		"MDC_PULS_OXIM_PLETH":  {w, "PLETH"},
		heartRate:              {n, "HR"},
	})
	if err != nil {
		t.Fatal(err)
	}
	dst := make([]float64, 4)
	read := func(ref string, at, period time.Duration) bool { return s.Samples(ref, at, period, dst) }

	if !read("MDC_ECG_ELEC_POTL_II", time.Second, 4*time.Millisecond) || dst[0] != 0.25 || math.Abs(dst[3]-0.253) > 1e-9 {
		t.Errorf("at its own rate: %v, want 0.250 … 0.253", dst)
	}
	if !read("MDC_ECG_ELEC_POTL_II", time.Second, 2*time.Millisecond) || math.Abs(dst[1]-0.2505) > 1e-6 {
		t.Errorf("between samples: %v, want a straight line", dst)
	}
	if !read("MDC_ECG_ELEC_POTL_II", 9992*time.Millisecond, 4*time.Millisecond) || math.Abs(dst[1]-2.499) > 1e-9 || dst[2] != 0 {
		t.Errorf("around the end: %v, want 2.498 2.499 0 0.001", dst)
	}
	if !read("MDC_ECG_ELEC_POTL_II", 31*time.Second, 4*time.Millisecond) || math.Abs(dst[0]-0.25) > 1e-9 {
		t.Errorf("in the fourth round: %v", dst)
	}
	for at := time.Duration(0); at < 10*time.Second; at += 100 * time.Millisecond {
		gap := at >= 4*time.Second && at < 4800*time.Millisecond
		if ok := read("MDC_PULS_OXIM_PLETH", at, 8*time.Millisecond); ok == gap {
			t.Errorf("pleth at %v: %v", at, ok)
		} else if ok && (dst[0] < 0.05 || dst[0] > 0.95) {
			t.Errorf("pleth at %v is %v", at, dst[0])
		}
	}
	for _, c := range []struct {
		at    time.Duration
		want  float64
		state State
	}{{0, 60, Measured}, {3900 * time.Millisecond, 63, Measured}, {7 * time.Second, math.NaN(), SensorOff}, {12 * time.Second, 62, Measured}} {
		v, state := s.Value(heartRate, c.at)
		if state != c.state || v != c.want && !(math.IsNaN(v) && math.IsNaN(c.want)) {
			t.Errorf("HR at %v is %v, %v", c.at, v, state)
		}
	}
	if _, state := s.Value(oxygen, 0); state != Absent {
		t.Error("a metric without a track is measured")
	}
	if _, state := s.Value("MDC_ECG_ELEC_POTL_II", 0); state != Absent {
		t.Error("a wave passes for a numeric")
	}
	if read(heartRate, 0, time.Second) || read("MDC_RESP", 0, time.Second) {
		t.Error("a numeric, or nothing, passes for a wave")
	}
	if e := s.Events(0); e != nil {
		t.Errorf("events %v", e)
	}
}

func TestReplayRefuses(t *testing.T) {
	w, _ := recording()
	flat := &wfdb.Record{Name: "f", Rate: 125, Frames: 3, Signals: []wfdb.Signal{{Name: "P", PerFrame: 1, Runs: []wfdb.Run{{Samples: []int32{5, 5, 5}, Gain: 1, Invalid: -1}}}}}
	for want, tracks := range map[string]map[string]Track{
		"nothing to replay": {},
		"is no metric":      {"MDC_NONSENSE": {w, "II"}},
		`no signal "V9"`:    {"MDC_ECG_ELEC_POTL_II": {w, "V9"}},
		`is in "mV"`:        {"MDC_PRESS_BLD_ART_ABP": {w, "II"}},
		"never changes":     {"MDC_PULS_OXIM_PLETH": {flat, "P"}},
		"are empty":         {"MDC_ECG_ELEC_POTL_II": {&wfdb.Record{Name: "e", Rate: 1, Signals: []wfdb.Signal{{Name: "II", Unit: "mV", PerFrame: 250}}}, "II"}},
	} {
		if _, err := Replay(tracks); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want one that says %q", err, want)
		}
	}
}

// asRecord samples a synthetic patient: what a recording would have.
func asRecord(p *Patient, seconds int, names map[string]string) *wfdb.Record {
	r := &wfdb.Record{Name: "p", Rate: 250, Frames: int64(250 * seconds)}
	for refID, unit := range names {
		v := make([]float64, 250*seconds)
		p.Samples(refID, 0, 4*time.Millisecond, v)
		raw := make([]int32, len(v))
		for i, x := range v {
			raw[i] = int32(math.Round(1000 * x))
		}
		r.Signals = append(r.Signals, wfdb.Signal{Name: refID, Unit: unit, PerFrame: 1, Runs: []wfdb.Run{{Samples: raw, Gain: 1000, Invalid: math.MinInt32}}})
	}
	return r
}

// What is measured on the waves alone is what the patient's own numerics say.
func TestNumericsAreMeasuredOnRecordedWaves(t *testing.T) {
	names := map[string]string{"MDC_ECG_ELEC_POTL_II": "mV", "MDC_PULS_OXIM_PLETH": "NU", "MDC_RESP": "Ohm", "MDC_PRESS_BLD_ART_ABP": "mmHg"}
	for _, c := range []struct {
		name string
		f    Profile
	}{
		{"adult", everything(1)},
		{"slow", Profile{Seed: 2, HeartRate: 42, RespRate: 9, Arterial: true}},
		{"fast", Profile{Seed: 3, HeartRate: 150, RespRate: 30, Arterial: true}},
		{"fibrillating", Profile{Seed: 4, HeartRate: 95, Arterial: true, AtrialFibrillation: true}},
		{"with PVCs", Profile{Seed: 5, PVCs: 6, Arterial: true}},
	} {
		p := NewPatient(c.f)
		rec := asRecord(p, 120, names)
		tracks := map[string]Track{}
		for refID := range names {
			tracks[refID] = Track{rec, refID}
		}
		s, err := Replay(tracks)
		if err != nil {
			t.Fatal(err)
		}
		for at := 30 * time.Second; at < 115*time.Second; at += 5 * time.Second {
			for name, by := range map[string]float64{heartRate: 4, "MDC_PULS_OXIM_PULS_RATE": 6, respRate: 3,
				arterialP + "_SYS": 6, arterialP + "_DIA": 6, arterialP + "_MEAN": 6} {
				want := value(p, name, at)
				if name != respRate {
					by = max(by, 0.16*want) // a weak pulse may be missed
				}
				if v, state := s.Value(name, at); state != Measured || math.Abs(v-want) > by {
					t.Errorf("%s, %s at %v: %v, %v, want %v ± %.0f", c.name, name, at, v, state, want, by)
				}
			}
		}
	}
}

func TestRecordedSilenceIsNoRate(t *testing.T) {
	p := NewPatient(Profile{Seed: 1, Arterial: true, Schedule: Schedule{{Asystole, 40 * time.Second, 0, 30 * time.Second}}})
	names := map[string]string{"MDC_ECG_ELEC_POTL_II": "mV", "MDC_PRESS_BLD_ART_ABP": "mmHg"}
	rec := asRecord(p, 100, names)
	s, err := Replay(map[string]Track{"MDC_ECG_ELEC_POTL_II": {rec, "MDC_ECG_ELEC_POTL_II"}, "MDC_PRESS_BLD_ART_ABP": {rec, "MDC_PRESS_BLD_ART_ABP"}})
	if err != nil {
		t.Fatal(err)
	}
	for at := time.Duration(46); at < 70; at += 2 {
		if v, state := s.Value(heartRate, at*time.Second); v != 0 || state != Measured {
			t.Errorf("at %d s the heart rate is %v, %v", at, v, state)
		}
	}
	if v, _ := s.Value(heartRate, 90*time.Second); v < 60 {
		t.Errorf("after it the heart rate is %v", v)
	}
}

// The beats of real recordings against their reference annotations: found within
// 150 ms of it, as the standard for such tests (EC57) has it.
func TestBeatsOfRealRecordings(t *testing.T) {
	dir := captures.Shared(t, "data", "mitdb")
	for _, name := range []string{"100", "104", "108", "201", "222"} {
		r, err := wfdb.Open(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		annotations, err := wfdb.Annotations(filepath.Join(dir, name+".atr"))
		if err != nil {
			t.Fatal(err)
		}
		c := recorded{signal: &r.Signals[0], rate: r.SampleRate(0), length: float64(r.Frames) / r.Rate, gain: 1}
		found := complexesOf(physical(c), c.rate)
		hits, beats, k := 0, 0, 0
		for _, a := range annotations {
			if !a.Beat() {
				continue
			}
			beats++
			at := float64(a.At) / r.Rate
			for k < len(found) && found[k] < at-0.15 {
				k++
			}
			if k < len(found) && found[k] <= at+0.15 {
				hits++
				k++
			}
		}
		sensitivity, predictivity := float64(hits)/float64(beats), float64(hits)/float64(len(found))
		if sensitivity < 0.97 || predictivity < 0.97 {
			t.Errorf("record %s: finds %.2f %% of the beats, %.2f %% of what it finds are beats", name, 100*sensitivity, 100*predictivity)
		}
	}
}

// A recording of an intensive care unit with waves and the monitor's numerics.
func TestReplayOfARecording(t *testing.T) {
	dir := captures.Shared(t, "data")
	open := func(elem ...string) *wfdb.Record {
		r, err := wfdb.Open(filepath.Join(append([]string{dir}, elem...)...))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	w := open("mimic3wdb-s25047", "s25047-2704-05-04-10-44")
	n := open("mimic3wdb-s25047", "s25047-2704-05-04-10-44n")
	a := open("challenge-2015", "t680s")
	s, err := Replay(map[string]Track{
		"MDC_ECG_ELEC_POTL_II":  {w, "II"},
		"MDC_PRESS_BLD_ART_ABP": {a, "ABP"},
		"MDC_PULS_OXIM_PLETH":   {a, "PLETH"},
		heartRate:               {n, "HR"},
		respRate:                {n, "RESP"},
	})
	if err != nil {
		t.Fatal(err)
	}
	dst := make([]float64, 500)
	if s.Samples("MDC_ECG_ELEC_POTL_II", time.Minute, 2*time.Millisecond, dst) {
		t.Error("the gap of the first 206 s is played")
	}
	if !s.Samples("MDC_ECG_ELEC_POTL_II", 10*time.Minute, 2*time.Millisecond, dst) {
		t.Error("no ECG after ten minutes")
	}
	if !s.Samples("MDC_PRESS_BLD_ART_ABP", time.Minute, 8*time.Millisecond, dst) {
		t.Fatal("no arterial pressure")
	}
	if lo, hi := slices.Min(dst), slices.Max(dst); lo < 30 || hi > 220 || hi-lo < 20 {
		t.Errorf("arterial pressure from %v to %v", lo, hi)
	}
	if !s.Samples("MDC_PULS_OXIM_PLETH", time.Minute, 8*time.Millisecond, dst) || slices.Min(dst) < -0.5 || slices.Max(dst) > 1.5 {
		t.Errorf("pleth from %v to %v", slices.Min(dst), slices.Max(dst))
	}
	// Measured on the wave of a tachycardia.
	for name, want := range map[string]float64{arterialP + "_SYS": 167, arterialP + "_DIA": 88, "MDC_PULS_OXIM_PULS_RATE": 109} {
		if v, state := s.Value(name, 100*time.Second); state != Measured || math.Abs(v-want) > 5 {
			t.Errorf("%s is %v, %v, want %v", name, v, state, want)
		}
	}
	// The monitor's own words for the eleventh minute.
	for name, want := range map[string]float64{heartRate: 69.2, respRate: 19.0} {
		if v, state := s.Value(name, 10*time.Minute); state != Measured || math.Abs(v-want) > 0.05 {
			t.Errorf("%s is %v, %v, want %v", name, v, state, want)
		}
	}
}
