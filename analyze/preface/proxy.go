package preface

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"strconv"
	"strings"
)

// maxV1 is the longest line of version 1, CRLF included (section 2.1 of the
// specification).
const maxV1 = 107

// proxyV1 is strict: single spaces, addresses of the family that is named,
// ports without leading zeros, CRLF. What is not so is no PROXY header, and a
// receiver that expects one refuses it.
func proxyV1(b []byte, r *Result) answer {
	const word = "PROXY "
	if a := begins(b, word); a != yes {
		return a
	}
	family := no
	for _, name := range [...]string{"TCP4 ", "TCP6 ", "UNKNOWN\r", "UNKNOWN "} {
		if a := begins(b[len(word):], name); a != no {
			family = a
		}
	}
	if family != yes {
		return family
	}
	line := b[:min(len(b), maxV1)]
	end := bytes.IndexByte(line, '\r')
	switch {
	case end >= 0 && end+1 < len(line):
		if line[end+1] != '\n' {
			return no
		}
	case bytes.IndexByte(line, '\n') >= 0, len(line) == maxV1:
		return no
	default:
		return maybe
	}
	r.Kind, r.Len = ProxyV1, end+2
	rest := string(line[len(word):end])
	if strings.HasPrefix(rest, "UNKNOWN") {
		// Anything may follow and is to be ignored, except a line feed.
		if strings.IndexByte(rest, '\n') >= 0 {
			return no
		}
		return yes
	}
	if !v1Addresses(rest, r) {
		return no
	}
	return yes
}

// v1Addresses reads "TCP4 source destination port port".
func v1Addresses(s string, r *Result) bool {
	w := strings.Split(s, " ")
	if len(w) != 5 {
		return false
	}
	six := w[0] == "TCP6"
	source, ok1 := v1Endpoint(w[1], w[3], six)
	dest, ok2 := v1Endpoint(w[2], w[4], six)
	r.Source, r.Dest = source, dest
	return ok1 && ok2
}

func v1Endpoint(addr, port string, six bool) (netip.AddrPort, bool) {
	a, err := netip.ParseAddr(addr)
	if err != nil || a.Zone() != "" || a.Is6() != six {
		return netip.AddrPort{}, false
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || strconv.FormatUint(n, 10) != port {
		return netip.AddrPort{}, false
	}
	return netip.AddrPortFrom(a.Unmap(), uint16(n)), true
}

// The parts of a version 2 header (section 2.2): signature, version and
// command, family and protocol, length of what follows.
const (
	v2Signature = "\r\n\r\n\x00\r\nQUIT\n"
	v2Fixed     = 16
	v2Local     = 0x20
	v2Proxy     = 0x21
	v2TCP4      = 0x11
	v2TCP6      = 0x21
)

// proxyV2 reads the header up to its addresses. The TLVs behind them, up to
// 64 KiB, count in Len and are neither waited for nor looked at.
func proxyV2(b []byte, r *Result) answer {
	if a := begins(b, v2Signature); a != yes {
		return a
	}
	const at = len(v2Signature)
	if len(b) > at && b[at] != v2Local && b[at] != v2Proxy {
		return no
	}
	if len(b) > at+1 && (b[at+1]>>4 > 3 || b[at+1]&0x0F > 2) {
		// Families and protocols beyond these are to be refused.
		return no
	}
	if len(b) < v2Fixed {
		return maybe
	}
	length := int(binary.BigEndian.Uint16(b[at+2:]))
	size := 0 // of one address
	if b[at] == v2Proxy {
		switch b[at+1] {
		case v2TCP4:
			size = 4
		case v2TCP6:
			size = 16
		}
	}
	need := 0
	if size > 0 {
		need = 2*size + 4
	}
	switch {
	case length < need:
		return no
	case len(b) < v2Fixed+need:
		return maybe
	}
	r.Kind, r.Len = ProxyV2, v2Fixed+length
	if size > 0 {
		body := b[v2Fixed:]
		r.Source = v2Endpoint(body[:size], body[2*size:])
		r.Dest = v2Endpoint(body[size:2*size], body[2*size+2:])
	}
	return yes
}

func v2Endpoint(addr, port []byte) netip.AddrPort {
	a, _ := netip.AddrFromSlice(addr)
	return netip.AddrPortFrom(a.Unmap(), binary.BigEndian.Uint16(port))
}
