// Package captures finds the captures and recordings that some tests are run
// on. They are not part of the project.
package captures

import (
	"os"
	"path/filepath"
	"testing"
)

// Shared gives the path of a file or folder below the captures' folder, which
// is named by LAMPLIGHT_SHARED or stands beside the project as ../shared. The
// test is skipped, saying what it needs, when it is not there.
func Shared(t testing.TB, elem ...string) string {
	t.Helper()
	root := os.Getenv("LAMPLIGHT_SHARED")
	if root == "" {
		dir, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
			if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
				root = filepath.Join(filepath.Dir(dir), "shared")
				break
			}
		}
	}
	p := filepath.Join(append([]string{root}, elem...)...)
	if _, err := os.Stat(p); err != nil {
		t.Skipf("needs the captures: %v (set LAMPLIGHT_SHARED to their folder)", err)
	}
	return p
}
