package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"testing"

	"elbscope/analyze"
	"elbscope/internal/story"
)

// A hundred thousand tiny runs would spend most of their time collecting
// garbage that is hardly there.
func init() { debug.SetGCPercent(1000) }

// essence is what must not depend on how TCP cut the streams.
func essence(snap *analyze.Snapshot) string {
	var b strings.Builder
	t := &snap.Totals
	fmt.Fprintf(&b, "requests %d responses %d frames %d\n", t.Requests, t.Responses, t.WebSocketFrames)
	for _, h := range snap.Handshakes {
		for _, name := range []string{"verdict", "certainty", "status", "culprit", "key", "target", "findings", "legs", "frames", "closed"} {
			fmt.Fprintf(&b, "%s=%s ", name, handshakeValue(h, name))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// stories returns the samples whose streams may be cut anew.
func stories(t *testing.T) []story.Sample {
	t.Helper()
	var all []story.Sample
	for _, s := range shelf(t, os.DirFS("../../samples")) {
		if s.Story != nil && !s.Story.Fragile() {
			all = append(all, s)
		}
	}
	if len(all) == 0 {
		t.Fatal("no stories found")
	}
	return all
}

// TestOneByteSegments sends every stream byte by byte.
func TestOneByteSegments(t *testing.T) {
	for _, s := range stories(t) {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			want := essence(analyse(t, s.Captures))
			if got := essence(analyse(t, s.Story.Captures(story.WithSegments(1)))); got != want {
				t.Errorf("in one-byte segments:\n%swhole:\n%s", got, want)
			}
		})
	}
}

// boundaries are those at which to cut a stream: all of them, but for the inside
// of a payload that is very long, of which only its ends are anything but more of
// the same. There, a prime number of bytes lies between them.
func boundaries(s story.Stream) (all []int) {
	const ends, apart = 1500, 67
	for n, end := range s.Ends {
		from := 0
		if n > 0 {
			from = s.Ends[n-1]
		}
		for at := from; at < end; at++ {
			if at > 0 && (at < from+ends || at >= end-ends || at%apart == 0) {
				all = append(all, at)
			}
		}
	}
	return all
}

// TestEveryBoundary cuts every stream in two, at every boundary.
func TestEveryBoundary(t *testing.T) {
	for _, s := range stories(t) {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			want := essence(analyse(t, s.Captures))
			for i, stream := range s.Story.Streams() {
				for _, at := range boundaries(stream) {
					got := essence(analyse(t, s.Story.Captures(story.WithCut(i, at))))
					if got != want {
						t.Fatalf("stream %d cut at %d:\n%swhole:\n%s", i, at, got, want)
					}
				}
			}
		})
	}
}
