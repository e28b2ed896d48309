package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
)

func TestPercentFor(t *testing.T) {
	for inUse, want := range map[uint64]int{
		0:           maxPercent, // not counted yet
		1 << 20:     maxPercent,
		garbageRoom: 96,
		40 << 20:    40,
		1 << 30:     minPercent,
		1 << 40:     minPercent,
	} {
		if got := percentFor(inUse); got != want {
			t.Errorf("%d MiB in use: %d percent, not %d", inUse>>20, got, want)
		}
	}
}

// TestBoundGarbage: whatever is in use, the next collection comes when
// garbageRoom more, or a quarter more, has gathered.
func TestBoundGarbage(t *testing.T) {
	t.Setenv("GOGC", "") // who sets it for the tests does not mean this one
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	boundGarbage()
	for _, mib := range []int{8, 60, 200} {
		held := make([]byte, mib<<20)
		settle := func() (goal uint64) {
			runtime.GC()
			s := []metrics.Sample{{Name: "/gc/heap/goal:bytes"}}
			metrics.Read(s)
			return s[0].Value.Uint64()
		}
		used, goal := uint64(0), uint64(1<<60)
		for range 1000 { // the finalizer runs when it will
			goal, used = settle(), inUse()
			if goal < used+room(used) {
				break
			}
			runtime.Gosched()
		}
		t.Logf("%d MiB held, %d in use: the next collection comes at %d MiB", mib, used>>20, goal>>20)
		if goal < used || goal > used+room(used) {
			t.Errorf("with %d MiB in use the goal is %d MiB", used>>20, goal>>20)
		}
		runtime.KeepAlive(held)
	}
}

// room is what may gather beside so much in use, stacks and the last step of
// the percentage included.
func room(used uint64) uint64 { return max(garbageRoom, used/4) + 8<<20 }
