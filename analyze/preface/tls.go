package preface

import "encoding/binary"

const (
	recordHead = 5
	// maxRecord is the longest record: RFC 5246 section 6.2.3 allows 2048
	// bytes more than the plaintext, TLS 1.3 less.
	maxRecord = 1<<14 + 2048

	changeCipherSpec = 20
	alert            = 21
	handshake        = 22
	applicationData  = 23
	heartbeat        = 24 // RFC 6520
	clientHello      = 1
	serverHello      = 2
)

// tlsRecord accepts any record, not only those of a handshake's start: the
// capture may have begun in the middle. In a direction that has been
// encrypted, type 22 holds no readable handshake type, so that byte only says
// whether this can be a ClientHello.
func tlsRecord(b []byte, r *Result) answer {
	r.Kind = TLS
	if len(b) > 0 && (b[0] < changeCipherSpec || b[0] > heartbeat) ||
		len(b) > 1 && b[1] != 3 ||
		len(b) > 2 && b[2] > 4 {
		return no
	}
	if len(b) < recordHead {
		return maybe
	}
	length := int(binary.BigEndian.Uint16(b[3:]))
	switch {
	case length > maxRecord,
		length == 0 && b[0] != applicationData: // RFC 8446 section 5.1
		return no
	case b[0] == alert && length == alertLen:
		return plainAlert(b[recordHead:], r)
	case b[0] != handshake:
		return yes
	case len(b) == recordHead:
		return maybe
	}
	r.ClientHello, r.ServerHello = b[recordHead] == clientHello, b[recordHead] == serverHello
	return yes
}

// alertLen is the length of an alert: a level and a description. One that is
// encrypted is longer.
const alertLen = 2

// plainAlert reads an alert. A level that there is not makes it no TLS: nobody
// who speaks it sends one.
func plainAlert(b []byte, r *Result) answer {
	switch {
	case len(b) > 0 && (b[0] < 1 || b[0] > 2):
		return no
	case len(b) < alertLen:
		return maybe
	}
	r.AlertLevel, r.Alert = b[0], b[1]
	return yes
}

// ServerName reads the server name (RFC 6066 section 3) from a ClientHello at
// the start of b. It is empty if there is none, if the hello goes on in a
// further record, or if b is no ClientHello. more means that the record is not
// yet all there; at most EnoughTLS bytes are ever asked for.
func ServerName(b []byte) (name string, more bool) {
	if len(b) == 0 {
		return "", true
	}
	var r Result
	switch tlsRecord(b, &r) {
	case maybe:
		// Only a record of type handshake can become a hello.
		return "", b[0] == handshake
	case no:
		return "", false
	}
	if !r.ClientHello {
		return "", false
	}
	end := recordHead + int(binary.BigEndian.Uint16(b[3:]))
	if len(b) < end {
		return "", true
	}
	c := cursor(b[recordHead:end])
	c.skip(1)              // handshake type
	hello := c.vector(3)   // its body
	hello.skip(2 + 32)     // version, random
	hello.vector(1)        // session id
	hello.vector(2)        // cipher suites
	hello.vector(1)        // compression methods
	ext := hello.vector(2) // extensions
	for len(ext) > 0 {
		kind := ext.number(2)
		data := ext.vector(2)
		if kind == 0 {
			return hostName(data.vector(2)), false
		}
	}
	return "", false
}

// EnoughTLS is a number of bytes with which ServerName always has an answer.
const EnoughTLS = recordHead + maxRecord

// hostName reads a ServerNameList; only names of letters, digits, dots,
// hyphens and underscores are given back.
func hostName(list cursor) string {
	for len(list) > 0 {
		kind := list.number(1)
		name := list.vector(2)
		if kind != 0 || len(name) > 255 {
			continue
		}
		for _, c := range name {
			letter := 'a' <= c|0x20 && c|0x20 <= 'z'
			if !letter && (c < '0' || c > '9') && c != '.' && c != '-' && c != '_' {
				return ""
			}
		}
		return string(name)
	}
	return ""
}

// cursor reads from the front of bytes. Where they do not suffice it becomes
// empty, and everything read from there is zero or empty.
type cursor []byte

func (c *cursor) skip(n int) {
	*c = (*c)[min(n, len(*c)):]
}

func (c *cursor) number(size int) (n int) {
	if len(*c) < size {
		*c = nil
		return 0
	}
	for _, b := range (*c)[:size] {
		n = n<<8 | int(b)
	}
	c.skip(size)
	return n
}

// vector reads a length of the given size and that many bytes.
func (c *cursor) vector(size int) cursor {
	n := c.number(size)
	if n > len(*c) {
		*c = nil
		return nil
	}
	v := (*c)[:n]
	c.skip(n)
	return v
}
