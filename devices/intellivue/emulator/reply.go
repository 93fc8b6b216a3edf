package emulator

import (
	"slices"
	"time"

	"lamplight/devices/intellivue/wire"
)

// thing is one object's answer within its context.
type thing struct {
	context uint16
	wire.Observation
}

// answer sends the result of one poll: whole, or in linked parts.
func (m *monitor) answer(r request, now time.Time, sequence uint16) {
	m.reply(r, sequence, m.rel(now), m.objects(r, now))
}

func (m *monitor) objects(r request, now time.Time) []thing {
	g := r.poll.Group
	switch r.poll.Class {
	case wire.ClassMDS:
		return []thing{{0, wire.Observation{Attrs: m.mdsAttrs(g, now)}}}
	case wire.ClassPatient:
		return []thing{{0, wire.Observation{Handle: patientHandle, Attrs: m.patientAttrs()}}}
	case wire.ClassAlerts:
		return []thing{{0, wire.Observation{Handle: alertHandle, Attrs: m.alertAttrs(g, now)}}}
	case wire.ClassNumeric:
		return m.numerics(g, now)
	case wire.ClassWave:
		var list []thing
		for _, w := range m.selected() {
			list = append(list, thing{w.context, wire.Observation{Handle: w.handle, Attrs: w.attrs(g)}})
		}
		return list
	}
	return nil
}

// reply sends objects in as many messages as the client's limit asks for.
func (m *monitor) reply(r request, sequence uint16, rel uint32, list []thing) {
	parts := split(list, int(m.client.granted.MaxRx))
	for i, p := range parts {
		x := m.result(r, sequence, rel, p)
		if len(parts) > 1 {
			x.RO, x.Count, x.State = wire.Linked, uint8(i+1), 2
			switch i {
			case 0:
				x.State = 1
			case len(parts) - 1:
				x.State = 3
			}
		}
		m.send(m.client.addr, x)
	}
	if len(parts) > 1 {
		m.send(m.client.addr, m.result(r, sequence, rel, nil))
	}
}

func (m *monitor) result(r request, sequence uint16, rel uint32, contexts []wire.Context) *wire.Message {
	x := &wire.Message{Kind: wire.KindData, Context: 2, RO: wire.Result, ID: r.id, Command: wire.CmdAction,
		Object: wire.TheMDS, Type: wire.ActionPoll}
	if r.extended {
		x.Type = wire.ActionPollExt
	}
	x.PollResult = &wire.PollResult{Number: r.poll.Number, Sequence: sequence, Time: rel, Absolute: wire.NoTime,
		Partition: r.poll.Partition, Class: r.poll.Class, Group: r.poll.Group, Contexts: contexts}
	return x
}

// Bytes of a result around its objects, and of a context and an object around
// their contents.
const (
	resultHead  = 44
	contextHead = 6
	objectHead  = 6
	attrHead    = 4
)

// split shares out objects among messages of at most limit bytes after the
// ROapdus head. It gives at least one part.
func split(list []thing, limit int) [][]wire.Context {
	var parts [][]wire.Context
	var part []wire.Context
	size := resultHead
	for _, t := range list {
		n := objectHead
		for _, a := range t.Attrs {
			n += attrHead + len(a.Value)
		}
		last := len(part) - 1
		if last < 0 || part[last].ID != t.context {
			n += contextHead
		}
		if size+n > limit && len(part) > 0 {
			parts = append(parts, part)
			part, size, last = nil, resultHead, -1
		}
		if last < 0 || part[last].ID != t.context {
			part = append(part, wire.Context{ID: t.context})
			last = len(part) - 1
		}
		part[last].Objects = append(part[last].Objects, t.Observation)
		size += n
	}
	return append(parts, part)
}

// The attributes of the MDS by group, in the order in which a monitor sends
// them.
var mdsGroups = map[uint16][]uint16{
	wire.GroupAll: {wire.AttrMode, wire.AttrArea, wire.AttrLineFrequency, wire.AttrSafety, wire.AttrAltitude,
		wire.AttrGeneralInfo, wire.AttrMDSState, wire.AttrSystemID, wire.AttrBedLabel, wire.AttrTimeAbsolute,
		wire.AttrTimeRelative, wire.AttrSystemType, wire.AttrAssocNumber, wire.AttrHandle, wire.AttrModel,
		wire.AttrProduction, wire.AttrSystemSpec, wire.AttrNomenclature, wire.AttrLocale},
	wire.GroupMDS: {wire.AttrMode, wire.AttrArea, wire.AttrLineFrequency, wire.AttrSafety, wire.AttrAltitude,
		wire.AttrGeneralInfo, wire.AttrMDSState, wire.AttrBedLabel, wire.AttrTimeAbsolute, wire.AttrTimeRelative},
	wire.GroupMDSIdent: {wire.AttrSystemID, wire.AttrSystemType, wire.AttrAssocNumber, wire.AttrHandle, wire.AttrModel,
		wire.AttrNomenclature, wire.AttrLocale},
	wire.GroupMDSProduc: {wire.AttrProduction},
}

var createAttrs = []uint16{wire.AttrSystemID, wire.AttrSystemType, wire.AttrAssocNumber, wire.AttrModel,
	wire.AttrNomenclature, wire.AttrLocale, wire.AttrMode, wire.AttrArea, wire.AttrLineFrequency,
	wire.AttrSafety, wire.AttrAltitude, wire.AttrGeneralInfo, wire.AttrMDSState, wire.AttrBedLabel,
	wire.AttrTimeAbsolute, wire.AttrTimeRelative, wire.AttrSystemSpec}

func (m *monitor) mdsCreate(at time.Time) []wire.Attr { return m.pick(createAttrs, at) }

func (m *monitor) mdsAttrs(group uint16, at time.Time) []wire.Attr {
	return m.pick(mdsGroups[group], at)
}

func (m *monitor) pick(ids []uint16, at time.Time) []wire.Attr {
	var list []wire.Attr
	for _, id := range ids {
		list = append(list, wire.Attr{ID: id, Value: m.mdsAttr(id, at)})
	}
	return list
}

const (
	language     = 2      // English
	unicode      = 11     // string format
	operating    = 6      // MDS state
	intensive    = 2      // area of application
	physioMDS    = 0x114D // type of the MDS
	bedLabelSize = 17     // characters, with the closing NUL
)

func (m *monitor) mdsAttr(id uint16, at time.Time) []byte {
	switch id {
	case wire.AttrSystemID:
		return slices.Concat(wire.Put16(6), m.options.MAC[:])
	case wire.AttrSystemType:
		return wire.Type(wire.PartitionObj, physioMDS)
	case wire.AttrAssocNumber:
		return wire.Put16(m.serial)
	case wire.AttrModel:
		return wire.AppendModel(nil, "Philips", "M8000")
	case wire.AttrNomenclature:
		return wire.Put32(0x00010000)
	case wire.AttrLocale:
		return slices.Concat(wire.Put32(0x06320632), wire.Put16(language), wire.Put16(unicode))
	case wire.AttrMode:
		if m.options.Demo {
			return wire.Put16(wire.ModeDemo)
		}
		return wire.Put16(wire.ModeMonitoring)
	case wire.AttrArea:
		return wire.Put16(intensive)
	case wire.AttrLineFrequency:
		return wire.Put16(1)
	case wire.AttrSafety, wire.AttrHandle, wire.AttrAltitude:
		return wire.Put16(0)
	case wire.AttrGeneralInfo: // where pulse and alarms come from
		v := slices.Concat(wire.Put16(1), wire.Put16(16), wire.Put16(1), wire.Put16(12))
		v = appendObject(v, wire.Object{Class: wire.ClassNumeric, Context: 1, Handle: 33756})
		return appendObject(v, wire.Object{Class: wire.ClassNumeric, Context: 1, Handle: 33459})
	case wire.AttrMDSState:
		return wire.Put16(operating)
	case wire.AttrBedLabel:
		return wire.AppendRawString(wire.Put16(2*bedLabelSize), m.bed(), bedLabelSize)
	case wire.AttrTimeAbsolute:
		return wire.AppendTime(nil, at)
	case wire.AttrTimeRelative:
		return wire.Put32(m.rel(at))
	case wire.AttrProduction:
		return wire.AppendProduction(nil, m.production())
	case wire.AttrSystemSpec:
		return systemSpec()
	}
	return nil
}

// bed gives the label with room for the closing NUL.
func (m *monitor) bed() string {
	r := []rune(m.options.BedLabel)
	return string(r[:min(len(r), bedLabelSize-1)])
}

func (m *monitor) production() []wire.Spec {
	pad := func(s string, n int) string {
		for len(s) < n {
			s += " "
		}
		return s[:n]
	}
	return []wire.Spec{
		{Kind: 1, Component: 8, Text: pad(m.options.Serial, 10)},
		{Kind: 2, Component: 8, Text: pad(m.options.Part, 14)},
		{Kind: 2, Component: 0x58, Text: pad("S-M8003-1501A", 14)},
		{Kind: 4, Component: 0x58, Text: pad("G.01.80", 8)},
	}
}

// systemSpec tells how many objects of each class there can be.
func systemSpec() []byte {
	rows := [][2]uint16{{wire.ClassMDS, 1}, {wire.ClassNumeric, 201}, {wire.ClassWave, 60}, {wire.ClassPatient, 1},
		{wire.ClassAlerts, 1}, {wire.ClassEnum, 60}}
	list := slices.Concat(wire.Put16(uint16(len(rows))), wire.Put16(uint16(8*len(rows))))
	for _, r := range rows {
		list = slices.Concat(list, wire.Type(wire.PartitionObj, r[0]), wire.Put32(uint32(r[1])))
	}
	return wire.AppendAttrs(nil, []wire.Attr{{ID: wire.ProfileObjects, Value: list}})
}

// announce says who and where the monitor is, while nobody is served.
func (m *monitor) announce(at time.Time) {
	if m.client != nil || len(m.options.Announce) == 0 || !m.announced.IsZero() && at.Sub(m.announced) < announceEvery {
		return
	}
	m.announced = at
	x := m.indication(at)
	for _, to := range m.options.Announce {
		m.send(to, x)
	}
}

func (m *monitor) indication(at time.Time) *wire.Message {
	ip := [4]byte{127, 0, 0, 1}
	port := uint16(24105)
	if a := m.options.Address; a.IsValid() && a.Addr().Unmap().Is4() {
		ip, port = a.Addr().Unmap().As4(), a.Port()
	}
	address := slices.Concat(m.options.MAC[:], ip[:], []byte{255, 255, 255, 0})
	// The order, and what is not known of it, are those of a recorded one:
	// clients are known that look for the data export at the fourth place.
	return &wire.Message{Kind: wire.KindIndication, Context: 0x0100, RO: wire.Invoke, Object: wire.Object{Class: wire.ClassSingle},
		Time: m.rel(at), Type: wire.EventIndication, Attrs: []wire.Attr{
			{ID: 0x0920, Value: wire.Put32(0x00030000)},
			{ID: wire.AttrSystemType, Value: m.mdsAttr(wire.AttrSystemType, at)},
			{ID: wire.AttrLocale, Value: m.mdsAttr(wire.AttrLocale, at)},
			{ID: 0xF15A, Value: wire.Put32(2)},
			{ID: 0xF136, Value: wire.Put32(0)},
			{ID: 0xF27C, Value: slices.Concat(wire.Put16(1), wire.Put16(0x8000), wire.AppendAttrs(nil, []wire.Attr{{ID: wire.AttrNetAddress, Value: address}}))},
			{ID: wire.AttrBedLabelRaw, Value: wire.AppendRawString(nil, m.bed(), bedLabelSize)},
			{ID: wire.AttrNetAddress, Value: address},
			{ID: wire.AttrProtocols, Value: wire.AppendProtocols(nil, []wire.Protocol{
				{Application: 1, Transport: 3, Port: 24000, Options: 0x4000}, {Application: 2, Transport: 3, Port: 24000},
				{Application: 1, Transport: 1, Port: port}, {Application: 5, Transport: 1, Port: port},
				{Application: 8, Transport: 1, Port: 33333}})},
			{ID: wire.AttrProduction, Value: m.mdsAttr(wire.AttrProduction, at)},
			{ID: wire.AttrModel, Value: wire.AppendModel(nil, "Philips", m.options.Part)},
		}}
}
