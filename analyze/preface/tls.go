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
