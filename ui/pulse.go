package ui

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
)

// frameRate is how often live data are drawn. Twice as much costs twice as
// much on a machine without a graphics card and shows nothing more.
const frameRate = 30

// pulse is the only crossing from time to pixels. It posts a frame only if
// none is waiting, so that the queue of the toolkit cannot grow.
func (u *UI) pulse(ctx context.Context) {
	t := time.NewTicker(time.Second / frameRate)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		if u.pending.CompareAndSwap(false, true) {
			fyne.Do(func() {
				defer u.pending.Store(false)
				if ctx.Err() == nil {
					u.Frame(u.now())
				}
			})
		}
	}
}

// work runs something slow apart from the window and posts its end back to it.
// What it started is waited for when the window goes.
func (u *UI) work(slow func() error, done func(error)) {
	u.working.Add(1)
	go func() {
		defer u.working.Done()
		err := slow()
		if u.ctx.Err() != nil {
			return
		}
		u.post(func() { done(err) })
	}()
}
