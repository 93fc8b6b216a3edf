package intellivue

import (
	"slices"
	"time"

	"lamplight/devices/intellivue/wire"
)

// standing is a poll that is repeated as long as the association lasts.
type standing struct {
	class, group uint16
	active       time.Duration // extended: how long the monitor keeps sending; 0 for a single poll
	every        time.Duration // when to ask again
	once         bool
	due          time.Time
	id           uint16 // invoke id of the newest request; 0 when never asked
	sent         time.Time
	answered     time.Time
	off          bool
}

// A renewed poll begins with a result that holds no samples, which may cost a
// second of every wave. So the monitor is asked to send for an hour; one that
// refuses or does not answer is asked for the ten minutes that recorded clients
// were given.
const (
	longPeriod   = time.Hour
	longRenewal  = 55 * time.Minute
	activePeriod = 10 * time.Minute
	renewal      = 9 * time.Minute
	mdsEvery     = time.Minute
	patientEvery = 15 * time.Second
	refusedPause = 30 * time.Second
)

// plan makes the standing polls of a new association, the most wanted first.
func (s *session) plan() {
	s.orders = []*standing{
		{class: wire.ClassNumeric, active: longPeriod, every: longRenewal},
		{class: wire.ClassAlerts, group: wire.GroupAlarms, active: longPeriod, every: longRenewal},
		{class: wire.ClassMDS, every: mdsEvery},
		{class: wire.ClassPatient, group: wire.GroupPatient, every: patientEvery},
	}
	if s.granted.Extensions&wire.ExtEnums != 0 {
		s.orders = append(s.orders, &standing{class: wire.ClassEnum, active: longPeriod, every: longRenewal})
	}
	for _, o := range s.orders {
		o.due = s.now
	}
	if s.granted.Extensions&wire.ExtWaves == 0 {
		s.choice = waveChoice{step: wavesNone}
		s.sayNoWaves("No waves: the monitor did not grant their export. Another client may have them.")
	}
}

// planWaves asks for the waves once it is settled which.
func (s *session) planWaves() {
	// The context first: in the waves themselves it comes one wave a second.
	s.orders = append(s.orders,
		&standing{class: wire.ClassWave, group: wire.GroupDynamic, once: true, due: s.now},
		&standing{class: wire.ClassWave, active: longPeriod, every: longRenewal, due: s.now.Add(pollSpacing)},
	)
}

// runOrders sends what is due, as fast as the monitor takes it.
func (s *session) runOrders() error {
	if err := s.chooseWaves(); err != nil {
		return err
	}
	for _, o := range s.orders {
		if !s.free() {
			return nil
		}
		if err := s.runOrder(o); err != nil {
			return err
		}
	}
	// Results do not keep an association alive; only what the client says does.
	if s.now.Sub(s.lastOut) >= s.timeout/3 && s.free() && s.mayPoll(wire.ClassAlerts) {
		return s.poll(&standing{class: wire.ClassAlerts, group: wire.GroupStatic})
	}
	return nil
}

func (s *session) mayPoll(class uint16) bool {
	last, polled := s.classes[class]
	return !polled || s.now.Sub(last) >= pollSpacing
}

func (s *session) runOrder(o *standing) error {
	if o.off || !s.mayPoll(o.class) {
		return nil
	}
	missing := o.id != 0 && s.now.Sub(latest(o.sent, o.answered)) >= answerMissed
	switch {
	case o.active == 0 && o.answered.After(o.sent):
		missing = false // a single poll has one answer
	case o.once && o.id != 0 && !missing:
		return nil
	}
	if s.now.Before(o.due) && !missing {
		return nil
	}
	if o.once && o.answered.After(o.sent) {
		return nil
	}
	if missing {
		o.shorten()
	}
	o.due = s.now.Add(o.every)
	return s.poll(o)
}

// shorten asks for no more than what recorded monitors granted from now on. It
// reports whether that is news.
func (o *standing) shorten() bool {
	if o.active <= activePeriod {
		return false
	}
	o.active, o.every = activePeriod, renewal
	return true
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// poll sends one poll request.
func (s *session) poll(o *standing) error {
	o.id, o.sent = s.invoke(), s.now
	s.classes[o.class] = s.now
	m := s.request(wire.CmdAction, o.id)
	m.Type = wire.ActionPoll
	m.Poll = &wire.Poll{Number: o.id, Partition: wire.PartitionObj, Class: o.class, Group: o.group}
	if o.active > 0 {
		m.Type = wire.ActionPollExt
		m.Poll.Attrs = []wire.Attr{{ID: wire.AttrPollPeriod, Value: wire.Put32(uint32(wire.Ticks(o.active)))}}
	}
	return s.send(m)
}

func (s *session) request(c wire.Command, id uint16) *wire.Message {
	return &wire.Message{Kind: wire.KindData, Context: 2, RO: wire.Invoke, ID: id, Command: c, Object: wire.TheMDS}
}

// invoke gives the next invoke id; 0 is never one.
func (s *session) invoke() uint16 {
	id := s.next
	if s.next++; s.next == 0 {
		s.next = 1
	}
	return id
}

// answered notes which request a result, or a refusal, belongs to.
func (s *session) answered(m *wire.Message) error {
	if m.ID == s.choice.id && m.PollResult == nil {
		return s.waveAnswer(m)
	}
	i := slices.IndexFunc(s.orders, func(o *standing) bool { return o.id == m.ID && o.id != 0 })
	if i < 0 || m.RO != wire.Error && m.PollResult == nil {
		return nil
	}
	o := s.orders[i]
	o.answered = s.now
	if m.RO != wire.Error {
		return nil
	}
	switch m.ErrorCode {
	case wire.ErrNoClass, wire.ErrNoInstance, wire.ErrNoAction:
		o.off = true // it has no such thing
	default:
		if o.shorten() {
			o.due = s.now
			return nil
		}
		o.due, o.sent = s.now.Add(refusedPause), s.now.Add(refusedPause)
	}
	if o.class == wire.ClassWave {
		s.sayNoWaves("No waves: the monitor refused to send them. Another client may have them.")
	}
	return nil
}

// waveChoice settles which waves the monitor is to send.
type waveChoice struct {
	step waveStep
	id   uint16 // of the GET or SET that is waited for
	sent time.Time
}

type waveStep uint8

const (
	wavesUnasked waveStep = iota
	wavesGet              // the monitor's list was asked for
	wavesSet              // a list was sent to it
	wavesChosen
	wavesNone // it sends none
)

// chooseWaves asks for the list of waves and goes on if no answer comes.
func (s *session) chooseWaves() error {
	w := &s.choice
	switch {
	case w.step == wavesUnasked && s.free():
		*w = waveChoice{step: wavesGet, id: s.invoke(), sent: s.now}
		m := s.request(wire.CmdGet, w.id)
		m.Get = []uint16{wire.AttrWaveList}
		return s.send(m)
	case w.step == wavesGet && s.now.Sub(w.sent) >= answerMissed:
		return s.setWaves(nil)
	case w.step == wavesSet && s.now.Sub(w.sent) >= answerMissed:
		w.step = wavesChosen
		s.planWaves()
	}
	return nil
}

// setWaves sends the list that the user wants. Without a wish the monitor's
// own choice stands, and without that the usual waves are asked for.
func (s *session) setWaves(have []uint32) error {
	want := s.driver.waves
	if len(want) == 0 && len(have) == 0 {
		for _, physio := range usualWaves {
			want = append(want, waveLabel(physio))
		}
	}
	if len(want) == 0 || slices.Equal(want, have) {
		s.choice.step = wavesChosen
		s.planWaves()
		return nil
	}
	s.choice = waveChoice{step: wavesSet, id: s.invoke(), sent: s.now}
	m := s.request(wire.CmdConfirmedSet, s.choice.id)
	m.Set = []wire.Change{{Attr: wire.Attr{ID: wire.AttrWaveList, Value: wire.AppendTextIDs(nil, want)}}}
	return s.send(m)
}

// waveAnswer takes in the answer to a GET or SET of the list of waves.
func (s *session) waveAnswer(m *wire.Message) error {
	w := &s.choice
	switch w.step {
	case wavesGet:
		var have []uint32
		if v, ok := wire.Find(m.Attrs, wire.AttrWaveList); ok {
			have, _ = wire.ParseTextIDs(v)
		}
		return s.setWaves(have)
	case wavesSet:
		if m.RO == wire.Error {
			s.sayNoWaves("No waves: the monitor did not let them be chosen. Another client may have them.")
		}
		w.step = wavesChosen
		s.planWaves()
	}
	return nil
}
