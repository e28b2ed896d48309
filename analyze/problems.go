package analyze

import (
	"elbscope/analyze/http1"
	"elbscope/capture/flow"
)

// This file holds what the content of connections shows about a whole source:
// the report tells it with the problems that the reader found in the file.

// problem notes something about a source that only the content shows.
func (e *Engine) problem(source int, code, message string, packet uint64) {
	if e.problems[source] == nil {
		e.problems[source] = &flow.SourceInfo{}
	}
	e.problems[source].AddProblem(flow.Problem{Code: code, Message: message, Packet: packet})
}

// encrypted notes a TLS connection, which a packet shows to be one.
func (e *Engine) encrypted(c *conn, packet uint64) {
	e.problem(c.info.Source, flow.ProblemEncrypted,
		"connections are encrypted with TLS and were not read: a handshake on them makes no sighting here; "+
			"capture where it is plain, on the instance behind the listener: sudo tcpdump -i any -s 0 -w instance.pcap tcp port 80",
		packet)
}

// oneDirection notes a connection of which only one side was captured.
func (e *Engine) oneDirection(c *conn) {
	e.problem(c.info.Source, flow.ProblemOneDirection,
		"connections were captured in one direction only: the other side's bytes were acknowledged, and are not here. "+
			"Capture on the machine itself, or let the mirror take both directions: sudo tcpdump -i any -s 0 -w both.pcap tcp port 80", 0)
}

// http2 notes an HTTP/2 connection, as a packet shows.
func (e *Engine) http2(c *conn, packet uint64) {
	e.problem(c.info.Source, flow.ProblemHTTP2,
		"connections speak HTTP/2, which is not read; WebSockets behind an Application Load Balancer need a target group "+
			"with protocol version HTTP1: aws elbv2 describe-target-groups --query 'TargetGroups[].[TargetGroupName,ProtocolVersion]'",
		packet)
}

// badFraming are the flaws that leave it open where a message ends.
const badFraming = http1.LengthAndChunked | http1.LengthsDiffer | http1.BadLength | http1.UnknownCoding | http1.BadChunk

// noteFraming flags a message whose length contradicts itself. Where it ends is
// decided as RFC 9112 section 6.3 says, or not at all; a server or proxy may
// have decided otherwise, which is what request smuggling lives on.
func (c *conn) noteFraming(flaws http1.Flaw) {
	if flaws &= badFraming; flaws != 0 {
		c.e.problem(c.info.Source, flow.ProblemFraming,
			"the length of a message contradicts itself or cannot be read ("+flaws.String()+"); what follows it on its "+
				"connection may have been understood differently by the servers. See it with: tshark -x -r FILE -Y http", c.number())
	}
}

// number is that of the packet at hand.
func (c *conn) number() uint64 {
	if c.at == nil {
		return 0
	}
	return c.at.Num
}
