package story

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// mask is the masking key of all clients: a fixed one, so that captures are
// the same on every run.
var mask = [4]byte{0x5e, 0x1b, 0x5c, 0x0e}

// frameStart gives the first byte of a frame: FIN bit and opcode
// (RFC 6455 section 5.2).
var frameStart = map[string]byte{
	"text": 0x81, "binary": 0x82, "close": 0x88, "ping": 0x89, "pong": 0x8a,
	"begin": 0x01, "more": 0x00, "end": 0x80,
	// a text in one frame, compressed (RFC 7692 section 6): RSV1 says so
	"deflated": 0xc1,
}

// frames builds WebSocket frames, one from each line.
func frames(lines []string, fromClient bool) ([]byte, error) {
	var out []byte
	for _, line := range lines {
		kind, rest, _ := strings.Cut(line, " ")
		first, ok := frameStart[kind]
		if !ok {
			return nil, fmt.Errorf("there is no frame %q", kind)
		}
		text, err := unescape(rest)
		if err != nil {
			return nil, err
		}
		payload := []byte(text)
		if kind == "close" {
			if payload, err = closePayload(text); err != nil {
				return nil, err
			}
		}
		out = appendFrame(out, first, payload, fromClient)
	}
	return out, nil
}

// closePayload builds "1000 reason" as RFC 6455 section 5.5.1 wants it.
func closePayload(text string) ([]byte, error) {
	if text == "" {
		return nil, nil
	}
	code, reason, _ := strings.Cut(text, " ")
	n, err := strconv.ParseUint(code, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("a close frame carries a code")
	}
	return append(binary.BigEndian.AppendUint16(nil, uint16(n)), reason...), nil
}

func appendFrame(out []byte, first byte, payload []byte, masked bool) []byte {
	var bit byte
	if masked {
		bit = 0x80
	}
	out = append(out, first)
	switch n := len(payload); {
	case n < 126:
		out = append(out, bit|byte(n))
	case n < 1<<16:
		out = binary.BigEndian.AppendUint16(append(out, bit|126), uint16(n))
	default:
		out = binary.BigEndian.AppendUint64(append(out, bit|127), uint64(n))
	}
	if !masked {
		return append(out, payload...)
	}
	out = append(out, mask[:]...)
	for i, c := range payload {
		out = append(out, c^mask[i%4])
	}
	return out
}
