package ui

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"elbscope/internal/wiretext"
)

// escapes writes bytes as stories have them.
func escapes(s string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, `\x%02x`, s[i])
	}
	return b.String()
}

// nasty is what came off the wire to change the screen.
var nasty = []string{
	"[red]", "[Upgrade]", "[::b]x[-:-:-]", "\x1b[31mred\x1b[0m", "\x1b]52;c;AAAA\x07", "a\u202eevil\u202c", "zero\u200bwidth\ufeff",
	"広い文字の列", "e\u0301\u0301\u0301", "\x00\x7f\u0085\x9b31m", "👩‍👩‍👧", "\ufffd\xff\xfe", "tab\there",
}

// hostileStory is a handshake with nasty things everywhere.
func hostileStory() string {
	all := escapes(strings.Join(nasty, " "))
	path := escapes(strings.ReplaceAll(strings.Join(nasty[:9], ""), " ", ""))
	var lines strings.Builder
	add := func(l string) { lines.WriteString("         > " + l + "\n") }
	add("Host: " + all)
	add("Connection: Upgrade")
	add("Upgrade: websocket")
	add("Sec-WebSocket-Version: 13")
	add("Sec-WebSocket-Key: cmV3cml0dGVuLXRvLTUwMg==")
	add("X-" + path + ": " + all)
	add("User-Agent: " + all)
	add(`X-Long: \{60000*w}`)
	return "# Hostile.\nwant counters handshakes=1\n\nleg client   10.0.0.9:40001 -> 10.0.0.1:80\n\n" +
		"client   > GET /" + path + "?x=1 HTTP/1.1\n" + lines.String() + "         >\n" +
		"client   < HTTP/1.1 502 Bad" + path + "\n         < Server: " + all + "\n         < Content-Length: *\n         <\n         < " + all + "\n"
}

// everyScreen is the ways to all screens, each from the one before.
var everyScreen = []string{"", "x", "Esc t", "Esc ?", "Esc Enter", "Tab", "Tab", "d", "Esc b", "End", "Esc p", "Esc c", "Esc ?", "Esc Esc / [red] Enter", "f [Upgrade]"}

// TestHostileText looks at every cell of every screen: nothing raw reaches it,
// and the columns stay straight.
func TestHostileText(t *testing.T) {
	for _, ascii := range []bool{false, true} {
		o := simpleOptions()
		o.Report.ASCII = ascii
		o.Name = strings.Join(nasty, "")
		s := told(t, hostileStory())
		if len(s.Snap.Handshakes) != 1 {
			t.Fatalf("%d handshakes", len(s.Snap.Handshakes))
		}
		for _, size := range sizes {
			r := launch(t, s, size[0], size[1], o)
			for _, way := range everyScreen {
				r.press(way)
				r.on(func() { checkCells(t, r, way, ascii) })
			}
			r.leave()
		}
	}
}

// checkCells looks at the terminal's cells, and at the edge of the panes.
func checkCells(t *testing.T, r *rig, way string, ascii bool) {
	t.Helper()
	cells, width, height := r.sim.GetContents()
	for y := range height {
		at := 0
		for at < width {
			c := cells[y*width+at]
			for i, x := range c.Runes {
				switch {
				case i > 0 && unicode.Is(unicode.M, x):
				case !wiretext.Safe(x) || ascii && x > 0x7e:
					t.Errorf("after %q the cell %d,%d holds %U", way, at, y, c.Runes)
				}
			}
			at += max(wiretext.Width(string(c.Runes)), 1)
		}
		if at != width {
			t.Errorf("after %q line %d is %d cells wide", way, y, at)
		}
	}
}

// TestMarkupIsText wants tview's markup to stand there letter by letter.
func TestMarkupIsText(t *testing.T) {
	r := launch(t, told(t, hostileStory()), 120, 40, simpleOptions())
	r.press("Enter b")
	for _, text := range []string{"[red]", "[Upgrade]", "[::b]x[-:-:-]", `\x1b`} {
		if !strings.Contains(r.text(), text) {
			t.Errorf("%s is not to be seen:\n%s", text, r.text())
		}
	}
}

// TestManyHeaders wants ten thousand of them to be no trouble.
func TestManyHeaders(t *testing.T) {
	text := hostileStory()
	first := strings.Index(text, "         > User-Agent")
	var many strings.Builder
	for i := range 10000 {
		fmt.Fprintf(&many, "         > X-%d: %d\n", i, i)
	}
	r := launch(t, told(t, text[:first]+many.String()+text[first:]), 80, 24, simpleOptions())
	r.press("Enter d End Esc b End Esc p Esc c Esc Tab End")
	r.see("story of")
}

// TestSecretsAreMasked looks for them on every screen, at the top and at the
// end, folded headers included.
func TestSecretsAreMasked(t *testing.T) {
	const secret = "hunter2hunter2"
	text := strings.Replace(alike(1), "         > Host: app.example\n", "         > Host: app.example\n"+
		"         > Cookie: session="+secret+"; b="+secret+"\n"+
		"         > Authorization: Bearer "+secret+"\n"+
		"         > X-Api-Key: "+secret+"\n"+
		`         > Cookie: a=b;\r\n folded=`+secret+"\n"+
		`         > Authorization: Basic\r\n`+"\\t"+secret+"\n", 2)
	text = strings.ReplaceAll(text, "GET /chat HTTP", "GET /chat?token="+secret+"&x=1 HTTP")
	s := told(t, text)
	for _, size := range sizes {
		r := launch(t, s, size[0], size[1], simpleOptions())
		for _, way := range append([]string{"l"}, everyScreen...) {
			r.press(way)
			for range 12 {
				if got := r.text(); strings.Contains(got, "hunter2") {
					t.Fatalf("after %q at %v a secret is seen:\n%s", way, size, got)
				}
				if !strings.Contains(way, "f ") {
					r.press("PgDn")
				}
			}
			if !strings.Contains(way, "f ") {
				r.press("Home")
			}
		}
		r.leave()
	}
	o := simpleOptions()
	o.Report.NoRedact = true
	r := launch(t, s, 80, 24, o)
	r.press("Enter b")
	r.see(secret) // --no-redact; and the test finds secrets where they are
}
