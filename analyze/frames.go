package analyze

import "elbscope/analyze/ws"

// This file follows the frames behind a 101.

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

// follow lets the reader of frames go on, and counts.
func (s *side) follow(step func(*ws.Reader)) {
	before := s.reader.Frames
	step(s.reader)
	s.c.e.frames(s.reader.Frames - before)
}

// frames takes bytes of a WebSocket.
func (s *side) frames(b []byte) {
	before, http, offset, odd := s.reader.Frames, s.reader.HTTP, s.reader.Offset(), s.reader.Compressed
	s.follow(func(r *ws.Reader) { r.Feed(b) })
	if at, ok := s.reader.HTTPAt(); ok && !http && at >= offset {
		s.httpAt = s.packet()
	}
	up := s.c.upgraded
	if up != nil && odd == 0 && s.reader.Compressed > 0 && up.WebSocket.Compressed.Num == 0 {
		up.WebSocket.Compressed, up.WebSocket.CompressedFrom = s.packet(), s.dir()
		s.c.e.changed(up)
	}
	if up == nil || s.reader.HTTP == http && (before > 0 || s.reader.Frames == 0) {
		return // more of the same is no news; the counts are fetched when needed
	}
	if s.reader.HTTP && !http && up.WebSocket.HTTPHead.Num == 0 {
		up.WebSocket.HTTPHead = s.httpAt
		up.WebSocket.HTTPLine = s.reader.HTTPLine()
		up.WebSocket.HTTPFrom = s.dir()
	}
	s.c.e.changed(up)
}
