package devices

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The compiler does not look at the blueprint; whoever copies it expects it to
// compile.
func TestTheBlueprintCompiles(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {
		filepath.Join(here, "blueprint", "blueprint.go"): filepath.Join(here, "_blueprint.go"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "overlay.json")
	if err := os.WriteFile(file, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "build", "-overlay", file, "./blueprint").CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
