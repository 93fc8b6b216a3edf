// Package assets holds the files that are built into the program: the texts of
// every language and the icon.
package assets

import (
	"embed"
	"encoding/json"
	"path"
	"sort"
	"strings"
)

// English is the language that is always complete.
const English = "en"

//go:embed lang/*.json
var languages embed.FS

//go:embed icon.png
var icon []byte

// Icon is the program's icon, a PNG of 256 by 256 pixels.
func Icon() []byte { return icon }

// Languages lists the codes of all languages, sorted.
func Languages() []string {
	entries, err := languages.ReadDir("lang")
	if err != nil {
		return []string{English}
	}
	var codes []string
	for _, e := range entries {
		codes = append(codes, strings.TrimSuffix(e.Name(), path.Ext(e.Name())))
	}
	sort.Strings(codes)
	return codes
}

// Texts gives the texts of a language by key. A locale such as "fr-CA" or
// "fr_CA.UTF-8" finds "fr"; a language that is not there gives English.
func Texts(code string) map[string]string {
	code, _, _ = strings.Cut(strings.ReplaceAll(strings.ToLower(code), "_", "-"), "-")
	code, _, _ = strings.Cut(code, ".")
	data, err := languages.ReadFile("lang/" + code + ".json")
	if err != nil {
		data, err = languages.ReadFile("lang/" + English + ".json")
	}
	texts := map[string]string{}
	if err == nil {
		// A file that does not parse is caught by the test of this package.
		_ = json.Unmarshal(data, &texts)
	}
	return texts
}
