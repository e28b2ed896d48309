package filter

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"elbscope/analyze"
)

// Field is something that a term can ask for.
type Field struct {
	Name string
	// Doc says what it is; Example is a term.
	Doc, Example string
	// Words are the values that there are, nil where any is possible.
	Words []string

	// none is set where the value none asks for absence.
	none bool
	// texts gives all that the field holds to hit until that returns true. It
	// is nil where there is nothing that a regular expression could match.
	texts func(h *analyze.Handshake, hit func(string) bool) bool
	// addrs is the same for addresses; port 0 stands for none.
	addrs func(h *analyze.Handshake, hit func(netip.AddrPort) bool) bool
	parse func(f *Field, value word, ctx *Context) (test, error)
}

// Fields returns the fields in the order of the manual.
func Fields() []Field { return slices.Clone(fields) }

var verdicts = []string{
	string(analyze.Malformed), string(analyze.Downgraded), string(analyze.Dropped),
	string(analyze.Rewritten), string(analyze.Altered), string(analyze.Healthy),
	string(analyze.NotRelayed), string(analyze.Refused), string(analyze.Unanswered),
	string(analyze.Pending), string(analyze.Undetermined),
}

var legs = []string{string(analyze.ClientLeg), string(analyze.InstanceLeg), string(analyze.LocalLeg)}

// fields is the list of all fields; docs/filter.md follows it.
var fields = []Field{
	{Name: "verdict", Doc: "what became of the handshake", Example: "verdict:rewritten",
		Words: verdicts, texts: verdictText, parse: parseWord},
	{Name: "certainty", Doc: "how much of that the capture holds", Example: "certainty:proven",
		Words: []string{string(analyze.Proven), string(analyze.Inferred), string(analyze.Unsure)},
		texts: func(h *analyze.Handshake, hit func(string) bool) bool { return hit(string(h.Certainty)) }, parse: parseWord},
	{Name: "is", Doc: "how it ended, in one word", Example: "is:failed",
		Words: []string{"failed", "succeeded", "damaged", "healthy"}, parse: parseIs},
	{Name: "status", Doc: "the status nearest to the client", Example: "status:>=500",
		none: true, texts: statusText, parse: parseStatus},
	{Name: "host", Doc: "the Host header, with or without its port", Example: "host:example.org",
		none: true, texts: optional(func(h *analyze.Handshake) string { return h.Host }), parse: parseHost},
	{Name: "target", Doc: "the request target, with its query", Example: "target:~socket\\.io",
		none: true, texts: optional(func(h *analyze.Handshake) string { return h.Target }), parse: parseText},
	{Name: "key", Doc: "the Sec-WebSocket-Key", Example: "key:dGhlIHNhbXBsZSBub25jZQ==",
		none: true, texts: optional(func(h *analyze.Handshake) string { return h.Key }), parse: parseText},
	{Name: "id", Doc: "the handshake's id in the report", Example: "id:h12",
		texts: func(h *analyze.Handshake, hit func(string) bool) bool { return hit(h.ID) }, parse: parseText},
	{Name: "client", Doc: "the client's end of any leg: address, address:port or network", Example: "client:10.0.0.0/8",
		texts: addressTexts(clients), addrs: clients, parse: parseAddress},
	{Name: "server", Doc: "the server's end of any leg", Example: "server:10.0.1.5:80",
		texts: addressTexts(servers), addrs: servers, parse: parseAddress},
	{Name: "culprit", Doc: "either face of the hop that did the damage", Example: "culprit:10.0.0.7",
		none: true, texts: addressTexts(culprits), addrs: culprits, parse: parseAddress},
	{Name: "leg", Doc: "a leg on which it was seen", Example: "leg:client",
		Words: legs, texts: legText, parse: parseWord},
	{Name: "hop", Doc: "the same as leg", Example: "hop:instance",
		Words: legs, texts: legText, parse: parseWord},
	{Name: "rule", Doc: "the rule of any of its findings", Example: "rule:connection-rewritten",
		none: true, texts: findingText(func(f *analyze.Finding) string { return f.Rule }), parse: parseRule},
	{Name: "severity", Doc: "the severity of any of its findings", Example: "severity:error",
		Words: []string{string(analyze.Error), string(analyze.Warning), string(analyze.Info)},
		none:  true, texts: findingText(func(f *analyze.Finding) string { return string(f.Severity) }), parse: parseWord},
	{Name: "version", Doc: "the HTTP version of the request on any leg", Example: "version:1.0",
		texts: versionText, parse: parseVersion},
	{Name: "source", Doc: "the number of an input in which it was seen, from 0", Example: "source:0",
		parse: parseSource},
	{Name: "after", Doc: "started at that time or later", Example: "after:10:03:05.25",
		parse: parseAfter},
	{Name: "before", Doc: "started before that time", Example: "before:2026-11-23T10:04",
		parse: parseBefore},
}

// bareWord stands for a term without a field.
var bareWord = &Field{texts: anyText, parse: parseBare}

func fieldNames() []string {
	names := make([]string, len(fields))
	for i := range fields {
		names[i] = fields[i].Name
	}
	return names
}

func lookup(name string) *Field {
	for i := range fields {
		if fields[i].Name == name {
			return &fields[i]
		}
	}
	return nil
}

// prefix is what stands before a value of the field.
func (f *Field) prefix() string {
	if f.Name == "" {
		return ""
	}
	return f.Name + ":"
}

func verdictText(h *analyze.Handshake, hit func(string) bool) bool { return hit(string(h.Verdict)) }

func statusText(h *analyze.Handshake, hit func(string) bool) bool {
	return h.Status != 0 && hit(strconv.Itoa(h.Status))
}

// optional makes texts of what may be unknown, and then is empty.
func optional(text func(*analyze.Handshake) string) func(*analyze.Handshake, func(string) bool) bool {
	return func(h *analyze.Handshake, hit func(string) bool) bool {
		s := text(h)
		return s != "" && hit(s)
	}
}

func legText(h *analyze.Handshake, hit func(string) bool) bool {
	return slices.ContainsFunc(h.Sightings, func(s *analyze.Sighting) bool { return hit(string(s.Leg)) })
}

func findingText(text func(*analyze.Finding) string) func(*analyze.Handshake, func(string) bool) bool {
	return func(h *analyze.Handshake, hit func(string) bool) bool {
		return slices.ContainsFunc(h.Findings, func(f *analyze.Finding) bool { return hit(text(f)) })
	}
}

func versionText(h *analyze.Handshake, hit func(string) bool) bool {
	return slices.ContainsFunc(h.Sightings, func(s *analyze.Sighting) bool {
		return s.Request != nil && s.Request.Version() != "" && hit(s.Request.Version())
	})
}

func clients(h *analyze.Handshake, hit func(netip.AddrPort) bool) bool {
	return slices.ContainsFunc(h.Sightings, func(s *analyze.Sighting) bool { return s.Conn != nil && hit(s.Conn.Client) })
}

func servers(h *analyze.Handshake, hit func(netip.AddrPort) bool) bool {
	return slices.ContainsFunc(h.Sightings, func(s *analyze.Sighting) bool { return s.Conn != nil && hit(s.Conn.Server) })
}

func culprits(h *analyze.Handshake, hit func(netip.AddrPort) bool) bool {
	c := h.Culprit
	return c != nil && (c.Front.IsValid() && hit(c.Front) || c.Back.IsValid() && hit(netip.AddrPortFrom(c.Back, 0)))
}

// addressTexts writes addresses as the screen does.
func addressTexts(addrs func(*analyze.Handshake, func(netip.AddrPort) bool) bool) func(*analyze.Handshake, func(string) bool) bool {
	return func(h *analyze.Handshake, hit func(string) bool) bool {
		return addrs(h, func(a netip.AddrPort) bool {
			if a.Port() == 0 {
				return hit(a.Addr().String())
			}
			return hit(a.String())
		})
	}
}

// anyText is what a term without a field looks into.
func anyText(h *analyze.Handshake, hit func(string) bool) bool {
	return hit(h.Target) || hit(h.Host) || hit(h.Key) ||
		addressTexts(clients)(h, hit) || addressTexts(servers)(h, hit)
}

func parseBare(_ *Field, value word, _ *Context) (test, error) {
	s := strings.ToLower(value.String())
	if slices.ContainsFunc(verdicts, value.is) {
		// Who types rewritten means the verdict.
		return func(h *analyze.Handshake) bool {
			return string(h.Verdict) == s || anyText(h, contains(s))
		}, nil
	}
	if status, err := parseStatus(lookup("status"), value, nil); err == nil && value.statusLike() {
		// And who types 502 or 5xx means the status.
		return func(h *analyze.Handshake) bool { return status(h) || anyText(h, contains(s)) }, nil
	}
	return func(h *analyze.Handshake) bool { return anyText(h, contains(s)) }, nil
}

// statusLike tells whether the word looks like a status, or a class of them.
func (w word) statusLike() bool {
	return len(w) == 3 && '1' <= w.bare(0) && w.bare(0) <= '5' && (w.number() || w[1:].is("xx"))
}

func contains(lower string) func(string) bool {
	return func(text string) bool { return strings.Contains(strings.ToLower(text), lower) }
}
