package intellivue_test

import (
	"net/netip"
	"testing"
	"time"

	"lamplight/devices/devicetest"
	"lamplight/devices/intellivue"
	"lamplight/devices/intellivue/emulator"
	"lamplight/devices/physiology"
	"lamplight/mdib"
)

// socket is an emulated monitor on UDP in the suite's time.
type socket struct{ e *emulator.Emulator }

func payloads(list []emulator.Datagram) (out [][]byte) {
	for _, d := range list {
		out = append(out, d.Data)
	}
	return out
}

func (s socket) Advance(at time.Duration) [][]byte {
	return payloads(s.e.Tick(devicetest.Start.Add(at)))
}

func (s socket) Receive(p []byte, at time.Duration) [][]byte {
	return payloads(s.e.Handle(netip.MustParseAddrPort("192.0.2.7:40001"), p, devicetest.Start.Add(at)))
}

// serial is an emulated monitor on its MIB/RS-232 socket.
type serial struct{ l *emulator.Line }

func (s serial) Advance(at time.Duration) [][]byte {
	return [][]byte{s.l.Tick(devicetest.Start.Add(at))}
}

func (s serial) Receive(p []byte, at time.Duration) [][]byte {
	return [][]byte{s.l.Handle(p, devicetest.Start.Add(at))}
}

func check(t *testing.T, reports []mdib.Report) {
	m := last(reports)
	want := map[string]float64{"MDC_ECG_HEART_RATE": 72, "MDC_PULS_OXIM_SAT_O2": 97.5, "MDC_PRESS_BLD_ART_ABP_DIA": 79}
	for id, v := range want {
		list := numerics(reports, byRefID(t, m, id, mdib.KindNumeric).Ref)
		if len(list) < 7 || list[len(list)-1].Value != v {
			t.Errorf("%s: %d values, the last not %v", id, len(list), v)
		}
	}
	for _, id := range []string{"MDC_ECG_ELEC_POTL_II", "MDC_PULS_OXIM_PLETH", "MDC_PRESS_BLD_ART_ABP", "MDC_RESP"} {
		if n := len(samples(reports, byRefID(t, m, id, mdib.KindSampleArray).Ref)); n < 20 {
			t.Errorf("%s: %d blocks", id, n)
		}
	}
}

func TestSuite(t *testing.T) {
	monitor := func() *emulator.Emulator {
		return emulator.New(newBedside(), emulator.Options{BedLabel: "7", Patient: patient(), Demo: true})
	}
	t.Run("LAN", func(t *testing.T) {
		devicetest.Run(t, devicetest.Suite{Model: intellivue.Model(), Messages: true, Check: check,
			Peer: func() devicetest.Peer { return socket{monitor()} }})
	})
	t.Run("serial", func(t *testing.T) {
		devicetest.Run(t, devicetest.Suite{Model: intellivue.Model(), Options: map[string]string{"transport": "serial"}, Check: check,
			Peer: func() devicetest.Peer { return serial{monitor().Line()} }})
	})
	t.Run("synthetic patient", func(t *testing.T) {
		devicetest.Run(t, devicetest.Suite{Model: intellivue.Model(), Messages: true, For: 30 * time.Second,
			Peer: func() devicetest.Peer {
				sick := physiology.Schedule{{Kind: physiology.Desaturation, Start: 10 * time.Second, Length: time.Minute}}
				return socket{emulator.New(physiology.NewPatient(physiology.Profile{Seed: 3, HeartRate: 80, SpO2: 96, Arterial: true,
					Capnography: true, Schedule: sick}), emulator.Options{Demo: true})}
			}})
	})
}
