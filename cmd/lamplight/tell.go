package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"lamplight/mdib"
)

// A teller writes what goes wrong, and that it is over, for whoever starts the
// recorder without a window: one line for each change, not for each try.
type teller struct {
	w    io.Writer
	told map[string]string // what was last said of each thing
}

// watch looks until ctx ends, and once more then.
func (t *teller) watch(ctx context.Context, a *App) {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
		t.look(a)
	}
}

func (t *teller) look(a *App) {
	view := a.Station.View(time.Now())
	for _, b := range view.Beds {
		for _, d := range b.Devices {
			t.link(fmt.Sprintf("bed %s, %s", b.Label, d.Name), d.Link)
		}
	}
	trouble := ""
	if h := a.DB.Health(); h.Err != nil {
		trouble = h.Err.Error()
	}
	t.tell("record", trouble, trouble)
	for _, l := range a.uplinks() {
		s := l.board.Status()
		t.tell("uplink "+s.Name, s.LastError, s.LastError)
	}
}

// link tells of a device by its reason: the words count bytes and tries.
func (t *teller) link(name string, l mdib.Link) {
	switch {
	case l.State == mdib.LinkConnected:
		t.tell(name, "", "")
	case l.Reason != mdib.ReasonNone && l.Reason != mdib.ReasonStopped:
		t.tell(name, string(l.Reason), l.Detail)
	}
}

func (t *teller) tell(name, what, sentence string) {
	if t.told[name] == what {
		return
	}
	t.told[name] = what
	if sentence == "" {
		sentence = "works again"
	}
	fmt.Fprintf(t.w, "%s: %s\n", name, sentence)
}
