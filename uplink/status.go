package uplink

import (
	"sync"
	"time"
)

// State is where one uplink stands.
type State uint8

const (
	Idle    State = iota // everything on the tape is acknowledged
	Sending              // a batch is on its way
	Waiting              // no line, or the server is busy: tried again by itself
	Paused               // the server does not accept our sign-in: a new token is needed
	Stopped              // the settings or the rights at the server need a person
)

func (s State) String() string {
	return [...]string{"idle", "sending", "waiting", "paused", "stopped"}[s]
}

// Status is what a screen shows of one uplink.
type Status struct {
	Name        string
	State       State
	Pending     int       // records that wait; -1 when the outbox cannot say
	Oldest      time.Time // of those; zero when none waits
	Sent        uint64    // records that the server confirmed, since the start
	Parked      uint64    // records that it refused for good, since the start
	LastSuccess time.Time // when the server last confirmed anything, in an earlier run too; zero if never
	LastError   string    // what is wrong and what to do; "" when nothing is
	NextTry     time.Time // zero unless a try is planned
}

// A Board holds the newest Status of one uplink: Run writes it, a screen reads
// it. The zero Board is ready.
type Board struct {
	mu sync.Mutex
	s  Status
}

// Status gives a copy of the newest state.
func (b *Board) Status() Status {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.s
}

func (b *Board) change(f func(*Status)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f(&b.s)
}
