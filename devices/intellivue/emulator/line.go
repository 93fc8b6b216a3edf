package emulator

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"os"
	"syscall"
	"time"

	"lamplight/devices/intellivue/wire"
)

// Line is the MIB/RS-232 socket of an emulated monitor: the same messages in
// frames. A monitor takes smaller messages there.
type Line struct {
	e        *Emulator
	deframer wire.Deframer
}

const serialMTU = 996

// end stands for whoever is at the other end of a line.
var end = netip.AddrPortFrom(netip.IPv4Unspecified(), 1)

// Line gives the emulator's serial socket. An emulator has one or serves UDP.
func (e *Emulator) Line() *Line {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.monitor.mtu = serialMTU
	return &Line{e: e}
}

// Handle takes bytes of the line, cut anywhere, and gives the answers.
func (l *Line) Handle(p []byte, at time.Time) []byte {
	var out []byte
	for _, x := range p {
		l.deframer.Push(x, func(f wire.Piece) {
			if !f.Discarded {
				out = append(out, framed(l.e.Handle(end, f.Message, at))...)
			}
		})
	}
	return out
}

// Tick gives what is due by itself.
func (l *Line) Tick(at time.Time) []byte { return framed(l.e.Tick(at)) }

func framed(list []Datagram) []byte {
	var out []byte
	for _, d := range list {
		out = wire.AppendFrame(out, d.Data)
	}
	return out
}

// ServeLine answers on a line that has deadlines, such as a pseudo-terminal,
// until ctx ends (nil) or the line fails. A pseudo-terminal whose port nobody
// has open is a cable without an end: it is waited for.
func (e *Emulator) ServeLine(ctx context.Context, rw io.ReadWriter) error {
	d, ok := rw.(interface {
		SetReadDeadline(time.Time) error
		SetWriteDeadline(time.Time) error
	})
	if !ok {
		return errors.New("an emulated monitor needs a line with deadlines, such as a pseudo-terminal or a TCP connection")
	}
	l := e.Line()
	buf := make([]byte, 4096)
	for ctx.Err() == nil {
		now := time.Now()
		if err := errors.Join(d.SetReadDeadline(now.Add(pump)), d.SetWriteDeadline(now.Add(lineFull))); err != nil {
			return ended(ctx, err)
		}
		n, err := rw.Read(buf)
		switch {
		case err == nil, errors.Is(err, os.ErrDeadlineExceeded):
		case errors.Is(err, syscall.EIO):
			select {
			case <-ctx.Done():
			case <-time.After(pump):
			}
		default:
			return ended(ctx, err)
		}
		at := time.Now()
		out := append(l.Handle(buf[:n], at), l.Tick(at)...)
		if len(out) == 0 {
			continue
		}
		// What a line does not take is lost, as on a real one.
		if _, err := rw.Write(out); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, syscall.EIO) {
			return ended(ctx, err)
		}
	}
	return nil
}

// lineFull is how long a line may refuse bytes that nobody reads.
const lineFull = 200 * time.Millisecond

// ended gives the failure of a line, or nil when it was closed on purpose.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil || errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}
