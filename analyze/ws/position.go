package ws

import "encoding/binary"

// The opcodes that are looked at (RFC 6455 section 11.8). Those with the bit
// control are control frames (section 5.5).
const (
	opContinuation = 0x0
	opText         = 0x1
	opBinary       = 0x2
	opClose        = 0x8
	opPong         = 0xA
	control        = 0x8
)

const (
	// shortest is the part of a frame head that says how long it is.
	shortest = 2
	// longest is a frame head with 64-bit length and masking key.
	longest = 14
	// doubtful is how many sound heads in a row make a guessed boundary as
	// good as a known one. In each, about one pair of random bytes in fifty
	// would pass.
	doubtful = 4
	// hugeFrame is the length above which a guessed boundary is not believed.
	hugeFrame = 1 << 32
)

// message says whether a data message is under way (section 5.4).
type message uint8

const (
	noMessage message = iota
	inMessage
	// someMessage: a hole took the frames that would tell.
	someMessage
)

// position is where in the frames the stream stands.
//
// After a hole that took part of a head it stands in doubt: nothing says where
// the next frame starts. The bytes behind the hole are the best guess, because
// holes end where packets begin. They are taken for a frame if their head is
// sound in every respect; else the position is dead until the next hole. For
// as long as there is doubt, an unsound head means that the guess was wrong,
// and is no violation.
type position struct {
	set Settings
	// head holds the first have bytes of a head of need bytes; need is
	// shortest until these are judged.
	head       [longest]byte
	have, need uint8
	// left counts the payload bytes still to come.
	left uint64
	mask [4]byte
	msg  message
	// closing is set in the payload of the first close frame, of which
	// closeRead bytes were read.
	closing   bool
	closeRead uint8
	doubt     uint8
	dead      bool
}

// step takes bytes of one payload or of one head, never of both; at least one.
// fresh tells that the first two bytes of a head are there: the caller has to
// call accept before it goes on.
func (p *position) step(t *Tally, b []byte) (n int, fresh bool) {
	if p.dead {
		return len(b), false
	}
	if p.left > 0 {
		n = int(min(p.left, uint64(len(b))))
		if p.closing {
			p.readClose(t, b[:n])
		}
		p.left -= uint64(n)
		t.Bytes += uint64(n)
		return n, false
	}
	n = copy(p.head[p.have:p.need], b)
	p.have += uint8(n)
	if p.have < p.need {
		return n, false
	}
	if p.need == shortest {
		return n, true
	}
	p.complete(t)
	return n, false
}

// check says what is wrong with the first two bytes of a head, as far as they
// tell. It changes nothing.
func (p *position) check(t *Tally) (v violations) {
	first, second := p.head[0], p.head[1]
	op, fin, length := first&0x0F, first&0x80 != 0, second&0x7F
	if masked := second&0x80 != 0; masked != p.set.Masked {
		if masked {
			v |= maskedServerFrame
		} else {
			v |= unmaskedClientFrame
		}
	}
	if !p.set.Extended {
		allowed := byte(0)
		if p.set.Deflate && (op == opText || op == opBinary) {
			allowed = 0x40
		}
		if first&0x70&^allowed != 0 {
			v |= rsvBits
		}
		if op&^control > opBinary {
			v |= reservedOpcode
		}
	}
	switch {
	case op&control != 0:
		if !fin {
			v |= fragmentedControl
		}
		if length > 125 {
			v |= longControl
		}
	case t.CloseSeen:
		v |= dataAfterClose
	case op == opContinuation && p.msg == noMessage:
		v |= unexpectedContinuation
	case (op == opText || op == opBinary) && p.msg == inMessage:
		v |= interleavedMessage
	}
	if !fin && length == 0 || op == opClose && length == 1 {
		// Allowed or at least not named, but runs of zero bytes in a payload
		// must not pass for endless empty fragments.
		v |= implausible
	}
	return v
}

// accept goes on with a head of which check said v.
func (p *position) accept(t *Tally, v violations) {
	if !p.judge(t, v) {
		return
	}
	switch p.head[1] & 0x7F {
	case 126:
		p.need += 2
	case 127:
		p.need += 8
	}
	if p.head[1]&0x80 != 0 {
		p.need += 4
	}
	if p.need == shortest {
		p.complete(t)
	}
}

// judge notes violations, or in doubt gives up the position because of them.
func (p *position) judge(t *Tally, v violations) (ok bool) {
	if p.doubt == 0 {
		t.note(v &^ implausible)
		return true
	}
	p.dead = v != 0
	return !p.dead
}

// complete takes a head that is all there.
func (p *position) complete(t *Tally) {
	length, v := p.length()
	ok := p.judge(t, v)
	if v&lengthTooLarge != 0 {
		// Nothing says where the next frame would start.
		p.dead, t.Lost = true, true
	}
	if !ok || p.dead {
		return
	}
	if p.head[1]&0x80 != 0 {
		copy(p.mask[:], p.head[p.need-4:p.need])
	} else {
		p.mask = [4]byte{}
	}
	p.have, p.need = 0, shortest
	p.left = length
	if p.doubt > 0 {
		p.doubt--
	}
	p.count(t)
}

// length reads the payload length (section 5.2).
func (p *position) length() (n uint64, v violations) {
	switch n = uint64(p.head[1] & 0x7F); n {
	case 126:
		n = uint64(binary.BigEndian.Uint16(p.head[2:]))
		if n < 126 {
			v = nonMinimalLength
		}
	case 127:
		n = binary.BigEndian.Uint64(p.head[2:])
		switch {
		case n>>63 != 0:
			v = lengthTooLarge
		case n <= 0xFFFF:
			v = nonMinimalLength
		case n > hugeFrame:
			v = implausible
		}
	}
	return n, v
}

// count puts a frame into the tally and follows the message it belongs to.
func (p *position) count(t *Tally) {
	op, fin := p.head[0]&0x0F, p.head[0]&0x80 != 0
	t.Frames++
	t.Opcodes[op]++
	p.closing = false
	if set := &p.set; p.head[0]&0xF0 == 0xC0 && (op == opText || op == opBinary) && !set.Deflate && !set.Extended {
		t.Compressed++
	}
	switch op {
	case opContinuation:
		switch {
		case p.msg == noMessage:
		case fin:
			t.Messages++
			p.msg = noMessage
		default:
			p.msg = inMessage
		}
	case opText, opBinary:
		switch {
		case !fin:
			p.msg = inMessage
		case p.msg == inMessage:
			// Put into another message against the rules; that one goes on.
			t.Messages++
		default:
			t.Messages++
			p.msg = noMessage
		}
	case opClose:
		p.closing, p.closeRead = !t.CloseSeen, 0
		t.CloseSeen = true
	}
}

// readClose reads status code and reason (section 5.5.1).
func (p *position) readClose(t *Tally, b []byte) {
	for _, c := range b {
		i := p.closeRead
		c ^= p.mask[i%4]
		switch {
		case i == 0:
			p.head[0] = c // free until the next head
		case i == 1:
			t.CloseCode = int(p.head[0])<<8 | int(c)
		case i < 2+maxReason:
			t.reason[i-2] = c
			t.reasonLen = i - 1
		default:
			p.closing = false
			return
		}
		p.closeRead++
	}
}

// gap passes over n bytes that will never come.
func (p *position) gap(t *Tally, n uint64) {
	p.closing = false
	if p.left >= n {
		p.left -= n
		t.Bytes += n
		return
	}
	t.Bytes += p.left
	t.Lost = true
	*p = position{set: p.set, need: shortest, msg: someMessage, doubt: doubtful}
}
