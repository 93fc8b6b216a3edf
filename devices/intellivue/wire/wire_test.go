package wire

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"lamplight/internal/captures"
)

func mustHex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// roundTrip checks that what was parsed is written again as it came.
func roundTrip(t *testing.T, name string, b []byte) *Message {
	t.Helper()
	m, err := Parse(b)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if got := m.Append(nil); !reflect.DeepEqual(got, b) {
		t.Errorf("%s: written again it differs\n got %x\nwant %x", name, got, b)
	}
	return m
}

// recorded gives the datagrams of the recorded LAN session by frame number.
func recorded(t *testing.T) map[int][]byte {
	t.Helper()
	text, err := os.ReadFile(captures.Shared(t, "vectors", "intellivue", "lan_session.hex"))
	if err != nil {
		t.Fatal(err)
	}
	frames := map[int][]byte{}
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) != 5 || f[0] == "#" {
			continue
		}
		n, err := strconv.Atoi(f[0])
		if err != nil {
			t.Fatal(err)
		}
		frames[n] = mustHex(t, f[4])
	}
	return frames
}

type oracleFrame struct {
	Frame, Offset      int
	Dir, Assoc, RO     string
	Linked             []uint8
	Invoke, Cmd, Class int
	Action, Group      string
	PollNumber         int `json:"poll_number"`
	SequenceNo         int `json:"sequence_no"`
	RelTime            int `json:"rel_time"`
	Objects            []struct {
		Ctx, Handle int
		Attrs       []string
		Label       string
		LabelString string          `json:"label_string"`
		Nu          *oracleNumeric  `json:"nu"`
		NuCmp       []oracleNumeric `json:"nu_cmp"`
		SaSpec      *struct {
			ArraySize       int `json:"array_size"`
			SampleSize      int `json:"sample_size"`
			SignificantBits int `json:"significant_bits"`
			Flags           string
		} `json:"sa_spec"`
		PeriodTicks int `json:"period_ticks"`
		Scale       []any
		Samples     []struct {
			Physio, State       string
			N, First, Last, Sum int
		}
	}
}

type oracleNumeric struct {
	Physio, State, Unit string
	Value               any
}

func number(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.ParseInt(strings.TrimPrefix(s, "0x"), 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
}

func oracle(t *testing.T, name string) []oracleFrame {
	t.Helper()
	text, err := os.ReadFile(captures.Shared(t, "vectors", "intellivue", name))
	if err != nil {
		t.Fatal(err)
	}
	var list []oracleFrame
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// compare checks one message against what the independent decoder made of it.
func compare(t *testing.T, name string, m *Message, want oracleFrame) {
	t.Helper()
	kinds := map[string]Kind{"CONNECT_INDICATION": KindIndication, "RELEASE_REQ": KindReleaseRequest,
		"RELEASE_RSP": KindReleaseResponse, "REQUEST": KindAssociate, "RESPONSE": KindAccept, "": KindData}
	if m.Kind != kinds[want.Assoc] {
		t.Fatalf("%s: is a %s, want %q", name, m.Kind, want.Assoc)
	}
	if want.Assoc != "" {
		return
	}
	ros := map[string]RO{"ROIV": Invoke, "RORS": Result, "ROER": Error, "ROLRS": Linked}
	eq := func(what string, got, want any) {
		t.Helper()
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %s is %v, want %v", name, what, got, want)
		}
	}
	eq("operation", m.RO, ros[want.RO])
	eq("invoke id", int(m.ID), want.Invoke)
	eq("command", int(m.Command), want.Cmd)
	if len(want.Linked) == 2 {
		eq("link", []uint8{m.State, m.Count}, want.Linked)
	}
	if want.Action == "" {
		if m.PollResult != nil {
			t.Errorf("%s: a poll result, which the oracle has not", name)
		}
		return
	}
	r := m.PollResult
	if r == nil {
		t.Fatalf("%s: no poll result", name)
	}
	eq("action", int(m.Type), number(t, want.Action))
	eq("poll number", int(r.Number), want.PollNumber)
	eq("sequence", int(r.Sequence), want.SequenceNo)
	eq("time", int(r.Time), want.RelTime)
	eq("class", int(r.Class), want.Class)
	eq("group", int(r.Group), number(t, want.Group))
	i := 0
	for _, c := range r.Contexts {
		for _, o := range c.Objects {
			if i >= len(want.Objects) {
				t.Fatalf("%s: more than %d objects", name, i)
			}
			w := want.Objects[i]
			i++
			eq("context", int(c.ID), w.Ctx)
			eq("handle", int(o.Handle), w.Handle)
			var ids []string
			for _, a := range o.Attrs {
				ids = append(ids, strings.ToUpper(hex.EncodeToString(Put16(a.ID))))
			}
			if len(ids) != len(w.Attrs) || (len(ids) > 0 && !reflect.DeepEqual(ids, w.Attrs)) {
				t.Errorf("%s: attributes %v, want %v", name, ids, w.Attrs)
			}
			compareAttrs(t, name, o.Attrs, w.Label, w.LabelString, append(w.NuCmp, single(w.Nu)...), eq)
			if w.SaSpec != nil {
				v, _ := Find(o.Attrs, AttrSampleSpec)
				s, err := ParseSampleSpec(v)
				eq("sample spec error", err, nil)
				eq("array size", int(s.ArraySize), w.SaSpec.ArraySize)
				eq("sample bits", int(s.SampleBits), w.SaSpec.SampleSize)
				eq("significant bits", int(s.SignificantBits), w.SaSpec.SignificantBits)
				eq("flags", int(s.Flags), number(t, w.SaSpec.Flags))
				v, _ = Find(o.Attrs, AttrSamplePeriod)
				p, _ := U32(v)
				eq("sample period", int(p), w.PeriodTicks)
				v, _ = Find(o.Attrs, AttrScale)
				scale, err := ParseScale(v)
				eq("scale error", err, nil)
				if low, ok := w.Scale[0].(float64); ok {
					eq("scale low", scale.Low.Value(), low)
					eq("scale high", scale.High.Value(), w.Scale[1])
				}
				eq("raw low", float64(scale.RawLow), w.Scale[2])
				eq("raw high", float64(scale.RawHigh), w.Scale[3])
			}
			var blocks []Samples
			for _, a := range o.Attrs {
				if a.ID == AttrSamples || a.ID == AttrSamplesCompound {
					list, err := ParseSamples(a)
					eq("samples error", err, nil)
					blocks = append(blocks, list...)
				}
			}
			eq("blocks", len(blocks), len(w.Samples))
			for j, b := range blocks {
				words, sum := b.Words(), 0
				for _, x := range words {
					sum += int(x)
				}
				s := w.Samples[j]
				eq("block", []int{int(b.Physio), int(b.State), len(words), int(words[0]), int(words[len(words)-1]), sum},
					[]int{number(t, s.Physio), number(t, s.State), s.N, s.First, s.Last, s.Sum})
			}
		}
	}
	eq("objects", i, len(want.Objects))
}

func single(n *oracleNumeric) []oracleNumeric {
	if n == nil {
		return nil
	}
	return []oracleNumeric{*n}
}

func compareAttrs(t *testing.T, name string, attrs []Attr, label, text string, want []oracleNumeric, eq func(string, any, any)) {
	t.Helper()
	if label != "" {
		v, _ := Find(attrs, AttrLabel)
		id, _ := U32(v)
		eq("label", int(id), number(t, label))
		v, _ = Find(attrs, AttrLabelString)
		s, err := ParseString(v)
		eq("label string error", err, nil)
		eq("label string", s, text)
	}
	var got []Numeric
	for _, a := range attrs {
		if a.ID == AttrNumeric || a.ID == AttrNumericCompound {
			list, err := ParseNumerics(a)
			eq("numeric error", err, nil)
			got = append(got, list...)
		}
	}
	eq("values", len(got), len(want))
	for i, w := range want {
		g := got[i]
		eq("value", []int{int(g.Physio), int(g.State), int(g.Unit)},
			[]int{number(t, w.Physio), number(t, w.State), number(t, w.Unit)})
		if v, ok := w.Value.(float64); ok {
			eq("number", g.Value.Value(), v)
		} else if g.Value != NaN || w.Value != "NaN" {
			t.Errorf("%s: number %v, want %v", name, g.Value.Value(), w.Value)
		}
	}
}

// Recorded: a monitor of part number M8003A over LAN.
func TestRecordedLANSession(t *testing.T) {
	frames := recorded(t)
	want := oracle(t, "lan_session_decoded.json")
	if len(want) != len(frames) {
		t.Errorf("%d datagrams, the oracle has %d", len(frames), len(want))
	}
	for _, w := range want {
		name := "frame " + strconv.Itoa(w.Frame)
		compare(t, name, roundTrip(t, name, frames[w.Frame]), w)
	}
}

// Recorded: the first part of a serial session.
func TestRecordedSerialSession(t *testing.T) {
	raw, err := os.ReadFile(captures.Shared(t, "vectors", "intellivue", "rs232_jvscapture_first64k.raw"))
	if err != nil {
		t.Fatal(err)
	}
	want := oracle(t, "rs232_first60_decoded.json")
	var d Deframer
	frames, bad, discarded, start := 0, 0, 0, 0
	for at, x := range raw {
		d.Push(x, func(p Piece) {
			if p.Bad {
				bad++
			}
			if p.Discarded {
				discarded += p.Raw
				return
			}
			start = at + 1 - p.Raw
			name := "offset " + strconv.Itoa(start)
			m := roundTrip(t, name, p.Message)
			if frames < len(want) {
				if want[frames].Offset != start {
					t.Fatalf("frame %d at %d, want %d", frames, start, want[frames].Offset)
				}
				compare(t, name, m, want[frames])
			}
			frames++
			if again := AppendFrame(nil, p.Message); !reflect.DeepEqual(again, raw[start:at+1]) {
				t.Errorf("%s: framed again it differs", name)
			}
		})
	}
	if bad != 0 || discarded != 0 || frames < len(want) {
		t.Errorf("%d frames, %d bad, %d bytes discarded", frames, bad, discarded)
	}
	t.Logf("%d frames, %d bytes of a cut frame left", frames, d.raw)
}

// Published: the constant requests of another client. Two of them are known to
// be malformed.
func TestForeignClientFrames(t *testing.T) {
	text, err := os.ReadFile(captures.Shared(t, "vectors", "intellivue", "client_frames_vscapturemp.hex"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) != 2 || f[0] == "#" {
			continue
		}
		n++
		b := mustHex(t, f[1])
		if f[0] == "poll_request_msg4" || f[0] == "ext_poll_request_msg2" {
			if _, err := Parse(b); err == nil {
				t.Errorf("%s passed", f[0])
			}
			continue
		}
		roundTrip(t, f[0], b)
	}
	if n < 20 {
		t.Errorf("only %d frames", n)
	}
}
