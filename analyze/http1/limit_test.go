package http1

import (
	"strings"
	"testing"
)

// TestLimit: where memory is short a head is cut that goes on behind the limit,
// and none that comes in one piece.
func TestLimit(t *testing.T) {
	long := get + "A: " + strings.Repeat("x", 3000) + "\r\n"
	p, s := parser(false)
	p.Feed([]byte(long))
	if n := p.Held(); n < len(long) || s.heads != 0 {
		t.Errorf("%d bytes are held, of %d; %d heads", n, len(long), s.heads)
	}
	p.Limit(1000)
	p.Feed([]byte("B: b\r\n"))
	if n := p.Held(); s.heads != 1 || !p.Astray() || n > 100 {
		t.Errorf("with a limit: %d heads, %d bytes are held", s.heads, n)
	}
	p.Feed([]byte("\r\n" + long + "\r\n"))
	if s.heads != 2 || !p.Astray() {
		t.Errorf("the next one, behind a search: %d heads", s.heads)
	}
	for range 100 {
		p.Feed([]byte("no line end "))
	}
	if n := p.Held(); n > 4000 {
		t.Errorf("%d bytes of a line are held", n)
	}
	p.Init(s, false)
	p.Feed([]byte(long + "\r\n"))
	if n := p.Held(); s.heads != 3 || n != 0 {
		t.Errorf("in one piece: %d heads, %d bytes are held", s.heads, n)
	}
	p.Limit(0)
	feedParts(p, []byte(long+"\r\n"), 100)
	if s.heads != 4 || p.Astray() {
		t.Errorf("without a limit again: %d heads", s.heads)
	}
}
