package alarms

import "lamplight/mdib"

// Config is the unit's alarm policy.
type Config struct {
	Latch mdib.Priority // conditions of at least this priority stay until acknowledged; PriorityNone means high
}
