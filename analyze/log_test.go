package analyze

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

func numbers(v View[int]) string {
	n, sum, first, last := 0, 0, -1, -1
	for e := range v.All {
		if first < 0 {
			first = *e
		}
		last = *e
		n, sum = n+1, sum+*e
	}
	return fmt.Sprintf("%d from %d to %d, sum %d", n, first, last, sum)
}

func ptr(i int) *int { return &i }

// TestLogSnapshots takes a snapshot before each kind of change, around the
// borders of chunks, and looks at it afterwards.
func TestLogSnapshots(t *testing.T) {
	for _, n := range []int{1, logChunkSize - 1, logChunkSize, logChunkSize + 1, 3*logChunkSize + 5} {
		var l Log[int]
		for i := range n {
			if got := l.Append(ptr(i)); got != i {
				t.Fatalf("entry %d has the number %d", i, got)
			}
		}
		changes := map[string]func(){
			"append":     func() { l.Append(ptr(1000000)) },
			"set":        func() { l.Set(n-1, ptr(2000000)) },
			"set first":  func() { l.Set(0, ptr(3000000)) },
			"remove":     func() { l.Set(n/2, nil) },
			"drop":       func() { l.DropOldest() },
			"drop a lot": func() { dropAll(&l, min(n, logChunkSize+3)) },
			"drop empty": func() { l.DropEmpty() },
		}
		for name, change := range changes {
			view := l.Snapshot()
			before, rev := numbers(view), l.Rev()
			change()
			if after := numbers(view); after != before {
				t.Errorf("%d entries, %s: the snapshot held %s, and then %s", n, name, before, after)
			}
			if name == "append" && l.Rev() == rev {
				t.Errorf("%s does not move the revision", name)
			}
		}
	}
}

func dropAll(l *Log[int], n int) {
	for range n {
		l.DropOldest()
	}
}

func TestLogDrops(t *testing.T) {
	var l Log[int]
	const n = 2*logChunkSize + 10
	for i := range n {
		l.Append(ptr(i))
	}
	for i := range n {
		if got := l.DropOldest(); got == nil || *got != i {
			t.Fatalf("dropped %v, want %d", got, i)
		}
		if l.Get(i) != nil {
			t.Fatalf("entry %d is still there", i)
		}
		l.Set(i, ptr(7)) // stays dropped
		if i+1 < n && *l.Get(i + 1) != i+1 {
			t.Fatalf("entry %d is wrong", i+1)
		}
		if l.Len() != n-i-1 {
			t.Fatalf("%d left, want %d", l.Len(), n-i-1)
		}
	}
	if l.DropOldest() != nil || len(l.chunks) > 1 {
		t.Error("there is something left")
	}
	if i := l.Append(ptr(1)); i != n || *l.Get(i) != 1 {
		t.Error("numbers do not go on")
	}
	l.Set(n, nil)
	l.DropEmpty()
	if l.Len() != 0 {
		t.Error("an empty entry is left")
	}
}

// TestLogReaders reads snapshots on other goroutines while entries come, change
// and go; it is for the race detector.
func TestLogReaders(t *testing.T) {
	var l Log[int]
	var wg sync.WaitGroup
	done := make(chan struct{})
	for range 2 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				view := l.Snapshot()
				if a, b := numbers(view), numbers(view); a != b {
					t.Errorf("one snapshot, two readings: %s and %s", a, b)
				}
				l.Get(l.Len() / 2)
				l.Rev()
				select {
				case <-done:
					return
				default:
				}
			}
		}()
	}
	for i := range 4 * logChunkSize {
		l.Append(ptr(i))
		l.Set(i/2, ptr(-i))
		if i%3 == 0 {
			l.DropOldest()
		}
		if i%100 == 0 {
			l.Set(i-i/10, nil)
			l.DropEmpty()
		}
	}
	close(done)
	wg.Wait()
}

// TestLogChanges compares what two views differ in with what was done between.
func TestLogChanges(t *testing.T) {
	changes := func(before, after View[int]) string {
		s := ""
		for was, is := range after.Changes(before) {
			show := func(p *int) string {
				if p == nil {
					return "-"
				}
				return fmt.Sprint(*p)
			}
			s += show(was) + ">" + show(is) + " "
		}
		return s
	}
	var l Log[int]
	empty := l.Snapshot()
	for i := range 2 * logChunkSize {
		l.Append(ptr(i))
	}
	full := l.Snapshot()
	if got := changes(empty, full); !strings.HasPrefix(got, "->0 ->1 ") || strings.Count(got, ">") != 2*logChunkSize {
		t.Errorf("from nothing: %.40s", got)
	}
	if got := changes(full, l.Snapshot()); got != "" {
		t.Errorf("from the same: %s", got)
	}
	l.Set(5, ptr(-5))
	l.Set(logChunkSize+1, nil)
	l.Append(ptr(77))
	l.DropOldest()
	later := l.Snapshot()
	if got := changes(full, later); got != fmt.Sprintf("0>- 5>-5 %d>- ->77 ", logChunkSize+1) {
		t.Error(got)
	}
	dropAll(&l, logChunkSize+1) // the first chunk goes
	l.Set(logChunkSize+9, ptr(-9))
	if got := changes(later, l.Snapshot()); !strings.HasPrefix(got, "1>- 2>- 3>- 4>- -5>- ") ||
		!strings.HasSuffix(got, fmt.Sprintf("%d>- %d>-9 ", logChunkSize, logChunkSize+9)) {
		t.Errorf("%.40s ... %s", got, got[len(got)-30:])
	}
	if got := changes(later, later); got != "" {
		t.Errorf("a view and itself: %s", got)
	}
}
