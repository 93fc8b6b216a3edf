package wire

// Alarm is one entry of an alert list.
type Alarm struct {
	Source uint16 // what it is about: SCADA when Code is even, OBJ when odd
	Code   uint16 // the event; its low bit belongs to Source
	Type   uint16 // priority: 0001 0002 0004 technical, 0100 0200 0400 patient
	State  uint16
	Object Object
	Info   uint16 // InfoPlain, InfoText, or something else
	// Of InfoPlain and InfoText:
	Instance uint16
	TextID   uint32
	Priority uint16
	Flags    uint16
	Text     string // of InfoText: the alarm as the monitor shows it
	Raw      []byte // of any other Info
}

const (
	InfoPlain uint16 = 513
	InfoText  uint16 = 516
)

// Bits of an alarm's state.
const (
	AlarmInhibited uint16 = 0x8000
	AlarmSuspended uint16 = 0x4000
	AlarmLatched   uint16 = 0x2000
	AlarmSilenced  uint16 = 0x1000
	AlarmTest      uint16 = 0x0400
	AlarmDemo      uint16 = 0x0100
)

// ParseAlarms reads an alert list.
func ParseAlarms(b []byte) ([]Alarm, error) {
	c := cursor{b: b}
	n, e := c.list()
	var list []Alarm
	for range n {
		a := Alarm{Source: e.u16(), Code: e.u16(), Type: e.u16(), State: e.u16(), Object: e.object(), Info: e.u16()}
		info := e.sized()
		if e.short {
			return nil, malformed("alarm is cut short")
		}
		if err := a.parseInfo(info); err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	if err := e.end("alert list"); err != nil {
		return nil, err
	}
	return list, c.end("alert list")
}

func (a *Alarm) parseInfo(info []byte) error {
	if a.Info != InfoPlain && a.Info != InfoText {
		a.Raw = info
		return nil
	}
	c := cursor{b: info}
	a.Instance, a.TextID, a.Priority, a.Flags = c.u16(), c.u32(), c.u16(), c.u16()
	if a.Info == InfoText {
		a.Text = text(c.sized())
	}
	if c.short {
		return malformed("alarm text is cut short")
	}
	return nil
}

// AppendAlarms appends an alert list.
func AppendAlarms(b []byte, list []Alarm) []byte {
	return putList(b, len(list), func(b []byte) []byte {
		for _, a := range list {
			b = put16(put16(put16(put16(b, a.Source), a.Code), a.Type), a.State)
			b = put16(appendObject(b, a.Object), a.Info)
			b = putSized(b, func(b []byte) []byte {
				switch a.Info {
				case InfoPlain, InfoText:
					b = put16(put16(put32(put16(b, a.Instance), a.TextID), a.Priority), a.Flags)
					if a.Info == InfoText {
						b = AppendString(b, a.Text, 0)
					}
					return b
				}
				return append(b, a.Raw...)
			})
		}
		return b
	})
}
