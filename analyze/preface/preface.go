// Package preface says what the first bytes of one direction of a connection
// are: TLS, HTTP/2, a PROXY protocol header, or HTTP/1.
//
// All functions are pure: they look at the bytes from the start and either
// answer or say that more are needed. An answer never changes when more bytes
// come, so it does not depend on how the stream was cut into segments.
//
// Non-goals: it parses no HTTP and decrypts nothing.
package preface

import "net/netip"

// Kind is what bytes are.
type Kind uint8

// The kinds.
const (
	// Unknown: none of the others.
	Unknown Kind = iota
	// TLS: a TLS record, of a handshake or of a connection under way.
	TLS
	// HTTP2: the connection preface of HTTP/2 (RFC 9113 section 3.4), the client's
	// or the server's.
	HTTP2
	// ProxyV1 and ProxyV2: a PROXY protocol header
	// (https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt).
	ProxyV1
	ProxyV2
	// Request and Response: looks like the start of an HTTP/1 message.
	Request
	Response
)

// String names the kind.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "unknown"
}

var kindNames = [...]string{"unknown", "tls", "http2", "proxy-v1", "proxy-v2", "request", "response"}

// Result is what Detect found.
type Result struct {
	Kind Kind
	// Len is the length of a PROXY header: what comes behind it is a start
	// again, perhaps of a further header. It may be more than the bytes given,
	// since nothing after the addresses is waited for. 0 for other kinds.
	Len int
	// Source and Dest are the addresses in a PROXY header; invalid where it
	// has none (UNKNOWN, LOCAL, UNSPEC, or not TCP). IPv4 addresses written as
	// IPv6 ones are given as IPv4, as they stand in packets.
	Source, Dest netip.AddrPort
	// ClientHello is set if a TLS record starts with one: the sender is the
	// client.
	ClientHello bool
	// ServerHello is set if a TLS record starts with one: the sender speaks TLS,
	// and took a hello that came before.
	ServerHello bool
	// Settings is set if the preface of HTTP/2 is a server's: a SETTINGS frame. It
	// may come before its client has said anything.
	Settings bool
	// AlertLevel is 1 (warning) or 2 (fatal) if the TLS record is an alert in
	// the clear (RFC 8446 section 6), and Alert its description; else both are 0.
	AlertLevel, Alert uint8
}

// Enough is a number of bytes with which Detect always has an answer.
const Enough = maxV1

// answer is what one recognizer says.
type answer uint8

const (
	no answer = iota
	yes
	maybe
)

// recognizers is how many recognize knows.
const recognizers = 7

// recognize asks one of them: in the order of their right to decide, as long as
// one is not sure, those behind it are not asked. Each needs Enough bytes at
// most. All are tried on both sides, because where the capture began in the
// middle it is a guess which end is the client. They stand in no table, for
// what is handed to a function out of one costs memory with each connection.
func recognize(i int, b []byte, r *Result) answer {
	switch i {
	case 0:
		return proxyV2(b, r)
	case 1:
		return proxyV1(b, r)
	case 2:
		return tlsRecord(b, r)
	case 3:
		return http2Preface(b, r)
	case 4:
		return http2Settings(b, r)
	case 5:
		return response(b, r)
	}
	return request(b, r)
}

// Detect says what b, the first bytes of a direction, are. more means that
// they can be the start of several things: ask again with more bytes. A caller
// that has no more may take the answer for Unknown.
func Detect(b []byte) (r Result, more bool) {
	for i := range recognizers {
		var found Result
		switch recognize(i, b, &found) {
		case yes:
			return found, false
		case maybe:
			return Result{}, true
		}
	}
	return Result{}, false
}

const http2Magic = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

func http2Preface(b []byte, r *Result) answer {
	r.Kind = HTTP2
	return begins(b, http2Magic)
}

// http2Settings accepts the frame with which a server of HTTP/2 begins: SETTINGS
// on stream 0, no acknowledgement, of whole settings of six bytes each (RFC 9113
// section 6.5), and no longer than what every client takes.
func http2Settings(b []byte, r *Result) answer {
	r.Kind, r.Settings = HTTP2, true
	const frameHead, setting, maxFrame = 9, 6, 1 << 14
	rest := begins(b[min(3, len(b)):], "\x04\x00\x00\x00\x00\x00")
	switch {
	case rest == no, len(b) > 0 && b[0] != 0:
		return no
	case len(b) < frameHead:
		return maybe
	}
	if n := int(b[1])<<8 | int(b[2]); n%setting != 0 || n > maxFrame {
		return no
	}
	return yes
}

// begins says whether b starts with s; maybe if b is too short to tell.
func begins[T string | []byte](b T, s string) answer {
	n := min(len(b), len(s))
	switch {
	case string(b[:n]) != s[:n]:
		return no
	case n < len(s):
		return maybe
	}
	return yes
}
