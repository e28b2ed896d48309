package ui

import (
	"fmt"
	"maps"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"

	"elbscope/analyze"
	"elbscope/capture/flow"
)

// manyExchanges is a state of n exchanges, the last of them one of a handshake.
func manyExchanges(n int) *State {
	var log analyze.Log[analyze.Exchange]
	conn := &flow.Conn{ID: 1, Client: netip.MustParseAddrPort("10.0.0.9:40000"), Server: netip.MustParseAddrPort("10.0.0.1:80")}
	for i := range n {
		log.Append(&analyze.Exchange{
			ID: uint64(i + 1), Conn: conn, Method: "GET", Target: fmt.Sprintf("/%07d", (i*7919)%n), Status: 200 + i%5,
			Request: analyze.PacketRef{Num: uint64(i + 1)}, Sighting: i == n-1,
		})
	}
	h := plainHandshake("h1", analyze.Refused, "/chat")
	h.Sightings = []*analyze.Sighting{{Exchange: uint64(n), Conn: conn}}
	return &State{Rev: 1, Snap: &analyze.Snapshot{Handshakes: []*analyze.Handshake{h}}, Exchanges: log.Snapshot()}
}

func (r *rig) exchanges() *exchanges {
	r.t.Helper()
	var e *exchanges
	r.on(func() { e, _ = r.app.top().(*exchanges) })
	if e == nil {
		r.t.Fatalf("this is not the list of exchanges:\n%s", r.text())
	}
	return e
}

// TestExchangesSortAndFilter does to a short list and to a long one what
// a user does; the long one is made elsewhere while keys are answered.
func TestExchangesSortAndFilter(t *testing.T) {
	for _, n := range []int{700, 200_000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			r := launch(t, manyExchanges(n), 120, 40, simpleOptions())
			slowest := time.Duration(0)
			press := func(keys string) {
				begin := time.Now()
				r.press(keys)
				slowest = max(slowest, time.Since(begin))
			}
			press("x")
			r.see("/0000000 ")
			e := r.exchanges()
			press("G")
			r.until("the end", func() bool { return e.list.selected == n-1 })
			var last string
			r.on(func() { last = e.list.id })
			press("> >") // by target
			r.until("the order", func() bool { return e.now.order.sorted == exTarget && e.list.sorted == exTarget })
			r.on(func() {
				if e.list.id != last || e.now.shown[e.list.selected].ID != uint64(n) {
					t.Error("the selection did not follow its row")
				}
				for i := 1; i < n; i++ {
					if e.now.shown[i-1].Target > e.now.shown[i].Target {
						t.Fatalf("row %d is out of order", i)
					}
				}
			})
			press("r")
			r.until("the other way", func() bool { return e.now.order.reversed })
			press("f /0000")
			r.until("the filter", func() bool { return e.now.order.text == "/0000" })
			r.on(func() {
				for _, x := range e.now.shown {
					if !strings.HasPrefix(x.Target, "/0000") {
						t.Fatalf("%s passes the filter", x.Target)
					}
				}
				if want := min(n, 1000); len(e.now.shown) != want || e.now.of != n {
					t.Errorf("%d of %d pass", len(e.now.shown), e.now.of)
				}
			})
			press("Esc")
			r.until("all of them", func() bool { return len(e.now.shown) == n && e.now.order.text == "" })
			press("f absent")
			r.see("None of")
			press("Esc")
			r.until("all of them", func() bool { return len(e.now.shown) == n })
			t.Logf("the slowest keys took %v", slowest)
			limit := 500 * time.Millisecond
			if raceEnabled {
				limit *= 4
			}
			if slowest > limit {
				t.Errorf("keys took %v", slowest)
			}
		})
	}
}

// TestFindInALongList finds a text far away in a long list, and stops looking
// when told to.
func TestFindInALongList(t *testing.T) {
	const n = 200_000
	r := launch(t, manyExchanges(n), 80, 24, simpleOptions())
	r.press("x")
	r.see("/0000000 ")
	e := r.exchanges()
	var want int
	r.on(func() {
		for i, x := range e.now.shown {
			if x.Target == "/0199999" {
				want = i
			}
		}
	})
	begin := time.Now()
	r.press("/ /0199999 Enter")
	if took := time.Since(begin); took > 500*time.Millisecond {
		t.Errorf("the key took %v", took)
	}
	r.until("the row", func() bool { return e.list.selected == want && r.app.seek == nil })
	r.press("/ absent Enter")
	r.see("not found: absent")
	r.press("/ absent Enter")
	r.on(func() {
		if r.app.seek != nil { // it may be done already
			r.app.interrupt()
			if !strings.Contains(r.app.frame.note, "stopped") {
				t.Errorf("it says %q", r.app.frame.note)
			}
		}
	})
	r.until("the end of the search", func() bool { return r.app.seek == nil })
}

// TestExchangesLeadToHandshakes goes from an exchange to its handshake and
// back, marks it, and saves it.
func TestExchangesLeadToHandshakes(t *testing.T) {
	o := simpleOptions()
	wrote := &written{}
	o.Save = wrote.write
	r := launch(t, samples(t, "article-502.pcapng"), 120, 40, o)
	r.press("x w")
	if !strings.Contains(r.text(), "there is no handshake to write about") {
		t.Errorf("an ordinary exchange can be saved:\n%s", r.text())
	}
	r.press("/ websocket Enter Enter")
	if !strings.Contains(r.text(), "story of h7") {
		t.Fatalf("no story:\n%s", r.text())
	}
	r.press("c") // the connection's list begins at the handshake
	e := r.exchanges()
	r.on(func() {
		if h := e.now.handshake(e.list.selected); h == nil || h.ID != "h7" {
			t.Errorf("the list of the connection begins at row %d", e.list.selected)
		}
	})
	r.press("Esc Esc")
	r.key(tcell.KeyRune, ' ')
	var marks map[string]bool
	r.on(func() { marks = maps.Clone(r.app.home.list.marks) })
	if len(marks) != 1 || !marks["h7"] || !strings.Contains(r.text(), "\n*") {
		t.Errorf("marked: %v\n%s", marks, r.text())
	}
	r.press("f 502 Enter")
	r.see("exchanges with \"502\"")
	r.press("Esc")
	r.see("all are shown again; the text was: 502")
	r.until("all exchanges", func() bool { return r.app.top().(*exchanges).list.rows.Len() == 23 })
	r.press("g w Enter")
	r.see("done with")
	if c := wrote.last(t); c.ids != "h7" {
		t.Errorf("saved are %s", c.ids)
	}
}
