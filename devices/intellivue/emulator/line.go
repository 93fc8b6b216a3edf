package emulator

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"os"
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
// until ctx ends (nil) or the line fails.
func (e *Emulator) ServeLine(ctx context.Context, rw io.ReadWriter) error {
	d, ok := rw.(interface{ SetReadDeadline(time.Time) error })
	if !ok {
		return errors.New("an emulated monitor needs a line with deadlines, such as a pseudo-terminal or a TCP connection")
	}
	l := e.Line()
	buf := make([]byte, 4096)
	for ctx.Err() == nil {
		if err := d.SetReadDeadline(time.Now().Add(pump)); err != nil {
			return err
		}
		n, err := rw.Read(buf)
		at := time.Now()
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		if out := append(l.Handle(buf[:n], at), l.Tick(at)...); len(out) > 0 {
			if _, err := rw.Write(out); err != nil {
				return err
			}
		}
	}
	return nil
}
