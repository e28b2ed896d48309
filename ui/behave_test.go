package ui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gdamore/tcell/v2"

	"elbscope/analyze"
)

// grown is a state with more handshakes than another, in front and behind.
func grown(s *State, more ...*analyze.Handshake) *State {
	snap := *s.Snap
	snap.Handshakes = append(append([]*analyze.Handshake(nil), more...), snap.Handshakes...)
	next := *s
	next.Rev, next.Snap = s.Rev+1, &snap
	return &next
}

// plainHandshake is a handshake with just enough for a row.
func plainHandshake(id string, v analyze.Verdict, target string) *analyze.Handshake {
	return &analyze.Handshake{ID: id, Verdict: v, Certainty: analyze.Proven, Target: target, Host: "h" + id}
}

func (r *rig) selected() (id string) {
	r.t.Helper()
	r.on(func() { id = r.app.home.now.rows[r.app.home.list.selected].first().ID })
	return id
}

func TestSelectionFollowsItsRow(t *testing.T) {
	s := &State{Rev: 1, Snap: &analyze.Snapshot{}}
	for i, v := range []analyze.Verdict{analyze.Rewritten, analyze.Dropped, analyze.Refused, analyze.Healthy} {
		s = grown(s, plainHandshake(fmt.Sprint("old", i), v, fmt.Sprintf("/%c", 'z'-i)))
	}
	r := launch(t, s, 80, 24, simpleOptions())
	r.press("Down Down")
	want := r.selected()
	r.publish(grown(s, plainHandshake("new1", analyze.Malformed, "/new"), plainHandshake("new2", analyze.Malformed, "/other")))
	if got := r.selected(); got != want {
		t.Errorf("with new rows the selection went from %s to %s", want, got)
	}
	for range colTime + 1 {
		r.press(">")
		if got := r.selected(); got != want {
			t.Errorf("with another order the selection went from %s to %s", want, got)
		}
	}
	r.press("r")
	if got := r.selected(); got != want {
		t.Errorf("with the order reversed the selection went from %s to %s", want, got)
	}
}

// TestUnknownKey wants a word where a key does nothing, as f in a story, that
// goes with the next key.
func TestUnknownKey(t *testing.T) {
	r := launch(t, samples(t, "article-502.pcapng"), 80, 24, simpleOptions())
	r.press("Enter f")
	r.see("f does nothing here; ? lists the keys")
	r.press("Down")
	if strings.Contains(r.text(), "does nothing") {
		t.Error("it is said for ever")
	}
	empty := launch(t, samples(t, "health-checks.pcap"), 80, 24, simpleOptions())
	empty.press("Enter")
	empty.see("there is no handshake to tell of")
}

// TestSelectionFollowsItsHandshake wants that of a handshake that turns out to
// be of another kind.
func TestSelectionFollowsItsHandshake(t *testing.T) {
	s := grown(&State{Snap: &analyze.Snapshot{}}, plainHandshake("a", analyze.Healthy, "/a"), plainHandshake("b", analyze.Pending, "/b"))
	r := launch(t, s, 80, 24, simpleOptions())
	r.press("Home")
	if got := r.selected(); got != "b" {
		t.Fatalf("%s is selected", got)
	}
	s2 := grown(&State{Rev: 5, Snap: &analyze.Snapshot{}}, plainHandshake("a", analyze.Refused, "/a"), plainHandshake("b", analyze.Healthy, "/b"))
	r.publish(s2)
	if got := r.selected(); got != "b" {
		t.Errorf("%s is selected", got)
	}
}

func TestUnfold(t *testing.T) {
	r := launch(t, twentyAlike(t), 80, 40, simpleOptions())
	rows := func() (n int) { r.on(func() { n = r.app.home.list.rows.Len() }); return n }
	if n := rows(); n != 1 {
		t.Fatalf("%d rows for twenty alike", n)
	}
	r.press("Right")
	if n := rows(); n != 21 {
		t.Fatalf("%d rows when unfolded", n)
	}
	r.press("Down Down Left")
	if n := rows(); n != 1 {
		t.Fatalf("%d rows when folded again", n)
	}
	if r.press("Enter"); !strings.Contains(r.text(), "story of") {
		t.Error("the group has no story")
	}
}

func TestFilter(t *testing.T) {
	s := &State{Rev: 1, Snap: &analyze.Snapshot{}}
	for i, v := range []analyze.Verdict{analyze.Rewritten, analyze.Refused, analyze.Healthy} {
		s = grown(s, plainHandshake(fmt.Sprint("x", i), v, "/t"))
	}
	r := launch(t, s, 80, 24, simpleOptions())
	rows := func() (n int) { r.on(func() { n = r.app.home.list.rows.Len() }); return n }
	r.press("f verdict:heal")
	if n := rows(); n != 3 || strings.Contains(r.text(), "there is no verdict") {
		t.Errorf("a filter that is begun shows %d rows", n)
	}
	r.press("thy")
	if n := rows(); n != 1 {
		t.Errorf("%d rows while typing", n)
	}
	r.press("x") // verdict:healthyx
	if n := rows(); n != 1 {
		t.Errorf("a wrong filter shows %d rows", n)
	}
	r.see("there is no verdict")
	r.press("Backspace Enter")
	r.see("filter: verdict:healthy")
	r.press("F7 Esc")
	if n := rows(); n != 1 {
		t.Errorf("%d rows after a filter was not changed", n)
	}
	r.press("f")
	for range len("verdict:healthy") {
		r.press("Backspace")
	}
	r.press("Enter")
	if n := rows(); n != 3 {
		t.Errorf("%d rows without a filter", n)
	}
	// A wrong one that is accepted all the same leaves what was before.
	r.press("f nonsense:1 Enter")
	if n := rows(); n != 3 {
		t.Errorf("a wrong filter that was accepted shows %d rows", n)
	}
	if !strings.Contains(r.text(), "nonsense") {
		t.Errorf("nobody says what is wrong:\n%s", r.text())
	}
}

func TestFind(t *testing.T) {
	s := &State{Rev: 1, Snap: &analyze.Snapshot{}}
	for i, target := range []string{"/needle/1", "/hay", "/Needle/2", "/straw"} {
		h := plainHandshake(fmt.Sprint("f", 3-i), analyze.Refused, target)
		h.Start = 1
		s = grown(s, h)
	}
	r := launch(t, s, 80, 24, simpleOptions())
	target := func() (is string) {
		r.on(func() { is = r.app.home.now.rows[r.app.home.list.selected].first().Target })
		return is
	}
	r.press("/ needle Enter")
	first := target()
	r.press("n")
	second := target()
	r.press("N")
	if first == second || !strings.Contains(strings.ToLower(first+second), "needle") || target() != first {
		t.Errorf("found %s, %s, and back %s", first, second, target())
	}
	r.press("/ absent Enter")
	r.see("not found: absent")

	r = launch(t, samples(t, "article-502.pcapng"), 80, 24, simpleOptions())
	r.press("Enter / curl Enter n N")
	if !strings.Contains(r.text(), "story of") {
		t.Error("finding left the story")
	}
}

// TestBackNeverQuits presses Esc and q on every screen more often than there
// are steps.
func TestBackNeverQuits(t *testing.T) {
	r := launch(t, samples(t, "article-502.pcapng"), 80, 24, simpleOptions())
	for _, into := range []string{"Enter d", "Enter b", "Enter p", "Enter c Enter d", "x Enter Tab", "t ?", "? ?", "/", "f"} {
		for _, back := range []string{"Esc", "q"} {
			if back == "q" && (into == "/" || into == "f") {
				continue // there it is a letter
			}
			r.press(into)
			for range 8 {
				r.press(back)
			}
			depth := 0
			r.on(func() { depth = len(r.app.stack) })
			if depth != 1 {
				t.Errorf("%s, then %s many times: %d steps deep", into, back, depth)
			}
		}
	}
	r.see("Q leaves")
	r.press("Q")
	if err := r.ended(); err != nil {
		t.Error(err)
	}
}

func TestInterrupt(t *testing.T) {
	s := stillReading(t)
	r := launch(t, s, 80, 24, simpleOptions())
	r.press("Ctrl-C")
	r.see("Ctrl-C again leaves")
	if n := r.feed.stopped.Load(); n != 1 {
		t.Errorf("stopped %d times", n)
	}
	r.press("Down Ctrl-C") // any key between takes it back
	r.see("Ctrl-C again leaves")
	r.press("Ctrl-C")
	if err := r.ended(); err != nil {
		t.Error(err)
	}
	r = launch(t, samples(t, "article-502.pcapng"), 80, 24, simpleOptions())
	r.press("f Ctrl-C")
	r.see("? help")
	r.press("Down Ctrl-C") // nothing runs any more
	r.ended()
}

func TestResize(t *testing.T) {
	r := launch(t, samples(t, "article-502.pcapng"), 120, 40, simpleOptions())
	r.press("Enter")
	for _, size := range [][2]int{{60, 15}, {59, 15}, {200, 60}, {1, 1}, {80, 24}} {
		r.sim.SetSize(size[0], size[1])
		r.app.app.QueueEvent(tcell.NewEventResize(size[0], size[1])) // as a real terminal would
		r.until(fmt.Sprint(size), func() bool {
			_, _, w, h := r.app.frame.GetRect()
			return w == size[0] && h == size[1]
		})
	}
	r.see("Esc back  ? help")
	r.press("Ctrl-L")
	r.see("story of")
}

func TestMouse(t *testing.T) {
	s := &State{Rev: 1, Snap: &analyze.Snapshot{}}
	for i := range 100 {
		s = grown(s, plainHandshake(fmt.Sprint("m", i), analyze.Refused, "/"+strings.Repeat("a", i+1)))
	}
	r := launch(t, s, 80, 24, simpleOptions())
	at := func() (n int) { r.on(func() { n = r.app.home.list.selected }); return n }
	r.sim.InjectMouse(10, 5, tcell.WheelDown, tcell.ModNone)
	r.until("the wheel", func() bool { return r.app.home.list.selected == 3 })
	r.sim.InjectMouse(10, 7, tcell.Button1, tcell.ModNone)
	r.sim.InjectMouse(10, 7, tcell.ButtonNone, tcell.ModNone)
	r.until("the click", func() bool { return r.app.home.list.selected == 4 }) // line 0 title, 1 graph, 2 head
	r.sim.InjectMouse(10, 20, tcell.Button1, tcell.ModNone)                    // the preview
	r.sim.InjectMouse(10, 20, tcell.ButtonNone, tcell.ModNone)
	r.sim.InjectMouse(10, 5, tcell.WheelUp, tcell.ModNone)
	r.until("the wheel back", func() bool { return r.app.home.list.selected == 1 })
	if n := at(); n != 1 {
		t.Errorf("row %d is selected", n)
	}
}

// TestKeysAreUnambiguous wants every key of a screen to do one thing, and
// every binding to say what.
func TestKeysAreUnambiguous(t *testing.T) {
	r := launch(t, samples(t, "article-502.pcapng"), 80, 24, simpleOptions())
	for _, way := range []string{"", "Enter", "d", "Esc m", "Esc b", "Esc p", "Esc c", "Esc Esc x", "Esc t", "?"} {
		r.press(way)
		var all []binding
		r.on(func() { all = append(slices.Clone(r.app.top().bindings()), r.app.global()...) })
		taken := map[string]string{}
		for _, b := range all {
			if b.help == "" {
				t.Errorf("%v has no help", b.keys)
			}
			for _, k := range b.keys {
				if other, ok := taken[k]; ok {
					t.Errorf("after %q, %s does both %q and %q", way, k, other, b.help)
				}
				taken[k] = b.help
			}
		}
	}
}

// TestFilterWhileTyped wants the list and the title to stand still while a
// filter is begun, and Esc to take it away again.
func TestFilterWhileTyped(t *testing.T) {
	r := launch(t, samples(t, "article-502.pcapng"), 80, 24, simpleOptions())
	title := strings.SplitN(r.text(), "\n", 2)[0]
	r.press("f")
	for _, letter := range "status:101" {
		r.press(string(letter))
		got := r.text()
		if empty := strings.Contains(got, "lets none"); empty != (letter == '1' && strings.Contains(got, "status:101_")) {
			t.Errorf("behind %c the list is empty: %v\n%s", letter, empty, got)
		}
		if head := strings.SplitN(got, "\n", 2)[0]; head != title {
			t.Errorf("behind %c the title is\n%s", letter, head)
		}
	}
	r.press("Enter")
	r.see("lets none of 2 handshakes pass; Esc clears it")
	r.see("filter: status:101")
	r.press("Esc")
	r.see("all are shown again; the filter was: status:101")
	if got := r.text(); strings.Contains(got, "lets none") || strings.Contains(got, "filter: status") {
		t.Errorf("the filter stays:\n%s", got)
	}
	r.press("Esc")
	r.see("Q leaves")
}
