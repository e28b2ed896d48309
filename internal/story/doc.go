// Package story turns short readable texts into packet captures. A story says
// what happened on the wire in the words of the people who were there: who
// opened a connection, what was sent, what got lost. The captures that tests
// and readers of samples/ need are made from it, byte for byte the same on
// every run.
//
// # A story
//
// A story begins with a comment whose first sentence tells what happened. Then
// come what is expected (want), where it happened (file, leg) and the
// conversation.
//
//	# A load balancer forgets Connection: Upgrade.
//	want handshake verdict=rewritten certainty=inferred status=400 sightings=1
//
//	leg instance 10.0.1.1:50001 -> 10.0.1.2:80
//
//	instance > GET /chat HTTP/1.1
//	         > Host: app.example
//	         > Upgrade: websocket
//	         >
//	instance < HTTP/1.1 400 Bad Request
//	         < Content-Length: *
//	         <
//	         < no
//	instance: server closes
//
// # Places
//
//	file [NAME] [pcapng] [unsorted] [link LINK] [snaplen N] [clock +3.7s]
//	leg NAME CLIENT:PORT -> SERVER:PORT [in FILE] [link LINK] [vlan N] [vxlan N] [mss N] [twice] [wraps]
//
// LINK is ethernet (the default), sll, sll2, raw or null. A pcapng file has
// one interface for each leg; unsorted writes all packets of one interface
// before those of the next. A leg marked twice is captured twice, as tcpdump
// -i any does on a host that forwards; one that wraps starts its sequence
// numbers shortly before they overflow.
//
// # What is sent
//
// The arrow shows the direction: > from the client end of the leg, < from the
// server end. Lines that begin with white space and the same arrow belong to
// the same payload.
//
//	> <     an HTTP message: CR LF is added to each line of the head; the lines
//	        after the empty one are the body, one after the other, nothing added
//	>> <<   bytes: the lines one after the other, nothing added
//	~> <~   WebSocket frames, one in each line, masked when the client sends
//
// Everywhere \r \n \t \\ \xHH and \{80*a} (a run) are understood. A head line
// that ends in \n gets no CR LF. "Content-Length: *" counts the body,
// "Sec-WebSocket-Accept: *" answers the last key sent on that leg. Where the
// head says chunked, every body line becomes a chunk; the last chunk follows,
// unless the last line is "...". Frames are text, binary, ping, pong, close
// [CODE [REASON]], begin, more, end for a text in fragments, and deflated for
// one that is compressed already.
//
// # What else happens
//
//	LEG: client opens            a SYN handshake; comes by itself before the first payload
//	LEG: client|server closes    a FIN, and its acknowledgement
//	LEG: client|server resets    a RST
//	LEG: client|server probes    a TCP keep-alive probe, and its acknowledgement
//	LEG: proxy v1|v2 A -> B      a PROXY protocol header in a packet of its own
//	wait 61s                     time passes; each line takes a millisecond anyway
//	capture begins / ends        what came before / comes after was not captured
//	rotate NAME                  the capture goes on in another file
//
// and, before a payload, its accidents, each in a line of its own:
//
//	cut 10 20    it travels in segments, with boundaries at these offsets
//	lose         it never reaches the capture, though its acknowledgement does;
//	             "lose 40-" and "lose 40-80" lose only these bytes
//	swap         its first two segments are captured in the wrong order
//	again        it is retransmitted 200 ms later
//	twice        each of its packets is captured twice
//
// # What is expected
//
//	want handshake verdict=... certainty=... status=... sightings=N legs=client,instance
//	               culprit=FRONT|BACK findings=a,b:warning ...
//	want counters connections=N requests=N responses=N handshakes=N gaps=N webSocketFrames=N
//	want source index=N clockOffset=-3.7 problems=snaplen
//	want findings none
//
// The words are those of the report. A story lists all handshakes, in order,
// or says handshakes=N; one that does neither leaves them open. "none" stands
// for null and for an empty list, "-" for an unknown half of a culprit. Lists
// of findings are compared without order; "findings~=" names findings that
// must be there and allows others. A finding may carry its severity. Lists of
// legs, frames and closes (client-fin, server-rst, open) have an element for
// each sighting; key, target and status are the handshake's, proxy is that of
// its last sighting. Indented lines go on with the want above them.
//
// Non-goals: it is no TCP implementation (no windows, no options, no timers)
// and knows nothing of the program's judgement.
package story
