package emulator

import (
	"encoding/hex"
	"math"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"lamplight/devices/intellivue/wire"
	"lamplight/devices/physiology"
	"lamplight/internal/captures"
)

var (
	start = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	peer  = netip.MustParseAddrPort("192.0.2.7:40001")
)

// steady has every measurement there is, all of the same value.
type steady struct{ events []physiology.Event }

func (steady) Value(string, time.Duration) (float64, physiology.State) {
	return 50, physiology.Measured
}

func (steady) Samples(_ string, _, _ time.Duration, dst []float64) bool {
	for i := range dst {
		dst[i] = 0.5
	}
	return true
}

func (s steady) Events(time.Duration) []physiology.Event { return s.events }

// play lets a client say things at their moments and gives what it hears.
func play(t *testing.T, e *Emulator, says map[time.Duration][]byte, until time.Duration) (heard []*wire.Message, at []time.Duration) {
	t.Helper()
	take := func(list []Datagram, now time.Duration) {
		for _, d := range list {
			m, err := wire.Parse(d.Data)
			if err != nil {
				t.Fatalf("the monitor sends nonsense: %v", err)
			}
			if n := len(d.Data) - 8; n > lanMTU {
				t.Fatalf("a message of %d bytes", n)
			}
			heard, at = append(heard, m), append(at, now)
		}
	}
	for now := time.Duration(0); now < until; now += 10 * time.Millisecond {
		if p, ok := says[now]; ok {
			take(e.Handle(peer, p, start.Add(now)), now)
		}
		take(e.Tick(start.Add(now)), now)
	}
	return heard, at
}

func asking(extensions uint32) []byte {
	m := wire.Message{Kind: wire.KindAssociate, User: wire.NewUserInfo(wire.SystemClient, wire.StartCold, wire.PollProfile{
		Revision: 0x80000000, Period: 2500, MaxRx: 1000, MaxTx: 3000, Extensions: extensions, HasExtensions: true})}
	return m.Append(nil)
}

func confirm() []byte {
	m := wire.Message{Kind: wire.KindData, Context: 2, RO: wire.Result, ID: 1, Command: wire.CmdConfirmedEvent,
		Object: wire.TheMDS, Type: wire.EventMDSCreate}
	return m.Append(nil)
}

func poll(class, group uint16, active uint32) []byte {
	m := wire.Message{Kind: wire.KindData, Context: 2, RO: wire.Invoke, ID: 77, Command: wire.CmdAction, Object: wire.TheMDS,
		Type: wire.ActionPoll, Poll: &wire.Poll{Number: 9, Partition: 1, Class: class, Group: group}}
	if active > 0 {
		m.Type, m.Poll.Attrs = wire.ActionPollExt, []wire.Attr{{ID: wire.AttrPollPeriod, Value: wire.Put32(active)}}
	}
	return m.Append(nil)
}

func TestAssociationIsNegotiated(t *testing.T) {
	for asked, granted := range map[uint32]uint32{
		0x8C000000: 0x8C000000, 0xF8000000: 0x88000000, 0x30000000: 0x20000000, 0x0C000000: 0,
	} {
		heard, _ := play(t, New(steady{}, Options{}), map[time.Duration][]byte{0: asking(asked), 10 * time.Millisecond: confirm()}, time.Second)
		if len(heard) != 2 || heard[0].Kind != wire.KindAccept || heard[1].Type != wire.EventMDSCreate {
			t.Fatalf("heard %+v", heard)
		}
		p, err := heard[0].User.Profile()
		if err != nil || p.Extensions != granted || p.Period != 4000 || p.MaxRx != 1000 || p.MaxTx != 1456 || heard[0].User.System != wire.SystemServer {
			t.Errorf("asked %08X, granted %+v, %v", asked, p, err)
		}
		if n := len(heard[1].Attrs); n != 17 {
			t.Errorf("MDS Create has %d attributes", n)
		}
	}
}

func TestUnconfirmedAndSilentClientsAreAborted(t *testing.T) {
	heard, at := play(t, New(steady{}, Options{}), map[time.Duration][]byte{0: asking(0x88000000)}, 20*time.Second)
	creates := 0
	for _, m := range heard {
		if m.Type == wire.EventMDSCreate {
			creates++
		}
	}
	if end := heard[len(heard)-1]; creates != 4 || end.Kind != wire.KindAbort || at[len(at)-1] > 13*time.Second {
		t.Errorf("%d events, then %s after %v", creates, end.Kind, at[len(at)-1])
	}
	// Results do not keep an association alive.
	heard, at = play(t, New(steady{}, Options{}), map[time.Duration][]byte{0: asking(0x88000000), 10 * time.Millisecond: confirm(),
		20 * time.Millisecond: poll(wire.ClassNumeric, 0, 8000*60)}, 20*time.Second)
	if end := at[len(at)-1]; heard[len(heard)-1].Kind != wire.KindAbort || end < 9*time.Second || end > 11*time.Second {
		t.Errorf("the last word is %s after %v", heard[len(heard)-1].Kind, end)
	}
}

func TestExtendedPollTicks(t *testing.T) {
	heard, at := play(t, New(steady{}, Options{}), map[time.Duration][]byte{0: asking(0x88000000), 10 * time.Millisecond: confirm(),
		20 * time.Millisecond: poll(wire.ClassNumeric, 0, 16000)}, 9*time.Second)
	var sequence []uint16
	var times []uint32
	parts := 0
	for i, m := range heard {
		if m.PollResult == nil {
			continue
		}
		if m.ID != 77 || m.PollResult.Number != 9 || m.PollResult.Absolute != wire.NoTime {
			t.Fatalf("result %+v", m.PollResult)
		}
		if m.RO == wire.Linked {
			if parts++; int(m.Count) != parts || (m.State == 1) != (parts == 1) {
				t.Errorf("part %d is %d,%d", parts, m.State, m.Count)
			}
			continue
		}
		if parts == 0 || len(m.PollResult.Contexts) != 0 {
			t.Error("the result was not split at 1000 bytes")
		}
		parts = 0
		sequence, times = append(sequence, m.PollResult.Sequence), append(times, m.PollResult.Time)
		if at[i]%cycle > 20*time.Millisecond && at[i]%cycle < cycle-20*time.Millisecond {
			t.Errorf("a result at %v", at[i])
		}
	}
	if len(sequence) != 3 || sequence[2] != 2 || times[1]-times[0] != 8192 {
		t.Errorf("sequence %v at %v: an active period of 2 s has three", sequence, times)
	}
}

func TestWavesComeInBursts(t *testing.T) {
	says := map[time.Duration][]byte{0: asking(0x88000000), 10 * time.Millisecond: confirm(), 20 * time.Millisecond: poll(wire.ClassWave, 0, 8000*60)}
	heard, at := play(t, New(steady{}, Options{Waves: []string{"MDC_ECG_ELEC_POTL_II", "MDC_PULS_OXIM_PLETH"}}), says, 6*time.Second)
	contexts := map[uint32]int{}
	n := 0
	var last uint32
	for i, m := range heard {
		if m.PollResult == nil {
			continue
		}
		if int(m.PollResult.Sequence) != n {
			t.Fatalf("sequence %d, want %d", m.PollResult.Sequence, n)
		}
		for _, c := range m.PollResult.Contexts {
			for _, o := range c.Objects {
				if v, ok := wire.Find(o.Attrs, wire.AttrLabel); ok {
					id, _ := wire.U32(v)
					contexts[id]++
				}
				if _, ok := wire.Find(o.Attrs, wire.AttrSamples); ok != (n > 0) {
					t.Errorf("result %d has samples: %v", n, ok)
				}
			}
		}
		if n > 1 && m.PollResult.Time-last != wire.BlockTicks {
			t.Errorf("block %d starts %d ticks after the one before", n, m.PollResult.Time-last)
		}
		last = m.PollResult.Time
		if n > 0 && (n-1)%4 != 0 && at[i] != at[i-1] {
			t.Errorf("block %d is not in its burst", n)
		}
		n++
	}
	if n < 13 || contexts[0x00020102] < 2 || contexts[0x00024BB4] < 2 {
		t.Errorf("%d results, contexts %v", n, contexts)
	}
}

func TestTooFastPollsAreDropped(t *testing.T) {
	says := map[time.Duration][]byte{0: asking(0x88000000), 10 * time.Millisecond: confirm()}
	for i := range 5 {
		says[time.Duration(20+10*i)*time.Millisecond] = poll(wire.ClassPatient, wire.GroupPatient, 0)
	}
	heard, _ := play(t, New(steady{}, Options{}), says, 4*time.Second)
	n := 0
	for _, m := range heard {
		if m.PollResult != nil {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d answers", n)
	}
}

func TestErrorsAreAnswered(t *testing.T) {
	get := func(id uint16) []byte {
		m := wire.Message{Kind: wire.KindData, Context: 2, RO: wire.Invoke, ID: 5, Command: wire.CmdGet, Object: wire.TheMDS, Get: []uint16{id}}
		return m.Append(nil)
	}
	set := wire.Message{Kind: wire.KindData, Context: 2, RO: wire.Invoke, ID: 5, Command: wire.CmdConfirmedSet, Object: wire.TheMDS,
		Set: []wire.Change{{Attr: wire.Attr{ID: wire.AttrBedLabel}}}}
	for name, c := range map[string]struct {
		p    []byte
		want uint16
	}{
		"class": {poll(41, 0, 0), wire.ErrNoClass}, "enumerations not granted": {poll(5, 0, 0), wire.ErrAccessDenied},
		"attribute": {get(wire.AttrBedLabel), wire.ErrGetList}, "a setting": {set.Append(nil), wire.ErrSetList},
	} {
		heard, _ := play(t, New(steady{}, Options{}), map[time.Duration][]byte{0: asking(0x88000000), 10 * time.Millisecond: confirm(), 50 * time.Millisecond: c.p}, time.Second)
		if end := heard[len(heard)-1]; end.RO != wire.Error || end.ErrorCode != c.want {
			t.Errorf("%s: answered %+v", name, end)
		}
	}
}

func TestListKeepsWhatExists(t *testing.T) {
	m := monitor{sig: steady{}}
	got := m.available([]uint32{0x00020102, 0x0002FFFF, 0x00020101, 0x00020102, 0x0002013D, 0x00020143, 0x00024BB4})
	want := []uint32{0x00020102, 0x00020101, 0x0002013D, 0x00024BB4}
	if len(got) != len(want) {
		t.Fatalf("kept %x", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("kept %x", got)
		}
	}
}

func TestIndication(t *testing.T) {
	e := New(steady{}, Options{BedLabel: "A bed with a long name", Announce: []netip.AddrPort{peer}, Address: netip.MustParseAddrPort("192.0.2.1:24105")})
	heard, at := play(t, e, nil, 70*time.Second)
	if len(heard) != 2 || heard[0].Kind != wire.KindIndication || at[1] < 60*time.Second {
		t.Fatalf("%d announcements at %v", len(heard), at)
	}
	v, _ := wire.Find(heard[0].Attrs, wire.AttrBedLabelRaw)
	if got := wire.RawString(v); got != "A bed with a lon" || len(v) != 34 {
		t.Errorf("bed %q in %d bytes", got, len(v))
	}
}

// Published: the requests of an unrelated client, in the order in which it
// would send them. Each that is well formed is answered.
func TestForeignClientIsServed(t *testing.T) {
	text, err := os.ReadFile(captures.Shared(t, "vectors", "intellivue", "client_frames_vscapturemp.hex"))
	if err != nil {
		t.Fatal(err)
	}
	frames := map[string][]byte{}
	for l := range strings.Lines(string(text)) {
		if f := strings.Fields(l); len(f) == 2 && f[0] != "#" {
			if frames[f[0]], err = hex.DecodeString(f[1]); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, p := range frames {
		m, err := wire.Parse(p)
		if err != nil || m.Kind == wire.KindReleaseResponse || m.Kind == wire.KindAbort || m.RO == wire.Result || m.Command == wire.CmdSet {
			continue // the malformed two, and what has no answer
		}
		if strings.HasPrefix(name, "aarq") {
			heard, _ := play(t, New(steady{}, Options{}), map[time.Duration][]byte{0: p, 10 * time.Millisecond: frames["mds_create_resp_msg"]}, 6*time.Second)
			if len(heard) != 2 || heard[0].Kind != wire.KindAccept || heard[1].Type != wire.EventMDSCreate {
				t.Errorf("%s is answered with %d messages", name, len(heard))
			}
			continue
		}
		says := map[time.Duration][]byte{0: frames["aarq_msg_wave_ext_poll2"], 10 * time.Millisecond: frames["mds_create_resp_msg"], 50 * time.Millisecond: p}
		heard, _ := play(t, New(steady{}, Options{}), says, 3*time.Second)
		last := heard[len(heard)-1]
		switch {
		case len(heard) < 3:
			t.Errorf("%s is not answered", name)
		case m.Poll != nil && (last.PollResult == nil || last.PollResult.Class != m.Poll.Class || last.ID != m.ID || last.PollResult.Number != m.Poll.Number):
			t.Errorf("%s is answered with %+v", name, last)
		case m.Kind == wire.KindReleaseRequest && last.Kind != wire.KindReleaseResponse:
			t.Errorf("%s is answered with a %s", name, last.Kind)
		}
	}
	if len(frames) < 20 {
		t.Errorf("%d frames", len(frames))
	}
}

// Recorded: what another client said in a LAN session, at its own times.
func TestRecordedClientIsServed(t *testing.T) {
	text, err := os.ReadFile(captures.Shared(t, "vectors", "intellivue", "lan_session.hex"))
	if err != nil {
		t.Fatal(err)
	}
	says := map[time.Duration][]byte{}
	polls := 0
	for l := range strings.Lines(string(text)) {
		f := strings.Fields(l)
		if len(f) != 5 || f[2] != "C" || !strings.HasPrefix(f[3], "50818") {
			continue // one association of the four is enough
		}
		at, err := time.ParseDuration(f[1] + "s")
		if err != nil {
			t.Fatal(err)
		}
		p, err := hex.DecodeString(f[4])
		if err != nil {
			t.Fatal(err)
		}
		if m, _ := wire.Parse(p); m.Poll != nil {
			polls++
		}
		at = (at - 189*time.Second).Round(10 * time.Millisecond)
		for says[at] != nil {
			at += 10 * time.Millisecond
		}
		says[at] = p
	}
	heard, _ := play(t, New(steady{}, Options{Demo: true}), says, 46*time.Second)
	answered := map[uint16]bool{}
	for _, m := range heard {
		if m.RO == wire.Error {
			t.Errorf("refused with %d", m.ErrorCode)
		}
		if m.PollResult != nil {
			answered[m.ID] = true
		}
	}
	if len(answered) < polls-1 || polls < 8 {
		t.Errorf("%d of %d polls answered", len(answered), polls)
	}
}

func TestSamplesStayOnTheScale(t *testing.T) {
	m := monitor{sig: loud{}, born: start}
	for _, w := range allWaves() {
		list, err := wire.ParseSamples(m.block(&w, start))
		if err != nil || len(list) != len(w.leads) {
			t.Fatal(err, len(list))
		}
		for _, v := range list[0].Words() {
			if v > w.scale.RawHigh {
				t.Fatalf("%s: sample %d", w.text, v)
			}
		}
	}
}

// loud is far off every scale.
type loud struct{ steady }

func (loud) Samples(_ string, _, _ time.Duration, dst []float64) bool {
	for i := range dst {
		dst[i] = math.Copysign(1e9, float64(i%2)-0.5)
	}
	return true
}

func TestAlarmKeepsItsNumber(t *testing.T) {
	var b alarmBook
	e := physiology.Event{Source: "MDC_ECG_HEART_RATE", Code: "MDC_EVT_LO", Priority: 2}
	b.update([]physiology.Event{e})
	first := b.on[0].instance
	b.update([]physiology.Event{e})
	if b.on[0].instance != first || b.changes != 1 {
		t.Errorf("%+v", b)
	}
	b.update(nil)
	b.update([]physiology.Event{e})
	if b.on[0].instance == first || b.changes != 3 {
		t.Errorf("%+v", b)
	}
}
