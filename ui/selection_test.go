package ui

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gdamore/tcell/v2"

	"elbscope/analyze"
)

// TestWorstIsSelected wants the first row to be selected whatever comes, until
// the user chose one.
func TestWorstIsSelected(t *testing.T) {
	for _, test := range []struct {
		name, keys string
		chosen     bool
	}{
		{"untouched", "", false},
		{"help was looked at", "? Esc", false},
		{"moved to", "Down Up", true},
		{"the start was asked for", "Home", true},
		{"read", "Enter Esc", true},
		{"marked", "Space", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := stillReading(t)
			r := launch(t, s, 80, 24, simpleOptions())
			good := r.selected()
			if test.keys == "Space" {
				r.key(tcell.KeyRune, ' ')
			} else {
				r.press(test.keys)
			}
			r.publish(grown(s, plainHandshake("bad", analyze.Dropped, "/bad")))
			want := "bad"
			if test.chosen {
				want = good
			}
			if got := r.selected(); got != want {
				t.Errorf("%s is selected, not %s", got, want)
			}
		})
	}
}

// TestFindUnfolds finds what is folded away, forwards and backwards, and what
// is not there at all.
func TestFindUnfolds(t *testing.T) {
	s := &State{Rev: 1, Snap: &analyze.Snapshot{}}
	for _, id := range []string{"9", "8", "7", "6", "5", "4", "3", "2", "1"} {
		s = grown(s, plainHandshake(id, analyze.Dropped, "/t"))
	}
	s = grown(s, plainHandshake("0", analyze.Healthy, "/t"))
	r := launch(t, s, 120, 40, simpleOptions())
	rows := func() (n int) { r.on(func() { n = r.app.home.list.rows.Len() }); return n }
	r.press("/ hnone Enter")
	r.see("not found: hnone")
	if n := rows(); n != 2 {
		t.Fatalf("%d rows before", n)
	}
	r.press("/ h7 Enter")
	if got, n := r.selected(), rows(); got != "7" || n != 11 {
		t.Errorf("%s of %d rows is selected", got, n)
	}
	r.press("Left / h Enter") // of the row itself: it stays folded
	if got, n := r.selected(), rows(); got != "0" || n != 2 {
		t.Errorf("%s of %d rows is selected", got, n)
	}
	r.on(func() { r.app.frame.find = "h8" })
	r.press("N")
	if got := r.selected(); got != "8" {
		t.Errorf("backwards %s is selected", got)
	}
}

// TestFindUnfoldsMany does so where the rows are made beside the event loop.
func TestFindUnfoldsMany(t *testing.T) {
	snap := &analyze.Snapshot{}
	for i := range 3 * few {
		snap.Handshakes = append(snap.Handshakes, plainHandshake(fmt.Sprint(i), analyze.Dropped, "/t"))
	}
	r := launch(t, &State{Rev: 1, Snap: snap}, 120, 40, simpleOptions())
	r.press("/ h2345 Enter")
	r.until("the row", func() bool {
		row := &r.app.home.now.rows[r.app.home.list.selected]
		return row.member != nil && row.id == "2345"
	})
}

// TestWhoDamagedIt: the address of who did it is shown whole, and takes nothing from
// the target where it is short.
func TestWhoDamagedIt(t *testing.T) {
	const story = `# Rewritten, as the instance sees it.
want handshake verdict=rewritten

leg instance ADDRESS:50001 -> 172.31.7.9:80

instance > GET /a/target/that/is/longer/than/its/column/of/sixteen/cells HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: keep-alive
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: cmV3cml0dGVuLXRvLTUwMg==
         >
instance < HTTP/1.1 400 Bad Request
         < Content-Length: *
         <
`
	for address, rest := range map[string]string{"172.31.42.117": "/a/target/that/i", "10.0.1.1": "/a/target/that/is/lo"} {
		r := launch(t, told(t, strings.Replace(story, "ADDRESS", address, 1)), 80, 24, simpleOptions())
		r.see("before " + address + " ")
		r.see(rest)
	}
}
