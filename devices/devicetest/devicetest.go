// Package devicetest is the suite that every device model passes. A driver's
// test is five lines:
//
//	devicetest.Run(t, devicetest.Suite{
//		Model: nonin.Model(),
//		Peer:  func() devicetest.Peer { return newPeer() },
//	})
//
// Everything runs on virtual time, in one goroutine, without a wire.
package devicetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"lamplight/devices"
	"lamplight/mdib"

	"github.com/google/uuid"
	"go.uber.org/goleak"
)

// Peer is the device's side of the wire on virtual time: usually the core of
// the emulator. Times count from when the wire opened.
type Peer interface {
	// Advance gives what the device sends by itself up to a moment: messages of
	// a datagram protocol, pieces of a stream.
	Advance(at time.Duration) [][]byte
	// Receive takes one message that the driver wrote and gives the answers.
	Receive(p []byte, at time.Duration) [][]byte
}

// Suite says how a model is tested.
type Suite struct {
	Model    devices.Model
	Options  map[string]string // of Settings
	Peer     func() Peer       // a fresh device that is well and has a patient
	Messages bool              // the protocol speaks in datagrams, not in a stream
	For      time.Duration     // how long a conversation is tested; 0 is 10 s
	// Check looks at the Reports of a whole conversation: the emulator's values
	// come out as they went in. It may be nil.
	Check func(t *testing.T, reports []mdib.Report)
}

// errEnd ends a conversation that has been listened to for long enough.
var errEnd = errors.New("the test has heard enough")

// MDS is the device's identity in every Settings of the suite.
var MDS = uuid.MustParse("8f5d3b0a-7b0e-4f11-9c55-2f6d1f0f6a01")

// Run tests a model.
func Run(t *testing.T, s Suite) {
	t.Helper()
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	if s.For == 0 {
		s.For = 10 * time.Second
	}
	t.Run("row", s.row)
	t.Run("conversation", s.conversation)
	t.Run("stops when it is told to", s.stops)
	t.Run("gives back the failure of the wire", s.gone)
	t.Run("a whitelist that holds", s.whitelist)
	t.Run("garbage is skipped and counted", s.garbage)
	t.Run("recovers from a gap", s.gap)
	if !s.Messages {
		t.Run("pieces of any size", s.pieces)
	}
}

func (s *Suite) settings() devices.Settings {
	return devices.Settings{MDS: MDS, Options: s.Options}
}

func (s *Suite) driver(t *testing.T) devices.Driver {
	t.Helper()
	d, err := s.Model.New(s.settings())
	if err != nil {
		t.Fatalf("no driver: %v", err)
	}
	return d
}

// talk runs a driver against a wire until the wire ends it.
func (s *Suite) talk(t *testing.T, w *wire) ([]mdib.Report, devices.Driver) {
	t.Helper()
	d := s.driver(t)
	w.model = s.Model
	var got []mdib.Report
	err := d.Run(t.Context(), w, func(r mdib.Report) { got = append(got, r) })
	if !errors.Is(err, errEnd) {
		t.Fatalf("the driver ended after %v of %v: %v", w.now, s.For, err)
	}
	if len(w.forbidden) > 0 {
		t.Errorf("it sent what the model may not transmit: % x", w.forbidden[0])
	}
	return got, d
}

func (s *Suite) row(t *testing.T) {
	m := s.Model
	if m.Name == "" || m.Title == "" || m.Maker == "" || len(m.URLs) == 0 || m.New == nil {
		t.Errorf("the registry's row is not whole: %+v", m)
	}
	for _, u := range m.URLs {
		once := m.Address(u)
		if twice := m.Address(once); twice != once {
			t.Errorf("completing %s again changes it: %s, %s", u, once, twice)
		}
	}
	for _, o := range m.Options {
		if o.Name == "" || o.Help == "" {
			t.Errorf("option without a name or help: %+v", o)
		}
		if _, err := m.New(devices.Settings{Options: map[string]string{o.Name: o.Default}}); err != nil {
			t.Errorf("the default of option %s does not work: %v", o.Name, err)
		}
	}
}

func (s *Suite) conversation(t *testing.T) {
	got, d := s.talk(t, &wire{peer: s.Peer(), end: s.For})
	Contract(t, got)
	if st := d.Stats(); st.Frames == 0 || st.Bad != 0 {
		t.Errorf("of a clean conversation: %+v", st)
	}
	if s.Check != nil {
		s.Check(t, got)
	}
}

func (s *Suite) stops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	w := &wire{model: s.Model, peer: s.Peer(), end: s.For + time.Hour}
	w.onRead = func(now time.Duration) {
		if now >= s.For/2 {
			cancel()
		}
	}
	err := s.driver(t).Run(ctx, w, func(mdib.Report) {})
	if err != nil {
		t.Errorf("told to stop, it returned %v, not nil", err)
	}
	if over := w.now - s.For/2; over > time.Second+slice {
		t.Errorf("told to stop, it went on for %v", over)
	}
}

func (s *Suite) gone(t *testing.T) {
	pulled := &devices.Fault{Reason: mdib.ReasonGone, Detail: "the cable was pulled"}
	for _, after := range []time.Duration{0, s.For / 2} {
		w := &wire{model: s.Model, peer: s.Peer(), end: after, err: pulled}
		err := s.driver(t).Run(t.Context(), w, func(mdib.Report) {})
		if !errors.Is(err, pulled) {
			t.Errorf("the wire failed after %v and the driver returned %v", after, err)
		}
	}
}

func (s *Suite) whitelist(t *testing.T) {
	s.talk(t, &wire{peer: s.Peer(), end: s.For}) // fails when anything forbidden was sent
	if s.Model.MayTransmit == nil {
		t.Skip("needs Model.MayTransmit: this model forbids nothing")
	}
	if s.Model.MayTransmit(nil) || s.Model.MayTransmit([]byte{0}) {
		t.Error("the whitelist lets anything pass")
	}
}

// garbage spoils the conversation: noise before it, and one bit of every 50th
// piece.
func (s *Suite) garbage(t *testing.T) {
	count := 0
	spoil := func(p []byte) []byte {
		if count++; count%50 == 49 && len(p) > 0 {
			p = slices.Clone(p)
			p[len(p)/2] ^= 0x10
		}
		return p
	}
	w := &wire{peer: s.Peer(), end: 2 * s.For, spoil: spoil, queue: []chunk{{p: noise(97)}, {p: []byte{0}}, {p: []byte{0xFF, 0xFF, 0xFE}}}}
	got, d := s.talk(t, w)
	Contract(t, got)
	if st := d.Stats(); st.Frames == 0 || st.Bad+st.Discarded == 0 {
		t.Errorf("of a spoilt conversation: %+v", st)
	}
}

// gap swallows half a piece and all that comes in the next half second.
func (s *Suite) gap(t *testing.T) {
	w := &wire{peer: s.Peer(), end: 2 * s.For}
	from, cut := s.For/2, false
	w.spoil = func(p []byte) []byte {
		switch {
		case w.now < from || w.now > from+500*time.Millisecond:
			return p
		case !cut && !s.Messages:
			cut = true
			return p[:len(p)/2]
		}
		return nil
	}
	got, d := s.talk(t, w)
	Contract(t, got)
	if st := d.Stats(); st.Frames == 0 {
		t.Errorf("of a broken conversation: %+v", st)
	}
	after := 0
	for _, r := range got {
		if r.Received.Sub(Start) > from+s.For/2 {
			after += len(r.Numerics) + len(r.Samples)
		}
	}
	if after == 0 {
		t.Errorf("nothing was reported after the gap")
	}
}

// pieces cuts what the device said in every way and wants the same Reports.
func (s *Suite) pieces(t *testing.T) {
	w := &wire{peer: s.Peer(), end: s.For}
	s.talk(t, w)
	one := slices.Clone(w.said)
	var bytewise []chunk
	for _, c := range one {
		for i := range c.p {
			bytewise = append(bytewise, chunk{c.at, c.p[i : i+1]})
		}
	}
	whole, d1 := s.talk(t, &wire{peer: mute{}, queue: one, end: s.For})
	single, d2 := s.talk(t, &wire{peer: mute{}, queue: bytewise, end: s.For})
	compare(t, "driver", whole, single)
	if d1.Stats() != d2.Stats() {
		t.Errorf("the driver counted %+v and, byte by byte, %+v", d1.Stats(), d2.Stats())
	}
	if s.Model.Decoder == nil {
		return
	}
	var all []byte
	for _, c := range one {
		all = append(all, c.p...)
	}
	atOnce, e1 := s.decode(t, all, len(all))
	for _, size := range []int{1, 7, 64} {
		cut, e2 := s.decode(t, all, size)
		compare(t, fmt.Sprintf("decoder, %d bytes at a time", size), atOnce, cut)
		if e1 != e2 {
			t.Errorf("the decoder counted %+v and, %d bytes at a time, %+v", e1, size, e2)
		}
	}
}

func (s *Suite) decode(t *testing.T, p []byte, size int) ([]mdib.Report, devices.Stats) {
	t.Helper()
	d, err := s.Model.Decoder(s.settings(), devices.Stream)
	if err != nil {
		t.Fatal(err)
	}
	var got []mdib.Report
	for c := range slices.Chunk(p, max(1, size)) {
		d.Decode(c, Start, func(r mdib.Report) { got = append(got, r) })
	}
	return got, d.Stats()
}

func noise(n int) []byte {
	p := make([]byte, n)
	x := uint32(2463534242)
	for i := range p {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		p[i] = byte(x)
	}
	return p
}
