package wire

import (
	"bytes"
	"slices"
)

// UserInfo is the MDSEUserInfoStd of an association request or response.
type UserInfo struct {
	Protocol     uint32
	Nomenclature uint32
	Functional   uint32
	System       uint32 // SystemClient or SystemServer
	Startup      uint32
	Options      []Attr
	Profiles     []Attr
}

// PollProfile is the profile of UserInfo that both sides negotiate.
type PollProfile struct {
	Revision  uint32
	Period    uint32 // shortest poll period, ticks
	MaxRx     uint32 // largest message that the sender of this takes, in bytes after the ROapdus head
	MaxTx     uint32
	Bandwidth uint32
	Options   uint32
	// Extensions is the options word of the extension package; 0 when there is none.
	Extensions uint32
	// HasExtensions tells a package that grants nothing from no package.
	HasExtensions bool
}

// Profile reads the poll profile.
func (u *UserInfo) Profile() (PollProfile, error) {
	v, ok := Find(u.Profiles, ProfilePoll)
	if !ok {
		return PollProfile{}, malformed("association without a poll profile")
	}
	c := cursor{b: v}
	p := PollProfile{c.u32(), c.u32(), c.u32(), c.u32(), c.u32(), c.u32(), 0, false}
	packages, err := c.attrs()
	if err != nil {
		return p, err
	}
	if x, ok := Find(packages, PackageExtensions); ok {
		e := cursor{b: x}
		p.Extensions, p.HasExtensions = e.u32(), true
		if e.short {
			return p, malformed("poll extensions are cut short")
		}
	}
	return p, nil
}

// NewUserInfo makes the user information of a client or server.
func NewUserInfo(system, startup uint32, p PollProfile) *UserInfo {
	var v []byte
	for _, x := range []uint32{p.Revision, p.Period, p.MaxRx, p.MaxTx, p.Bandwidth, p.Options} {
		v = put32(v, x)
	}
	var packages []Attr
	if p.HasExtensions {
		packages = []Attr{{PackageExtensions, put32(put32(nil, p.Extensions), 0)}}
	}
	return &UserInfo{
		Protocol: 0x80000000, Nomenclature: 0x40000000, System: system, Startup: startup,
		Profiles: []Attr{{ProfilePoll, AppendAttrs(v, packages)}},
	}
}

func (u *UserInfo) append(b []byte) []byte {
	for _, x := range []uint32{u.Protocol, u.Nomenclature, u.Functional, u.System, u.Startup} {
		b = put32(b, x)
	}
	return AppendAttrs(AppendAttrs(b, u.Options), u.Profiles)
}

func parseUserInfo(b []byte) (*UserInfo, error) {
	c := cursor{b: b}
	u := &UserInfo{Protocol: c.u32(), Nomenclature: c.u32(), Functional: c.u32(), System: c.u32(), Startup: c.u32()}
	var err error
	if u.Options, err = c.attrs(); err != nil {
		return nil, err
	}
	if u.Profiles, err = c.attrs(); err != nil {
		return nil, err
	}
	return u, c.end("user information")
}

// The constant parts of the session and presentation layers.
var (
	sessionData   = unhex("0508130100160102800014020002")
	requestHeader = unhex("3180A0808001010000A280A003000001A4803080020101060452010001308006" +
		"025101000000003080020102060C2A8648CE14020100000001013080060C2A86" +
		"48CE140201000000020100000000000061803080020101A0806080A180060C2A" +
		"8648CE14020100000003010000BE802880060C2A8648CE140201000000010102010281")
	responseHeader = unhex("3180A0808001010000A280A003000001A5803080800100810251010000308080" +
		"0100810C2A8648CE14020100000002010000000061803080020101A0806180A1" +
		"80060C2A8648CE14020100000003010000A203020100A305A103020100BE8028" +
		"8002010281")
	releaseRequest  = unhex("0918C11661803080020101A08062808001000000000000000000")
	releaseResponse = unhex("0A18C11661803080020101A08063808001000000000000000000")
	abort           = unhex("192E110103C129A080A0803080020101060251010000000061803080020101A0" +
		"80648080010100000000000000000000")
	refuse = unhex("0C03320100")

	// What comes just before the length of the user information.
	userMarks = [][]byte{unhex("BE8028800201028" + "1"), unhex("BE80288081"), unhex("010102010281")}
)

const trailer = 16 // zero bytes that close the indefinite forms

func unhex(s string) []byte {
	b := make([]byte, len(s)/2)
	for i := range b {
		b[i] = nibble(s[2*i])<<4 | nibble(s[2*i+1])
	}
	return b
}

func nibble(c byte) byte {
	if c >= 'A' {
		return c - 'A' + 10
	}
	return c - '0'
}

// li reads a session length: one byte, or FF and two.
func (c *cursor) li() int {
	if n := c.u8(); n != 0xFF {
		return int(n)
	}
	return int(c.u16())
}

func putLI(b []byte, n int) []byte {
	if n < 0xFF {
		return append(b, byte(n))
	}
	return put16(append(b, 0xFF), uint16(n))
}

// parseSession reads everything that is not a data message. The session's
// length must be that of the message; the layers inside it are searched for
// the user information, because their form varies between makers of clients.
func (m *Message) parseSession(b []byte) error {
	c := cursor{b: b[1:]}
	p := c.take(c.li())
	if err := c.end(m.Kind.String()); err != nil {
		return err
	}
	if m.Kind != KindAssociate && m.Kind != KindAccept {
		m.Raw = p
		return nil
	}
	for _, mark := range userMarks {
		i := bytes.Index(p, mark)
		if i < 0 {
			continue
		}
		m.Raw = p[:i+len(mark)]
		u := cursor{b: p[i+len(mark):]}
		info := u.take(u.asnLength())
		if u.short {
			return malformed("%s: user information is cut short", m.Kind)
		}
		var err error
		m.User, err = parseUserInfo(info)
		return err
	}
	return malformed("%s without user information", m.Kind)
}

// asnLength reads a BER length, minimal or not.
func (c *cursor) asnLength() int {
	n := int(c.u8())
	if n <= 0x7F {
		return n
	}
	size := n & 0x7F
	if size > 4 {
		c.short = true
		return 0
	}
	v := 0
	for _, x := range c.take(size) {
		v = v<<8 | int(x)
	}
	return v
}

func (m *Message) appendSession(b []byte) []byte {
	header := requestHeader
	switch m.Kind {
	case KindReleaseRequest:
		return append(b, releaseRequest...)
	case KindReleaseResponse:
		return append(b, releaseResponse...)
	case KindAbort:
		return append(b, abort...)
	case KindRefuse:
		return append(b, refuse...)
	case KindAccept:
		header = responseHeader
	}
	info := m.User.append(nil)
	if len(info) <= 0x7F {
		info = append([]byte{byte(len(info))}, info...)
	} else {
		info = append(put16([]byte{0x82}, uint16(len(info))), info...)
	}
	inner := slices.Concat(header, info, make([]byte, trailer))
	outer := append(putLI(append(slices.Clone(sessionData), 0xC1), len(inner)), inner...)
	return append(putLI(append(b, byte(m.Kind)), len(outer)), outer...)
}
