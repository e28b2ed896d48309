package ui

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/gdamore/tcell/v2"
	"golang.org/x/text/transform"
)

// TestAnyUTF8 decodes what is no UTF-8, cut at any place, as tcell does it: in
// small pieces, and until it is told that more is needed.
func TestAnyUTF8(t *testing.T) {
	for _, text := range []string{
		"", "plain", "über ✗ 日本 \U0001f600", "\xe9", "\xe9t\xe9", "\xff\xfe\x80\x80\x80\x80\x80\x80\x80", "a\xe2\x9cb", "\xf0\x9f\x98", "\xc0\xaf\xed\xa0\x80",
	} {
		for at := range len(text) + 1 {
			var waits, got []byte
			for _, chunk := range []string{text[:at], text[at:]} {
				waits = append(waits, chunk...)
				for turns := 0; len(waits) > 0; turns++ {
					if turns > len(text)+1 {
						t.Fatalf("%q cut at %d: no way on from %q", text, at, waits)
					}
					out := make([]byte, 8)
					n, used, err := anyUTF8{}.Transform(out, waits, false)
					got, waits = append(got, out[:n]...), waits[used:]
					if errors.Is(err, transform.ErrShortSrc) {
						break
					}
				}
			}
			if utf8.FullRune(waits) && len(waits) > 0 {
				t.Errorf("%q cut at %d: %q waits", text, at, waits)
			}
			if all := string(got) + string(waits); all != text {
				t.Errorf("%q cut at %d became %q", text, at, all)
			}
		}
	}
}

// keyboard is a terminal on which pieces are typed, at these times.
type keyboard struct {
	tcell.Tty
	typed [][]byte
}

func (k *keyboard) Read(b []byte) (int, error) {
	if len(k.typed) == 0 {
		return 0, io.EOF
	}
	n := copy(b, k.typed[0])
	if k.typed[0] = k.typed[0][n:]; len(k.typed[0]) == 0 {
		k.typed = k.typed[1:]
	}
	return n, nil
}

func (k *keyboard) Drain() error { return nil }
func (k *keyboard) Start() error { return nil }

// TestTerminalStrings wants strings for terminals to end with Ctrl-C and after a
// silence, and all else to pass as it is, in pieces that tcell has room for.
func TestTerminalStrings(t *testing.T) {
	long := bytes.Repeat([]byte("0123456789"), 100)
	for _, c := range []struct {
		name, want string
		typed      []string
	}{
		{"plain", "abc", []string{"a", "bc"}},
		{"long", string(long), []string{string(long)}},
		{"Ctrl-C", "\x1b]j\x1b\\\x03\x1b\\\x03", []string{"\x1b]", "j", "\x03\x03"}},
	} {
		k := &keyboard{}
		for _, s := range c.typed {
			k.typed = append(k.typed, []byte(s))
		}
		x := &terminal{Tty: k, at: time.Now().Add(time.Hour)}
		var got []byte
		for {
			b := make([]byte, 128)
			n, err := x.Read(b)
			if got = append(got, b[:n]...); err != nil {
				break
			}
			if n > 3*mostRead {
				t.Fatalf("%s: %d bytes at once", c.name, n)
			}
			x.at = time.Now().Add(time.Hour)
		}
		if string(got) != c.want {
			t.Errorf("%s: %q, not %q", c.name, got, c.want)
		}
	}
	x := &terminal{Tty: &keyboard{typed: [][]byte{[]byte("j")}}, at: time.Now().Add(-2 * silence)}
	b := make([]byte, 128)
	if n, err := x.Read(b); err != nil || string(b[:n]) != "\x1b\\j" {
		t.Errorf("after a silence %q (%v)", b[:n], err)
	}
	if err := x.Drain(); err != nil {
		t.Fatal(err)
	}
	if n, err := x.Read(b); n != 0 || err != nil {
		t.Errorf("drained, it reads %q (%v)", b[:n], err)
	}
}

// TestPaste pastes: in one line where something is typed, and nowhere else.
func TestPaste(t *testing.T) {
	r := launch(t, samples(t, "article-502.pcapng"), 80, 24, simpleOptions())
	r.paste("Q\nwx")
	r.see("pasted text does nothing here; f filters, / finds")
	r.press("f")
	r.paste("status:502\n target:~socket\t\n")
	r.see("filter: status:502 target:~socket_")
	r.press("Enter")
	r.see("filter: status:502 target:~socket ")
	r.press("/")
	r.paste(string(bytes.Repeat([]byte("longer "), 10000)))
	r.until("as much as is taken", func() bool { return len(r.app.frame.prompt.text) == longestTyped })
}

// paste sends what terminals send around pasted text.
func (r *rig) paste(text string) {
	r.t.Helper()
	all := []tcell.Event{tcell.NewEventPaste(true)}
	for _, c := range text {
		key := tcell.KeyRune
		switch c {
		case '\n':
			key = tcell.KeyEnter
		case '\t':
			key = tcell.KeyTab
		}
		all = append(all, tcell.NewEventKey(key, c, tcell.ModNone))
	}
	for _, ev := range append(all, tcell.NewEventPaste(false)) {
		r.app.app.QueueEvent(ev)
	}
}

// TestTyping takes back a word of what is typed, and goes to the shell from
// there.
func TestTyping(t *testing.T) {
	o := simpleOptions()
	paused := 0
	o.Pause = func() { paused++ }
	r := launch(t, samples(t, "article-502.pcapng"), 80, 24, o)
	r.press("/")
	for _, c := range "one /two/three " {
		r.key(tcell.KeyRune, c)
	}
	for _, want := range []string{"one /two/_", "one /_", "_"} {
		r.key(tcell.KeyCtrlW, 0)
		r.see("find: " + want)
	}
	r.key(tcell.KeyCtrlW, 0)
	for _, step := range []struct{ keys, want string }{
		{"bd Left a", "find: bad"}, // the cursor is on the d
		{"Left Left Left Delete Delete End x", "find: dx_"},
		{"Home Backspace y Right Right Right Backspace", "find: yd_"},
		{"Left Home Right Right Right Left -", "find: y-d"},
	} {
		r.press(step.keys)
		r.see(step.want)
	}
	r.key(tcell.KeyCtrlK, 0)
	r.see("find: y-_")
	r.key(tcell.KeyCtrlA, 0)
	r.press(strings.Repeat("0123456789", 20))
	r.see("\n find:\n …")
	r.key(tcell.KeyCtrlA, 0)
	r.see("\n find:\n 0123456789")
	r.key(tcell.KeyCtrlU, 0)
	r.see(" find: _")
	r.key(tcell.KeyCtrlZ, 0)
	r.until("the shell", func() bool { return paused == 1 && r.app.frame.prompt != nil })
}

// TestKeysWithNothingToDo says so rather than nothing.
func TestKeysWithNothingToDo(t *testing.T) {
	r := launch(t, samples(t, "article-502.pcapng"), 80, 24, simpleOptions())
	r.press("n")
	r.see("nothing was looked for yet; / finds")
	r.press("s")
	r.see("nothing is being read any more")
	if n := r.feed.stopped.Load(); n != 0 {
		t.Errorf("stopped %d times", n)
	}
	r.press("/ Enter")
	r.see("Enter story") // asked for nothing, and found nothing
	r.press("t ?")
	r.see("help")
	if text := r.text(); strings.Contains(text, "Keys of") || !strings.Contains(text, "Keys everywhere") {
		t.Errorf("the help of a screen without keys of its own:\n%s", text)
	}
	r.press("?")
	r.see("where is my traffic?")
}

// TestSortShows wants the mark of the sorted column in the narrowest one.
func TestSortShows(t *testing.T) {
	r := launch(t, samples(t, "article-502.pcapng"), 80, 24, simpleOptions())
	r.press(">")
	r.see("time▾ HTTP")
	r.press("r")
	r.see("time▴ HTTP")
}

// TestMouseWhileTyping clicks on a row while something is being typed, and in a
// window too small to see it: nothing comes of it.
func TestMouseWhileTyping(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {50, 12}} {
		r := launch(t, samples(t, "article-502.pcapng"), size[0], size[1], simpleOptions())
		r.until("a drawing", func() bool { return r.app.home.list.height > 0 || r.app.frame.small })
		r.press("f")
		r.sim.InjectMouse(10, 3, tcell.Button1, tcell.ModNone)
		r.sim.InjectMouse(10, 3, tcell.ButtonNone, tcell.ModNone)
		r.press("a")
		r.on(func() {
			if len(r.app.stack) != 1 {
				t.Errorf("%v: a screen was opened", size)
			}
		})
		if size[0] == 80 {
			r.see("filter: a_")
			r.press("Esc")
			r.sim.InjectMouse(10, 3, tcell.Button1, tcell.ModNone)
			r.sim.InjectMouse(10, 3, tcell.ButtonNone, tcell.ModNone)
			r.see("story of h")
		}
		r.leave()
	}
}

// TestDoubleClick opens another row than the selected one.
func TestDoubleClick(t *testing.T) {
	r := launch(t, samples(t, "article-502.pcapng"), 80, 24, simpleOptions())
	r.press("Right")
	r.until("three rows", func() bool { return r.app.home.list.rows.Len() == 3 })
	for range 2 { // as fast as it goes
		r.sim.InjectMouse(10, 5, tcell.Button1, tcell.ModNone)
		r.sim.InjectMouse(10, 5, tcell.ButtonNone, tcell.ModNone)
	}
	r.see("story of h17")
}

// TestNoDelays sends a vt100 what would take it five seconds with the pauses of
// its day.
func TestNoDelays(t *testing.T) {
	kind, err := withoutDelays("vt100")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(kind.Clear, "$<50>") {
		t.Fatalf("there is no pause in %q", kind.Clear)
	}
	begun := time.Now()
	var out strings.Builder
	for range 100 {
		kind.TPuts(&out, kind.Clear)
	}
	if took := time.Since(begun); took > 2*time.Second || strings.Contains(out.String(), "$") {
		t.Errorf("it took %v to write %.40q", took, out.String())
	}
	if _, err := withoutDelays("nonsense"); err == nil {
		t.Error("a terminal that nobody knows")
	}
}
