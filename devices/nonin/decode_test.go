package nonin

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"lamplight/devices"
	"lamplight/devices/devicetest"
	"lamplight/internal/captures"
	"lamplight/mdib"
)

// decodeAll gives the Reports and counts of a capture.
func decodeAll(t *testing.T, p []byte) ([]mdib.Report, devices.Stats) {
	t.Helper()
	d, err := Model().Decoder(devices.Settings{}, devices.Stream)
	if err != nil {
		t.Fatal(err)
	}
	var got []mdib.Report
	d.Decode(p, noon, func(r mdib.Report) { got = append(got, r) })
	return got, d.Stats()
}

func numerics(reports []mdib.Report) map[mdib.Ref]mdib.Numeric {
	m := map[mdib.Ref]mdib.Numeric{}
	for _, r := range reports {
		for _, n := range r.Numerics {
			m[n.Ref] = n
		}
	}
	return m
}

func samples(reports []mdib.Report) []int32 {
	var all []int32
	for _, r := range reports {
		for _, a := range r.Samples {
			all = append(all, a.Samples...)
		}
	}
	return all
}

func version(reports []mdib.Report) string {
	v := ""
	for _, r := range reports {
		if r.Describe != nil {
			v = r.Describe.Version
		}
	}
	return v
}

// Recorded from a 9560: 30 frames, frames 5 to 29 of which are one packet.
func TestRecordedFrames(t *testing.T) {
	p, err := os.ReadFile(captures.Shared(t, "vectors", "nonin", "df2_real_30frames.bin"))
	if err != nil {
		t.Fatal(err)
	}
	items, st := scan(p)
	if len(items) != 30 || st != (devices.Stats{Frames: 30}) {
		t.Fatalf("%d frames, %+v", len(items), st)
	}
	var floats [PacketFrames]byte
	for i := range floats {
		floats[i] = items[4+i].frame.Float
	}
	// The timer by the published layout, frames 6 and 7; then frame 8 says spot
	// mode, as a 9560 should. Read a frame later it would be 17<<7|04 = 2948.
	want := Packet{Rate: 74, RateE: 74, RateD: 74, RateED: 74, SpO2: 96, SpO2D: 96, SpO2Fast: 96, SpO2Beat: 96, SpO2E: 96, SpO2ED: 96, Revision: 0x94, Timer: 23, Stat2: SpotMode}
	if got := ParsePacket(floats); got != want {
		t.Errorf("packet %+v, want %+v", got, want)
	}

	reports, st := decodeAll(t, p)
	if st != (devices.Stats{Frames: 30}) {
		t.Errorf("counts %+v", st)
	}
	wave := samples(reports)
	if len(wave) != 30 || wave[0] != 0x49 || wave[4] != 0x43 || wave[29] != 0xAF {
		t.Errorf("pleth %v", wave)
	}
	values := numerics(reports)
	for ref, n := range values {
		want := 96.0
		if strings.HasPrefix(string(ref), "pulse") {
			want = 74
		}
		if n.Value != want || n.Validity != mdib.Valid {
			t.Errorf("%s: %+v, want %v", ref, n, want)
		}
	}
	if len(values) != 10 || version(reports) != "148" {
		t.Errorf("%d values, version %q", len(values), version(reports))
	}
}

// Synthetic, published with a driver for the OEM III: one packet.
func TestPublishedPacket(t *testing.T) {
	p, err := os.ReadFile(captures.Shared(t, "vectors", "nonin", "df2_unit_hr72_spo2_97.bin"))
	if err != nil {
		t.Fatal(err)
	}
	reports, st := decodeAll(t, p)
	values := numerics(reports)
	if st != (devices.Stats{Frames: 25}) || len(samples(reports)) != 25 {
		t.Errorf("%+v, %d samples", st, len(samples(reports)))
	}
	if values[refPulse].Value != 72 || values[refSpO2].Value != 97 || version(reports) != "48" {
		t.Errorf("pulse %v, SpO2 %v, version %q", values[refPulse], values[refSpO2], version(reports))
	}
}

// A capture's bytes come at any pace; its Reports keep the device's.
func TestCapturesKeepTheDevicesPace(t *testing.T) {
	spoilt := stream(Format2, 100)
	spoilt[40*frameSize+3] ^= 1
	d, err := Model().Decoder(devices.Settings{}, devices.Stream)
	if err != nil {
		t.Fatal(err)
	}
	var got []mdib.Report
	for i, b := range spoilt {
		d.Decode([]byte{b}, noon.Add(time.Duration(i)*time.Hour), func(r mdib.Report) { got = append(got, r) })
	}
	at, _ := arrays(got)
	if last := at[len(at)-1].Sub(noon); (last - 99*Period).Abs() > time.Microsecond {
		t.Errorf("the 100th sample is at %v, want %v", last, 99*Period)
	}
	got = nil
	d, _ = Model().Decoder(devices.Settings{}, devices.Stream)
	d.Decode(seconds(5), noon, func(r mdib.Report) { got = append(got, r) })
	if last := numerics(got)[refSpO2].Time.Sub(noon); last != 4*time.Second {
		t.Errorf("the fifth second is at %v", last)
	}
}

// Whatever comes, the Reports keep the promises of every driver.
func FuzzDecode(f *testing.F) {
	f.Add(stream(Format2, 55))
	f.Add(stream(Format7, 30)[2:])
	f.Add(append(seconds(5), spots(3)...))
	f.Add(append(append(stream(Format2, 26), 0x55), stream(Format7, 26)...))
	f.Fuzz(func(t *testing.T, p []byte) {
		d, err := Model().Decoder(devices.Settings{MDS: devicetest.MDS}, devices.Stream)
		if err != nil {
			t.Fatal(err)
		}
		var got []mdib.Report
		at := noon
		for c := range slices.Chunk(p, 64) {
			d.Decode(c, at, func(r mdib.Report) { got = append(got, r) })
			at = at.Add(67 * time.Millisecond)
		}
		if len(got) > 0 {
			devicetest.Contract(t, got)
		}
		if st := d.Stats(); st.Discarded > uint64(len(p)) {
			t.Errorf("%d bytes of %d discarded", st.Discarded, len(p))
		}
	})
}

// Synthetic, made by stream, seconds and spots of this package's tests.
func TestGoldens(t *testing.T) {
	desat := seconds(3)
	desat = Second{Rate: 72, SpO2: 85, Status: Red}.Append(desat)
	desat = Second{Rate: 72, SpO2: 85, Status: SensorAlarm, Stat2: LowBattery}.Append(desat)
	desat = Second{Rate: NoRate, SpO2: NoSaturation, Status: SensorAlarm}.Append(desat)
	spoilt := stream(Format2, 75)
	spoilt[40*frameSize+3] ^= 1
	for name, p := range map[string][]byte{"format2": stream(Format2, 55), "format7": stream(Format7, 30), "format8": desat, "format13": spots(2), "spoilt": spoilt} {
		reports, st := decodeAll(t, p)
		devicetest.Golden(t, name+".golden", fmt.Sprintf("# %x…\n%s%+v\n", p[:20], devicetest.Text(reports, noon), st))
	}
}

// A minute of format 2, in the pieces in which a USB adapter hands them over.
func BenchmarkMinute(b *testing.B) {
	p := stream(Format2, 75*60)
	b.SetBytes(int64(len(p)))
	b.ReportAllocs()
	for b.Loop() {
		d := decoder{reporter: newReporter(devices.Settings{}, mdib.ModeReal)}
		for c := range slices.Chunk(p, 16) {
			d.Decode(c, noon, func(mdib.Report) {})
		}
	}
}
