package ws

import (
	"crypto/sha1" // what RFC 6455 asks for; nothing here is kept secret by it
	"encoding/base64"
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

// ExtensionsOf reads the Sec-WebSocket-Extensions of a response, all its lines
// joined by commas, into the two settings that depend on it.
func ExtensionsOf(header string) (deflate, other bool) {
	for element := range strings.SplitSeq(header, ",") {
		name, _, _ := strings.Cut(element, ";")
		switch name = strings.Trim(name, " \t"); {
		case strings.EqualFold(name, "permessage-deflate"):
			deflate = true
		case name != "":
			other = true
		}
	}
	return deflate, other
}
