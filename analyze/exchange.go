package analyze

import (
	"elbscope/capture/flow"
)

// Exchange is one HTTP/1 request and its response on one connection. Like a
// Handshake it does not change once it was published.
type Exchange struct {
	ID uint64
	// Conn is the connection, with the roles as the content shows them.
	Conn *flow.Conn
	// N counts the requests of the connection from 1.
	N int
	// Method, Target, Host and Version are as sent; Target is cut after 1 KiB.
	Method, Target, Host, Version string
	// Status is that of the final response, 0 while there is none.
	Status int
	// Answer says how the wait for it ended.
	Answer Answer
	// Request and Response are the packets where the heads start.
	Request, Response PacketRef
	// RequestBody and ResponseBody count body bytes.
	RequestBody, ResponseBody uint64
	// Sighting is set if the exchange carries a handshake.
	Sighting bool
}

// size is about what an Exchange takes in memory.
func (x *Exchange) size() int { return 280 + len(x.Target) + len(x.Host) }

// maxTarget is how much of an ordinary exchange's target is kept.
const maxTarget = 1 << 10

// refOf makes a reference to the packet at hand.
func refOf(p *flow.Packet) PacketRef {
	return PacketRef{Source: p.Source, Num: p.Num, Time: p.Time, Offset: p.Offset, Len: p.CapLen, Orig: p.OrigLen, Link: p.Link}
}
