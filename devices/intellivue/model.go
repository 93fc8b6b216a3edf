package intellivue

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"lamplight/devices"
	"lamplight/devices/intellivue/wire"
	"lamplight/mdib"
)

const (
	// Port is where a monitor takes associations over LAN.
	Port = 24105
	// DiscoveryPort is where monitors announce themselves, by broadcast or to
	// DiscoveryGroup.
	DiscoveryPort  = 24005
	DiscoveryGroup = "224.0.23.63"
)

// Model is the registry's row for IntelliVue monitors.
func Model() devices.Model {
	return devices.Model{
		Name:  Name,
		Title: "Philips IntelliVue (Data Export)",
		Maker: "Philips",
		URLs:  []string{"udp://192.168.1.20:24105", "serial:/dev/ttyUSB0?baud=115200"},
		Options: []devices.Option{
			{Name: optionWaves, Default: "", Help: "waves to ask for, such as II,V,Pleth,ABP,Resp,CO2; empty leaves the monitor's own choice"},
			{Name: optionTransport, Default: transportLAN, Help: "lan, or serial for the MIB/RS-232 socket"},
		},
		New:         func(s devices.Settings) (devices.Driver, error) { return New(s) },
		Decoder:     NewDecoder,
		Defaults:    defaults,
		MayTransmit: MayTransmit,
	}
}

func defaults(u *url.URL) {
	switch {
	case u.Scheme == "udp" && u.Port() == "" && u.Hostname() != "":
		u.Host += ":" + strconv.Itoa(Port)
	case u.Scheme == "serial":
		q := u.Query()
		if !q.Has("baud") {
			q.Set("baud", "115200")
			u.RawQuery = q.Encode()
		}
	}
}

const (
	optionWaves     = "waves"
	optionTransport = "transport"

	transportLAN    = "lan"
	transportSerial = "serial"
)

// parseWaves reads the names of waves: short labels, reference identifiers, or
// the monitor's own label numbers in hexadecimal (0x00020102).
func parseWaves(list string) ([]uint32, error) {
	var ids []uint32
	for name := range strings.SplitSeq(list, ",") {
		name = strings.TrimSpace(name)
		if name == "" {
			continue
		}
		id, ok := waveID(name)
		if !ok {
			return nil, fmt.Errorf("no wave is called %q; use a label such as II, V, Pleth, ABP, Resp or CO2, or the monitor's label number such as 0x00020102", name)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// waveID gives the label number of a wave by its short label ("II"), its
// reference identifier ("MDC_ECG_ELEC_POTL_II") or the number itself in
// hexadecimal ("0x00020102").
func waveID(name string) (uint32, bool) {
	if hex, ok := strings.CutPrefix(strings.ToLower(name), "0x"); ok {
		n, err := strconv.ParseUint(hex, 16, 32)
		return uint32(n), err == nil && n != 0
	}
	if t, ok := mdib.ByRefID(name); ok && t.IntelliVue != 0 {
		return waveLabel(t.IntelliVue), true
	}
	for _, physio := range wavePhysio {
		if t, ok := mdib.ByIntelliVue(physio); ok && strings.EqualFold(t.Label, name) {
			return waveLabel(physio), true
		}
	}
	return 0, false
}

func waveLabel(physio uint16) uint32 { return uint32(wire.PartitionData)<<16 | uint32(physio) }

// wavePhysio are the codes of the waves that monitors export, in the order in
// which a label is looked for.
var wavePhysio = [...]uint16{
	0x0100, 0x0101, 0x0102, 0x013D, 0x013E, 0x013F, 0x0140, 0x0143, 0x0103, 0x0104, 0x0105, 0x0106, 0x0107, 0x0108, 0x014B,
	0x4BB4, 0xF08D, 0xF08C, 0x4A14, 0x4A10, 0x4A44, 0x4A1C, 0x4A0C, 0x4A30, 0x4A34, 0xF0BC, 0x4A28, 0x4A48, 0x5808, 0x4A00,
	0xF0A4, 0x5000, 0x50AC, 0x5164, 0x51E4, 0x51E8, 0x51D8, 0x51F0, 0x50D4, 0x50F0, 0x592C,
}

// usualWaves is what is asked for when neither the user nor the monitor has
// chosen: two leads and eight others, as many as a monitor gives. What is not
// connected it leaves out.
var usualWaves = [...]uint16{0x0102, 0x0143, 0x4A14, 0x4A10, 0x4BB4, 0x5000, 0x50AC, 0x4A44, 0x4A1C, 0x5808}

// Indication is what a monitor says of itself on the network, unasked.
type Indication struct {
	Bed     string
	Model   string
	Serial  string
	Version string
	MAC     [6]byte
	Address netip.AddrPort // where it takes associations
}

// ParseIndication reads a datagram that came to DiscoveryPort.
func ParseIndication(p []byte) (Indication, error) {
	m, err := wire.Parse(p)
	if err != nil {
		return Indication{}, err
	}
	if m.Kind != wire.KindIndication {
		return Indication{}, fmt.Errorf("%w: a %s, not a connect indication", wire.ErrMalformed, m.Kind)
	}
	r := newReader(devices.Settings{}, false)
	for _, a := range m.Attrs {
		r.identify(a)
	}
	d := Indication{Bed: r.mds.Bed, Model: r.mds.Model, Serial: r.mds.Serial, Version: r.mds.Version}
	port := uint16(Port)
	if v, ok := wire.Find(m.Attrs, wire.AttrProtocols); ok {
		list, err := wire.ParseProtocols(v)
		if err != nil {
			return Indication{}, err
		}
		for _, p := range list {
			if p.Application == applicationDataOut && p.Transport == transportUDP {
				port = p.Port
			}
		}
	}
	if v, ok := wire.Find(m.Attrs, wire.AttrNetAddress); ok && len(v) >= 10 {
		d.MAC = [6]byte(v)
		d.Address = netip.AddrPortFrom(netip.AddrFrom4([4]byte(v[6:])), port)
	}
	return d, nil
}

const (
	applicationDataOut = 5
	transportUDP       = 1
)
