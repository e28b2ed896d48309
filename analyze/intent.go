package analyze

import (
	"regexp"
	"slices"
	"strings"

	"elbscope/analyze/http1"
	"elbscope/analyze/ws"
)

// intends reports whether a request is meant as a WebSocket opening handshake,
// however mangled. What no proxy takes away are the Sec-WebSocket fields: they
// are end-to-end, where Connection and Upgrade are hop-by-hop.
//
// A target that points to a WebSocket counts only where the rest of the head
// is not in the capture: people and crawlers fetch such targets, too.
func intends(h *http1.Head) bool {
	for name := range h.Names() {
		if len(name) < len("Upgrade") || name[0]|0x20 != 's' && name[0]|0x20 != 'u' {
			continue
		}
		switch {
		case strings.EqualFold(name, "Upgrade"):
			if h.HasToken("Upgrade", "websocket") {
				return true
			}
		case len(name) > len(secWebSocket) && strings.EqualFold(name[:len(secWebSocket)], secWebSocket):
			// Sec-WebSocket-Accept alone is an answer's field.
			if !strings.EqualFold(name, "Sec-WebSocket-Accept") {
				return true
			}
		}
	}
	return !h.Whole && (h.Method() == "GET" || h.Method() == "") && pointsToWebSocket(h.Target(), h.StartLineWhole)
}

const secWebSocket = "Sec-WebSocket-"

// sockJS matches the WebSocket transport of SockJS: a three-digit server, a
// session and the transport.
var sockJS = regexp.MustCompile(`/\d{3}/[^/]+/websocket$`)

// pointsToWebSocket reports whether a target is that of a WebSocket transport
// of socket.io 0.9, engine.io or SockJS. One that is cut counts as soon as it
// can be nothing else.
func pointsToWebSocket(target string, whole bool) bool {
	path, _, _ := strings.Cut(target, "?")
	if i := strings.Index(path, "/socket.io/1/"); i >= 0 {
		transport := path[i+len("/socket.io/1/"):]
		if strings.HasPrefix(transport, "websocket") || strings.HasPrefix(transport, "flashsocket") {
			return true
		}
		return !whole && transport != "" && strings.HasPrefix("websocket", transport)
	}
	if strings.Contains(target, "transport=websocket") {
		return true
	}
	if !whole {
		i := strings.LastIndex(target, "transport=")
		// "webtransport" is another transport of engine.io.
		return i >= 0 && len(target)-i >= len("transport=webs") && strings.HasPrefix("transport=websocket", target[i:])
	}
	return sockJS.MatchString(path)
}

// queryValue returns the raw value of a query parameter, "" if there is none.
func queryValue(target, name string) string {
	_, query, _ := strings.Cut(target, "?")
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		if k, v, _ := strings.Cut(pair, "="); k == name {
			return v
		}
	}
	return ""
}

// sessionOf returns the socket.io session id in the target of a handshake.
func sessionOf(target string) string {
	if i := strings.Index(target, "/socket.io/1/websocket/"); i >= 0 {
		id := target[i+len("/socket.io/1/websocket/"):]
		if j := strings.IndexAny(id, "?/"); j >= 0 {
			id = id[:j]
		}
		return id
	}
	return queryValue(target, "sid")
}

// keyOf returns the handshake's key, "" where there is none or the capture
// does not hold all of it.
func keyOf(h *http1.Head) string {
	key := h.Get("Sec-WebSocket-Key")
	if f, cut := h.CutField(); cut && strings.EqualFold(f.Name, "Sec-WebSocket-Key") && !ws.ValidKey(key) {
		return ""
	}
	return key
}

// proxyMarks are fields that only a proxy adds to a request. Of those that begin
// with X-Forwarded- there are more than anybody can list.
var proxyMarks = []string{
	"X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Host", "X-Forwarded-Server",
	"Forwarded", "Via", "X-Real-IP", "X-Amzn-Trace-Id",
}

// otherForwarded is the mark of X-Forwarded-Ssl, -Scheme, -Prefix and whatever
// else begins so.
const otherForwarded = "X-Forwarded-*"

// marksOf returns which of them a head bears.
func marksOf(h *http1.Head) []string {
	var marks []string
	for _, name := range proxyMarks {
		if h.Has(name) {
			marks = append(marks, name)
		}
	}
	prefix := strings.TrimSuffix(otherForwarded, "*")
	for name := range h.Names() {
		if len(name) > len(prefix) && strings.EqualFold(name[:len(prefix)], prefix) &&
			!slices.ContainsFunc(proxyMarks, func(known string) bool { return strings.EqualFold(known, name) }) {
			return append(marks, otherForwarded)
		}
	}
	return marks
}
