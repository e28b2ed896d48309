package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// garbageRoom is how much garbage may gather before it is collected, in bytes.
//
// Go's own rule is a share of what is in use, which is wrong here at both ends:
// with little in use, as live on a quiet machine, it collects all the time, and
// with much in use it lets the memory double.
const garbageRoom = 16 << 20

// minHeap is what Go lets gather at GOGC=100 before it collects for the first
// time, in bytes; it goes with the percentage.
const minHeap = 4 << 20

// Collecting costs time in proportion to what is in use, so that the room has to
// grow with it in the end: at least a quarter of it.
const minPercent, maxPercent = 25, garbageRoom * 100 / minHeap

// boundGarbage keeps the garbage to garbageRoom from now on. Who sets GOGC knows
// better.
var boundGarbage = sync.OnceFunc(func() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(maxPercent)
		afterCollection(new(collection))
	}
})

// collection is garbage itself: its finalizer runs once after each collection.
type collection struct {
	_       [16]byte // too large to share its place with what lives on
	percent int
}

// afterCollection works out the percentage that leaves the room anew, as soon as
// what is in use has been counted.
func afterCollection(c *collection) {
	runtime.SetFinalizer(c, func(c *collection) {
		if p := percentFor(inUse()); p != c.percent {
			debug.SetGCPercent(p)
			c.percent = p
		}
		afterCollection(c)
	})
}

// percentFor is the GOGC at which garbageRoom gathers beside so many bytes in
// use, in steps of about a sixteenth.
func percentFor(inUse uint64) int {
	p := int(garbageRoom * 100 / max(inUse, 1))
	return min(max(p-p%max(p/16, 1), minPercent), maxPercent)
}

// inUse is what the last collection found in use, in bytes. GOGC is a share of
// the globals and stacks, too.
func inUse() (sum uint64) {
	all := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/scan/globals:bytes"}, {Name: "/gc/scan/stack:bytes"}}
	metrics.Read(all)
	for _, s := range all {
		if s.Value.Kind() == metrics.KindUint64 {
			sum += s.Value.Uint64()
		}
	}
	return sum
}
