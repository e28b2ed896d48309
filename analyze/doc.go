// Package analyze understands what was said on the connections of a capture
// and judges what became of every WebSocket handshake among it.
//
// The nouns, in the order in which they come to be: a connection (conn) has
// two sides that send bytes; http1 reads heads out of them; a request and its
// response are an Exchange. An exchange whose request is meant as a WebSocket
// handshake is a Sighting. Sightings of one handshake on several legs are
// joined into a Handshake (group.go), whose verdict follows from comparing
// neighbours hop by hop (verdict.go). Rules then look at a Case and return
// Findings.
//
// Non-goals: it has no clock, starts no goroutine, prints nothing, and knows
// neither packets' layout nor files. Bodies are counted, not kept.
package analyze
