package mdib

import "time"

// LinkState is where a connection stands.
type LinkState uint8

const (
	LinkInitial     LinkState = iota // not tried yet
	LinkConnecting                   // opening the port or socket
	LinkNegotiating                  // open; the protocol is introducing itself
	LinkConnected                    // data flows
	LinkLost                         // was open or tried to; waiting for the next try
	LinkTerminal                     // closed for good: stopped, or cannot ever work as configured
)

func (s LinkState) String() string {
	return [...]string{"initial", "connecting", "negotiating", "connected", "lost", "terminal"}[s]
}

// Reason says why a link is not connected, as a key that the screen turns
// into a sentence with the next step.
type Reason string

const (
	ReasonNone       Reason = ""
	ReasonNoPort     Reason = "no-port"    // the serial port does not exist
	ReasonNoAccess   Reason = "no-access"  // the port may not be opened by this user
	ReasonPortBusy   Reason = "port-busy"  // somebody else holds the port or address
	ReasonNoRoute    Reason = "no-route"   // host unreachable or name unknown
	ReasonClosed     Reason = "closed"     // nothing listens there
	ReasonGone       Reason = "gone"       // cable or adapter pulled, peer hung up
	ReasonSilent     Reason = "silent"     // open, but nothing comes
	ReasonGarbled    Reason = "garbled"    // bytes come that are not this protocol: wrong baud or device
	ReasonRefused    Reason = "refused"    // the device refused the association
	ReasonAborted    Reason = "aborted"    // the device ended the association
	ReasonConfig     Reason = "config"     // the configuration cannot work; nothing will be retried
	ReasonStopped    Reason = "stopped"    // by the user or at shutdown
	ReasonUnexpected Reason = "unexpected" // anything else; Detail tells
)

// Link is the state of a connection at one moment.
type Link struct {
	State  LinkState
	Since  time.Time
	Reason Reason
	Detail string    // names the thing and the remedy, for the engineer
	Retry  time.Time // of the next try; zero when none is planned
	Counts LinkCounts
}

// LinkCounts adds up what came over a link since the program started.
type LinkCounts struct {
	Bytes     uint64 // received
	Sent      uint64 // bytes sent
	Frames    uint64 // that passed their checks
	Bad       uint64 // frames that failed a check
	Discarded uint64 // bytes that belonged to no good frame
	Reports   uint64
}
