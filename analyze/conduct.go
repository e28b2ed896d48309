package analyze

import (
	"net/netip"

	"elbscope/capture/flow"
)

// This file remembers what servers have shown on their connections: whether
// they take PROXY headers, and whether they speak TLS. It explains a server that
// hangs up on a connection that begins in another way.

// Precedent is a connection on which a server showed what it expects.
type Precedent struct {
	// Packet is where the client sent what the server expects: its PROXY header,
	// or its TLS hello.
	Packet PacketRef
	Conn   *flow.Conn
	// Proxy is the version of the PROXY header, "" for a hello.
	Proxy string
}

// conduct is what servers have shown. Each list is bounded: of a server that
// came too late for one, nothing is claimed.
type conduct struct {
	// proxy are the servers that answered behind a PROXY header as if they
	// expected it, hello those that answered a TLS hello with one of theirs.
	proxy, hello map[netip.AddrPort]*Precedent
	// bare are those that answered without a PROXY header before it, plain those
	// that answered HTTP which was not encrypted.
	bare, plain map[netip.AddrPort]bool
}

const maxServers = 4096

func newConduct() conduct {
	return conduct{
		proxy: make(map[netip.AddrPort]*Precedent), hello: make(map[netip.AddrPort]*Precedent),
		bare: make(map[netip.AddrPort]bool), plain: make(map[netip.AddrPort]bool),
	}
}

// wantsProxy returns a connection on which a server was given a PROXY header and
// liked it, nil where there is none, or one without which it answered as well.
func (d *conduct) wantsProxy(server netip.AddrPort) *Precedent {
	if d.bare[server] || len(d.bare) >= maxServers {
		return nil
	}
	return d.proxy[server]
}

// wantsTLS is wantsProxy for a TLS hello.
func (d *conduct) wantsTLS(server netip.AddrPort) *Precedent {
	if d.plain[server] || len(d.plain) >= maxServers {
		return nil
	}
	return d.hello[server]
}

// shows notes that the server of a connection answered, in TLS or in HTTP. A 400
// counts for nothing here: it may be for what was expected and was not there.
func (e *Engine) shows(c *conn, inTLS bool) {
	if c.shown {
		return
	}
	c.shown = true
	server := c.info.Server
	var news bool
	if c.proxy.Version != "" {
		news = note(e.conduct.proxy, server, &Precedent{c.proxy.Packet, c.info, c.proxy.Version})
	} else {
		news = note(e.conduct.bare, server, true)
	}
	if inTLS {
		news = note(e.conduct.hello, server, &Precedent{Packet: *c.hello, Conn: c.info}) || news
	} else {
		news = note(e.conduct.plain, server, true) || news
	}
	if news && e.cfg.Live && (e.conduct.proxy[server] != nil || e.conduct.hello[server] != nil) {
		e.judgeAgain(server) // else, all are at the end
	}
}

// judgeAgain has the handshakes looked at again that hang on what server shows.
func (e *Engine) judgeAgain(server netip.AddrPort) {
	for _, c := range e.clusters {
		for _, s := range c.sightings {
			if s.c.info.Server == server && !s.sealed() && e.hangsOnConduct(s) {
				e.changed(s)
			}
		}
	}
}

// note adds what is news, and reports whether it was.
func note[T any](to map[netip.AddrPort]T, server netip.AddrPort, what T) bool {
	if _, known := to[server]; known || len(to) >= maxServers {
		return false
	}
	to[server] = what
	return true
}

// understandsProxy reports whether a server has shown that it takes PROXY headers.
func (e *Engine) understandsProxy(server netip.AddrPort) bool { return e.conduct.proxy[server] != nil }

// hangsOnConduct reports whether a judgement about s may be another one for what
// its server has shown elsewhere.
func (e *Engine) hangsOnConduct(s *sighting) bool {
	server := s.c.info.Server
	return len(e.conduct.proxy) > 0 && e.conduct.proxy[server] != nil ||
		s.Answer == AnswerClosed && len(e.conduct.hello) > 0 && e.conduct.hello[server] != nil
}
