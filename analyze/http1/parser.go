package http1

import "sync"

// MaxHead is how long a head may become before it is given up. nginx, Node
// and the load balancers refuse far shorter ones.
const MaxHead = 128 << 10

// maxChunkLine bounds a chunk-size line with its extensions, and maxLostLine
// how much of a line is kept while the parser looks for a head.
const (
	maxChunkLine = 4 << 10
	maxLostLine  = 16 << 10
)

// smallBuf is how much room a parser keeps at most when there is nothing in it.
const smallBuf = 2 << 10

// growBy is how much is added to an unfinished head at a time, so that what
// follows its end in the same bytes is not copied along.
const growBy = 4 << 10

// Next tells the Parser how to go on behind a head.
type Next uint8

const (
	// AsFramed: the body ends where the head says.
	AsFramed Next = iota
	// NoBody: there is no body whatever the head says (an answer to HEAD).
	NoBody
	// Switch: another protocol follows; the parser stops.
	Switch
)

// Handler receives what a Parser finds. Slices are valid during the call;
// a *Head must be cloned to be kept.
type Handler interface {
	// Begin tells that the first byte of a head has arrived; where the parser
	// had been lost, that a start line was found. Lost may follow instead of
	// Head.
	Begin()
	// Head delivers a head and learns what follows it. A head that the
	// capture does not hold to its end has Whole unset; what is returned for
	// it is ignored, and no End follows.
	Head(h *Head) Next
	// MoreHead delivers the head last given once more, with fields that were
	// found behind a hole in it: at most once, when there are no more.
	MoreHead(h *Head)
	// Body delivers the next bytes of the body, without chunk framing.
	Body(b []byte)
	// BodyGap tells that the next n bytes of the body are missing.
	BodyGap(n uint64)
	// End tells that the message is over. Flaws are those of its chunk framing
	// and of its end.
	End(flaws Flaw)
	// Lost tells that the parser no longer knows where messages begin: after
	// a hole, or among bytes that are no HTTP. It looks for the next head by
	// itself.
	Lost()
}

type state uint8

const (
	atStart state = iota
	inHead
	inHoledHead
	inBody
	inChunkSize
	inChunkData
	inChunkEnd
	inTrailer
	inUntilClose
	lost
	switched
)

// Parser reads the messages of one direction of one connection. Create it
// with Init; it may be used again after another Init.
type Parser struct {
	handler  Handler
	response bool
	state    state
	begun    bool   // Begin was called for the head in buf
	left     uint64 // of the body or the chunk
	// buf holds a head, a chunk line or a line of the search, as far as it
	// has come; scanned is how much of it has been searched for an end, behind
	// a hole in a head how much of it is whole field lines.
	buf     []byte
	scanned int
	checked bool // the start line in buf is a valid one
	// fresh is set while buf begins right behind a hole.
	fresh bool
	// head is the one with a hole that is being read on; nil otherwise.
	head  *Head
	flaws Flaw // of the message that is coming or going on
	limit int  // see Limit
}

// Init makes p ready for the messages of one direction: responses or requests.
// The Limit stays.
func (p *Parser) Init(h Handler, response bool) {
	*p = Parser{handler: h, response: response, buf: p.buf[:0], limit: p.limit}
}

// Limit bounds from now on how long a head may become of which the end has not
// come yet, in bytes, for where memory is short: a longer one is given up as
// HeadTooLong. 0 stands for MaxHead, which is also the most.
func (p *Parser) Limit(n int) { p.limit = n }

// Held returns how many bytes the parser takes to keep what has not ended yet.
func (p *Parser) Held() int {
	n := 0
	if len(p.buf) > 0 {
		n = cap(p.buf)
	}
	if p.head != nil {
		n += len(p.head.Raw)
	}
	return n
}

// maxHead is how long an unfinished head may become.
func (p *Parser) maxHead() int {
	if p.limit == 0 {
		return MaxHead
	}
	return p.limit
}

// Search makes the parser look for the next head, as after a hole: for a
// stream whose beginning is not in the capture.
func (p *Parser) Search() { p.lose() }

// Astray reports whether the parser does not know where it stands: it looks
// for the next head, or for the rest of one with a hole.
func (p *Parser) Astray() bool { return p.state == lost || p.state == inHoledHead }

// Between reports whether the parser waits for the first byte of a message.
func (p *Parser) Between() bool { return p.state == atStart && len(p.buf) == 0 }

// Feed takes the next bytes. After a Switch it returns the bytes that belong
// to the other protocol, which may be none, and stopped is true.
func (p *Parser) Feed(b []byte) (rest []byte, stopped bool) {
	for len(b) > 0 && p.state != switched {
		b = p.step(b)
	}
	return b, p.state == switched
}

// step consumes some of b, at least one byte, and returns the rest.
func (p *Parser) step(b []byte) []byte {
	switch p.state {
	case atStart, inHead:
		return p.stepHead(b)
	case inHoledHead:
		return p.stepHoled(b)
	case inBody, inChunkData:
		n := min(p.left, uint64(len(b)))
		p.left -= n
		p.handler.Body(b[:n])
		if p.left == 0 {
			p.bodyDone()
		}
		return b[n:]
	case inChunkSize, inChunkEnd, inTrailer:
		return p.stepChunkLine(b)
	case inUntilClose:
		p.handler.Body(b)
		return nil
	case lost:
		return p.stepLost(b)
	}
	return nil
}

// bodyDone goes on behind a body or a chunk.
func (p *Parser) bodyDone() {
	if p.state == inChunkData {
		p.state = inChunkEnd
		return
	}
	p.endMessage()
}

func (p *Parser) endMessage() {
	p.state = atStart
	p.clear()
	flaws := p.flaws
	p.flaws = 0
	p.handler.End(flaws)
}

// stepHead collects a head. The common one lies whole in b and is parsed there
// without being copied into buf.
func (p *Parser) stepHead(b []byte) []byte {
	if p.state == atStart && len(p.buf) == 0 {
		for len(b) > 0 && (b[0] == '\r' || b[0] == '\n') {
			// RFC 9112 section 2.2: ignore empty lines before a start line.
			p.flaws |= EmptyLineBefore
			b = b[1:]
		}
		if len(b) == 0 {
			return nil
		}
	}
	if !p.begun {
		p.begun = true
		p.handler.Begin()
	}
	if len(p.buf) == 0 {
		if !plausible(b, p.response) {
			p.lose()
			return b
		}
		if n := headEnd(b[:min(len(b), MaxHead)], 0); n >= 0 {
			if !p.headComplete(b[:n]) {
				return b
			}
			return b[n:]
		}
	}
	return p.growHead(b)
}

// growHead appends some of b to buf and completes the head if its end is there.
func (p *Parser) growHead(b []byte) []byte {
	p.state = inHead
	old, most := len(p.buf), p.maxHead()
	if old >= most {
		p.flaws |= HeadTooLong
		p.cutHead()
		p.lose()
		return b
	}
	took := min(len(b), growBy, most-old)
	p.buf = append(p.buf, b[:took]...)
	if !plausible(p.buf[:min(len(p.buf), maxMethod+1)], p.response) {
		return p.refuse(old, b)
	}
	if !p.checked {
		if n := indexLF(p.buf[old:]); n >= 0 {
			// Text that begins like a request is given up at its first
			// line, not at the first empty one.
			if !validStart(p.buf[:old+n], p.response) {
				return p.refuse(old, b)
			}
			p.checked = true
		}
	}
	n := headEnd(p.buf, max(p.scanned-2, 0))
	p.scanned = len(p.buf)
	if n < 0 {
		return b[took:]
	}
	// The start line is valid, so the head is one.
	p.headComplete(p.buf[:n])
	return b[n-old:]
}

// refuse gives up what buf holds as no head. The search goes over b again and
// has before it what was there already, which is no whole line.
func (p *Parser) refuse(old int, b []byte) []byte {
	held := p.buf[:old]
	p.lose()
	p.keepLine(held)
	return b
}

// heads are for looking at a whole one, with room for its fields. Ten thousand
// idle connections are not to keep their last ones.
var heads = sync.Pool{New: func() any { return new(Head) }}

// headComplete parses a whole head and decides what follows. It reports false
// if raw was no head after all; the caller then feeds it to the search.
func (p *Parser) headComplete(raw []byte) bool {
	h := heads.Get().(*Head)
	defer heads.Put(h)
	*h = Head{fields: h.fields[:0], Flaws: p.flaws}
	if !h.parse(string(raw), p.response, true) {
		p.lose()
		return false
	}
	p.begun, p.flaws = false, 0
	p.state = atStart
	kind, length := p.framingOf(h)
	next := p.handler.Head(h)
	p.clear()
	if next == Switch {
		p.stop()
		return true
	}
	if next == NoBody {
		kind = noBody
	}
	switch kind {
	case noBody:
		p.endMessage()
	case byLength:
		p.state, p.left = inBody, length
	case chunked:
		p.state = inChunkSize
	case untilClose:
		p.state = inUntilClose
	case unclear:
		p.endMessage()
		p.lose()
	}
	return true
}

// framingOf adds to bodyFraming what the status says: RFC 9112 section 6.3,
// items 1 and 2.
func (p *Parser) framingOf(h *Head) (framing, uint64) {
	kind, length := h.bodyFraming()
	if s := h.status; !h.Request && (s < 200 || s == 204 || s == 304) {
		return noBody, 0
	}
	return kind, length
}

// lose starts the search for the next head.
func (p *Parser) lose() {
	p.moreHead()
	was := p.state
	p.state, p.begun, p.flaws, p.head = lost, false, 0, nil
	p.clear()
	if was != lost {
		p.handler.Lost()
	}
}

// stop ends the parser's work. What it holds may be a lot, and a WebSocket
// stays for long.
func (p *Parser) stop() {
	p.state, p.buf, p.head = switched, nil, nil
}

// clear empties buf and what is known about it. One that has become large is not
// kept: its connection may stay for days.
func (p *Parser) clear() {
	p.buf, p.scanned, p.checked, p.fresh = p.buf[:0], 0, false, false
	if cap(p.buf) > smallBuf {
		p.buf = nil
	}
}
