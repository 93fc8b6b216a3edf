package emulator

import (
	"context"
	"errors"
	"io"
	"os"
	"syscall"
	"time"
)

const (
	// tick is how often frames that are due are sent.
	tick = 10 * time.Millisecond
	// sendTime is how long one sending may take before the line is full: what a
	// device says when nobody listens is lost.
	sendTime = 50 * time.Millisecond
)

// Serve plays the oximeter on a line, at its true pace, until ctx ends (nil) or
// the line fails. A line whose other end is not open, such as a pseudo-terminal
// that nobody reads, is no failure. rw must have deadlines (a pseudo-terminal,
// a socket): they end a pending read when ctx does.
func (e *Emulator) Serve(ctx context.Context, rw io.ReadWriter) error {
	line, ok := rw.(deadliner)
	if !ok {
		return errors.New("an emulated oximeter needs a line with deadlines, such as a pseudo-terminal or a TCP connection")
	}
	start := time.Now()
	if e.opts.Start.IsZero() {
		e.opts.Start = start
	}
	heard := make(chan []byte)
	ctx, cancel := context.WithCancel(ctx)
	failed := make(chan error, 1)
	go func() {
		defer close(heard)
		failed <- listen(ctx, line, heard)
	}()
	err := e.play(ctx, line, start, heard)
	cancel()
	for range heard { // until the listener has left
	}
	if listenErr := <-failed; err == nil {
		err = listenErr
	}
	return err
}

type deadliner interface {
	io.ReadWriter
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

func (e *Emulator) play(ctx context.Context, line deadliner, start time.Time, heard <-chan []byte) error {
	t := time.NewTicker(tick)
	defer t.Stop()
	for {
		var out []byte
		select {
		case <-ctx.Done():
			return nil
		case p, ok := <-heard:
			switch {
			case !ok:
				return nil // the listener says why
			case p == nil:
				e.Connect(time.Since(start))
			default:
				out = e.Receive(p, time.Since(start))
			}
		case <-t.C:
			out = e.Advance(time.Since(start))
		}
		if len(out) == 0 {
			continue
		}
		_ = line.SetWriteDeadline(time.Now().Add(sendTime))
		if _, err := line.Write(out); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) && !notOpen(err) {
			return ended(ctx, err)
		}
	}
}

// listen hands over what comes in; nil means that the other end was opened.
func listen(ctx context.Context, line deadliner, heard chan<- []byte) error {
	buf := make([]byte, 256)
	closed := false
	for {
		_ = line.SetReadDeadline(time.Now().Add(10 * tick))
		n, err := line.Read(buf)
		var p []byte
		switch {
		case ctx.Err() != nil:
			return nil
		case n > 0:
			p = append(p, buf[:n]...)
		case notOpen(err):
			closed = true
			select { // a line that is not open answers at once: ask again later
			case <-ctx.Done():
				return nil
			case <-time.After(2 * tick):
			}
			continue
		case err != nil && !errors.Is(err, os.ErrDeadlineExceeded):
			return ended(ctx, err)
		}
		if closed {
			closed = false
			select {
			case <-ctx.Done():
				return nil
			case heard <- nil:
			}
		}
		if p != nil {
			select {
			case <-ctx.Done():
				return nil
			case heard <- p:
			}
		}
	}
}

// notOpen: a pseudo-terminal whose port nobody has open.
func notOpen(err error) bool { return errors.Is(err, syscall.EIO) }

// ended gives the failure of a line, or nil when it was closed on purpose.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil || errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}
