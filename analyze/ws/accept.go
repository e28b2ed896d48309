package ws

import (
	"crypto/sha1" // what RFC 6455 asks for; nothing here is kept secret by it
	"encoding/base64"
	"iter"
	"regexp"
	"strings"
)

// guid is the constant of RFC 6455 section 1.3.
const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// Accept returns the Sec-WebSocket-Accept that answers a Sec-WebSocket-Key
// (RFC 6455 section 4.2.2). White space around the key does not count.
func Accept(key string) string {
	sum := sha1.Sum([]byte(strings.Trim(key, " \t") + guid))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// ValidKey reports whether key is a whole Sec-WebSocket-Key: 16 bytes in base64
// (RFC 6455 section 4.1).
func ValidKey(key string) bool { return validKey.MatchString(key) }

var validKey = regexp.MustCompile(`^[+/0-9A-Za-z]{22}==$`)

// ValidAccept reports whether value is a whole Sec-WebSocket-Accept: the 20 bytes
// of a hash in base64 (RFC 6455 section 4.2.2).
func ValidAccept(value string) bool { return validAccept.MatchString(value) }

var validAccept = regexp.MustCompile(`^[+/0-9A-Za-z]{27}=$`)

// Extensions yields the names of the extensions in a Sec-WebSocket-Extensions, all
// its lines joined by commas (RFC 6455 section 9.1), as they were sent. What stands
// in quotes is part of a parameter.
func Extensions(header string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for header != "" {
			var element string
			element, header = cutElement(header)
			name, _, _ := strings.Cut(element, ";")
			if name = strings.Trim(name, " \t"); name != "" && !yield(name) {
				return
			}
		}
	}
}

// cutElement cuts a list at its first comma that is not in quotes.
func cutElement(list string) (element, rest string) {
	quoted := false
	for i := 0; i < len(list); i++ {
		switch c := list[i]; {
		case c == '\\' && quoted:
			i++ // RFC 9110 section 5.6.4
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			return list[:i], list[i+1:]
		}
	}
	return list, ""
}

// ExtensionsOf reads the Sec-WebSocket-Extensions of a response, all its lines
// joined by commas, into the two settings that depend on it.
func ExtensionsOf(header string) (deflate, other bool) {
	for name := range Extensions(header) {
		if strings.EqualFold(name, "permessage-deflate") {
			deflate = true
		} else {
			other = true
		}
	}
	return deflate, other
}
