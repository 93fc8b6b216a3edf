package devices

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The compiler does not look at the blueprint; whoever copies it expects it to
// compile and to pass the suite.
func TestTheBlueprintPassesTheSuite(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	replace := map[string]string{}
	for _, name := range []string{"blueprint.go", "blueprint_test.go"} {
		from := filepath.Join(here, "_"+name)
		if _, err := os.Stat(from); err != nil { // which also tells the test cache what this depends on
			t.Fatal(err)
		}
		replace[filepath.Join(here, "blueprint", name)] = from
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file, suite := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "suite.exe")
	if err := os.WriteFile(file, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("go", "test", "-c", "-vet=off", "-overlay", file, "-o", suite, "./blueprint").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := exec.Command(suite, "-test.v").CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestSuite") {
		t.Errorf("%v\n%s", err, out)
	}
}
