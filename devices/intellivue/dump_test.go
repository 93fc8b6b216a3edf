package intellivue

import (
	"encoding/hex"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"lamplight/devices"
	"lamplight/internal/captures"
	"lamplight/mdib"
)

func dump(r mdib.Report) {
	if d := r.Describe; d != nil {
		fmt.Printf("DESCRIBE %s|%s|%s|%s bed=%q mode=%s pat=%v clock=%v\n", d.Manufacturer, d.Model, d.Serial, d.Version, d.Bed, d.Mode, d.Patient, d.Clock)
		for m := range d.Metrics() {
			fmt.Printf("    %s %q %s unit=%s(%s) %s kind=%d cat=%d epi=%v per=%v cal=%+v\n", m.Ref, m.Label, m.Code, m.Unit.Text, m.Unit.UCUM, m.Class, m.Kind, m.Category, m.Episodic, m.Period, m.Calibration)
		}
	}
	for _, n := range r.Numerics {
		fmt.Printf("  NU %s %s %v .%d %s %s\n", n.Ref, n.Time.Format("15:04:05.000"), n.Value, n.Decimals, n.Validity, n.Mode)
	}
	for _, n := range r.Samples {
		fmt.Printf("  SA %s %s n=%d %v.. %s %s marks=%v\n", n.Ref, n.Time.Format("15:04:05.000"), len(n.Samples), n.Samples[:3], n.Validity, n.Mode, n.Marks)
	}
	for _, n := range r.Enums {
		fmt.Printf("  EN %+v\n", n)
	}
	for _, n := range r.Alerts {
		fmt.Printf("  AL %+v\n", n)
	}
}

func TestDump(t *testing.T) {
	at := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	d, _ := NewDecoder(devices.Settings{}, devices.Datagrams)
	text, _ := os.ReadFile(captures.Shared(t, "vectors", "intellivue", "lan_session.hex"))
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) != 5 || f[0] == "#" {
			continue
		}
		b, _ := hex.DecodeString(f[4])
		fmt.Println("#", f[0], f[2])
		d.Decode(b, at, dump)
	}
	fmt.Println(d.Stats())
	raw, _ := os.ReadFile(captures.Shared(t, "vectors", "intellivue", "rs232_jvscapture_first64k.raw"))
	d, _ = NewDecoder(devices.Settings{}, devices.Stream)
	d.Decode(raw, at, dump)
	fmt.Println(d.Stats())
}
