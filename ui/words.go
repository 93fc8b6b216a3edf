package ui

import (
	"strconv"
	"strings"

	"lamplight/assets"
)

// Words are the texts of one language. A text that a language lacks is taken
// from English; a key that nobody knows is shown as it is.
type Words struct{ texts, english map[string]string }

// NewWords loads a language of assets/lang; an unknown code gives English.
func NewWords(code string) *Words {
	return &Words{texts: assets.Texts(code), english: assets.Texts(assets.English)}
}

// T gives a text with {0}, {1}, … replaced by args.
func (w *Words) T(key string, args ...string) string {
	s, ok := w.find(key)
	if !ok {
		return key
	}
	for i, a := range args {
		s = strings.ReplaceAll(s, "{"+strconv.Itoa(i)+"}", a)
	}
	return s
}

// N gives the text key.one or key.many, with {0} replaced by n.
func (w *Words) N(key string, n int) string {
	if n == 1 {
		return w.T(key+".one", "1")
	}
	return w.T(key+".many", strconv.Itoa(n))
}

// Or gives the text of a key, or the fallback if there is none.
func (w *Words) Or(key, fallback string) string {
	if s, ok := w.find(key); ok {
		return s
	}
	return fallback
}

func (w *Words) find(key string) (string, bool) {
	if s, ok := w.texts[key]; ok {
		return s, true
	}
	s, ok := w.english[key]
	return s, ok
}
