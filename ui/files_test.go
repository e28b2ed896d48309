package ui

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"sync"
	"testing"

	"github.com/gdamore/tcell/v2"

	"elbscope/analyze"
)

// written notes what a Writer is asked for.
type written struct {
	mu    sync.Mutex
	calls []call
	err   func(call) error
}

type call struct {
	ids       string
	path      string
	overwrite bool
}

func (w *written) write(_ context.Context, hs []*analyze.Handshake, path string, overwrite bool, _ func(float64)) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var ids []string
	for _, h := range hs {
		ids = append(ids, h.ID)
	}
	c := call{strings.Join(ids, " "), path, overwrite}
	w.calls = append(w.calls, c)
	if w.err != nil {
		if err := w.err(c); err != nil {
			return "", err
		}
	}
	return "done with " + path, nil
}

func (w *written) last(t *testing.T) call {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.calls) == 0 {
		t.Fatal("nothing was asked for")
	}
	return w.calls[len(w.calls)-1]
}

// TestMarks marks rows and wants the marks to outlive sorting and new states.
func TestMarks(t *testing.T) {
	s := samples(t, "article-502.pcapng")
	r := launch(t, s, 120, 40, simpleOptions())
	marks := func() (n int) {
		r.on(func() { n = len(r.app.home.list.marks) })
		return n
	}
	var first int
	r.on(func() { first = len(r.app.home.now.rows[0].group.members) })
	r.key(tcell.KeyRune, ' ')
	if marks() != first {
		t.Fatalf("%d marked, the row has %d", marks(), first)
	}
	r.see("*")
	r.press(">")
	next := *s
	next.Rev++
	r.publish(&next)
	if marks() != first || !strings.Contains(r.text(), "\n*") {
		t.Errorf("the marks are gone:\n%s", r.text())
	}
	r.press("u")
	if marks() != 0 || strings.Contains(r.text(), "\n*") {
		t.Errorf("marks stay:\n%s", r.text())
	}
}

// TestSaveAndExport asks for names, and again before anything is overwritten.
func TestSaveAndExport(t *testing.T) {
	saved, exported := &written{}, &written{}
	saved.err = func(c call) error {
		switch {
		case strings.HasPrefix(c.path, "bad"):
			return errors.New("the disk is full")
		case !c.overwrite && strings.HasPrefix(c.path, "old"):
			return &fs.PathError{Op: "create", Path: c.path, Err: fs.ErrExist}
		}
		return nil
	}
	o := simpleOptions()
	o.Save, o.Export = saved.write, exported.write
	s := samples(t, "article-502.pcapng")
	r := launch(t, s, 120, 40, o)

	r.press("w Enter")
	r.see("done with elbscope-")
	if c := saved.last(t); len(strings.Fields(c.ids)) != len(s.Snap.Handshakes) || !strings.HasSuffix(c.path, ".pcapng") || c.overwrite {
		t.Errorf("without marks: %+v", c)
	}
	r.key(tcell.KeyRune, ' ')
	var marked int
	r.on(func() { marked = len(r.app.home.list.marks) })
	r.press("w old Enter") // what is typed takes the place of what was proposed
	r.see("old exists")
	r.press("n o Enter")
	r.see("as it was")
	if c := saved.last(t); c.overwrite || len(strings.Fields(c.ids)) != marked {
		t.Errorf("%+v, and %d are marked", c, marked)
	}
	r.press("w old Enter")
	r.see("old exists")
	r.press("y e s Enter")
	r.see("done with old")
	if c := saved.last(t); !c.overwrite {
		t.Errorf("after yes: %+v", c)
	}
	r.press("w bad Enter")
	r.see("not written: the disk is full")
	r.see("as: bad_") // to be mended
	r.press("Home g o o d - Enter")
	r.see("done with good-bad")
	r.press("w bad Enter")
	r.see("as: bad_")
	r.press("Esc e r.json Enter")
	r.see("done with r.json")
	r.press("Enter e Enter")
	r.see("done with elbscope-")
	if c := exported.last(t); len(strings.Fields(c.ids)) != 1 || !strings.HasSuffix(c.path, ".txt") {
		t.Errorf("from the story: %+v", c)
	}
	r.press("?")
	r.see("of a live run or a pipe only what")
}

// TestCtrlCStopsWriting stops a writer that would go on for ever.
func TestCtrlCStopsWriting(t *testing.T) {
	o := simpleOptions()
	o.Save = func(ctx context.Context, _ []*analyze.Handshake, _ string, _ bool, so func(float64)) (string, error) {
		so(0.425)
		<-ctx.Done()
		return "", errors.New("stopped")
	}
	r := launch(t, samples(t, "article-502.pcapng"), 120, 40, o)
	r.press("w Enter")
	r.see(".pcapng, 42 %; Ctrl-C stops")
	r.press("w")
	r.see("is being written")
	r.press("Ctrl-C")
	r.see("not written: stopped")
}

// TestSecrets shows them by a key, and keeps them out of copies.
func TestSecrets(t *testing.T) {
	s := samples(t, "article-502.pcapng")
	h := s.Snap.Handshakes[0]
	const hidden = "TOPSECRETCOOKIE"
	for _, x := range h.Sightings {
		x.Request.Raw = strings.Replace(x.Request.Raw, "\r\n", "\r\nCookie: sid="+hidden+"\r\n", 1)
	}
	r := launch(t, s, 200, 60, simpleOptions())
	r.on(func() { r.app.open(newStory(r.app, h.ID)) })
	r.press("b")
	r.see("Cookie: ")
	if strings.Contains(r.text(), hidden) {
		t.Fatal("it is shown at once")
	}
	r.press("v")
	r.see(hidden)
	r.see("SECRETS SHOWN")
	r.press("y")
	r.see("copied bytes of")
	if got := string(r.sim.GetClipboardData()); strings.Contains(got, hidden) || !strings.Contains(got, "Cookie: ") {
		t.Errorf("copied:\n%s", got)
	}
	r.see(hidden)
	r.press("v")
	r.until("masked again", func() bool { return !strings.Contains(picture(r.sim), hidden) })
}

// TestCopy copies from a list, a story and a pane.
func TestCopy(t *testing.T) {
	r := launch(t, samples(t, "article-502.pcapng"), 120, 40, simpleOptions())
	for _, step := range []struct{ keys, note, want string }{
		{"y", "copied the row", "verdict: "},
		{"Enter y", "copied the summary", "ERROR"},
		{"p y", "copied packets of", "request"},
	} {
		r.press(step.keys)
		r.see(step.note)
		if got := string(r.sim.GetClipboardData()); !strings.Contains(got, step.want) || len(got) > maxCopy {
			t.Errorf("after %s: no %q in\n%s", step.keys, step.want, got)
		}
	}
	empty := launch(t, samples(t, "health-checks.pcap"), 80, 24, simpleOptions())
	empty.press("y")
	empty.see("copied why there is none")
	if got := string(empty.sim.GetClipboardData()); !strings.HasPrefix(got, "No WebSocket handshake in 25 packets") {
		t.Errorf("of an empty list it copies:\n%s", got)
	}
}

// TestOSC52 holds the sequences.
func TestOSC52(t *testing.T) {
	if got := osc52("hi", false); got != "\x1b]52;c;aGk=\a" {
		t.Errorf("%q", got)
	}
	long := osc52(strings.Repeat("x", 3000), true)
	for _, piece := range strings.SplitAfter(long, "\x1b\\") {
		if len(piece) > 768 {
			t.Errorf("a piece of %d bytes", len(piece))
		}
	}
}

// TestFolder wants names in a place where they can be written, which is asked
// for anew each time.
func TestFolder(t *testing.T) {
	folder := "/tmp/"
	o := simpleOptions()
	o.Save, o.Folder = (&written{}).write, func() string { return folder }
	r := launch(t, samples(t, "article-502.pcapng"), 120, 40, o)
	r.press("w")
	r.see("as: /tmp/elbscope-")
	r.press("m y") // the name, and not the folder
	r.see("as: /tmp/my_")
	r.press("Esc w")
	r.paste("/home/me/x.pcapng")
	r.see("as: /home/me/x.pcapng_")
	r.press("Esc w Left x")
	r.see(".pcapnxg")
	r.press("Esc w Backspace")
	r.see("as: /tmp/_")
	r.press("Esc")
	folder = ""
	r.press("w")
	r.see("as: elbscope-")
}
