package http1

import "bytes"

// This file holds what happens when bytes are missing: holes, the search for
// the next head behind them, and the end of the stream.

// Gap tells that the next n bytes of the stream are missing.
func (p *Parser) Gap(n uint64) {
	switch p.state {
	case inBody, inChunkData:
		if n <= p.left {
			p.left -= n
			p.handler.BodyGap(n)
			if p.left == 0 {
				p.bodyDone()
			}
			return
		}
		p.handler.BodyGap(p.left)
		p.abandon()
	case inUntilClose:
		p.handler.BodyGap(n)
	case inHead:
		p.cutHead()
		p.state = inHoledHead
		p.clear()
	case atStart, inHoledHead, lost:
		// Any number of messages may have been in the hole.
		p.state = atStart
		p.lose()
	case inChunkSize, inChunkEnd, inTrailer:
		p.abandon()
	case switched:
	}
}

// abandon ends the message whose end cannot be found any more.
func (p *Parser) abandon() {
	p.flaws |= BodyCut
	p.endMessage()
	p.lose()
}

// Finish tells that the stream is over: closed in order, or out of the
// capture. A body that ends with the stream is complete then.
func (p *Parser) Finish() {
	switch p.state {
	case inHead, atStart:
		if len(p.buf) > 0 {
			p.cutHead()
		}
	case inUntilClose:
		p.endMessage()
	case inBody, inChunkData, inChunkSize, inChunkEnd, inTrailer:
		p.flaws |= BodyCut
		p.endMessage()
	case inHoledHead, lost, switched:
	}
	p.state = switched
	p.buf = nil
}

// cutHead delivers the part of a head that is there.
func (p *Parser) cutHead() {
	p.head = Head{Fields: p.head.Fields[:0], Flaws: p.flaws | Hole}
	p.begun, p.flaws = false, 0
	if p.head.parse(string(p.buf), p.response, false) {
		p.handler.Head(&p.head)
	}
}

// stepHoled reads on behind a hole in a head: first the rest of a broken line,
// then field lines up to the empty line. What looks like a new message is one:
// with a short snapshot length every head ends in a hole.
func (p *Parser) stepHoled(b []byte) []byte {
	n := indexLF(b)
	if n < 0 {
		p.buf = append(p.buf, b...)
		if len(p.buf) > maxLostLine {
			p.lose()
		}
		return nil
	}
	p.buf = append(p.buf, b[:n+1]...)
	line := bytes.TrimRight(p.buf, "\r\n")
	broken := p.holeLines == 0
	p.holeLines++
	if findStart(line, p.response) >= 0 {
		return p.restart(b[n+1:])
	}
	if len(line) == 0 {
		p.lose()
		return b[n+1:]
	}
	if !broken {
		if i := bytes.IndexByte(line, ':'); i <= 0 || !isToken(string(line[:i])) {
			return p.restart(b[n+1:])
		}
		p.head.Raw += string(p.buf)
		p.head.addField(string(line))
		p.handler.MoreHead(&p.head)
	}
	p.buf = p.buf[:0]
	return b[n+1:]
}

// restart hands the line in buf and the bytes behind it to the search.
func (p *Parser) restart(rest []byte) []byte {
	line := append([]byte(nil), p.buf...)
	p.lose()
	for len(line) > 0 && p.state == lost {
		line = p.stepLost(line)
	}
	return rest
}

// stepLost searches line by line for a start line. It looks only at the
// content, so that it finds the same however the stream is cut.
func (p *Parser) stepLost(b []byte) []byte {
	n := indexLF(b)
	if n < 0 {
		p.keepLine(b)
		return nil
	}
	line := b[:n]
	if len(p.buf) > 0 {
		p.keepLine(line)
		line = p.buf
	}
	start := findStart(bytes.TrimSuffix(line, []byte("\r")), p.response)
	if start < 0 {
		p.buf = p.buf[:0]
		return b[n+1:]
	}
	p.begun = true
	p.handler.Begin()
	p.state = inHead
	head := append(append([]byte(nil), line[start:]...), '\n')
	p.buf = append(p.buf[:0], head...)
	p.scanned = len(p.buf)
	return b[n+1:]
}

// keepLine keeps the end of an unfinished line.
func (p *Parser) keepLine(b []byte) {
	if len(b) >= maxLostLine {
		p.buf = append(p.buf[:0], b[len(b)-maxLostLine:]...)
		return
	}
	if over := len(p.buf) + len(b) - maxLostLine; over > 0 {
		p.buf = append(p.buf[:0], p.buf[over:]...)
	}
	p.buf = append(p.buf, b...)
}

// stepChunkLine reads a chunk-size line, the line end behind a chunk, or a
// trailer line.
func (p *Parser) stepChunkLine(b []byte) []byte {
	n := indexLF(b)
	take := len(b)
	if n >= 0 {
		take = n + 1
	}
	if len(p.buf)+take > maxChunkLine && p.state != inTrailer || len(p.buf)+take > MaxHead {
		p.flaws |= BadChunk
		p.abandon()
		return b[take:]
	}
	p.buf = append(p.buf, b[:take]...)
	if n < 0 {
		return nil
	}
	line := bytes.TrimRight(p.buf, "\r\n")
	switch p.state {
	case inChunkSize:
		size, ok := chunkSize(line)
		switch {
		case !ok:
			return p.badChunk(b[take:])
		case size == 0:
			p.state = inTrailer
		default:
			p.state, p.left = inChunkData, size
		}
	case inChunkEnd:
		p.state = inChunkSize
		if len(line) > 0 {
			return p.badChunk(b[take:])
		}
	case inTrailer:
		if len(line) == 0 {
			p.endMessage()
		}
	}
	p.buf = p.buf[:0]
	return b[take:]
}

// badChunk ends a message whose chunks cannot be read. The line in buf is
// searched: it may be the next head, where a chunked body was given up half
// way.
func (p *Parser) badChunk(rest []byte) []byte {
	line := append([]byte(nil), p.buf...)
	p.flaws |= BadChunk | BodyCut
	p.endMessage()
	p.buf = append(p.buf[:0], line...)
	return p.restart(rest)
}
