package intellivue

import (
	"fmt"
	"time"

	"lamplight/devices"
	"lamplight/devices/intellivue/wire"
	"lamplight/mdib"
)

// phase is where an association stands.
//
//	associating ──accept──▶ awaiting ──MDS Create──▶ running ──release──▶ released
type phase uint8

const (
	associating phase = iota
	awaiting
	running
	released
)

const (
	askAgain     = 2 * time.Second // a monitor may ignore the first requests
	patience     = 9 * time.Second // for an answer, in every phase
	pollSpacing  = 1100 * time.Millisecond
	burstSpan    = 128 * time.Millisecond // the socket takes four messages in this time
	burstMax     = 3
	askedPeriod  = 8000 // ticks: a second
	lanMTU       = 1456
	serialMTU    = 1000
	answerMissed = 4 * time.Second
)

// session is one association as the client leads it. It is driven by what is
// read and by the passing of time, and reads no clock.
type session struct {
	driver *Driver
	conn   devices.Conn
	reader *reader
	emit   func(mdib.Report)
	order  reorder

	phase   phase
	granted wire.PollProfile
	timeout time.Duration // of the monitor, without a message of ours
	now     time.Time
	begun   time.Time // of the phase
	asked   time.Time // last association request
	lastIn  time.Time
	lastOut time.Time
	burst   []time.Time // of our newest messages
	next    uint16      // invoke id
	orders  []*standing
	classes map[uint16]time.Time // when each class was last polled
	choice  waveChoice
	noWaves bool // said that there are none
}

func newSession(d *Driver, c devices.Conn, emit func(mdib.Report)) *session {
	return &session{driver: d, conn: c, emit: emit, reader: newReader(d.settings, true),
		next: 1, classes: map[uint16]time.Time{}}
}

// send is the only way out: every message of this driver goes through it.
func (s *session) send(m *wire.Message) error {
	b := m.Append(nil)
	if s.driver.serial {
		b = wire.AppendFrame(nil, b)
	}
	if !MayTransmit(b) {
		return fault(mdib.ReasonUnexpected, nil, "a message that a watching client may not send was stopped (% x); please report this", b)
	}
	if _, err := s.conn.Write(b); err != nil {
		return err
	}
	s.lastOut = s.now
	s.burst = append(s.burst, s.now)
	if len(s.burst) > burstMax {
		s.burst = s.burst[1:]
	}
	return nil
}

// free tells whether the monitor can take another message now.
func (s *session) free() bool {
	return len(s.burst) < burstMax || s.now.Sub(s.burst[0]) >= burstSpan
}

func fault(r mdib.Reason, err error, format string, args ...any) *devices.Fault {
	return &devices.Fault{Reason: r, Detail: fmt.Sprintf(format, args...), Err: err}
}

func (s *session) enter(p phase) { s.phase, s.begun = p, s.now }

// tick does what is due.
func (s *session) tick(at time.Time) error {
	if s.now.IsZero() {
		s.begun, s.lastIn = at, at
	}
	s.now = at
	switch s.phase {
	case associating:
		if at.Sub(s.begun) > patience {
			return fault(mdib.ReasonSilent, nil, "the monitor does not answer the association request; check that LAN Data Export (or the DtOut driver of the MIB/RS-232 socket) is on and that this is its address")
		}
		if s.asked.IsZero() || at.Sub(s.asked) >= askAgain {
			s.asked = at
			return s.send(s.associationRequest())
		}
	case awaiting:
		if at.Sub(s.begun) > patience {
			return fault(mdib.ReasonSilent, nil, "the monitor accepted the association and then said nothing; it is called again")
		}
	case running:
		if at.Sub(s.lastIn) > patience {
			return fault(mdib.ReasonSilent, nil, "nothing has come from the monitor for %v; check its power and the network cable", patience)
		}
		if err := s.readHeld(s.order.late(at)); err != nil {
			return err
		}
		return s.runOrders()
	}
	return nil
}

func (s *session) associationRequest() *wire.Message {
	mtu := uint32(lanMTU)
	if s.driver.serial {
		mtu = serialMTU
	}
	return &wire.Message{Kind: wire.KindAssociate, User: wire.NewUserInfo(wire.SystemClient, wire.StartCold, wire.PollProfile{
		Revision: 0x80000000, Period: askedPeriod, MaxRx: mtu, MaxTx: mtu, Bandwidth: 0xFFFFFFFF, Options: 0x60000000,
		Extensions: wire.ExtNumerics1s | wire.ExtWaves | wire.ExtEnums | wire.ExtNumericList, HasExtensions: true,
	})}
}

// release takes leave of the monitor.
func (s *session) release() error {
	if s.asked.IsZero() {
		return nil
	}
	return s.send(&wire.Message{Kind: wire.KindReleaseRequest})
}

// heard takes in one message of the monitor; raw are its bytes.
func (s *session) heard(m *wire.Message, raw []byte, at time.Time) error {
	if s.now.IsZero() {
		s.begun = at
	}
	s.now, s.lastIn = at, at
	switch m.Kind {
	case wire.KindAccept:
		return s.accepted(m)
	case wire.KindRefuse:
		if s.phase == associating {
			return fault(mdib.ReasonRefused, nil, "the monitor refused the association: it serves another client already, or its data export settings conflict; close the other client or wait until its association has timed out")
		}
	case wire.KindAbort:
		if !s.asked.IsZero() {
			return fault(mdib.ReasonAborted, nil, "the monitor aborted the association; it is called again")
		}
	case wire.KindReleaseRequest:
		if err := s.send(&wire.Message{Kind: wire.KindReleaseResponse}); err != nil {
			return err
		}
		return fault(mdib.ReasonAborted, nil, "the monitor released the association; it is called again")
	case wire.KindReleaseResponse:
		if s.phase == running || s.phase == awaiting {
			s.phase = released
		}
	case wire.KindData:
		return s.data(m, raw, at)
	}
	return nil
}

// accepted reads what was granted, which may be less than was asked.
func (s *session) accepted(m *wire.Message) error {
	if s.phase != associating {
		return nil // the answer to a repeated request
	}
	p, err := m.User.Profile()
	if err != nil {
		return fault(mdib.ReasonUnexpected, err, "the monitor's answer to the association request cannot be read")
	}
	s.granted = p
	s.timeout = wire.AssociationTimeout(p.Period)
	s.enter(awaiting)
	return nil
}

func (s *session) data(m *wire.Message, raw []byte, at time.Time) error {
	if s.phase == associating || s.phase == released {
		return nil // of an association that is not ours
	}
	if m.RO == wire.Invoke && m.Command == wire.CmdConfirmedEvent && m.Type == wire.EventMDSCreate {
		// Every one is confirmed: the first confirmation may have been lost.
		if err := s.send(&wire.Message{Kind: wire.KindData, Context: 2, RO: wire.Result, ID: m.ID, Command: m.Command,
			Object: m.Object, Time: m.Time, Type: m.Type}); err != nil {
			return err
		}
		if s.phase == awaiting {
			s.enter(running)
			s.plan()
		}
	}
	if m.PollResult != nil || m.RO == wire.Error || m.RO == wire.Result {
		if err := s.answered(m); err != nil {
			return err
		}
	}
	if m.PollResult != nil && m.PollResult.Class == wire.ClassWave && m.Type == wire.ActionPollExt {
		return s.readHeld(s.order.put(m, raw, at))
	}
	return s.read(m, at)
}

func (s *session) read(m *wire.Message, at time.Time) error {
	s.reader.read(m, at, s.emit)
	if s.reader.restarted {
		return fault(mdib.ReasonAborted, nil, "the monitor's clock began anew: it was restarted; it is called again")
	}
	return nil
}

func (s *session) readHeld(list []held) error {
	for _, h := range list {
		if err := s.read(h.message, h.at); err != nil {
			return err
		}
	}
	return nil
}

// sayNoWaves tells once, as a condition of the monitor's, why there are numbers
// only. A new association tells it again or lets it end.
func (s *session) sayNoWaves(why string) {
	if s.noWaves {
		return
	}
	s.noWaves = true
	s.emit(mdib.Report{MDS: s.driver.settings.MDS, Received: s.now, Alerts: []mdib.AlertCondition{{
		Ref: "link/waves", Kind: mdib.Technical, Priority: mdib.PriorityLow, Provenance: mdib.FromDevice,
		Present: true, Text: why, Time: s.now, Mode: s.reader.mds.Mode,
	}}})
}
