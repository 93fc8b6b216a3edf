package nonin_test

import (
	"math"
	"strconv"
	"testing"
	"time"

	"lamplight/devices/devicetest"
	"lamplight/devices/nonin"
	"lamplight/devices/nonin/emulator"
	"lamplight/devices/physiology"
	"lamplight/mdib"
)

// patient is a made-up signal: a sawtooth pleth, and values that the test sets.
type patient struct {
	spo2, pulse float64
	state       func(at time.Duration) physiology.State
}

func (p patient) Value(refID string, at time.Duration) (float64, physiology.State) {
	state := physiology.Measured
	if p.state != nil {
		state = p.state(at)
	}
	if state == physiology.Absent || state == physiology.SensorOff {
		return math.NaN(), state
	}
	switch refID {
	case "MDC_PULS_OXIM_SAT_O2":
		return p.spo2, state
	case "MDC_PULS_OXIM_PULS_RATE":
		return p.pulse, state
	}
	return math.NaN(), physiology.Absent
}

func (p patient) Samples(_ string, at, period time.Duration, dst []float64) bool {
	for i := range dst {
		dst[i] = math.Mod((at+time.Duration(i)*period).Seconds()*p.pulse/60, 1)
	}
	return true
}

func (p patient) Events(time.Duration) []physiology.Event { return nil }

// peer is the emulator on virtual time.
type peer struct{ *emulator.Emulator }

func (p peer) Advance(at time.Duration) [][]byte {
	if b := p.Emulator.Advance(at); len(b) > 0 {
		return [][]byte{b}
	}
	return nil
}

func (p peer) Receive(b []byte, at time.Duration) [][]byte {
	if a := p.Emulator.Receive(b, at); len(a) > 0 {
		return [][]byte{a}
	}
	return nil
}

func play(sig physiology.Signal, o emulator.Options) func() devicetest.Peer {
	o.Start = devicetest.Start
	return func() devicetest.Peer { return peer{emulator.New(sig, o)} }
}

// newest gives the last value of every numeric.
func newest(reports []mdib.Report) map[mdib.Ref]mdib.Numeric {
	m := map[mdib.Ref]mdib.Numeric{}
	for _, r := range reports {
		for _, n := range r.Numerics {
			m[n.Ref] = n
		}
	}
	return m
}

func TestSuite(t *testing.T) {
	for format, wants := range map[int]struct {
		last   time.Duration
		metric []mdib.Ref
		peak   int32 // of the pleth; 0: none
	}{
		2:  {10 * time.Second, []mdib.Ref{"spo2", "spo2_d", "spo2_fast", "spo2_b", "spo2_e", "spo2_ed"}, 255},
		7:  {10 * time.Second, []mdib.Ref{"spo2", "spo2_d", "spo2_fast", "spo2_b", "spo2_e", "spo2_ed"}, 65535},
		8:  {20 * time.Second, []mdib.Ref{"spo2"}, 0},
		13: {90 * time.Second, []mdib.Ref{"spo2"}, 0},
	} {
		t.Run("format "+strconv.Itoa(format), func(t *testing.T) {
			devicetest.Run(t, devicetest.Suite{
				Model:   nonin.Model(),
				Options: map[string]string{"format": strconv.Itoa(format), "mode": "demo"},
				Peer:    play(patient{spo2: 93, pulse: 131}, emulator.Options{Partial: format != 13, Format: format}),
				For:     wants.last,
				Check: func(t *testing.T, reports []mdib.Report) {
					values := newest(reports)
					for _, ref := range wants.metric {
						if n := values[ref]; n.Value != 93 || n.Validity != mdib.Valid || n.Mode != mdib.ModeDemo {
							t.Errorf("%s is %+v", ref, n)
						}
					}
					if n := values["pulse"]; n.Value != 131 || n.Validity != mdib.Valid {
						t.Errorf("pulse is %+v", n)
					}
					var count int
					var peak int32
					for _, r := range reports {
						for _, a := range r.Samples {
							count += len(a.Samples)
							for _, x := range a.Samples {
								peak = max(peak, x)
							}
						}
						if len(r.Alerts) > 0 {
							t.Errorf("a well patient gives alerts: %+v", r.Alerts)
						}
					}
					if wants.peak == 0 {
						if count != 0 {
							t.Errorf("%d samples of a format without a wave", count)
						}
						return
					}
					if whole := int(wants.last.Seconds() * 75); count < whole-5 || count > whole+1 {
						t.Errorf("%d samples in %v, want about %d", count, wants.last, whole)
					}
					if peak < wants.peak*9/10 || peak > wants.peak {
						t.Errorf("the pleth goes up to %d of %d", peak, wants.peak)
					}
				},
			})
		})
	}
}

// A synthetic patient desaturates and loses the probe: its values come out of
// the wire as they were on its finger.
func TestASyntheticPatientOverTheWire(t *testing.T) {
	sig := physiology.NewPatient(physiology.Profile{Seed: 4, HeartRate: 84, SpO2: 96, Schedule: physiology.Schedule{
		{Kind: physiology.Desaturation, Start: 20 * time.Second, Ramp: 10 * time.Second, Length: 40 * time.Second},
		{Kind: physiology.ProbeOff, Start: 90 * time.Second, Length: 30 * time.Second},
	}})
	devicetest.Run(t, devicetest.Suite{
		Model: nonin.Model(),
		Peer:  play(sig, emulator.Options{Partial: true}),
		For:   2 * time.Minute,
		Check: func(t *testing.T, reports []mdib.Report) {
			lowest, alarms := 100.0, map[mdib.Ref]time.Duration{}
			for _, r := range reports {
				for _, n := range r.Numerics {
					at := n.Time.Sub(devicetest.Start)
					if n.Ref != "spo2" || n.Validity != mdib.Valid {
						if n.Ref == "spo2" && (at < 85*time.Second) {
							t.Errorf("at %v: %v", at, n.Validity)
						}
						continue
					}
					if want, _ := sig.Value("MDC_PULS_OXIM_SAT_O2", at.Truncate(time.Second/3)); math.Abs(n.Value-want) > 1 {
						t.Errorf("at %v: %v on the finger, %v reported", at, want, n.Value)
					}
					lowest = min(lowest, n.Value)
				}
				for _, a := range r.Alerts {
					if a.Present {
						alarms[a.Ref] = a.Time.Sub(devicetest.Start)
					}
				}
			}
			if lowest > 88 {
				t.Errorf("the desaturation came down to %v only", lowest)
			}
			if at, ok := alarms["sensor_alarm"]; !ok || at < 89*time.Second || at > 95*time.Second {
				t.Errorf("alerts at %v, want the sensor alarm at 90 s", alarms)
			}
		},
	})
}
