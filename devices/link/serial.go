package link

import (
	"errors"
	"io"
	"io/fs"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"lamplight/devices"
	"lamplight/mdib"

	"github.com/tarm/serial"
)

// instant tells a read that found the line gone from one that found it quiet:
// both return io.EOF, but a quiet one waited for a whole slice first.
const instant = Slice / 5

// serialConfig reads the line settings from an address. What it leaves open is
// 9600 baud, no parity, one stop bit, eight bits.
func serialConfig(u *url.URL) (*serial.Config, error) {
	name := u.Path
	if name == "" {
		name = u.Opaque // serial:COM3
	}
	if name == "" || u.Host != "" {
		return nil, fault(mdib.ReasonConfig, nil, "the address %q names no serial port; write serial:/dev/ttyUSB0 or serial:COM3", u)
	}
	c := &serial.Config{Name: name, Baud: 9600, Size: 8, Parity: serial.ParityNone, StopBits: serial.Stop1, ReadTimeout: Slice}
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, fault(mdib.ReasonConfig, err, "the line settings in %q cannot be read; write them as ?baud=9600&parity=none", u)
	}
	for key, values := range q {
		v := values[len(values)-1]
		var ok bool
		switch key {
		case "baud":
			c.Baud, err = strconv.Atoi(v)
			ok = err == nil && c.Baud > 0
		case "bits":
			c.Size, ok = map[string]byte{"5": 5, "6": 6, "7": 7, "8": 8}[v]
		case "parity":
			c.Parity, ok = map[string]serial.Parity{"none": serial.ParityNone, "even": serial.ParityEven, "odd": serial.ParityOdd}[v]
		case "stop":
			c.StopBits, ok = map[string]serial.StopBits{"1": serial.Stop1, "2": serial.Stop2}[v]
		default:
			return nil, fault(mdib.ReasonConfig, nil, "the serial port %s has no setting %q; the settings are baud, bits (5 to 8), parity (none, even, odd) and stop (1, 2)", name, key)
		}
		if !ok {
			return nil, fault(mdib.ReasonConfig, nil, "the serial port %s cannot have %s=%s; use a whole baud, bits 5 to 8, parity none, even or odd, stop 1 or 2", name, key, v)
		}
	}
	return c, nil
}

func openSerial(u *url.URL) (Conn, error) {
	c, err := serialConfig(u)
	if err != nil {
		return nil, err
	}
	p, err := serial.OpenPort(c)
	if err != nil {
		return nil, serialFault(c, err)
	}
	if err := claim(c.Name); err != nil {
		shut(p)
		return nil, serialFault(c, err)
	}
	// What came in before we listened is old. A pseudo-terminal may refuse the
	// request; the drivers skip a partial first frame anyway.
	_ = p.Flush()
	return &serialConn{port: p, name: c.Name}, nil
}

// serialFault says why a port did not open and what to do about it.
func serialFault(c *serial.Config, err error) *devices.Fault {
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, errNoDevice):
		return fault(mdib.ReasonNoPort, err, "there is no serial port %s; plug the adapter in, or choose the port it has now", c.Name)
	case errors.Is(err, errBusy), isBusyOnWindows(err):
		return fault(mdib.ReasonPortBusy, err, "the serial port %s is in use by another program; close that program", c.Name)
	case errors.Is(err, fs.ErrPermission):
		return fault(mdib.ReasonNoAccess, err, "this user may not open the serial port %s; %s", c.Name, accessRemedy())
	case errors.Is(err, syscall.ENOTTY), errors.Is(err, syscall.EISDIR), errors.Is(err, syscall.EINVAL):
		return fault(mdib.ReasonConfig, err, "%s is not a serial port; name the adapter's port, such as /dev/ttyUSB0", c.Name)
	case strings.Contains(err.Error(), "baud rate"): // tarm has no error value for it
		return fault(mdib.ReasonConfig, err, "the serial port %s cannot run at %d baud; use the speed the device is set to, such as 9600 or 115200", c.Name, c.Baud)
	}
	return fault(mdib.ReasonUnexpected, err, "the serial port %s did not open; unplug the adapter and plug it in again", c.Name)
}

func accessRemedy() string {
	if runtime.GOOS == "linux" {
		return "add yourself to the dialout group (sudo usermod -aG dialout $USER) and log in again"
	}
	return "ask the administrator of this computer for access to it"
}

type serialConn struct {
	port io.ReadWriteCloser
	name string
}

func (c *serialConn) Read(p []byte) (int, time.Time, error) {
	for range 3 {
		asked := time.Now()
		n, err := c.port.Read(p)
		at := time.Now()
		switch {
		case n > 0:
			return n, at, nil
		case err != nil && !errors.Is(err, io.EOF):
			return 0, at, c.gone(err)
		case at.Sub(asked) >= instant:
			return 0, at, nil
		}
	}
	return 0, time.Now(), c.gone(nil)
}

func (c *serialConn) Write(p []byte) (int, error) {
	n, err := c.port.Write(p)
	if err != nil {
		return n, c.gone(err)
	}
	return n, nil
}

func (c *serialConn) Close() error { return c.port.Close() }

func (c *serialConn) gone(err error) error {
	return fault(mdib.ReasonGone, err, "the serial port %s is gone; check the cable and the adapter", c.name)
}
