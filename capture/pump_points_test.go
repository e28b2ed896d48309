package capture

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"elbscope/capture/flow"
)

// TestPumpPoints: which files are one capture, and which are several.
func TestPumpPoints(t *testing.T) {
	first := at(100, alice.syn(), alice.synAck(), alice.says(0, "hello"))
	second := at(101, alice.hears(0, "world"), alice.says(5, "!"), alice.says(6, "?"))
	third := at(102, alice.hears(5, "bye"))
	bob := ends{42000, 8080}
	for _, c := range []struct {
		name  string
		files [][]Packet
		// conns is what was heard per connection, _ for a missing byte; continues the predecessor
		// of each file, "-" for none.
		conns, continues string
	}{
		{"rotation", [][]Packet{first, second}, "open hello!?|world over", "- 0"},
		{"rotation, given in reverse", [][]Packet{second, first}, "open hello!?|world over", "1 -"},
		{"rotation of three, shuffled", [][]Packet{second, third, first}, "open hello!?|worldbye over", "2 0 -"},
		{"rotation after half a minute", [][]Packet{first, later(second, 30e9)}, "open hello!?|world over", "- 0"},
		{"another time", [][]Packet{first, later(second, 3600e9)}, "open hello| over, midstream _____!?|world over", "- -"},
		{"overlapping", [][]Packet{first, later(second, -990e6)}, "open hello| over, midstream _____!?|world over", "- -"},
		{"the same twice", [][]Packet{first, first}, "open hello| over, open hello| over", "- -"},
		{"the same twice, by a clock ahead", [][]Packet{first, later(first, 5e9)}, "open hello| over, open hello| over", "- -"},
		{"the same twice, of one a part, by a clock ahead",
			[][]Packet{slices.Concat(first, second), later(slices.Concat(at(99, bob.syn(), bob.says(0, "new")), first, at(100.5, bob.says(3, "er"))), 9e9)},
			"open hello!?|world over, open newer| over, open hello| over", "- -"},
		{"within", [][]Packet{slices.Concat(first, third), second}, "open hello|_____bye over, midstream _____!?|world over", "- -"},
		{"processors that are not quite in step", [][]Packet{first, later(second, -980_500_000)}, "open hello!?|world over", "- 0"},
		{"interfaces that take turns", [][]Packet{slices.Concat(at(90, bob.syn()), first), later(second, -985e6)},
			"open | over, open hello!?|world over", "- 0"},
		{"other link type", [][]Packet{first, cooked(second)}, "open hello| over, midstream _____!?|world over", "- -"},
		{"same link type", [][]Packet{cooked(first), cooked(second)}, "open hello!?|world over", "- 0"},
		{"further link type", [][]Packet{first, slices.Concat(second[:1], cooked(second[1:]))}, "open hello| over, midstream _____!?|world over", "- -"},
		{"one link type of several", [][]Packet{slices.Concat(first[:1], cooked(first[1:])), second}, "open hello!?|world over", "- 0"},
		{"no connection goes on", [][]Packet{first, at(101, bob.syn())}, "open hello| over, open | over", "- -"},
		{"empty files between", [][]Packet{first, nil, second}, "open hello!?|world over", "- - 0"},
		{"two captures, each rotated", [][]Packet{first, cooked(first), second, cooked(second)},
			"open hello!?|world over, open hello!?|world over", "- - 0 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var files []*packets
			for i, all := range c.files {
				files = append(files, source(fmt.Sprint(i), slices.Clone(all)...))
			}
			rec := new(recorder)
			if _, err := pumped(t, rec, files...); err != nil {
				t.Error(err)
			}
			conns, continues := heard(rec), predecessors(files)
			if conns != c.conns {
				t.Errorf("\n got %s\nwant %s", conns, c.conns)
			}
			if continues != c.continues {
				t.Errorf("continues %s, not %s", continues, c.continues)
			}
			conns, continues = replayed(t, c.files)
			if got, want := sortedParts(conns), sortedParts(c.conns); got != want {
				t.Errorf("in a replay\n got %s\nwant %s", got, want)
			}
			if continues != c.continues {
				t.Errorf("in a replay continues %s, not %s", continues, c.continues)
			}
		})
	}
}

// hesitant is a pacer that lets every packet wait twice, and complains about
// those that come out of order.
type hesitant struct {
	t     *testing.T
	asked int
	last  flow.Time
	// back is how far time may go back.
	back flow.Time
}

func (h *hesitant) Due(_ context.Context, at flow.Time) bool {
	if h.asked++; h.asked%3 != 0 {
		return false
	}
	if at < h.last-h.back {
		h.t.Errorf("a packet of %v passed after one of %v", at.Std(), h.last.Std())
	}
	h.last = max(h.last, at)
	return true
}

// replayed pumps files with a pacer.
func replayed(t *testing.T, all [][]Packet) (conns, continues string) {
	t.Helper()
	var files []*packets
	var sources []Source
	for i, f := range all {
		files = append(files, source(fmt.Sprint(i), slices.Clone(f)...))
		sources = append(sources, files[i])
	}
	rec := &recorder{t: t}
	p := NewPump(rec, 8<<20)
	p.Pacer = &hesitant{t: t, back: rotationJitter}
	if strings.Contains(t.Name(), "within") { // that file is itself out of order
		p.Pacer.(*hesitant).back = 3600e9
	}
	progressed := 0
	p.OnProgress = func(Progress) { progressed++ }
	if err := p.Run(context.Background(), sources); err != nil {
		t.Error(err)
	}
	if progressed == 0 {
		t.Error("no progress is told of while packets wait")
	}
	checkPumped(t, p, rec)
	return heard(rec), predecessors(files)
}

func sortedParts(s string) string {
	parts := strings.Split(s, ", ")
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// cooked returns packets as `tcpdump -i any` has them.
func cooked(all []Packet) []Packet {
	all = slices.Clone(all)
	for i := range all {
		all[i].Link, all[i].Data = LinkLinuxSLL2, forgeSLL2(0x0800, all[i].Data)
	}
	return all
}

func later(all []Packet, by flow.Time) []Packet {
	all = slices.Clone(all)
	for i := range all {
		all[i].Time += by
	}
	return all
}

// heard writes down what was heard per connection, _ for a missing byte.
func heard(rec *recorder) string {
	var words []string
	for _, rc := range rec.conns {
		word := "open"
		if rc.info.Midstream {
			word = "midstream"
		}
		words = append(words, fmt.Sprintf("%s %s|%s %s", word, rc.halves[0].data, rc.halves[1].data, endWords[rc.cause]))
	}
	return strings.ReplaceAll(strings.Join(words, ", "), "\x00", "_")
}

// predecessors writes down which file each one continues.
func predecessors(files []*packets) string {
	var words []string
	for _, f := range files {
		word := "-"
		if f.info.Continues {
			word = fmt.Sprint(f.info.Predecessor)
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// TestPumpPointsApart: separate points share neither fragments nor duplicates.
func TestPumpPointsApart(t *testing.T) {
	long := alice.says(0, "a request that comes in pieces")
	p, _ := pumped(t, new(recorder), source("a", at(1, pieces4(6, 7, 24, long[20:])[:2]...)...),
		source("b", at(1, pieces4(6, 7, 24, long[20:])[2:]...)...))
	if got := ledgerWords(p.Totals().Ledger); got != "waiting 3" {
		t.Error(got)
	}
	// One point that goes on does share them.
	p, _ = pumped(t, new(recorder), source("a", at(1, pieces4(6, 7, 24, long[20:])[:2]...)...),
		source("b", at(2, pieces4(6, 7, 24, long[20:])[2:]...)...))
	if got := ledgerWords(p.Totals().Ledger); got != "delivered 3" {
		t.Error(got)
	}
}

// TestPumpHoldsAcrossFiles: what is held back at the end of one file is
// delivered in the next one, with the packet it came in.
func TestPumpHoldsAcrossFiles(t *testing.T) {
	rec := new(recorder)
	p, _ := pumped(t, rec, source("a", at(1, alice.syn(), alice.says(5, "world"))...), source("b", at(1.5, alice.says(0, "hello"))...))
	if got := strings.Join(rec.words, ", "); got != "open, >hello #1, >world #2, over" {
		t.Error(got)
	}
	if got := ledgerWords(p.Totals().Ledger); got != "delivered 3" {
		t.Error(got)
	}
}
