package captures_test

import (
	"encoding/csv"
	"os"
	"strconv"
	"strings"
	"testing"

	"lamplight/internal/captures"
	"lamplight/mdib"
)

// The nomenclature knows every code of the vendor's own tables.
func TestEveryPublishedLabelResolves(t *testing.T) {
	rows := readCSV(t, captures.Shared(t, "vectors", "intellivue", "tables", "physio_labels.csv"))
	found := 0
	for _, row := range rows[1:] {
		for _, s := range strings.Fields(row[5]) {
			physio, err := strconv.ParseUint(s, 0, 16)
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := mdib.ByIntelliVue(uint16(physio)); !ok {
				t.Errorf("label %s: physio %s is unknown", row[2], s)
			}
			found++
		}
		for _, s := range strings.Fields(row[7]) {
			term, _ := strconv.ParseUint(s, 0, 16)
			if mdib.UnitByTerm(uint16(term)).Code.RefID == "" {
				t.Errorf("label %s: unit %s is unknown", row[2], s)
			}
		}
	}
	if found < 700 {
		t.Errorf("only %d codes in the label table", found)
	}
	for _, row := range readCSV(t, captures.Shared(t, "vectors", "intellivue", "tables", "scada_codes.csv"))[1:] {
		physio, _ := strconv.ParseUint(row[0], 0, 16)
		if _, ok := mdib.ByIntelliVue(uint16(physio)); !ok {
			t.Errorf("%s (%s) is unknown", row[2], row[0])
		}
	}
}

func readCSV(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
