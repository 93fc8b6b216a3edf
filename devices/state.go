package devices

import "lamplight/mdib"

// legal reports whether a connection may step from one state to another:
//
//	initial ──▶ connecting ──▶ negotiating ──▶ connected
//	               ▲  │             │              │
//	               │  ▼             ▼              ▼
//	               └─ lost ◀────────┴──────────────┘      any but terminal ──▶ terminal
func legal(from, to mdib.LinkState) bool {
	switch to {
	case mdib.LinkConnecting:
		return from == mdib.LinkInitial || from == mdib.LinkLost
	case mdib.LinkNegotiating:
		return from == mdib.LinkConnecting
	case mdib.LinkConnected:
		return from == mdib.LinkNegotiating
	case mdib.LinkLost:
		return from == mdib.LinkConnecting || from == mdib.LinkNegotiating || from == mdib.LinkConnected
	case mdib.LinkTerminal:
		return from != mdib.LinkTerminal
	}
	return false // nothing goes back to initial
}
