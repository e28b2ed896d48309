package story

import (
	"crypto/sha1" // #nosec G505 -- RFC 6455 section 4.2.2 asks for SHA-1
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// message builds an HTTP message. key is the last Sec-WebSocket-Key on the
// leg: taken from a request, answered in a response.
func message(lines []string, key *string) ([]byte, error) {
	head, body, err := divide(lines)
	if err != nil {
		return nil, err
	}
	chunked := false
	for _, line := range head {
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch {
		case strings.EqualFold(name, "Sec-WebSocket-Key"):
			*key = value
		case strings.EqualFold(name, "Transfer-Encoding") && strings.EqualFold(value, "chunked"):
			chunked = true
		}
	}
	content := strings.Join(body, "")
	if chunked {
		content = chunks(body)
	}
	var b strings.Builder
	for _, line := range head {
		switch line {
		case "Content-Length: *":
			line = "Content-Length: " + strconv.Itoa(len(content))
		case "Sec-WebSocket-Accept: *":
			line = "Sec-WebSocket-Accept: " + accept(*key)
		}
		b.WriteString(line)
		if !strings.HasSuffix(line, "\n") {
			b.WriteString("\r\n")
		}
	}
	b.WriteString(content)
	return []byte(b.String()), nil
}

// divide unescapes the lines and parts the head, with the empty line that ends
// it, from the body.
func divide(lines []string) (head, body []string, err error) {
	for i, line := range lines {
		if line, err = unescape(line); err != nil {
			return nil, nil, err
		}
		lines[i] = line
	}
	for i, line := range lines {
		if strings.Trim(line, "\r\n") == "" {
			return lines[:i+1], lines[i+1:], nil
		}
	}
	return nil, nil, fmt.Errorf("the head has no end: an empty line is missing (or use >> for bytes)")
}

// chunks frames each line as one chunk (RFC 9112 section 7.1).
func chunks(lines []string) string {
	var b strings.Builder
	for i, line := range lines {
		if line == "..." && i == len(lines)-1 {
			return b.String()
		}
		fmt.Fprintf(&b, "%x\r\n%s\r\n", len(line), line)
	}
	return b.String() + "0\r\n\r\n"
}

// accept answers a key as RFC 6455 section 4.2.2 says.
func accept(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")) // #nosec G401
	return base64.StdEncoding.EncodeToString(sum[:])
}

// plainBytes joins lines without adding anything.
func plainBytes(lines []string) ([]byte, error) {
	var b strings.Builder
	for _, line := range lines {
		s, err := unescape(line)
		if err != nil {
			return nil, err
		}
		b.WriteString(s)
	}
	if b.Len() == 0 {
		return nil, fmt.Errorf("nothing is sent")
	}
	return []byte(b.String()), nil
}

// longestRun keeps a slip of the pen from filling the memory.
const longestRun = 1 << 20

// unescape replaces \r \n \t \\ \xHH and \{N*text}.
func unescape(s string) (string, error) {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '\\')
		if i < 0 {
			b.WriteString(s)
			return b.String(), nil
		}
		b.WriteString(s[:i])
		s = s[i+1:]
		if s == "" {
			return "", fmt.Errorf("a \\ at the end of the line")
		}
		c := s[0]
		s = s[1:]
		switch c {
		case 'r':
			b.WriteByte('\r')
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		case '\\':
			b.WriteByte('\\')
		case 'x':
			if len(s) < 2 {
				return "", fmt.Errorf("\\x needs two hex digits")
			}
			n, err := strconv.ParseUint(s[:2], 16, 8)
			if err != nil {
				return "", fmt.Errorf("\\x needs two hex digits")
			}
			b.WriteByte(byte(n))
			s = s[2:]
		case '{':
			run, rest, ok := strings.Cut(s, "}")
			count, text, ok2 := strings.Cut(run, "*")
			n, err := strconv.Atoi(count)
			if !ok || !ok2 || err != nil || n < 0 || n*len(text) > longestRun || n > longestRun {
				return "", fmt.Errorf("a run is \\{COUNT*TEXT}, at most %d bytes", longestRun)
			}
			b.WriteString(strings.Repeat(text, n))
			s = rest
		default:
			return "", fmt.Errorf("\\%c is not understood", c)
		}
	}
}

// proxyHeader builds a PROXY protocol header
// (https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt).
func proxyHeader(version string, from, to netip.AddrPort) ([]byte, error) {
	four := from.Addr().Is4()
	switch version {
	case "v1":
		family := "TCP6"
		if four {
			family = "TCP4"
		}
		return fmt.Appendf(nil, "PROXY %s %s %s %d %d\r\n", family, from.Addr(), to.Addr(), from.Port(), to.Port()), nil
	case "v2":
		b := []byte("\r\n\r\n\x00\r\nQUIT\n\x21\x21\x00\x24")
		if four {
			b[13], b[15] = 0x11, 12
		}
		b = append(b, from.Addr().AsSlice()...)
		b = append(b, to.Addr().AsSlice()...)
		b = binary.BigEndian.AppendUint16(b, from.Port())
		return binary.BigEndian.AppendUint16(b, to.Port()), nil
	}
	return nil, fmt.Errorf("there is no PROXY protocol %q", version)
}
