package analyze

import (
	"elbscope/analyze/preface"
	"elbscope/analyze/ws"
)

// This file holds what comes before HTTP on a connection, a PROXY header, and
// what comes after it: frames.

// noteProxy takes a PROXY header from the start of the connection.
func (c *conn) noteProxy(f *preface.Result, at PacketRef) {
	c.proxy.Count++
	if c.proxy.Count > 1 {
		return
	}
	c.proxy.Version = "v1"
	if f.Kind == preface.ProxyV2 {
		c.proxy.Version = "v2"
	}
	c.proxy.Source, c.proxy.Dest = f.Source, f.Dest
	c.proxy.Packet = at
}

// newReader makes a frame reader for one side by what the 101 agreed on.
func (c *conn) newReader(who int) *ws.Reader {
	set := ws.Settings{Masked: who == 0}
	if c.switched != nil {
		set.Deflate, set.Extended = ws.ExtensionsOf(c.switched.Join("Sec-WebSocket-Extensions"))
	}
	r := ws.NewReader(set)
	if c.upgraded != nil {
		c.upgraded.readers[who] = r
	}
	return r
}

// upgradedChanged marks the handshake of this WebSocket as changed.
func (c *conn) upgradedChanged() {
	if c.upgraded != nil {
		c.e.changed(c.upgraded)
	}
}
