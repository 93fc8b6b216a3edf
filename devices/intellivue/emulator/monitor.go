package emulator

import (
	"net/netip"
	"slices"
	"time"

	"lamplight/devices/intellivue/wire"
	"lamplight/devices/physiology"
)

const (
	cycle         = 1024 * time.Millisecond
	cycleTicks    = 8192
	waveDelay     = 352 * time.Millisecond // from the end of the newest block to the burst
	firstTick     = 3600 * wire.TicksPerSecond
	lanMTU        = 1456
	shortestPoll  = 4000 // ticks
	createRepeat  = 3100 * time.Millisecond
	createTries   = 4
	announceEvery = 61 * time.Second
	pollLimit     = 900 * time.Millisecond // between two polls of one class
)

// monitor is the state machine of an emulated monitor.
type monitor struct {
	sig     physiology.Signal
	options Options
	mtu     uint32

	born      time.Time // start of the play
	rel0      uint32    // relative time at booted
	booted    time.Time
	next      time.Time // of the cycle
	announced time.Time
	client    *client
	waveList  []uint32
	requests  int // association requests since the last association
	confirms  int
	waves     int // wave messages sent
	serial    uint16
	alarms    alarmBook
	out       []Datagram
}

// client is the association that is being served.
type client struct {
	addr      netip.AddrPort
	granted   wire.PollProfile
	timeout   time.Duration
	heard     time.Time
	confirmed bool
	created   time.Time // when MDS Create was last sent
	tries     int
	singles   []request
	running   []*running
	polled    map[uint16]time.Time
}

type request struct {
	id       uint16
	poll     wire.Poll
	extended bool
}

// running is an extended poll that is being answered.
type running struct {
	request
	sequence uint16
	until    time.Time
	once     bool
	context  int // waves: whose context comes next
}

func (m *monitor) start(at time.Time) {
	if m.born.IsZero() {
		m.born, m.booted, m.rel0, m.next = at, at, firstTick, at.Add(cycle)
		m.waveList = m.firstList()
	}
}

func (m *monitor) restart(keep bool) {
	if m.born.IsZero() {
		return
	}
	m.booted = m.next.Add(-cycle)
	m.rel0 = 0
	if !keep {
		m.client = nil
	}
}

func (m *monitor) rel(at time.Time) uint32 { return m.rel0 + ticks(at.Sub(m.booted)) }

func (m *monitor) sent() []Datagram {
	out := m.out
	m.out = nil
	return out
}

func (m *monitor) send(to netip.AddrPort, x *wire.Message) {
	if !m.options.Faults.Deaf {
		m.out = append(m.out, Datagram{to, x.Append(nil)})
	}
}

func (m *monitor) handle(from netip.AddrPort, p []byte, at time.Time) {
	if m.options.Faults.Deaf {
		return
	}
	from = unmap(from)
	x, err := wire.Parse(p)
	if err != nil {
		return // as the real one does
	}
	ours := m.client != nil && m.client.addr == from
	if ours {
		m.client.heard = at
	}
	switch x.Kind {
	case wire.KindAssociate:
		m.associate(from, x, at)
	case wire.KindReleaseRequest:
		if ours {
			m.client = nil
			m.send(from, &wire.Message{Kind: wire.KindReleaseResponse})
		}
	case wire.KindAbort, wire.KindReleaseResponse:
		if ours {
			m.client = nil
		}
	case wire.KindData:
		if ours {
			m.data(x, at)
		}
	}
}

func (m *monitor) associate(from netip.AddrPort, x *wire.Message, at time.Time) {
	if m.requests++; m.requests <= m.options.Faults.IgnoreRequests {
		return
	}
	p, err := x.User.Profile()
	if err != nil || x.User.System&wire.SystemClient == 0 || m.client != nil && m.client.addr != from {
		m.send(from, &wire.Message{Kind: wire.KindRefuse})
		return
	}
	p.Period = max(p.Period, shortestPoll)
	p.MaxRx, p.MaxTx = min(p.MaxRx, m.mtu), min(p.MaxTx, m.mtu)
	p.Extensions = m.grant(p.Extensions)
	p.HasExtensions = true
	m.requests, m.confirms = 0, 0
	m.serial++
	m.client = &client{addr: from, granted: p, timeout: wire.AssociationTimeout(p.Period), heard: at, polled: map[uint16]time.Time{}}
	m.send(from, &wire.Message{Kind: wire.KindAccept, User: wire.NewUserInfo(wire.SystemServer, wire.StartHot, p)})
	m.create(at)
}

// grant gives the part of the asked extensions that the monitor has: of the
// numerics the fastest that was asked for. Without numerics there is nothing.
func (m *monitor) grant(asked uint32) uint32 {
	granted := asked & (wire.ExtEnums | wire.ExtNumericList)
	if !m.options.Faults.NoWaves {
		granted |= asked & wire.ExtWaves
	}
	for _, bit := range []uint32{wire.ExtNumerics1s, wire.ExtNumerics12s, wire.ExtNumerics60s, wire.ExtNumerics300s} {
		if asked&bit != 0 {
			return granted | bit
		}
	}
	return 0
}

func (m *monitor) create(at time.Time) {
	m.client.created = at
	m.client.tries++
	m.send(m.client.addr, &wire.Message{Kind: wire.KindData, Context: 2, RO: wire.Invoke, ID: 1,
		Command: wire.CmdConfirmedEvent, Object: wire.TheMDS, Time: m.rel(at), Type: wire.EventMDSCreate,
		Created: wire.TheMDS, Attrs: m.mdsCreate(at)})
}

func (m *monitor) abort() {
	if m.client != nil {
		m.send(m.client.addr, &wire.Message{Kind: wire.KindAbort})
		m.client = nil
	}
}

func (m *monitor) data(x *wire.Message, at time.Time) {
	switch {
	case x.RO == wire.Result && x.Command == wire.CmdConfirmedEvent:
		if m.confirms++; m.confirms > m.options.Faults.IgnoreConfirms {
			m.client.confirmed = true
		}
	case x.RO != wire.Invoke:
	case x.Object != wire.TheMDS:
		m.refuse(x, wire.ErrNoInstance, appendObject(nil, x.Object))
	case x.Command == wire.CmdGet:
		m.get(x)
	case x.Command == wire.CmdSet, x.Command == wire.CmdConfirmedSet:
		m.set(x)
	case x.Command == wire.CmdAction && x.Poll != nil:
		m.poll(x, at)
	case x.Command == wire.CmdAction:
		m.refuse(x, wire.ErrNoAction, wire.Type(x.Object.Class, x.Type))
	}
}

func appendObject(b []byte, o wire.Object) []byte {
	for _, v := range []uint16{o.Class, o.Context, o.Handle} {
		b = append(b, wire.Put16(v)...)
	}
	return b
}

func (m *monitor) refuse(x *wire.Message, code uint16, data []byte) {
	m.send(m.client.addr, &wire.Message{Kind: wire.KindData, Context: 2, RO: wire.Error, ID: x.ID, ErrorCode: code, Raw: data})
}

// poll queues a request for the next cycle. What comes too fast is dropped.
func (m *monitor) poll(x *wire.Message, at time.Time) {
	c := m.client
	class := x.Poll.Class
	switch {
	case class == wire.ClassWave && c.granted.Extensions&wire.ExtWaves == 0,
		class == wire.ClassEnum && c.granted.Extensions&wire.ExtEnums == 0:
		m.refuse(x, wire.ErrAccessDenied, nil)
		return
	case !slices.Contains([]uint16{wire.ClassMDS, wire.ClassNumeric, wire.ClassWave, wire.ClassEnum, wire.ClassAlerts, wire.ClassPatient}, class):
		m.refuse(x, wire.ErrNoClass, wire.Put16(class))
		return
	}
	// One extra is allowed for numeric values.
	key := class
	if class == wire.ClassNumeric && x.Poll.Group == wire.GroupValues {
		key |= 0x8000
	}
	if last, ok := c.polled[key]; ok && at.Sub(last) < pollLimit {
		return
	}
	c.polled[key] = at
	r := request{id: x.ID, poll: *x.Poll, extended: x.Type == wire.ActionPollExt}
	if !r.extended {
		c.singles = append(c.singles, r)
		return
	}
	run := &running{request: r, once: true}
	if v, ok := wire.Find(x.Poll.Attrs, wire.AttrPollPeriod); ok {
		period, _ := wire.U32(v)
		run.once, run.until = false, at.Add(wire.Duration(int64(period))+cycle)
	}
	run.poll.Attrs = nil
	c.running = append(slices.DeleteFunc(c.running, func(o *running) bool { return o.poll.Class == class }), run)
}

func (m *monitor) tick(at time.Time) {
	m.announce(at)
	if c := m.client; c != nil {
		switch {
		case at.Sub(c.heard) > c.timeout:
			m.abort()
		case !c.confirmed && at.Sub(c.created) >= createRepeat && c.tries >= createTries:
			m.abort()
		case !c.confirmed && at.Sub(c.created) >= createRepeat:
			m.create(at)
		}
	}
	for !at.Before(m.next) {
		now := m.next
		m.next = m.next.Add(cycle)
		if m.client != nil {
			m.cycle(now)
		}
	}
}

// cycle answers everything that is asked, at the monitor's own pace.
func (m *monitor) cycle(now time.Time) {
	c := m.client
	for _, r := range c.singles {
		m.answer(r, now, 0)
	}
	c.singles = nil
	for _, class := range []uint16{wire.ClassMDS, wire.ClassPatient, wire.ClassNumeric, wire.ClassEnum, wire.ClassAlerts, wire.ClassWave} {
		for _, r := range slices.Clone(c.running) {
			if r.poll.Class != class {
				continue
			}
			if class == wire.ClassWave && !(r.sequence == 0 && r.once) {
				m.burst(r, now)
			} else {
				m.answer(r.request, now, r.sequence)
				r.sequence++
			}
			if r.once || !now.Before(r.until) {
				c.running = slices.DeleteFunc(c.running, func(o *running) bool { return o == r })
			}
		}
	}
}
