package filter

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"elbscope/analyze"
	"elbscope/analyze/http1"
)

// Whoever comes from Wireshark types http.response.code == 502. What of that
// means something for a handshake is understood; the rest is refused with what
// to type instead, for as a text it would match nothing.

// spelling is a field under the name that it has in Wireshark.
type spelling struct {
	name string
	// same is the field of ours that asks for the same, "" if none does;
	// example is a term, doc what it asks for.
	same, example, doc string
	field              *Field
	// numbers gives all that the field holds, nil where they have no order.
	numbers func(h *analyze.Handshake, hit func(int64) bool) bool
}

// spellings is the list of all; docs/filter.md follows it.
var spellings = []spelling{
	{name: "http.response.code", same: "status", example: "http.response.code == 502", doc: "the status nearest to the client",
		field: &Field{texts: statusText, parse: parseStatus}, numbers: statusNumber},
	{name: "http.request.method", example: "http.request.method != GET", doc: "the method on any leg",
		field: textField(requestText((*http1.Head).Method))},
	{name: "http.request.uri", same: "target", example: "http.request.uri contains \"socket.io\"", doc: "the request target, with its query",
		field: textField(optional(func(h *analyze.Handshake) string { return h.Target }))},
	{name: "http.request.uri.path", example: "http.request.uri.path == \"/socket.io/\"", doc: "the request target without its query",
		field: textField(optional(func(h *analyze.Handshake) string { path, _, _ := strings.Cut(h.Target, "?"); return path }))},
	{name: "http.request.full_uri", example: "http.request.full_uri matches \"^http://chat\"", doc: "http://, the host and the target",
		field: textField(optional(fullURI))},
	{name: "http.request.version", same: "version", example: "http.request.version == \"HTTP/1.0\"", doc: "the HTTP version of the request on any leg",
		field: &Field{texts: requestText(protocolVersion), parse: parseProtocolVersion}},
	{name: "http.host", same: "host", example: "http.host == \"example.org\"", doc: "the Host header, with or without its port",
		field: &Field{texts: optional(func(h *analyze.Handshake) string { return h.Host }), parse: parseHost}},
	{name: "http.connection", example: "http.connection == \"keep-alive\"", doc: "the header Connection, of the request or the answer on any leg", field: headerField("Connection")},
	{name: "http.upgrade", example: "http.upgrade == \"websocket\"", doc: "the header Upgrade", field: headerField("Upgrade")},
	{name: "http.user_agent", example: "http.user_agent contains \"Firefox\"", doc: "the header User-Agent", field: headerField("User-Agent")},
	{name: "http.server", example: "http.server contains \"nginx\"", doc: "the header Server", field: headerField("Server")},
	{name: "http.cookie", example: "http.cookie contains \"AWSELB\"", doc: "the header Cookie", field: headerField("Cookie")},
	{name: "http.x_forwarded_for", example: "http.x_forwarded_for contains \"192.0.2.7\"", doc: "the header X-Forwarded-For", field: headerField("X-Forwarded-For")},
	{name: "http.sec_websocket_key", same: "key", example: "http.sec_websocket_key == \"dGhlIHNhbXBsZSBub25jZQ==\"", doc: "the header Sec-WebSocket-Key", field: headerField("Sec-WebSocket-Key")},
	{name: "http.sec_websocket_version", example: "http.sec_websocket_version == 13", doc: "the header Sec-WebSocket-Version", field: headerField("Sec-WebSocket-Version")},
	{name: "http.sec_websocket_protocol", example: "http.sec_websocket_protocol contains \"chat\"", doc: "the header Sec-WebSocket-Protocol", field: headerField("Sec-WebSocket-Protocol")},
	{name: "http.request", example: "http.request", doc: "there is a request, as always",
		field: textField(requestText(func(h *http1.Head) string { return h.Start() }))},
	{name: "http.response", example: "!http.response", doc: "there is an answer on any leg", field: textField(responseText)},
	{name: "ip.addr", example: "ip.addr == 10.0.0.0/8", doc: "either end on any leg: address or network", field: &Field{addrs: ends, texts: addressTexts(ends), parse: parseAddress}},
	{name: "ip.src", same: "client", example: "ip.src == 10.0.0.1", doc: "who sent the request, on any leg", field: &Field{addrs: clients, texts: addressTexts(clients), parse: parseAddress}},
	{name: "ip.dst", same: "server", example: "ip.dst == 10.0.1.5", doc: "to whom it was sent, on any leg", field: &Field{addrs: servers, texts: addressTexts(servers), parse: parseAddress}},
	{name: "ipv6.addr", example: "ipv6.addr == 2001:db8::/32", doc: "as ip.addr", field: &Field{addrs: ends, texts: addressTexts(ends), parse: parseAddress}},
	{name: "ipv6.src", same: "client", example: "ipv6.src == 2001:db8::1", doc: "as ip.src", field: &Field{addrs: clients, texts: addressTexts(clients), parse: parseAddress}},
	{name: "ipv6.dst", same: "server", example: "ipv6.dst == 2001:db8::2", doc: "as ip.dst", field: &Field{addrs: servers, texts: addressTexts(servers), parse: parseAddress}},
	{name: "tcp.port", example: "tcp.port == 8081", doc: "the port of either end on any leg", field: portField(ends), numbers: ports(ends)},
	{name: "tcp.srcport", example: "tcp.srcport == 44622", doc: "the client's port on any leg", field: portField(clients), numbers: ports(clients)},
	{name: "tcp.dstport", example: "tcp.dstport in {80, 8081}", doc: "the server's port on any leg", field: portField(servers), numbers: ports(servers)},
	{name: "frame.time", same: "after, before", example: "frame.time >= \"2026-11-23 10:03:05\"", doc: "when it started: a time as for after",
		field: &Field{Example: "frame.time >= \"2026-11-23 10:03:05\"", parse: parseAt}, numbers: startNumber},
}

func init() {
	for i := range spellings {
		s := &spellings[i]
		s.field.Name, s.field.Example = s.name, s.example
	}
}

func spelled(name string) *spelling {
	i := slices.IndexFunc(spellings, func(s spelling) bool { return s.name == name })
	if i < 0 {
		return nil
	}
	return &spellings[i]
}

// spellingNames are the names that begin with a protocol, all where none does.
func spellingNames(protocol string) []string {
	var some, all []string
	for _, s := range spellings {
		all = append(all, s.name)
		if strings.HasPrefix(s.name, protocol+".") {
			some = append(some, s.name)
		}
	}
	if len(some) == 0 {
		return all
	}
	return some
}

// protocols are the names that begin fields of Wireshark's.
var protocols = []string{"http", "http2", "websocket", "tcp", "udp", "ip", "ipv6", "eth", "frame", "tls", "ssl", "dns"}

// foreign tells whether the word is the name of a field in Wireshark, known
// here or not.
func (w word) foreign() bool {
	if w.nameLength() < len(w) {
		return false
	}
	first, rest, dotted := strings.Cut(strings.ToLower(w.String()), ".")
	return dotted && rest != "" && slices.Contains(protocols, first)
}

// refusals say what to type instead of fields that are not known, by the
// beginning of their names.
var refusals = []struct{ prefix, problem, example, hint string }{
	{"tcp.stream", "connections have no numbers here", "client:192.0.2.7:40000", "name it by the client's end"},
	{"frame.time", "%s is not known", "after:10:03 before:10:04:30", "write the time of day"},
	{"frame.", "%s is about packets; the filter chooses handshakes", "id:h12", "in the story of one, p lists the packets"},
	{"tcp.", "%s is about packets; the filter chooses handshakes", "is:failed", "in the story of one, p lists the packets"},
	{"websocket.", "%s is about frames; the filter chooses handshakes", "is:succeeded", "in the story of one, c shows what the connection carried"},
	{"tls.", "TLS is not looked into", "is:failed", "capture behind where TLS ends"},
	{"ssl.", "TLS is not looked into", "is:failed", "capture behind where TLS ends"},
	{"http2.", "HTTP/2 is not looked into", "version:1.1", "capture behind the load balancer, which speaks HTTP/1.1"},
}

func refuse(w word, name string) error {
	protocol, _, _ := strings.Cut(name, ".")
	e := &Error{
		Column: w[0].column, Problem: "there is no field " + w.String(),
		Hint: suggest(name, spellingNames(protocol)), Example: spellings[0].example,
	}
	for _, r := range refusals {
		if strings.HasPrefix(name, r.prefix) {
			e.Problem, e.Hint, e.Example = r.problem, r.hint+"; write for instance "+r.example, r.example
			break
		}
	}
	if strings.Contains(e.Problem, "%s") {
		e.Problem = fmt.Sprintf(e.Problem, w)
	}
	e.Hint += fmt.Sprintf(`; to look for the text, quote it: "%s"`, w)
	return e
}

func textField(texts func(*analyze.Handshake, func(string) bool) bool) *Field {
	return &Field{texts: texts, parse: parseText}
}

func requestText(text func(*http1.Head) string) func(*analyze.Handshake, func(string) bool) bool {
	return func(h *analyze.Handshake, hit func(string) bool) bool {
		return slices.ContainsFunc(h.Sightings, func(s *analyze.Sighting) bool {
			return s.Request != nil && text(s.Request) != "" && hit(text(s.Request))
		})
	}
}

func protocolVersion(h *http1.Head) string { return "HTTP/" + h.Version() }

// parseProtocolVersion takes 1.0 as well.
func parseProtocolVersion(f *Field, value word, ctx *Context) (test, error) {
	bare := value
	if len(value) > 5 && strings.EqualFold(value[:5].String(), "HTTP/") {
		bare = value[5:]
	}
	if _, err := parseVersion(f, bare, ctx); err != nil {
		return nil, err
	}
	version := bare.String()
	return func(h *analyze.Handshake) bool { return versionText(h, func(v string) bool { return v == version }) }, nil
}

func responseText(h *analyze.Handshake, hit func(string) bool) bool {
	return slices.ContainsFunc(h.Sightings, func(s *analyze.Sighting) bool {
		return s.Response != nil && hit(s.Response.Start())
	})
}

func headerField(name string) *Field {
	return textField(func(h *analyze.Handshake, hit func(string) bool) bool {
		has := func(head *http1.Head) bool { return head != nil && head.Has(name) && hit(head.Join(name)) }
		return slices.ContainsFunc(h.Sightings, func(s *analyze.Sighting) bool { return has(s.Request) || has(s.Response) })
	})
}

func fullURI(h *analyze.Handshake) string {
	if h.Host == "" || h.Target == "" {
		return ""
	}
	return "http://" + h.Host + h.Target
}

func ends(h *analyze.Handshake, hit func(netip.AddrPort) bool) bool {
	return clients(h, hit) || servers(h, hit)
}

func statusNumber(h *analyze.Handshake, hit func(int64) bool) bool {
	return h.Status != 0 && hit(int64(h.Status))
}

func startNumber(h *analyze.Handshake, hit func(int64) bool) bool { return hit(int64(h.Start)) }

// parseAt compares times with ==.
func parseAt(f *Field, value word, ctx *Context) (test, error) {
	t, err := parseTime(f, value, ctx)
	return func(h *analyze.Handshake) bool { return h.Start == t }, err
}

func ports(addrs func(*analyze.Handshake, func(netip.AddrPort) bool) bool) func(*analyze.Handshake, func(int64) bool) bool {
	return func(h *analyze.Handshake, hit func(int64) bool) bool {
		return addrs(h, func(a netip.AddrPort) bool { return hit(int64(a.Port())) })
	}
}

func portField(addrs func(*analyze.Handshake, func(netip.AddrPort) bool) bool) *Field {
	numbers := ports(addrs)
	texts := func(h *analyze.Handshake, hit func(string) bool) bool {
		return numbers(h, func(n int64) bool { return hit(strconv.FormatInt(n, 10)) })
	}
	return &Field{texts: texts, parse: func(_ *Field, value word, _ *Context) (test, error) {
		n, err := strconv.ParseUint(value.String(), 10, 16)
		if err != nil {
			return nil, value.fail(fmt.Sprintf("%q is no port", value), "write a number up to 65535")
		}
		return func(h *analyze.Handshake) bool { return numbers(h, func(m int64) bool { return m == int64(n) }) }, nil
	}}
}
