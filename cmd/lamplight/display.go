package main

import (
	"fmt"
	"net"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// A display that cannot be used: the window needs one, the recorder does not.
type displayError struct{ Problem string }

func (e *displayError) Error() string {
	return e.Problem + ": start from a desktop session, or work without a window: lamplight record --headless"
}

// checkDisplay finds out whether a window can be opened at the X server that
// DISPLAY names: the toolkit would panic. Other systems always have a display.
func checkDisplay(name string) error {
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		return nil
	}
	if name == "" {
		return &displayError{"there is no display to open a window on (DISPLAY is not set)"}
	}
	colon := strings.LastIndex(name, ":")
	host, rest := name[:max(colon, 0)], name[colon+1:]
	number, _, _ := strings.Cut(rest, ".")
	n, err := strconv.ParseUint(number, 10, 16)
	if colon < 0 || err != nil || n > 65535-6000 {
		return &displayError{fmt.Sprintf("DISPLAY is %q, which is not the name of a display such as :0", name)}
	}
	type address struct{ network, at string }
	tries := []address{{"tcp", net.JoinHostPort(host, strconv.FormatUint(6000+n, 10))}}
	if host == "" || host == "unix" {
		socket := fmt.Sprintf("/tmp/.X11-unix/X%d", n)
		tries = []address{{"unix", socket}, {"unix", "@" + socket}}
	}
	for _, t := range tries {
		c, err := net.DialTimeout(t.network, t.at, 5*time.Second)
		if err == nil {
			return c.Close()
		}
	}
	return &displayError{fmt.Sprintf("nothing answers at the display %q", name)}
}
