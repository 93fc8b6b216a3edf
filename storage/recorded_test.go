package storage

import (
	"os"
	"slices"
	"testing"

	"lamplight/internal/captures"
)

// TestARecordedECG codes both leads of record 100 of the MIT-BIH Arrhythmia
// Database (recorded; PhysioNet, WFDB format 212) by the second, as they would
// arrive, and by the minute.
func TestARecordedECG(t *testing.T) {
	raw := must(os.ReadFile(captures.Shared(t, "data", "mitdb", "100.dat")))
	var leads [2][]int32
	for i := 0; i+2 < len(raw); i += 3 {
		leads[0] = append(leads[0], int32(raw[i])|int32(raw[i+1]&0x0f)<<28>>20)
		leads[1] = append(leads[1], int32(raw[i+2])|int32(raw[i+1]>>4)<<28>>20)
	}
	for _, c := range []struct {
		samples int
		most    float64 // bits a sample; 12 in the file it came from
	}{{360, 4.4}, {360 * 60, 4.2}} {
		size, count := 0, 0
		for _, lead := range leads {
			for run := range slices.Chunk(lead, c.samples) {
				coded := appendSamples(nil, run)
				r := reader{b: coded}
				if got := r.samples(); !slices.Equal(got, run) {
					t.Fatal("a run came back changed")
				}
				size, count = size+len(coded), count+len(run)
			}
		}
		bits := float64(size) * 8 / float64(count)
		t.Logf("runs of %d samples: %.2f bits a sample", c.samples, bits)
		if count != 2*650000 || bits > c.most {
			t.Errorf("%d samples, %.2f bits each", count, bits)
		}
	}
}
