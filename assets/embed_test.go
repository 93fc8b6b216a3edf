package assets

import (
	"bytes"
	"encoding/json"
	"image/png"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var hole = regexp.MustCompile(`\{\d\}`)

func TestEveryLanguageSaysEverything(t *testing.T) {
	english := Texts(English)
	if len(english) < 100 {
		t.Fatalf("English has %d texts", len(english))
	}
	for _, code := range Languages() {
		data, err := languages.ReadFile("lang/" + code + ".json")
		if err != nil {
			t.Fatal(err)
		}
		texts := map[string]string{}
		if err := json.Unmarshal(data, &texts); err != nil {
			t.Errorf("%s.json does not parse: %v", code, err)
			continue
		}
		for key, text := range english {
			got, ok := texts[key]
			switch {
			case !ok:
				t.Errorf("%s lacks %q", code, key)
			case strings.TrimSpace(got) == "":
				t.Errorf("%s has an empty %q", code, key)
			case !slices.Equal(holes(got), holes(text)):
				t.Errorf("%s has other places for values in %q: %q, English %q", code, key, got, text)
			}
		}
		for key := range texts {
			if _, ok := english[key]; !ok {
				t.Errorf("%s has %q, which English has not", code, key)
			}
		}
	}
}

func holes(s string) []string {
	all := hole.FindAllString(s, -1)
	slices.Sort(all)
	return all
}

func TestLocaleFindsItsLanguage(t *testing.T) {
	french := Texts("fr")["page.ward"]
	for _, code := range []string{"fr-CA", "fr_CA.UTF-8", "FR"} {
		if got := Texts(code)["page.ward"]; got != french {
			t.Errorf("%s says %q", code, got)
		}
	}
	for _, code := range []string{"", "xx", "../../go.mod", "C.UTF-8"} {
		if got := Texts(code)["page.ward"]; got != Texts(English)["page.ward"] {
			t.Errorf("%q says %q, not English", code, got)
		}
	}
}

func TestIconIsAPicture(t *testing.T) {
	m, err := png.Decode(bytes.NewReader(Icon()))
	if err != nil || m.Bounds().Dx() != 256 || m.Bounds().Dy() != 256 {
		t.Fatalf("icon: %v %v", m.Bounds(), err)
	}
}
