package intellivue

import (
	"slices"
	"time"

	"lamplight/devices/intellivue/wire"
)

// reorder puts wave results, which come in bursts of four, back into the order
// of their sequence numbers. A result is held only while one before it is
// missing, and never for long.
type reorder struct {
	id   uint16
	set  bool
	next uint16
	held []held
}

type held struct {
	message *wire.Message
	at      time.Time
}

const (
	holdAtMost = 8
	holdFor    = 300 * time.Millisecond
)

// put takes one result and gives those that may be read now.
func (r *reorder) put(m *wire.Message, raw []byte, at time.Time) []held {
	now := held{m, at}
	seq := m.PollResult.Sequence
	if !r.set || r.id != m.ID {
		out := r.flush()
		r.set, r.id, r.next = true, m.ID, seq+1
		return append(out, now)
	}
	switch ahead := int16(seq - r.next); {
	case ahead < 0: // another part of the newest result, or one that comes late
		return []held{now}
	case ahead > 0:
		// The message shares memory with what is read next.
		if own, err := wire.Parse(slices.Clone(raw)); err == nil {
			r.held = append(r.held, held{own, at})
		}
		if len(r.held) >= holdAtMost {
			return r.flush()
		}
		return nil
	}
	r.next = seq + 1
	out := []held{now}
	for i := 0; i < len(r.held); {
		if s := r.held[i].message.PollResult.Sequence; int16(s-r.next) > 0 {
			i++
			continue
		} else if s == r.next {
			r.next++
		}
		out = append(out, r.held[i])
		r.held = slices.Delete(r.held, i, i+1)
		i = 0
	}
	return out
}

// late gives up waiting for what is missing.
func (r *reorder) late(at time.Time) []held {
	if len(r.held) == 0 || at.Sub(r.held[0].at) < holdFor {
		return nil
	}
	return r.flush()
}

func (r *reorder) flush() []held {
	out := r.held
	r.held = nil
	slices.SortStableFunc(out, func(a, b held) int {
		return int(int16(a.message.PollResult.Sequence - b.message.PollResult.Sequence))
	})
	if n := len(out); n > 0 {
		r.next = out[n-1].message.PollResult.Sequence + 1
	}
	return out
}
