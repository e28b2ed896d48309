// Package http1 reads HTTP/1 messages out of a byte stream exactly as they
// were sent. It is fed bytes and holes and never waits; what it finds does not
// depend on how the stream was cut into segments.
//
// net/http repairs: it merges, renames and deletes header fields. This package
// testifies: order, case, white space and repetitions are evidence.
//
// Non-goals: it keeps no bodies, decodes no codings, and does not judge.
package http1
