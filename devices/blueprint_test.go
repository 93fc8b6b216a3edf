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
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {
		filepath.Join(here, "blueprint", "blueprint.go"):      filepath.Join(here, "_blueprint.go"),
		filepath.Join(here, "blueprint", "blueprint_test.go"): filepath.Join(here, "_blueprint_test.go"),
	}})
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
