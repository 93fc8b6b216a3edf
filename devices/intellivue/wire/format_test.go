package wire

import (
	"bytes"
	"encoding/hex"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"
)

// Published: samples of FLOAT-Type from sessions and other decoders.
func TestFloat(t *testing.T) {
	inf := math.Inf(1)
	for f, want := range map[Float]float64{
		0xFD007D00: 32, 0xFF000140: 32, 0x01000140: 3200, 0x02000020: 3200, 0xFEFFF000: -40.96, 0xFD009FFB: 40.955,
		0x00FFFFD8: -40, 0x00000208: 520, 0xFFFFFFFA: -0.6, 0xFF000013: 1.9, 0xFF0003B6: 95, 60: 60, 0: 0,
		PosInf: inf, NegInf: -inf, 0x7F000001: 1e127, 0x80000001: 1e-128, 0xE7000001: 1e-25, 0x19000003: 3e25,
	} {
		if got := f.Value(); got != want {
			t.Errorf("%08X is %v, want %v", uint32(f), got, want)
		}
	}
	for _, f := range []Float{NaN, NRes, 0x00800001, 0x057FFFFF, 0xFF800000} {
		if !math.IsNaN(f.Value()) {
			t.Errorf("%08X is %v", uint32(f), f.Value())
		}
	}
	for f, want := range map[Float]uint8{0xFD007D00: 3, 60: 0, 0x02000020: 0, 0xFF000013: 1, 0xFF7FFFFF: 0, 0x80000001: 128} {
		if got := f.Decimals(); got != want {
			t.Errorf("%08X has %d decimals", uint32(f), got)
		}
	}
	if !NRes.IsNRes() || NaN.IsNRes() {
		t.Error("NRes is not told from NaN")
	}
}

func TestMakeFloat(t *testing.T) {
	for _, c := range []struct {
		v    float64
		d    uint8
		want Float
	}{
		{95, 1, 0xFF0003B6}, {60, 0, 60}, {-0.6, 1, 0xFFFFFFFA}, {-40.96, 2, 0xFEFFF000}, {math.NaN(), 1, NaN},
		{math.Inf(1), 1, PosInf}, {math.Inf(-1), 0, NegInf}, {1e12, 3, PosInf}, {-1e12, 0, NegInf},
		{8e6, 2, 0x007A1200}, {8388605.6, 1, PosInf}, {1.25, 200, 0xFA1312D0},
	} {
		if got := MakeFloat(c.v, c.d); got != c.want {
			t.Errorf("%v with %d decimals is %08X, want %08X", c.v, c.d, uint32(got), uint32(c.want))
		}
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 10000 {
		d := uint8(r.IntN(4))
		v := math.RoundToEven((r.Float64()-0.5)*2000*pow10[d]) / pow10[d]
		if f := MakeFloat(v, d); f.Value() != v || f.Decimals() != d {
			t.Fatalf("%v with %d decimals comes back as %v with %d", v, d, f.Value(), f.Decimals())
		}
	}
}

// Published: two bodies with their check, from the tests of another project;
// two whole frames computed with the same rule.
func TestFrames(t *testing.T) {
	for body, want := range map[string]string{"3a71": "9b26", "3a91": "95c1"} {
		c := crc16(mustHex(t, body))
		if got := hex.EncodeToString([]byte{byte(c), byte(c >> 8)}); got != want {
			t.Errorf("check of %s is %s, want %s", body, got, want)
		}
	}
	for body, want := range map[string]string{
		"0918c11661803080020101a08062808001000000000000000000":                     "c01101001a09187de11661803080020101a080628080010000000000000000004108c1",
		"e10000020001001c000100070016002100000000000000000c1600080001000100360811": "c011010024e10000020001001c000100070016002100000000000000000c1600080001000100360811a08ec1",
	} {
		if got := AppendFrame(nil, mustHex(t, body)); !bytes.Equal(got, mustHex(t, want)) {
			t.Errorf("frame of %s\n got %x\nwant %s", body, got, want)
		}
	}
}

func TestFramesComeBack(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	special := []byte{0xC0, 0xC1, 0x7D, 0x5D, 0xE0, 0xE1, 0, 0xFF}
	var line []byte
	var want [][]byte
	for range 300 {
		// Lengths around C0, C1 and 7D put escapes into the head.
		p := make([]byte, r.IntN(300))
		for i := range p {
			p[i] = special[r.IntN(len(special))]
		}
		want = append(want, p)
		line = AppendFrame(line, p)
	}
	var d Deframer
	n, raw := 0, 0
	for _, x := range line {
		d.Push(x, func(p Piece) {
			if p.Discarded || !bytes.Equal(p.Message, want[n]) {
				t.Fatalf("frame %d is %x, want %x", n, p.Message, want[n])
			}
			n++
			raw += p.Raw
		})
	}
	if n != len(want) || raw != len(line) {
		t.Errorf("%d frames of %d bytes, want %d of %d", n, raw, len(want), len(line))
	}
}

func TestAFrameHasAnEnd(t *testing.T) {
	var d Deframer
	d.Push(FrameBegin, func(Piece) {})
	bad, raw := 0, 0
	for range 3 * maxFrame {
		d.Push(1, func(p Piece) {
			raw += p.Raw
			if p.Bad {
				bad++
			}
		})
	}
	if bad != 1 || raw != 3*maxFrame+1 {
		t.Errorf("%d bad, %d bytes", bad, raw)
	}
}

func TestStrings(t *testing.T) {
	for in, want := range map[string]string{
		"000e00500075006c0073006500200000": "Pulse", // recorded
		"00020000":                         "",
		"0000":                             "",
		"000600410042FEFF":                 "AB",
		"000CE40DE40D0020E4010045E145":     "** H₂Eₑ",
		"000400410000004200430000":         "A", // forgiven: bytes after the text
		"0008D83DDE000041FFFF":             "😀A\uFFFF",
		"00060041002000420020":             "A B",
	} {
		if got, err := ParseString(mustHex(t, in)); err != nil || got != want {
			t.Errorf("%s is %q, %v, want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"", "00", "000400", "FFFF0041"} {
		if _, err := ParseString(mustHex(t, in)); err == nil {
			t.Errorf("%q passed", in)
		}
	}
	for _, s := range []string{"", "NBP", "SpO₂", "Zoë Ångström", "😀"} {
		for _, width := range []int{0, 6} {
			if got, err := ParseString(AppendString(nil, s, width)); err != nil || got != s {
				t.Errorf("%q comes back as %q, %v", s, got, err)
			}
		}
		if got := RawString(AppendRawString(nil, s, 17)); got != s {
			t.Errorf("%q comes back as %q", s, got)
		}
	}
}

func TestTimes(t *testing.T) {
	at := time.Date(2017, 11, 4, 14, 44, 51, 0, time.UTC)
	b := mustHex(t, "2017110414445100") // recorded
	if got, ok := ParseTime(b, time.UTC); !ok || !got.Equal(at) {
		t.Errorf("time %v, %v", got, ok)
	}
	if got := AppendTime(nil, at); !bytes.Equal(got, b) {
		t.Errorf("written as %x", got)
	}
	for _, bad := range []string{"ffffffffffffffff", "0000000000000000", "2017110424445100", "20171104144451", "2017023014445100", "201A110414445100"} {
		if got, ok := ParseTime(mustHex(t, bad), time.UTC); ok {
			t.Errorf("%s is %v", bad, got)
		}
	}
	if d := Duration(8192); d != 1024*time.Millisecond || Ticks(d) != 8192 {
		t.Errorf("8192 ticks are %v", d)
	}
}

func TestIdentification(t *testing.T) {
	maker, model, err := ParseModel(AppendModel(nil, "Philips", "M8000"))
	if maker != "Philips" || model != "M8000" || err != nil {
		t.Errorf("%q %q %v", maker, model, err)
	}
	list := []Spec{{1, 8, "DE12345678"}, {2, 8, "M8003A"}, {4, 0x58, "G.01.8"}}
	if got, err := ParseProduction(AppendProduction(nil, list)); err != nil || !reflect.DeepEqual(got, list) {
		t.Errorf("%+v %v", got, err)
	}
	// Not closed by a NUL, blank padded.
	if got, err := ParseProduction(mustHex(t, "0001000e00020008"+"0008"+hex.EncodeToString([]byte("M8003A  ")))); err != nil || got[0].Text != "M8003A" {
		t.Errorf("%+v %v", got, err)
	}
	protocols := []Protocol{{5, 1, 24105, 0}, {1, 3, 24000, 0x4000}}
	if got, err := ParseProtocols(AppendProtocols(nil, protocols)); err != nil || !reflect.DeepEqual(got, protocols) {
		t.Errorf("%+v %v", got, err)
	}
}

// random makes a message of every kind that has fields.
func random(r *rand.Rand) *Message {
	u16 := func() uint16 { return uint16(r.Uint32()) }
	raw := func() []byte {
		b := make([]byte, r.IntN(20))
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	}
	attrs := func() []Attr {
		list := make([]Attr, r.IntN(5))
		for i := range list {
			list[i] = Attr{0xF900 + uint16(i), raw()}
		}
		return list
	}
	object := Object{u16(), u16(), u16()}
	m := &Message{Kind: KindData, Context: 2, ID: u16(), Object: object}
	switch r.IntN(9) {
	case 0:
		m.RO, m.Command, m.Type, m.Scope = Invoke, CmdAction, ActionPollExt, r.Uint32()
		m.Poll = &Poll{u16(), 1, u16(), u16(), attrs()}
	case 1, 2:
		m.RO, m.Command, m.Type = Linked, CmdAction, ActionPollExt
		m.State, m.Count = byte(r.Uint32()), byte(r.Uint32())
		m.PollResult = &PollResult{Number: u16(), Sequence: u16(), Time: r.Uint32(), Absolute: NoTime, Partition: 1, Class: u16(), Group: u16()}
		for range r.IntN(3) {
			c := Context{ID: u16()}
			for range r.IntN(3) {
				c.Objects = append(c.Objects, Observation{u16(), attrs()})
			}
			m.PollResult.Contexts = append(m.PollResult.Contexts, c)
		}
	case 3:
		m.RO, m.Command = Result, CmdConfirmedSet
		m.Attrs = attrs()
	case 4:
		m.RO, m.Command, m.Scope = Invoke, CmdConfirmedSet, r.Uint32()
		m.Set = []Change{{u16(), Attr{u16(), raw()}}, {u16(), Attr{u16(), raw()}}}
	case 5:
		m.RO, m.Command, m.Scope = Invoke, CmdGet, r.Uint32()
		m.Get = []uint16{u16(), u16()}
	case 6:
		m.RO, m.ErrorCode, m.Raw, m.Object = Error, u16(), raw(), Object{}
	case 7:
		m.RO, m.Command, m.Type, m.Time = Invoke, CmdConfirmedEvent, EventMDSCreate, r.Uint32()
		m.Created, m.Attrs = Object{u16(), u16(), u16()}, attrs()
	case 8:
		p := PollProfile{r.Uint32(), r.Uint32(), r.Uint32(), r.Uint32(), r.Uint32(), r.Uint32(), r.Uint32(), true}
		u := NewUserInfo(r.Uint32(), r.Uint32(), p)
		u.Options = attrs()
		if r.IntN(2) == 0 { // longer than 127 bytes
			u.Profiles = append(u.Profiles, Attr{ProfileObjects, make([]byte, 80)})
		}
		return &Message{Kind: []Kind{KindAssociate, KindAccept}[r.IntN(2)], User: u}
	}
	return m
}

func TestEveryMessageComesBack(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 3000 {
		m := random(r)
		b := m.Append(nil)
		got, err := Parse(b)
		if err != nil {
			t.Fatalf("%x: %v", b, err)
		}
		again := got.Append(nil)
		if !bytes.Equal(again, b) {
			t.Fatalf("written again it differs\n got %x\nwant %x", again, b)
		}
		// A message that is cut, or goes on, is none.
		cut := r.IntN(len(b))
		if _, err := Parse(b[:cut]); err == nil {
			t.Fatalf("%d bytes of %x pass", cut, b)
		}
		if _, err := Parse(append(bytes.Clone(b), 0)); err == nil {
			t.Fatalf("%x with a byte more passes", b)
		}
	}
}

func TestProfileComesBack(t *testing.T) {
	p := PollProfile{1, 2, 3, 4, 5, 6, 7, true}
	if got, err := NewUserInfo(SystemClient, StartCold, p).Profile(); err != nil || got != p {
		t.Errorf("%+v %v", got, err)
	}
	p.Extensions, p.HasExtensions = 0, false
	if got, err := NewUserInfo(SystemClient, StartCold, p).Profile(); err != nil || got != p {
		t.Errorf("%+v %v", got, err)
	}
	if _, err := (&UserInfo{}).Profile(); err == nil {
		t.Error("nothing passed for a profile")
	}
}

// The counts and lengths inside values must agree, or the message is bad.
func TestValuesThatDoNotFit(t *testing.T) {
	numeric := NumericAttr(Numeric{Physio: 1}, Numeric{Physio: 2})
	for name, a := range map[string]Attr{
		"short value":       {AttrNumeric, numeric.Value[:9]},
		"long value":        {AttrNumeric, make([]byte, 11)},
		"count of compound": {AttrNumericCompound, append([]byte{0, 3}, numeric.Value[2:]...)},
		"cut compound":      {AttrNumericCompound, numeric.Value[:20]},
	} {
		if _, err := ParseNumerics(a); err == nil {
			t.Errorf("%s passed", name)
		}
		m := Message{Kind: KindData, Context: 2, RO: Result, Command: CmdAction, Object: TheMDS, Type: ActionPoll, PollResult: &PollResult{
			Partition: 1, Class: ClassNumeric, Contexts: []Context{{0, []Observation{{1, []Attr{a}}}}}}}
		if _, err := Parse(m.Append(nil)); err == nil {
			t.Errorf("a message with %s passed", name)
		}
	}
	samples := SamplesAttr(true, Samples{Physio: 1, Data: []byte{1, 2}}, Samples{Physio: 2, Data: []byte{3, 4}})
	if list, err := ParseSamples(samples); err != nil || len(list) != 2 || list[1].Words()[0] != 0x0304 {
		t.Errorf("%+v %v", list, err)
	}
	for _, b := range [][]byte{samples.Value[:len(samples.Value)-1], append(bytes.Clone(samples.Value), 0), {0, 9, 0, 0}} {
		if _, err := ParseSamples(Attr{AttrSamplesCompound, b}); err == nil {
			t.Errorf("%x passed", b)
		}
	}
	alarms := AppendAlarms(nil, []Alarm{{Source: 1, Code: 2, Info: InfoText, Text: "x"}, {Info: InfoPlain}, {Info: 99, Raw: []byte{1}}})
	list, err := ParseAlarms(alarms)
	if err != nil || len(list) != 3 || list[0].Text != "x" || len(list[2].Raw) != 1 {
		t.Errorf("%+v %v", list, err)
	}
	for i := range alarms {
		if _, err := ParseAlarms(alarms[:i]); err == nil {
			t.Errorf("%d bytes of an alert list passed", i)
		}
	}
}

func FuzzParse(f *testing.F) {
	r := rand.New(rand.NewPCG(9, 10))
	for range 20 {
		f.Add(random(r).Append(nil))
	}
	for _, k := range []Kind{KindAbort, KindRefuse, KindReleaseRequest, KindReleaseResponse} {
		f.Add((&Message{Kind: k}).Append(nil))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		m, err := Parse(p)
		if err != nil || m.Kind != KindData {
			return
		}
		if got := m.Append(nil); !bytes.Equal(got, p) {
			t.Fatalf("written again it differs\n got %x\nwant %x", got, p)
		}
	})
}

func FuzzAttributes(f *testing.F) {
	f.Add(NumericAttr(Numeric{Physio: 1}, Numeric{Physio: 2}).Value)
	f.Add(AppendAlarms(nil, []Alarm{{Info: InfoText, Text: "x"}}))
	f.Add(AppendProduction(nil, []Spec{{1, 8, "x"}}))
	f.Add(AppendString(nil, "SpO₂", 6))
	f.Fuzz(func(t *testing.T, p []byte) {
		for _, id := range []uint16{AttrNumeric, AttrNumericCompound} {
			if list, err := ParseNumerics(Attr{id, p}); err == nil {
				for _, n := range list {
					if v := n.Value.Value(); n.Value.Decimals() > 128 {
						t.Fatalf("%v has %d decimals", v, n.Value.Decimals())
					}
				}
			}
		}
		for _, id := range []uint16{AttrSamples, AttrSamplesCompound} {
			_, _ = ParseSamples(Attr{id, p})
		}
		if list, err := ParseFixedValues(p); err == nil && !bytes.Equal(AppendFixedValues(nil, list), p) {
			t.Fatal("fixed values differ")
		}
		if list, err := ParseTextIDs(p); err == nil && !bytes.Equal(AppendTextIDs(nil, list), p) {
			t.Fatal("text ids differ")
		}
		if s, err := ParseScale(p); err == nil && !bytes.Equal(s.Append(nil), p) {
			t.Fatal("scale differs")
		}
		if s, err := ParseMetricSpec(p); err == nil && !bytes.Equal(s.Append(nil), p) {
			t.Fatal("metric specification differs")
		}
		if s, err := ParseSampleSpec(p); err == nil && !bytes.Equal(s.Append(nil), p) {
			t.Fatal("sample specification differs")
		}
		if m, err := ParseMeasure(p); err == nil && !bytes.Equal(m.Append(nil), p) {
			t.Fatal("measure differs")
		}
		_, _ = ParseEnum(p)
		_, _ = ParseAlarms(p)
		_, _ = ParseProduction(p)
		_, _, _ = ParseModel(p)
		_, _ = ParseProtocols(p)
		_, _ = ParseString(p)
		RawString(p)
		ParseTime(p, time.UTC)
	})
}
