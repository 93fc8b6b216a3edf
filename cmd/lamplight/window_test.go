package main

import (
	"bufio"
	"context"
	"errors"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The real window on a virtual display: it draws, and a click opens a bed.
func TestRealWindow(t *testing.T) {
	for _, tool := range []string{"Xvfb", "xdotool", "import"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("needs %s: run scripts/setup, as make test does", tool)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	display := virtualDisplay(t, ctx)
	dir := t.TempDir()
	cmd := program(ctx, "--demo", "--data", dir, "--config", filepath.Join(dir, "none.json"))
	cmd.Env = append(cmd.Env, "DISPLAY="+display, "LANG=en_GB.UTF-8")
	var log strings.Builder
	cmd.Stderr = &log
	started := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()

	x := func(args ...string) (string, error) {
		c := exec.CommandContext(ctx, args[0], args[1:]...)
		c.Env = append(os.Environ(), "DISPLAY="+display)
		out, err := c.Output()
		return strings.TrimSpace(string(out)), err
	}
	var window string
	eventually(t, 60*time.Second, "the window", func() bool {
		select {
		case err := <-ended:
			t.Fatalf("the program ended: %v\n%s", err, log.String())
		default:
		}
		window, _ = x("xdotool", "search", "--onlyvisible", "--name", "^Lamplight")
		return window != ""
	})
	t.Logf("window after %v", time.Since(started))

	picture := filepath.Join(dir, "ward.png")
	eventually(t, 60*time.Second, "a picture with waves in it", func() bool {
		_, err := x("import", "-window", "root", picture)
		return err == nil && colours(t, picture) > 200
	})
	if title, _ := x("xdotool", "getwindowname", window); !strings.Contains(title, "Lamplight") {
		t.Errorf("title %q", title)
	}
	// A bed's tile is in the middle of the left third, below the bars.
	eventually(t, 20*time.Second, "the bed page after a click", func() bool {
		if _, err := x("xdotool", "mousemove", "300", "200", "click", "1"); err != nil {
			return false
		}
		title, _ := x("xdotool", "getwindowname", window)
		return strings.HasSuffix(title, " 01")
	})
	cmd.Process.Signal(os.Interrupt)
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("the program did not end well: %v\n%s", err, log.String())
		}
	case <-time.After(15 * time.Second):
		cmd.Process.Kill()
		t.Error("the program does not end when told to")
	}
}

// colours counts how many different ones a picture has, up to 1,000.
func colours(t *testing.T, path string) int {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		return 0
	}
	seen := map[[3]uint32]bool{}
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
			r, g, b, _ := img.At(x, y).RGBA()
			if seen[[3]uint32{r, g, b}] = true; len(seen) > 1000 {
				return len(seen)
			}
		}
	}
	return len(seen)
}

// virtualDisplay starts one on a free number and ends it with the test.
func virtualDisplay(t *testing.T, ctx context.Context) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd := exec.CommandContext(ctx, "Xvfb", "-displayfd", "3", "-screen", "0", "1366x768x24", "-nolisten", "tcp", "-noreset")
	cmd.ExtraFiles = []*os.File{w}
	err = errors.Join(cmd.Start(), w.Close())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	number, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("no virtual display: %v", err)
	}
	return ":" + strings.TrimSpace(number)
}
