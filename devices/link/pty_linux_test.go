package link

import (
	"bytes"
	"errors"
	"os"
	"syscall"
	"testing"
	"time"

	"lamplight/mdib"

	"golang.org/x/sys/unix"
)

func openLine(t *testing.T) (*os.File, Conn, string) {
	t.Helper()
	master, slave, err := OpenPTY()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(master) })
	c, err := Open(t.Context(), "serial:"+slave+"?baud=9600&parity=none&stop=1&bits=8")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(c) })
	return master, c, slave
}

func TestPTYCarriesEveryByteBothWays(t *testing.T) {
	master, c, _ := openLine(t)
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	if _, err := master.Write(all); err != nil {
		t.Fatal(err)
	}
	var got []byte
	buf := make([]byte, 64)
	for before := time.Now(); len(got) < len(all); {
		n, at, err := c.Read(buf)
		if err != nil || n == 0 {
			t.Fatalf("after %d bytes: %d, %v", len(got), n, err)
		}
		if at.Before(before) || at.After(time.Now()) {
			t.Errorf("stamped %v, outside the time of the read", at)
		}
		got = append(got, buf[:n]...)
	}
	if !bytes.Equal(got, all) {
		t.Errorf("the line changed the bytes: % x", got)
	}
	if _, err := c.Write(all); err != nil {
		t.Fatal(err)
	}
	back := make([]byte, 0, 256)
	for len(back) < len(all) {
		n, err := master.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		back = append(back, buf[:n]...)
	}
	if !bytes.Equal(back, all) {
		t.Errorf("the line changed the bytes sent: % x", back)
	}
}

func TestPTYQuietIsNotAnError(t *testing.T) {
	_, c, _ := openLine(t)
	for range 4 {
		start := time.Now()
		n, at, err := c.Read(make([]byte, 8))
		if n != 0 || err != nil {
			t.Fatalf("quiet line: %d, %v", n, err)
		}
		if waited := at.Sub(start); waited < Slice/2 || waited > 10*Slice {
			t.Errorf("a quiet slice took %v", waited)
		}
	}
}

func TestPTYUnplugged(t *testing.T) {
	master, c, _ := openLine(t)
	shut(master)
	start := time.Now()
	_, _, err := c.Read(make([]byte, 8))
	wantFault(t, err, mdib.ReasonGone, "/dev/pts/", "cable")
	if time.Since(start) > time.Second {
		t.Errorf("it took %v to see that the line is gone", time.Since(start))
	}
	_, err = c.Write([]byte{1})
	wantFault(t, err, mdib.ReasonGone, "/dev/pts/")
}

func TestPTYBadBaud(t *testing.T) {
	master, slave, err := OpenPTY()
	if err != nil {
		t.Fatal(err)
	}
	defer shut(master)
	_, err = Open(t.Context(), "serial:"+slave+"?baud=12345")
	wantFault(t, err, mdib.ReasonConfig, slave, "12345 baud")
}

func TestPTYReopens(t *testing.T) {
	master, c, slave := openLine(t)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	// What is said while nobody listens is not heard later.
	if _, err := master.Write([]byte("old")); err != nil {
		t.Fatal(err)
	}
	c, err := Open(t.Context(), "serial:"+slave)
	if err != nil {
		t.Fatal(err)
	}
	defer shut(c)
	if _, err := master.Write([]byte("new")); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 16)
	n, _, err := c.Read(buf)
	if err != nil || string(buf[:n]) != "new" {
		t.Errorf("read %q, %v; want only what came after opening", buf[:n], err)
	}
}

func TestAClaimedPortIsBusy(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("needs an ordinary user: root may open a claimed port (TestSerialFaults checks the sentence)")
	}
	master, slave, err := OpenPTY()
	if err != nil {
		t.Fatal(err)
	}
	defer shut(master)
	other, err := unix.Open(slave, unix.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(other) }()
	if err := unix.IoctlSetInt(other, unix.TIOCEXCL, 0); err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), "serial:"+slave)
	wantFault(t, err, mdib.ReasonPortBusy, slave)
}

func TestPTYReadOfUnopenedPortGivesEIO(t *testing.T) {
	master, c, _ := openLine(t)
	shut(c)
	if _, err := master.Read(make([]byte, 1)); !errors.Is(err, syscall.EIO) {
		t.Errorf("got %v, want EIO as documented", err)
	}
}
