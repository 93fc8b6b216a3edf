package wire

// Kind is what a message is, told by its first byte.
type Kind uint8

const (
	KindData            Kind = 0xE1
	KindAssociate       Kind = 0x0D
	KindAccept          Kind = 0x0E
	KindRefuse          Kind = 0x0C
	KindReleaseRequest  Kind = 0x09
	KindReleaseResponse Kind = 0x0A
	KindAbort           Kind = 0x19
	KindIndication      Kind = 0x00
)

func (k Kind) String() string {
	switch k {
	case KindData:
		return "data"
	case KindAssociate:
		return "association request"
	case KindAccept:
		return "association response"
	case KindRefuse:
		return "refusal"
	case KindReleaseRequest:
		return "release request"
	case KindReleaseResponse:
		return "release response"
	case KindAbort:
		return "abort"
	case KindIndication:
		return "connect indication"
	}
	return "unknown"
}

// RO is the remote operation of a data message.
type RO uint16

const (
	Invoke RO = 1
	Result RO = 2
	Error  RO = 3
	Linked RO = 5 // one part of a result that did not fit
)

// Command is what an operation does.
type Command uint16

const (
	CmdEvent          Command = 0
	CmdConfirmedEvent Command = 1
	CmdGet            Command = 3
	CmdSet            Command = 4
	CmdConfirmedSet   Command = 5
	CmdAction         Command = 7
)

// Object is a managed object's identity.
type Object struct{ Class, Context, Handle uint16 }

// TheMDS is the object that every request of a client is about.
var TheMDS = Object{Class: ClassMDS}

// Message is one message of either side. Which fields count depends on Kind,
// and for a data message on RO and Command.
type Message struct {
	Kind Kind
	User *UserInfo // Associate, Accept

	// Data and Indication:
	Context      uint16 // presentation context; of an indication, the nomenclature's version
	RO           RO
	State, Count uint8 // Linked: 1 first, 2 middle, 3 last; and the part's number
	ID           uint16
	Command      Command
	ErrorCode    uint16 // Error
	Object       Object
	Time         uint32 // events: ticks
	Type         uint16 // event or action
	Scope        uint32 // requests
	Poll         *Poll
	PollResult   *PollResult
	Attrs        []Attr   // results of GET and SET, and of the two known events
	Created      Object   // of an MDS Create event: the object that was created
	Get          []uint16 // attributes that a GET asks for
	Set          []Change
	Raw          []byte // body of what is not known in detail
}

// A Change is one entry of a SET: operator 0 replaces.
type Change struct {
	Operator uint16
	Attr     Attr
}

// Parse reads one whole message: a datagram, or the user data of a frame. Every
// length in it must agree with the others.
func Parse(b []byte) (*Message, error) {
	if len(b) == 0 {
		return nil, malformed("nothing in it")
	}
	m := &Message{Kind: Kind(b[0])}
	c := cursor{b: b}
	switch m.Kind {
	case KindData:
		if c.u16() != 0xE100 {
			return nil, malformed("session header %02x %02x", b[0], b[min(1, len(b)-1)])
		}
		m.Context = c.u16()
		return m, m.parseData(&c)
	case KindIndication:
		if c.u16() != 0 {
			return nil, malformed("neither a message nor a connect indication")
		}
		m.Context = c.u16()
		if err := m.parseData(&c); err != nil {
			return nil, err
		}
		if m.RO != Invoke || m.Command != CmdEvent || m.Type != EventIndication {
			return nil, malformed("not a connect indication")
		}
		return m, nil
	case KindAssociate, KindAccept, KindRefuse, KindReleaseRequest, KindReleaseResponse, KindAbort:
		return m, m.parseSession(b)
	}
	return nil, malformed("first byte %02x", b[0])
}

func (m *Message) parseData(c *cursor) error {
	m.RO = RO(c.u16())
	p := c.sized()
	if err := c.end("message"); err != nil {
		return err
	}
	d := cursor{b: p}
	if m.RO == Linked {
		m.State, m.Count = d.u8(), d.u8()
	}
	m.ID = d.u16()
	if m.RO == Error {
		m.ErrorCode = d.u16()
		m.Raw = d.sized()
		return d.end("error")
	}
	m.Command = Command(d.u16())
	body := cursor{b: d.sized()}
	if err := d.end("operation"); err != nil {
		return err
	}
	switch m.RO {
	case Invoke:
		return m.parseInvoke(&body)
	case Result, Linked:
		return m.parseResult(&body)
	}
	return malformed("remote operation %d", m.RO)
}

func (c *cursor) object() Object { return Object{c.u16(), c.u16(), c.u16()} }

func (m *Message) parseInvoke(c *cursor) error {
	switch m.Command {
	case CmdEvent, CmdConfirmedEvent:
		m.Object, m.Time, m.Type = c.object(), c.u32(), c.u16()
		data := cursor{b: c.sized()}
		if err := c.end("event"); err != nil {
			return err
		}
		return m.parseEvent(&data)
	case CmdGet:
		m.Object, m.Scope = c.object(), c.u32()
		n, e := c.list()
		for range n {
			if e.short {
				break
			}
			m.Get = append(m.Get, e.u16())
		}
		if err := e.end("attribute id list"); err != nil {
			return err
		}
		return c.end("get request")
	case CmdSet, CmdConfirmedSet:
		m.Object, m.Scope = c.object(), c.u32()
		n, e := c.list()
		for range n {
			if e.short {
				break
			}
			m.Set = append(m.Set, Change{e.u16(), Attr{e.u16(), e.sized()}})
		}
		if err := e.end("modification list"); err != nil {
			return err
		}
		return c.end("set request")
	case CmdAction:
		m.Object, m.Scope, m.Type = c.object(), c.u32(), c.u16()
		data := cursor{b: c.sized()}
		if err := c.end("action"); err != nil {
			return err
		}
		if m.Type == ActionPoll || m.Type == ActionPollExt {
			return m.parsePoll(&data)
		}
		m.Raw = data.b
		return nil
	}
	m.Raw = c.b
	return nil
}

func (m *Message) parseEvent(c *cursor) (err error) {
	switch m.Type {
	case EventMDSCreate:
		m.Created = c.object()
		if m.Attrs, err = c.attrs(); err != nil {
			return err
		}
		return c.end("MDS create event")
	case EventIndication:
		if m.Attrs, err = c.attrs(); err != nil {
			return err
		}
		return c.end("connect indication")
	}
	m.Raw = c.b
	return nil
}

func (m *Message) parseResult(c *cursor) (err error) {
	switch m.Command {
	case CmdConfirmedEvent:
		m.Object, m.Time, m.Type = c.object(), c.u32(), c.u16()
		m.Raw = c.sized()
		return c.end("event result")
	case CmdGet, CmdConfirmedSet:
		m.Object = c.object()
		if m.Attrs, err = c.attrs(); err != nil {
			return err
		}
		return c.end("attribute result")
	case CmdAction:
		m.Object, m.Type = c.object(), c.u16()
		data := cursor{b: c.sized()}
		if err := c.end("action result"); err != nil {
			return err
		}
		if m.Type == ActionPoll || m.Type == ActionPollExt {
			return m.parsePollResult(&data)
		}
		m.Raw = data.b
		return nil
	}
	m.Raw = c.b
	return nil
}

// Append appends the message's bytes. It is the inverse of Parse.
func (m *Message) Append(b []byte) []byte {
	switch m.Kind {
	case KindData:
		return m.appendData(put16(put16(b, 0xE100), m.Context))
	case KindIndication:
		return m.appendData(put16(put16(b, 0), m.Context))
	}
	return m.appendSession(b)
}

func (m *Message) appendData(b []byte) []byte {
	return putSized(put16(b, uint16(m.RO)), func(b []byte) []byte {
		if m.RO == Linked {
			b = append(b, m.State, m.Count)
		}
		b = put16(b, m.ID)
		if m.RO == Error {
			b = put16(b, m.ErrorCode)
			return putSized(b, func(b []byte) []byte { return append(b, m.Raw...) })
		}
		return putSized(put16(b, uint16(m.Command)), m.appendBody)
	})
}

func appendObject(b []byte, o Object) []byte {
	return put16(put16(put16(b, o.Class), o.Context), o.Handle)
}

func (m *Message) appendBody(b []byte) []byte {
	raw := func(b []byte) []byte { return append(b, m.Raw...) }
	switch {
	case m.Command == CmdEvent && m.RO == Invoke, m.Command == CmdConfirmedEvent:
		b = put16(put32(appendObject(b, m.Object), m.Time), m.Type)
		return putSized(b, func(b []byte) []byte {
			switch {
			case m.RO == Invoke && m.Type == EventMDSCreate:
				return AppendAttrs(appendObject(b, m.Created), m.Attrs)
			case m.RO == Invoke && m.Type == EventIndication:
				return AppendAttrs(b, m.Attrs)
			}
			return raw(b)
		})
	case m.Command == CmdGet && m.RO == Invoke:
		b = put32(appendObject(b, m.Object), m.Scope)
		return putList(b, len(m.Get), func(b []byte) []byte {
			for _, id := range m.Get {
				b = put16(b, id)
			}
			return b
		})
	case m.Command == CmdGet, m.Command == CmdConfirmedSet && m.RO != Invoke:
		return AppendAttrs(appendObject(b, m.Object), m.Attrs)
	case (m.Command == CmdSet || m.Command == CmdConfirmedSet) && m.RO == Invoke:
		b = put32(appendObject(b, m.Object), m.Scope)
		return putList(b, len(m.Set), func(b []byte) []byte {
			for _, s := range m.Set {
				b = put16(put16(b, s.Operator), s.Attr.ID)
				b = append(put16(b, uint16(len(s.Attr.Value))), s.Attr.Value...)
			}
			return b
		})
	case m.Command == CmdAction:
		b = appendObject(b, m.Object)
		if m.RO == Invoke {
			b = put32(b, m.Scope)
		}
		return putSized(put16(b, m.Type), func(b []byte) []byte {
			switch {
			case m.Poll != nil:
				return m.Poll.append(b, m.Type == ActionPollExt)
			case m.PollResult != nil:
				return m.PollResult.append(b, m.Type == ActionPollExt)
			}
			return raw(b)
		})
	}
	return raw(b)
}
