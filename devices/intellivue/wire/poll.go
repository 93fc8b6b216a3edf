package wire

// Poll asks for the objects of one class. Only an extended poll has Attrs.
type Poll struct {
	Number           uint16
	Partition, Class uint16
	Group            uint16
	Attrs            []Attr
}

// PollResult is one answer to a poll, or one part of it: each part stands for
// itself.
type PollResult struct {
	Number           uint16
	Sequence         uint16 // extended polls: 0 accepts, then one more per period
	Time             uint32 // ticks; for waves of the first sample
	Absolute         [8]byte
	Partition, Class uint16
	Group            uint16
	Contexts         []Context
}

// Context is the part of a result that one measurement server answers for.
type Context struct {
	ID      uint16
	Objects []Observation
}

// Observation is what was asked about one object.
type Observation struct {
	Handle uint16
	Attrs  []Attr
}

// NoTime is an absolute time that is not supported.
var NoTime = [8]byte{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}

func (m *Message) parsePoll(c *cursor) (err error) {
	p := &Poll{Number: c.u16(), Partition: c.u16(), Class: c.u16(), Group: c.u16()}
	if m.Type == ActionPollExt {
		if p.Attrs, err = c.attrs(); err != nil {
			return err
		}
	}
	m.Poll = p
	return c.end("poll request")
}

func (p *Poll) append(b []byte, extended bool) []byte {
	b = put16(put16(put16(put16(b, p.Number), p.Partition), p.Class), p.Group)
	if extended {
		b = AppendAttrs(b, p.Attrs)
	}
	return b
}

func (m *Message) parsePollResult(c *cursor) error {
	r := &PollResult{Number: c.u16()}
	if m.Type == ActionPollExt {
		r.Sequence = c.u16()
	}
	r.Time = c.u32()
	copy(r.Absolute[:], c.take(8))
	r.Partition, r.Class, r.Group = c.u16(), c.u16(), c.u16()
	n, contexts := c.list()
	if err := c.end("poll result"); err != nil {
		return err
	}
	for range n {
		x := Context{ID: contexts.u16()}
		objects, e := contexts.list()
		if e.short {
			return malformed("poll result is cut short")
		}
		for range objects {
			o := Observation{Handle: e.u16()}
			var err error
			if o.Attrs, err = e.attrs(); err != nil {
				return err
			}
			if err := r.check(o.Attrs); err != nil {
				return err
			}
			x.Objects = append(x.Objects, o)
		}
		if err := e.end("list of objects"); err != nil {
			return err
		}
		r.Contexts = append(r.Contexts, x)
	}
	m.PollResult = r
	return contexts.end("list of contexts")
}

// check proves the layout of the attributes that carry values and alarms, so
// that a message that passed can be read to its end.
func (r *PollResult) check(attrs []Attr) (err error) {
	for _, a := range attrs {
		switch {
		case r.Class == ClassNumeric && (a.ID == AttrNumeric || a.ID == AttrNumericCompound):
			_, err = ParseNumerics(a)
		case r.Class == ClassWave && (a.ID == AttrSamples || a.ID == AttrSamplesCompound):
			_, err = ParseSamples(a)
		case r.Class == ClassEnum && a.ID == AttrEnum:
			_, err = ParseEnum(a.Value)
		case r.Class == ClassAlerts && (a.ID == AttrPatientAlarms || a.ID == AttrTechnicalAlarms):
			_, err = ParseAlarms(a.Value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *PollResult) append(b []byte, extended bool) []byte {
	b = put16(b, r.Number)
	if extended {
		b = put16(b, r.Sequence)
	}
	b = append(put32(b, r.Time), r.Absolute[:]...)
	b = put16(put16(put16(b, r.Partition), r.Class), r.Group)
	return putList(b, len(r.Contexts), func(b []byte) []byte {
		for _, x := range r.Contexts {
			b = putList(put16(b, x.ID), len(x.Objects), func(b []byte) []byte {
				for _, o := range x.Objects {
					b = AppendAttrs(put16(b, o.Handle), o.Attrs)
				}
				return b
			})
		}
		return b
	})
}
