package intellivue

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"

	"lamplight/devices/intellivue/wire"
)

func invoke(c wire.Command) wire.Message {
	return wire.Message{Kind: wire.KindData, Context: 2, RO: wire.Invoke, ID: 5, Command: c, Object: wire.TheMDS}
}

func TestWhatMayBeTransmitted(t *testing.T) {
	poll := invoke(wire.CmdAction)
	poll.Type, poll.Poll = wire.ActionPoll, &wire.Poll{Number: 1, Partition: 1, Class: 6}
	extended := poll
	extended.Type = wire.ActionPollExt
	get := invoke(wire.CmdGet)
	get.Get = []uint16{wire.AttrWaveList, wire.AttrNumericList}
	set := invoke(wire.CmdConfirmedSet)
	set.Set = []wire.Change{{Attr: wire.Attr{ID: wire.AttrWaveList, Value: wire.AppendTextIDs(nil, []uint32{0x00020102})}}}
	client := wire.Message{Kind: wire.KindAssociate, User: wire.NewUserInfo(wire.SystemClient, wire.StartCold, wire.PollProfile{HasExtensions: true})}
	created := wire.Message{Kind: wire.KindData, Context: 2, RO: wire.Result, ID: 1, Command: wire.CmdConfirmedEvent,
		Object: wire.TheMDS, Type: wire.EventMDSCreate}
	for name, m := range map[string]wire.Message{"poll": poll, "extended poll": extended, "get": get, "set": set, "association": client,
		"confirmation": created, "release": {Kind: wire.KindReleaseRequest}, "release response": {Kind: wire.KindReleaseResponse}, "abort": {Kind: wire.KindAbort}} {
		b := m.Append(nil)
		if !MayTransmit(b) {
			t.Errorf("a %s is stopped", name)
		}
		if !MayTransmit(wire.AppendFrame(nil, b)) {
			t.Errorf("a framed %s is stopped", name)
		}
		if MayTransmit(append(b, 0)) || MayTransmit(b[:len(b)-1]) || MayTransmit(append(wire.AppendFrame(nil, b), b...)) {
			t.Errorf("a %s with a byte too many or too few passes", name)
		}
	}

	// Nor may anything hide where the parser does not look.
	for _, m := range []wire.Message{{Kind: wire.KindReleaseRequest}, client} {
		b := m.Append(nil)
		b[5] ^= 1
		if MayTransmit(b) {
			t.Errorf("an altered %s passes", m.Kind)
		}
	}

	other := func(m wire.Message, change func(*wire.Message)) wire.Message { change(&m); return m }
	for name, m := range map[string]wire.Message{
		"a setting":          other(set, func(m *wire.Message) { m.Set = []wire.Change{{Attr: wire.Attr{ID: wire.AttrMode}}} }),
		"one of two":         other(set, func(m *wire.Message) { m.Set = append(m.Set, wire.Change{Attr: wire.Attr{ID: wire.AttrBedLabel}}) }),
		"another operator":   other(set, func(m *wire.Message) { m.Set = []wire.Change{{Operator: 3, Attr: set.Set[0].Attr}} }),
		"an unconfirmed set": other(set, func(m *wire.Message) { m.Command = wire.CmdSet }),
		"another attribute":  other(get, func(m *wire.Message) { m.Get = []uint16{wire.AttrBedLabel} }),
		"another object":     other(poll, func(m *wire.Message) { m.Object.Handle = 1 }),
		"another scope":      other(poll, func(m *wire.Message) { m.Scope = 1 }),
		"an unknown action":  other(poll, func(m *wire.Message) { m.Type, m.Poll, m.Raw = 0x0C17, nil, []byte{0, 1} }),
		"an event":           other(created, func(m *wire.Message) { m.RO = wire.Invoke }),
		"a server":           {Kind: wire.KindAccept, User: client.User},
		"a refusal":          {Kind: wire.KindRefuse},
		"an error":           {Kind: wire.KindData, Context: 2, RO: wire.Error},
		"an unknown command": invoke(wire.Command(11)),
		"a server asking":    {Kind: wire.KindAssociate, User: wire.NewUserInfo(wire.SystemServer, 0, wire.PollProfile{})},
	} {
		b := m.Append(nil)
		if MayTransmit(b) || MayTransmit(wire.AppendFrame(nil, b)) {
			t.Errorf("%s passes", name)
		}
	}
}

// Whatever is written in this package is written in session.send.
func TestOneWayOut(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	writes := 0
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(fn, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "Write" {
					if writes++; fn.Name.Name != "send" {
						t.Errorf("%s: %s writes", f.Name(), fn.Name.Name)
					}
				}
				return true
			})
		}
	}
	if writes != 1 {
		t.Errorf("%d places write", writes)
	}
}

func FuzzMayTransmit(f *testing.F) {
	m := invoke(wire.CmdConfirmedSet)
	m.Set = []wire.Change{{Attr: wire.Attr{ID: wire.AttrWaveList, Value: wire.AppendTextIDs(nil, []uint32{0x00020102})}}}
	f.Add(m.Append(nil))
	f.Add(wire.AppendFrame(nil, m.Append(nil)))
	f.Fuzz(func(t *testing.T, p []byte) {
		if !MayTransmit(p) {
			return
		}
		m, err := wire.Parse(p)
		if err != nil { // then it is a frame
			inner, ok := unframe(p)
			if !ok {
				t.Fatal("neither a message nor a frame")
			}
			if m, err = wire.Parse(inner); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range m.Set {
			if c.Attr.ID != wire.AttrWaveList && c.Attr.ID != wire.AttrNumericList {
				t.Fatalf("sets %04X", c.Attr.ID)
			}
		}
	})
}
