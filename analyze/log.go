package analyze

import (
	"iter"
	"sync"
)

// Log is a list that one goroutine writes and others read as snapshots. An
// entry that was published is never changed in place: it is replaced. Entries
// are numbered from 0 for ever; the oldest may be dropped.
type Log[T any] struct {
	mu     sync.Mutex
	base   int // number of the first entry of chunks[0]
	first  int // number of the oldest entry that is kept
	next   int
	chunks []*logChunk[T]
	rev    uint64
}

// logChunkSize makes a snapshot cheap: a full chunk is shared with it until an
// entry in it is replaced, and appending never copies more than one chunk.
const logChunkSize = 1024

type logChunk[T any] struct {
	entries [logChunkSize]*T
	shared  bool
}

// Append adds an entry and returns its number.
func (l *Log[T]) Append(v *T) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := l.next
	if (i-l.base)/logChunkSize == len(l.chunks) {
		l.chunks = append(l.chunks, new(logChunk[T]))
	}
	l.next++
	l.rev++
	l.own(i).entries[(i-l.base)%logChunkSize] = v
	return i
}

// Set replaces entry i; nil removes it and leaves its number unused. Entries
// that were dropped stay dropped.
func (l *Log[T]) Set(i int, v *T) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i < l.first || i >= l.next {
		return
	}
	l.rev++
	l.own(i).entries[(i-l.base)%logChunkSize] = v
}

// own returns the chunk of entry i, copied if a snapshot shares it.
func (l *Log[T]) own(i int) *logChunk[T] {
	n := (i - l.base) / logChunkSize
	if l.chunks[n].shared {
		c := *l.chunks[n]
		c.shared = false
		l.chunks[n] = &c
	}
	return l.chunks[n]
}

// Get returns entry i, or nil if it was removed or dropped.
func (l *Log[T]) Get(i int) *T {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i < l.first || i >= l.next {
		return nil
	}
	return l.chunks[(i-l.base)/logChunkSize].entries[(i-l.base)%logChunkSize]
}

// DropOldest forgets the oldest entry and returns it; nil if it was removed
// before or there is none.
func (l *Log[T]) DropOldest() *T {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.first == l.next {
		return nil
	}
	i := l.first - l.base
	v := l.chunks[0].entries[i]
	l.own(l.first).entries[i] = nil
	l.advance()
	return v
}

// DropEmpty forgets the oldest entries as far as they were removed, so that a
// log whose entries go by Set does not grow for ever.
func (l *Log[T]) DropEmpty() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.first < l.next && l.chunks[0].entries[l.first-l.base] == nil {
		l.advance()
	}
}

// advance moves behind the oldest entry.
func (l *Log[T]) advance() {
	l.first++
	l.rev++
	if l.first-l.base == logChunkSize {
		l.base += logChunkSize
		l.chunks = append([]*logChunk[T](nil), l.chunks[1:]...)
	}
}

// Len returns how many numbers are in use, removed entries included.
func (l *Log[T]) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.next - l.first
}

// Rev moves whenever the log changes.
func (l *Log[T]) Rev() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.rev
}

// View is the state of a Log at one moment.
type View[T any] struct {
	chunks            []*logChunk[T]
	base, first, next int
}

// Snapshot returns the present state. It costs one pointer per 1,024 entries.
func (l *Log[T]) Snapshot() View[T] {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.chunks {
		c.shared = true
	}
	return View[T]{append([]*logChunk[T](nil), l.chunks...), l.base, l.first, l.next}
}

// Changes yields what differs from an earlier view of the same log, in order:
// each entry as it was and as it is, nil where there is none.
func (v View[T]) Changes(before View[T]) iter.Seq2[*T, *T] {
	return func(yield func(was, is *T) bool) {
		for at := min(v.base, before.base); at < max(v.next, before.next); at += logChunkSize {
			old, now := before.chunk(at), v.chunk(at)
			if old == now {
				continue // not one entry was replaced
			}
			for i := range logChunkSize {
				if was, is := old.entry(i), now.entry(i); was != is && !yield(was, is) {
					return
				}
			}
		}
	}
}

// chunk returns the chunk that begins with a number, nil if there is none.
func (v View[T]) chunk(at int) *logChunk[T] {
	if n := (at - v.base) / logChunkSize; at >= v.base && n < len(v.chunks) {
		return v.chunks[n]
	}
	return nil
}

func (c *logChunk[T]) entry(i int) *T {
	if c == nil {
		return nil
	}
	return c.entries[i]
}

// Len returns how many numbers are in use, removed entries included.
func (v View[T]) Len() int { return v.next - v.first }

// All yields the entries in order, without those removed.
func (v View[T]) All(yield func(*T) bool) {
	for i := v.first; i < v.next; i++ {
		e := v.chunks[(i-v.base)/logChunkSize].entries[(i-v.base)%logChunkSize]
		if e != nil && !yield(e) {
			return
		}
	}
}
