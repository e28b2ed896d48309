package analyze

import (
	"strings"

	"elbscope/analyze/http1"
)

// Tri is a judgement that may be impossible.
type Tri int8

// The three answers.
const (
	Unknown Tri = iota
	Yes
	No
)

// Signs says of each part of an opening handshake that a server needs
// (RFC 6455 section 4.2.1) whether it is there. A part that is visible counts
// as it is; one that is not visible is absent only if the head is whole.
type Signs struct {
	Get          Tri // method is GET
	HTTP11       Tri // version is 1.1 (RFC 9110 section 7.8: 1.0 cannot upgrade)
	UpgradeThere Tri // an Upgrade field is there, whatever it says
	Upgrade      Tri // Upgrade has the token websocket
	Connection   Tri // Connection has the token upgrade
	Key, Version Tri // Sec-WebSocket-Key and -Version are there
}

// signsOf judges a request head.
func signsOf(h *http1.Head) Signs {
	present := func(found bool) Tri {
		switch {
		case found:
			return Yes
		case h.Whole:
			return No
		}
		return Unknown
	}
	// A field that is visible and lacks the token counts as lacking it, even
	// if a further line might have stood in the part that was cut.
	token := func(name, token string) Tri {
		switch {
		case h.HasToken(name, token):
			return Yes
		case !h.Has(name):
			return present(false)
		case cutInside(h, name):
			return Unknown
		}
		return No
	}
	s := Signs{
		UpgradeThere: present(h.Has("Upgrade")),
		Upgrade:      token("Upgrade", "websocket"),
		Connection:   token("Connection", "upgrade"),
		Key:          present(h.Has("Sec-WebSocket-Key")),
		Version:      present(h.Has("Sec-WebSocket-Version")),
	}
	if h.StartLineWhole {
		s.Get = yesNo(h.Method() == "GET")
		s.HTTP11 = yesNo(h.Version() == "1.1")
	}
	return s
}

// cutInside reports whether the capture ends inside a field of that name.
func cutInside(h *http1.Head, name string) bool {
	f, ok := h.CutField()
	return ok && strings.EqualFold(f.Name, name)
}

func yesNo(b bool) Tri {
	if b {
		return Yes
	}
	return No
}

// Intact is the report's sightings[].intact: No as soon as one part is known
// to be wrong, Yes once all are known to be right.
func (s Signs) Intact() Tri {
	all := Yes
	for _, t := range [...]Tri{s.Get, s.HTTP11, s.Upgrade, s.Connection, s.Key, s.Version} {
		switch t {
		case No:
			return No
		case Unknown:
			all = Unknown
		}
	}
	return all
}

// Sound reports whether nothing visible is wrong and the two hop-by-hop
// headers are visibly right. It asks less than Intact: a head whose end was
// cut by the snapshot length can be sound.
func (s Signs) Sound() bool {
	return s.Intact() != No && s.Upgrade == Yes && s.Connection == Yes
}
