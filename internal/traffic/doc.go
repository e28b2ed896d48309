// Package traffic makes large captures to measure with and to test on: plain
// web traffic on many connections at a time, among which a handshake has to be
// found, and its harder relatives. The same Kind is the same, byte by byte,
// every time.
//
// Non-goals: it plays no stories (see internal/story) and knows nothing of
// what is to be found in what it makes.
package traffic
