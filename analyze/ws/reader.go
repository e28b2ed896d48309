// Package ws follows the frames of one direction of a WebSocket connection
// (RFC 6455 section 5) and tells what went by: how many frames and bytes, how
// it was closed, which rules were broken, and whether HTTP stands where frames
// should be. It is fed bytes in order and gives the same result however they
// are cut into pieces.
//
// Non-goals: it keeps no payload, inflates nothing, checks no UTF-8 and judges
// nothing. The only payload it reads is that of the first close frame.
package ws

// Settings are what the opening handshake settled for one direction.
type Settings struct {
	// Masked is set for the direction from the client: its frames must be
	// masked and the server's must not be (RFC 6455 section 5.1).
	Masked bool
	// Deflate is set where permessage-deflate was negotiated: the first frame
	// of a data message may then have RSV1 (RFC 7692 section 6).
	Deflate bool
	// Extended is set where any other extension was negotiated: reserved bits
	// and opcodes may then mean something (RFC 6455 sections 5.2 and 5.8), and
	// having them is no longer a violation.
	Extended bool
}

// Reader follows one direction. Feed and Gap take what the stream brings; the
// embedded Tally says at any time what has been found so far.
//
// # HTTP where a frame should start
//
// A load balancer that puts an upgraded connection back into its pool sends
// requests among the frames. The Reader takes bytes at a frame boundary for
// HTTP only if two things come together: the first two bytes are no legal
// frame head here (in this direction, with these extensions, at this point of
// a message), and the whole first line, up to CRLF and within 8 KiB, is that
// of an HTTP/1 request or response. A request method is upper-case letters,
// which as first byte mean a reserved opcode, a reserved bit or a control
// frame in pieces, and an ASCII second byte is an unmasked length; so nothing
// that is a legal frame is ever held back. While an illegal one still fits a
// first line, nothing is counted; once it no longer does, it is counted as the
// frame that it pretends to be, as if there had been no doubt.
type Reader struct {
	pos    position
	offset uint64
	// HTTP is set once an HTTP head was found; the Reader has then stopped.
	HTTP   bool
	trying bool
	Tally
	// attempt is nil until the first illegal head that fits HTTP: most
	// connections never need one.
	attempt *attempt
	httpAt  uint64
}

// attempt runs both readings of an illegal head side by side until one fails.
type attempt struct {
	tally Tally
	pos   position
	line  line
}

// NewReader returns a Reader that stands right behind the opening handshake.
func NewReader(s Settings) *Reader {
	return &Reader{pos: position{set: s, need: shortest}}
}

// Feed takes the next bytes. It keeps none of them.
func (r *Reader) Feed(b []byte) {
	for len(b) > 0 && !r.HTTP {
		var n int
		if r.trying {
			n = r.try(b)
		} else {
			n = r.walk(b)
		}
		r.offset += uint64(n)
		b = b[n:]
	}
}

// Gap tells that the next n bytes will never come. Inside a payload they are
// counted and passed over, since its length is known. A hole that takes part
// of a frame head loses the sync: Lost is set, and what comes next is taken
// for a frame only if it looks like a sound one for this direction; see doubt
// in position.go.
func (r *Reader) Gap(n uint64) {
	if n == 0 || r.HTTP {
		return
	}
	if r.trying {
		// A first line with a hole is none that could be quoted.
		r.settle()
	}
	r.pos.gap(&r.Tally, n)
	r.offset += n
}

// walk takes bytes of one frame head or of one payload.
func (r *Reader) walk(b []byte) int {
	n, fresh := r.pos.step(&r.Tally, b)
	if !fresh {
		return n
	}
	flaws := r.pos.check(&r.Tally)
	// In doubt about the boundary, text in the server's direction may well be
	// payload; masked payload does not read like HTTP.
	if flaws != 0 && (r.pos.doubt == 0 || r.pos.set.Masked) && r.open(flaws) {
		r.httpAt = r.offset + uint64(n) - shortest
		return n
	}
	r.pos.accept(&r.Tally, flaws)
	return n
}

// open starts an attempt if the illegal head's two bytes fit a first line.
func (r *Reader) open(flaws violations) bool {
	var l line
	if l.add(r.pos.head[0]) == fails || l.add(r.pos.head[1]) == fails {
		return false
	}
	if r.attempt == nil {
		r.attempt = new(attempt)
	}
	*r.attempt = attempt{tally: r.Tally, pos: r.pos, line: l}
	r.attempt.pos.accept(&r.attempt.tally, flaws)
	r.trying = true
	return true
}

// try gives one byte to both readings. Frame heads inside the attempt start no
// further one: the bytes are text so far, and one reading of it is enough.
func (r *Reader) try(b []byte) int {
	a := r.attempt
	if _, fresh := a.pos.step(&a.tally, b[:1]); fresh {
		a.pos.accept(&a.tally, a.pos.check(&a.tally))
	}
	switch a.line.add(b[0]) {
	case matches:
		r.HTTP, r.trying = true, false
	case fails:
		r.settle()
	}
	return 1
}

// settle gives up the reading as HTTP: they were frames, such as they are.
func (r *Reader) settle() {
	r.Tally, r.pos, r.trying = r.attempt.tally, r.attempt.pos, false
}

// Offset returns how many bytes have gone by, holes included. It stands still
// once HTTP was found.
func (r *Reader) Offset() uint64 { return r.offset }

// HTTPAt returns the offset at which an HTTP head was found or, while that is
// not yet decided, may have begun. A caller that wants to know the packet of
// its first byte asks after each Feed and takes the packet just fed if the
// answer is not before the Offset that stood there before.
func (r *Reader) HTTPAt() (offset uint64, ok bool) {
	switch {
	case r.HTTP || r.trying:
		return r.httpAt, true
	case r.pos.have == 1 && !r.pos.dead && isUpper(r.pos.head[0]):
		return r.offset - 1, true
	}
	return 0, false
}

// HTTPLine returns the first line of the HTTP head that was found, without its
// CRLF and cut to 200 bytes; empty if there was none.
func (r *Reader) HTTPLine() string {
	if !r.HTTP {
		return ""
	}
	return r.attempt.line.String()
}
