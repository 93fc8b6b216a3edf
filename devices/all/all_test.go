package all

import (
	"regexp"
	"testing"
)

func TestNamesAreUniqueWords(t *testing.T) {
	word := regexp.MustCompile(`^[a-z][a-z0-9-]*$`)
	seen := map[string]bool{}
	for _, m := range Registry().Models() {
		if seen[m.Name] || !word.MatchString(m.Name) {
			t.Errorf("the name %q is taken or no plain word", m.Name)
		}
		seen[m.Name] = true
		if m.New == nil || m.Decoder == nil {
			t.Errorf("%s makes no driver or no decoder", m.Name)
		}
	}
	if len(seen) == 0 {
		t.Error("the list is empty")
	}
}
