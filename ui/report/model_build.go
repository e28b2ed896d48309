package report

import (
	"net/netip"
	"slices"
	"time"

	"elbscope/analyze"
	"elbscope/analyze/http1"
	"elbscope/capture/flow"
)

// stamp is RFC 3339 with all nine digits, so that times sort as text.
const stamp = "2006-01-02T15:04:05.000000000Z07:00"

func timestamp(t flow.Time) string { return t.Std().Format(stamp) }

// known returns nil for the zero value, which stands for unknown.
func known[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// list returns an empty slice for a nil one: an array is never null.
func list[T any](v []T) []T {
	if v == nil {
		return []T{}
	}
	return v
}

// builder turns what the analysis knows into what the report says.
type builder struct {
	masking
	offsets []time.Duration
	// groups are the ids of the findings.
	groups map[analyze.GroupKey]string
}

func newBuilder(s *analyze.Snapshot, groups []*analyze.Group, o *Options) *builder {
	b := &builder{masking: o.masking(), groups: make(map[analyze.GroupKey]string)}
	for i := range s.Sources {
		var offset time.Duration
		if d := s.Sources[i].ClockOffset; d != nil {
			offset = *d
		}
		b.offsets = append(b.offsets, offset)
	}
	for _, g := range groups {
		b.groups[g.Key()] = g.ID
	}
	return b
}

// aligned is when a packet was captured, on the clock of the first source:
// all times of handshakes and findings are on that one.
func (b *builder) aligned(p analyze.PacketRef) flow.Time {
	if p.Source < 0 || p.Source >= len(b.offsets) {
		return p.Time
	}
	return p.Time + flow.Time(b.offsets[p.Source])
}

func (b *builder) source(i int, s *analyze.Source) sourceJSON {
	j := sourceJSON{
		Name:        s.Name,
		Format:      known(s.Format),
		Compression: known(s.Compression),
		LinkTypes:   list(s.LinkTypes),
		Packets:     s.Packets,
		Bytes:       s.Bytes,
		Problems:    []problemJSON{},
	}
	if s.Packets > 0 {
		first, last := timestamp(s.First), timestamp(s.Last)
		j.FirstPacket, j.LastPacket = &first, &last
	}
	if i == 0 {
		j.ClockOffset = new(float64)
	} else if s.ClockOffset != nil {
		seconds := s.ClockOffset.Seconds()
		j.ClockOffset = &seconds
	}
	for _, p := range s.Problems {
		j.Problems = append(j.Problems, problemJSON{
			Code: p.Code, Message: p.Message, Packet: known(p.Packet), Count: max(p.Count, 1),
		})
	}
	return j
}

func (b *builder) counters(t *analyze.Totals) countersJSON {
	return countersJSON{
		Packets:         t.Packets,
		Connections:     t.Connections,
		Requests:        t.Requests,
		Responses:       t.Responses,
		Handshakes:      t.Handshakes,
		WebSocketFrames: t.WebSocketFrames,
		Gaps:            t.Gaps,
		KernelDropped:   t.KernelDropped,
		Evicted:         t.Evicted + t.Forgotten,
		Ledger:          ledgerJSON(t.Ledger),
	}
}

func (b *builder) handshake(h *analyze.Handshake) handshakeJSON {
	j := handshakeJSON{
		ID:        h.ID,
		Key:       known(h.Key),
		Target:    known(b.target(h.Target)),
		Host:      known(b.header("Host", h.Host)),
		Start:     timestamp(h.Start),
		Verdict:   string(h.Verdict),
		Certainty: string(h.Certainty),
		Why:       known(b.text(h.Why)),
		Culprit:   culprit(h),
		Status:    known(h.Status),
		Succeeded: h.Succeeded(),
		Sightings: []sightingJSON{},
		Findings:  []string{},
	}
	for _, s := range h.Sightings {
		j.Sightings = append(j.Sightings, b.sighting(s))
	}
	for _, f := range h.Findings {
		if id := b.id(f); id != "" && !slices.Contains(j.Findings, id) {
			j.Findings = append(j.Findings, id)
		}
	}
	return j
}

// id is that of a finding's group, "" for one that is in none.
func (b *builder) id(f *analyze.Finding) string { return b.groups[f.Key()] }

// culprit is given only with the verdicts that accuse somebody.
func culprit(h *analyze.Handshake) *culpritJSON {
	switch h.Verdict {
	case analyze.Rewritten, analyze.Dropped, analyze.Downgraded, analyze.Altered, analyze.NotRelayed:
	default:
		return nil
	}
	if h.Culprit == nil {
		return nil
	}
	c := &culpritJSON{}
	if h.Culprit.Front.IsValid() {
		c.Front = known(h.Culprit.Front.String())
	}
	if h.Culprit.Back.IsValid() {
		c.Back = known(h.Culprit.Back.String())
	}
	return c
}

func (b *builder) sighting(s *analyze.Sighting) sightingJSON {
	j := sightingJSON{
		Hop:             s.Hop,
		Leg:             string(s.Leg),
		Source:          s.RequestPacket.Source,
		Packet:          s.RequestPacket.Num,
		Time:            timestamp(s.Time),
		Client:          endpoint(s.Conn.Client),
		Server:          endpoint(s.Conn.Server),
		Method:          known(s.Request.Method()),
		Target:          known(b.target(s.Request.Target())),
		HTTPVersion:     known(s.Request.Version()),
		Connection:      b.raw(s.Request, "Connection"),
		Upgrade:         b.raw(s.Request, "Upgrade"),
		WebSocketFrames: s.WebSocket.Total(),
		ForwardedFor:    known(s.ForwardedFor),
		ProxyProtocol:   known(s.Proxy.Version),
	}
	if s.Response != nil {
		j.Status = known(s.Response.Status())
		j.StatusPacket = known(s.ResponsePacket.Num)
	}
	if s.How != 0 {
		j.ClosedBy, j.Close = known(s.ClosedBy.String()), known(s.How.String())
	}
	if t := s.Signs.Intact(); t != analyze.Unknown {
		intact := t == analyze.Yes
		j.Intact = &intact
	}
	return j
}

// raw is a header as sent, null where it was not seen. An empty value is one.
func (b *builder) raw(h *http1.Head, name string) *string {
	if !h.Has(name) {
		return nil
	}
	v := b.header(name, h.Join(name))
	return &v
}

// endpoint is ip:port with IPv6 in brackets.
func endpoint(a netip.AddrPort) string { return a.String() }

// maxEvidence bounds the evidence of one finding: one wrong thing that ten
// thousand handshakes met is proven by the first of them.
const maxEvidence = 1000

func (b *builder) finding(g *analyze.Group, o *Options) findingJSON {
	e := o.explain(g.Finding)
	j := findingJSON{
		ID:          g.ID,
		Rule:        g.Rule,
		Severity:    string(g.Severity),
		Certainty:   string(g.Certainty),
		Title:       b.text(g.Title()),
		Handshakes:  []string{},
		Evidence:    b.evidence(g),
		Explanation: e.markdown(),
		Remedies:    []remedyJSON{},
		References:  list(e.References),
	}
	for i, h := range g.Handshakes {
		if i == 0 || g.Handshakes[i-1] != h {
			j.Handshakes = append(j.Handshakes, h.ID)
		}
	}
	if g.Cause != nil {
		j.Cause = known(g.Cause.ID)
	}
	for _, r := range e.Remedies {
		j.Remedies = append(j.Remedies, remedyJSON{Title: r.Title, Steps: list(r.Steps), Config: known(r.Config)})
	}
	return j
}

// evidence is that of all handshakes of the group. A finding that came
// without any would break the report's promise; the request stands in then.
func (b *builder) evidence(g *analyze.Group) []evidenceJSON {
	all := []evidenceJSON{}
	for _, f := range g.Findings {
		if len(all) == maxEvidence {
			return all
		}
		proofs := f.Evidence()
		for i := range proofs[:min(len(proofs), maxEvidence-len(all))] {
			all = append(all, b.proof(&proofs[i]))
		}
	}
	if len(all) == 0 {
		first := g.Handshakes[0].First()
		all = append(all, b.proof(&analyze.Evidence{
			Packet: first.RequestPacket, Conn: first.Conn, Text: g.Title(), Quote: first.Request.Start(),
		}))
	}
	return all
}

func (b *builder) proof(e *analyze.Evidence) evidenceJSON {
	j := evidenceJSON{
		Source: e.Packet.Source,
		Packet: known(e.Packet.Num),
		Time:   timestamp(b.aligned(e.Packet)),
		Text:   b.text(e.Text),
		Quote:  known(b.quote(e.Quote)),
	}
	if e.Conn != nil {
		j.Connection = known(endpoint(e.Conn.Client) + " -> " + endpoint(e.Conn.Server))
	}
	return j
}
