package wfdb

import (
	"bytes"
	"encoding/binary"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lamplight/internal/captures"
)

// words writes pairs of code and interval.
func words(pairs ...int) []byte {
	var b []byte
	for i := 0; i < len(pairs); i += 2 {
		b = binary.LittleEndian.AppendUint16(b, uint16(pairs[i]<<10|pairs[i+1]))
	}
	return b
}

func TestAnnotations(t *testing.T) {
	data := slices.Concat(
		words(28, 18, annAux, 3), []byte("(N\x00\x00"),
		words(1, 59, annSub, 1, annChan, 1, annNum, 7),
		words(annSkip, 0), []byte{0x01, 0x00, 0x02, 0x00}, // 65538
		words(5, 0, annChan, 0),
		words(1, 1023, 0, 0), []byte("rest"))
	got, err := annotationsFS(files(map[string]any{"r.atr": data}), "r.atr")
	want := []Annotation{
		{At: 18, Type: 28, Text: "(N"},
		{At: 77, Type: 1, Sub: 1, Channel: 1, Number: 7},
		{At: 77 + 65538, Type: 5, Number: 7},
		{At: 77 + 65538 + 1023, Type: 1, Number: 7},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v\n got %+v\nwant %+v", err, got, want)
	}
	if got[0].Symbol() != "+" || got[0].Beat() || got[2].Symbol() != "V" || !got[2].Beat() || (Annotation{Type: 58}).Symbol() != "?" {
		t.Error("symbols or beats are wrong")
	}
	for i := 1; i < len(data)-5; i++ {
		if _, err := parseAnnotations(data[:i]); err == nil || !strings.Contains(err.Error(), "cut short") {
			t.Errorf("cut after %d bytes: %v", i, err)
		}
	}
	if _, err := Annotations(filepath.Join(t.TempDir(), "none.atr")); err == nil {
		t.Error("a file that is not there is read")
	}
}

// The counts of the reference annotations, as published.
func TestAnnotationsAtHand(t *testing.T) {
	for name, want := range map[string]int{"mitdb/100.atr": 2273, "mitdb/119.atr": 1987, "mitdb/222.atr": 2483, "mitdb/104.atr": 2229} {
		all, err := Annotations(filepath.Join(captures.Shared(t, "data"), name))
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, a := range all {
			if a.Beat() {
				n++
			}
		}
		if n != want {
			t.Errorf("%s: %d beats, want %d", name, n, want)
		}
		if all[0].Symbol() != "+" || !strings.HasPrefix(all[0].Text, "(") {
			t.Errorf("%s begins with %+v", name, all[0])
		}
	}
}

func FuzzAnnotations(f *testing.F) {
	f.Add(words(1, 18, annAux, 2, 0, 0))
	f.Add(bytes.Repeat([]byte{0xFF}, 7))
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := parseAnnotations(data)
		if err == nil && len(all) > len(data)/2 {
			t.Fatalf("%d annotations in %d bytes", len(all), len(data))
		}
	})
}
