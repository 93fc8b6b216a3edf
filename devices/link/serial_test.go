package link

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"lamplight/devices"
	"lamplight/mdib"

	"github.com/tarm/serial"
)

// wantFault checks the reason and that the sentence names the thing.
func wantFault(t *testing.T, err error, reason mdib.Reason, words ...string) {
	t.Helper()
	var f *devices.Fault
	if !errors.As(err, &f) {
		t.Fatalf("got %v (%T), want a Fault", err, err)
	}
	if f.Reason != reason {
		t.Errorf("reason %q, want %q (%v)", f.Reason, reason, err)
	}
	for _, w := range words {
		if !strings.Contains(f.Detail, w) {
			t.Errorf("%q does not say %q", f.Detail, w)
		}
	}
}

func TestSerialAddress(t *testing.T) {
	for _, c := range []struct {
		address string
		want    serial.Config
		wrong   string // a word of the error, "" when the address is good
	}{
		{"serial:/dev/ttyUSB0", serial.Config{Name: "/dev/ttyUSB0", Baud: 9600, Size: 8, Parity: 'N', StopBits: 1}, ""},
		{"serial:///dev/ttyUSB0", serial.Config{Name: "/dev/ttyUSB0", Baud: 9600, Size: 8, Parity: 'N', StopBits: 1}, ""},
		{"serial:COM12?baud=19200&parity=even&stop=2&bits=7", serial.Config{Name: "COM12", Baud: 19200, Size: 7, Parity: 'E', StopBits: 2}, ""},
		{"serial:/dev/ttyS0?parity=odd", serial.Config{Name: "/dev/ttyS0", Baud: 9600, Size: 8, Parity: 'O', StopBits: 1}, ""},
		{"serial:/dev/ttyS0?baud=fast", serial.Config{}, "baud=fast"},
		{"serial:/dev/ttyS0?baud=-9600", serial.Config{}, "baud=-9600"},
		{"serial:/dev/ttyS0?bits=9", serial.Config{}, "bits=9"},
		{"serial:/dev/ttyS0?parity=mark", serial.Config{}, "parity=mark"},
		{"serial:/dev/ttyS0?stop=1.5", serial.Config{}, "stop=1.5"},
		{"serial:/dev/ttyS0?speed=9600", serial.Config{}, "speed"},
		{"serial:/dev/ttyS0?baud=%zz", serial.Config{}, "line settings"},
		{"serial:", serial.Config{}, "names no serial port"},
		{"serial://ttyS0", serial.Config{}, "names no serial port"},
	} {
		u, err := url.Parse(c.address)
		if err != nil {
			t.Fatal(err)
		}
		got, err := serialConfig(u)
		if c.wrong != "" {
			wantFault(t, err, mdib.ReasonConfig, c.wrong)
			continue
		}
		c.want.ReadTimeout = Slice
		if err != nil || *got != c.want {
			t.Errorf("%s: %+v, %v; want %+v", c.address, got, err, c.want)
		}
	}
}

func TestSerialFaults(t *testing.T) {
	c := &serial.Config{Name: "/dev/ttyUSB7", Baud: 12345}
	for _, x := range []struct {
		err    error
		reason mdib.Reason
		says   string
	}{
		{&fs.PathError{Op: "open", Path: c.Name, Err: syscall.ENOENT}, mdib.ReasonNoPort, "plug the adapter in"},
		{&fs.PathError{Op: "open", Path: c.Name, Err: errNoDevice}, mdib.ReasonNoPort, "plug the adapter in"},
		{&fs.PathError{Op: "open", Path: c.Name, Err: errBusy}, mdib.ReasonPortBusy, "close that program"},
		{syscall.ENOTTY, mdib.ReasonConfig, "is not a serial port"},
		{&fs.PathError{Op: "open", Path: c.Name, Err: syscall.EISDIR}, mdib.ReasonConfig, "is not a serial port"},
		{errors.New("unknown baud rate"), mdib.ReasonConfig, "12345 baud"},
		{errors.New("the moon is full"), mdib.ReasonUnexpected, "did not open"},
	} {
		wantFault(t, serialFault(c, x.err), x.reason, "/dev/ttyUSB7", x.says)
	}
	if runtime.GOOS == "linux" {
		wantFault(t, serialFault(c, &fs.PathError{Op: "open", Path: c.Name, Err: syscall.EACCES}), mdib.ReasonNoAccess, "/dev/ttyUSB7", "dialout")
	}
}

func TestSerialMissingAndWrongPorts(t *testing.T) {
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), "serial:"+filepath.Join(dir, "ttyNone"))
	wantFault(t, err, mdib.ReasonNoPort, "ttyNone")
	_, err = Open(t.Context(), "serial:"+plain)
	wantFault(t, err, mdib.ReasonConfig, "plain", "not a serial port")
	_, err = Open(t.Context(), "serial:"+dir)
	wantFault(t, err, mdib.ReasonConfig, "not a serial port")
}

func TestSerialPermission(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("needs an ordinary user: nothing is forbidden to root (TestSerialFaults checks the sentence)")
	}
	locked := filepath.Join(t.TempDir(), "ttyLocked")
	if err := os.WriteFile(locked, nil, 0o000); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), "serial:"+locked)
	wantFault(t, err, mdib.ReasonNoAccess, "ttyLocked", "dialout")
}

// scriptedPort answers reads without a line.
type scriptedPort struct {
	reads  func(p []byte) (int, error)
	writes error
}

func (s *scriptedPort) Read(p []byte) (int, error)  { return s.reads(p) }
func (s *scriptedPort) Write(p []byte) (int, error) { return len(p), s.writes }
func (s *scriptedPort) Close() error                { return nil }

func TestSerialInstantEOFIsGone(t *testing.T) {
	reads := 0
	c := &serialConn{name: "/dev/ttyUSB7", port: &scriptedPort{reads: func([]byte) (int, error) { reads++; return 0, io.EOF }}}
	_, _, err := c.Read(make([]byte, 1))
	wantFault(t, err, mdib.ReasonGone, "/dev/ttyUSB7", "cable")
	if reads != 3 {
		t.Errorf("gone after %d instant ends, want 3", reads)
	}
}

func TestSerialOneInstantEOFIsNoise(t *testing.T) {
	reads := 0
	c := &serialConn{port: &scriptedPort{reads: func(p []byte) (int, error) {
		if reads++; reads < 3 {
			return 0, io.EOF
		}
		return copy(p, "x"), nil
	}}}
	if n, at, err := c.Read(make([]byte, 1)); n != 1 || err != nil || time.Since(at) > time.Minute {
		t.Errorf("got %d, %v, %v; want the byte", n, at, err)
	}
}

func TestSerialErrorsAreGone(t *testing.T) {
	c := &serialConn{name: "/dev/ttyUSB7", port: &scriptedPort{writes: syscall.EIO, reads: func([]byte) (int, error) { return 0, syscall.EIO }}}
	_, _, err := c.Read(make([]byte, 1))
	wantFault(t, err, mdib.ReasonGone, "/dev/ttyUSB7")
	_, err = c.Write([]byte{1})
	wantFault(t, err, mdib.ReasonGone, "/dev/ttyUSB7")
}

func TestUnknownAddresses(t *testing.T) {
	for _, a := range []string{"", "bluetooth:00:11", "/dev/ttyUSB0", "http://x:1", "tcp:/\x00"} {
		_, err := Open(context.Background(), a)
		wantFault(t, err, mdib.ReasonConfig, "serial:/dev/ttyUSB0")
	}
}
