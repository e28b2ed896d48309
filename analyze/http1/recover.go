package http1

import "bytes"

// This file holds what happens when bytes are missing: holes, the search for
// the next head behind them, and the end of the stream.

// Gap tells that the next n bytes of the stream are missing.
func (p *Parser) Gap(n uint64) {
	if n == 0 {
		return
	}
	switch p.state {
	case inBody, inChunkData:
		p.bodyGap(n)
	case inUntilClose:
		p.handler.BodyGap(n)
	case inHead:
		p.holeInHead()
	case atStart, inHoledHead, lost:
		if p.freshHead() {
			p.holeInHead()
			return
		}
		// Any number of messages may have been in the hole.
		p.moreHead()
		p.state = atStart
		p.lose()
		p.fresh = true
	case inChunkSize, inChunkEnd, inTrailer:
		p.abandon(Hole)
	case switched:
	}
}

// bodyGap takes a hole in a body or a chunk. If it goes beyond the end, what
// is missing there is unknown; that the body ended there is not, unless more
// chunks may have followed.
func (p *Parser) bodyGap(n uint64) {
	here := min(n, p.left)
	p.left -= here
	p.handler.BodyGap(here)
	switch {
	case p.left > 0:
	case n == here:
		p.bodyDone()
	case p.state == inChunkData:
		p.abandon(Hole)
	default:
		p.abandon(0)
	}
}

// abandon ends the message and loses its place in the stream.
func (p *Parser) abandon(flaws Flaw) {
	p.flaws |= flaws
	p.endMessage()
	p.lose()
	p.fresh = true
}

// holeInHead delivers the head that is coming and goes on behind its hole.
func (p *Parser) holeInHead() {
	p.flaws |= Hole
	if !p.cutHead() {
		// Not enough of it is there to be a head.
		p.lose()
		p.fresh = true
		return
	}
	p.state = inHoledHead
	p.clear()
	p.fresh = true
}

// freshHead reports whether buf holds the beginning of a head that came right
// behind a hole and ends before its start line does. The head is begun then.
func (p *Parser) freshHead() bool {
	if !p.fresh || len(p.buf) > maxLostLine || !startsFresh(p.buf, p.response) {
		return false
	}
	held := p.buf
	p.lose()
	p.state, p.buf = inHead, held
	p.begun = true
	p.handler.Begin()
	return true
}

// Finish tells that the stream is over: closed in order, or out of the
// capture. A body that ends with the stream is complete then.
func (p *Parser) Finish() {
	switch p.state {
	case inHead:
		p.cutHead()
	case inHoledHead, lost:
		if p.freshHead() {
			p.cutHead()
		}
		p.moreHead()
	case inUntilClose:
		p.endMessage()
	case inBody, inChunkData, inChunkSize, inChunkEnd, inTrailer:
		p.flaws |= BodyCut
		p.endMessage()
	case atStart, switched:
	}
	p.stop()
}

// cutHead delivers the part of a head that is there, if it can be told to be
// one.
func (p *Parser) cutHead() bool {
	p.head = &Head{Flaws: p.flaws}
	p.begun, p.flaws = false, 0
	if !p.head.parse(string(p.buf), p.response, false) {
		p.head = nil
		return false
	}
	p.handler.Head(p.head)
	return true
}

// moreHead delivers the fields found behind a hole in a head, all at once: the
// head would be copied for each.
func (p *Parser) moreHead() {
	if p.state != inHoledHead || p.scanned == 0 {
		return
	}
	was := len(p.head.Raw)
	p.head.Raw += string(p.buf[:p.scanned])
	p.head.parseFields(p.head.Raw[was:])
	p.handler.MoreHead(p.head)
}

// stepHoled reads on behind a hole in a head: first the rest of a broken line,
// then field lines up to the empty line. What looks like a new message is one:
// with a short snapshot length every head ends in a hole.
func (p *Parser) stepHoled(b []byte) []byte {
	n := indexLF(b)
	took := n + 1
	if n < 0 {
		took = len(b)
	}
	p.buf = append(p.buf, b[:took]...)
	if len(p.head.Raw)+len(p.buf) > p.maxHead() {
		return p.restart(b[took:])
	}
	if n < 0 {
		return b[took:]
	}
	line, _ := trimLine(p.buf[p.scanned:])
	switch {
	case findStart(line, p.response) >= 0:
		return p.restart(b[took:])
	case len(line) == 0:
		// The end of the head, or of the broken line. Its framing may be in
		// the hole, so that what follows must be searched.
		p.lose()
	case p.fresh:
		p.buf, p.fresh = p.buf[:0], false
	case isFold(line) && p.scanned > 0, isFieldLine(line):
		p.scanned = len(p.buf)
	default:
		return p.restart(b[took:])
	}
	return b[took:]
}

func isFieldLine(line []byte) bool {
	i := bytes.IndexByte(line, ':')
	return i > 0 && isToken(string(line[:i]))
}

// restart hands the unfinished line in buf and the bytes behind it to the
// search.
func (p *Parser) restart(rest []byte) []byte {
	line := append([]byte(nil), p.buf[p.scanned:]...)
	p.lose()
	p.stepLost(line)
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
	line = line[max(0, len(line)-p.lostLine()):]
	start := findStart(bytes.TrimSuffix(line, []byte("\r")), p.response)
	if start < 0 {
		p.buf, p.fresh = p.buf[:0], false
		return b[n+1:]
	}
	p.state, p.begun = inHead, true
	p.buf = append(append(p.buf[:0], line[start:]...), '\n')
	p.scanned, p.checked = len(p.buf), true
	p.handler.Begin()
	return b[n+1:]
}

// keepLine keeps at least the last lostLine bytes of an unfinished line, and
// less than twice as many, so that each is moved about once.
func (p *Parser) keepLine(b []byte) {
	most := p.lostLine()
	b = b[max(0, len(b)-most):]
	if len(p.buf)+len(b) > 2*most {
		last := p.buf[len(p.buf)-most:]
		if cap(p.buf) > 4*most {
			p.buf = nil // from before the limit
		}
		p.buf = append(p.buf[:0], last...)
	}
	p.buf = append(p.buf, b...)
}

// lostLine is how much of a line is kept while the parser looks for a head.
func (p *Parser) lostLine() int { return min(maxLostLine, p.maxHead()) }

// trimLine takes the line end from a line and reports whether it is a bare LF.
func trimLine(line []byte) (text []byte, bare bool) {
	if text, ok := bytes.CutSuffix(line, []byte("\r\n")); ok {
		return text, false
	}
	return bytes.CutSuffix(line, []byte("\n"))
}

// stepChunkLine reads a chunk-size line, the line end behind a chunk, or a
// trailer line.
func (p *Parser) stepChunkLine(b []byte) []byte {
	n := indexLF(b)
	took := n + 1
	if n < 0 {
		took = len(b)
	}
	p.buf = append(p.buf, b[:took]...)
	if len(p.buf) > maxChunkLine && p.state != inTrailer || len(p.buf) > p.maxHead() {
		return p.badChunk(b[took:])
	}
	if n < 0 {
		return nil
	}
	line, bare := trimLine(p.buf)
	if bare {
		p.flaws |= BareLF
	}
	switch p.state {
	case inChunkSize:
		size, ok := chunkSize(line)
		switch {
		case !ok:
			return p.badChunk(b[took:])
		case size == 0:
			p.state = inTrailer
		default:
			p.state, p.left = inChunkData, size
		}
	case inChunkEnd:
		if len(line) > 0 {
			return p.badChunk(b[took:])
		}
		p.state = inChunkSize
	case inTrailer:
		if len(line) == 0 {
			p.endMessage()
			return b[took:]
		}
		if validStart(line, p.response) {
			// The empty line is missing.
			return p.badChunk(b[took:])
		}
	}
	p.buf = p.buf[:0]
	return b[took:]
}

// badChunk ends a message whose chunks cannot be read. The line in buf is
// searched: it may be the next head, where a chunked body was given up half
// way.
func (p *Parser) badChunk(rest []byte) []byte {
	line := append([]byte(nil), p.buf...)
	p.flaws |= BadChunk
	p.endMessage()
	p.lose()
	p.stepLost(line)
	return rest
}
