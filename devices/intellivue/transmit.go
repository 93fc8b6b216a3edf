package intellivue

import (
	"bytes"

	"lamplight/devices/intellivue/wire"
)

// MayTransmit tells whether a client that only watches may send this message,
// bare or in a serial frame. It lets through the association, the answer to MDS
// Create, polls, and the reading and choosing of priority lists. Nothing in it
// can change therapy, settings or alarms. A message must be exactly what its
// fields say: stray bytes anywhere refuse it.
func MayTransmit(message []byte) bool {
	if len(message) > 0 && message[0] == wire.FrameBegin {
		inner, ok := unframe(message)
		return ok && MayTransmit(inner)
	}
	m, err := wire.Parse(message)
	if err != nil || !bytes.Equal(m.Append(nil), message) {
		return false
	}
	switch m.Kind {
	case wire.KindAssociate:
		return m.User.System == wire.SystemClient
	case wire.KindReleaseRequest, wire.KindReleaseResponse, wire.KindAbort:
		return true
	case wire.KindData:
		return mayOperate(m)
	}
	return false
}

func mayOperate(m *wire.Message) bool {
	if m.Object != wire.TheMDS {
		return false
	}
	if m.RO == wire.Result {
		return m.Command == wire.CmdConfirmedEvent && m.Type == wire.EventMDSCreate && len(m.Raw) == 0
	}
	if m.RO != wire.Invoke || m.Scope != 0 {
		return false
	}
	switch m.Command {
	case wire.CmdAction:
		return m.Poll != nil
	case wire.CmdGet:
		for _, id := range m.Get {
			if !isPriorityList(id) {
				return false
			}
		}
		return true
	case wire.CmdConfirmedSet:
		for _, s := range m.Set {
			if s.Operator != 0 || !isPriorityList(s.Attr.ID) {
				return false
			}
		}
		return true
	}
	return false
}

func isPriorityList(id uint16) bool { return id == wire.AttrWaveList || id == wire.AttrNumericList }

// unframe takes the message out of exactly one serial frame.
func unframe(b []byte) (message []byte, ok bool) {
	var d wire.Deframer
	pieces := 0
	for _, x := range b {
		d.Push(x, func(p wire.Piece) {
			pieces++
			message, ok = bytes.Clone(p.Message), !p.Discarded && p.Raw == len(b)
		})
	}
	return message, ok && pieces == 1
}
