package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"elbscope/analyze"
	"elbscope/analyze/rules"
	"elbscope/capture"
	"elbscope/capture/flow"
	"elbscope/internal/story"
)

// TestAtOnce plays all stories at once, each in a network of its own, as one
// capture: each comes to what it comes to alone.
func TestAtOnce(t *testing.T) {
	var want []string
	r := &relay{info: flow.SourceInfo{Name: "all at once", Format: "live"}}
	for i, s := range ofTheirOwn(t) {
		c := s.Captures()[0]
		want = append(want, handshakesOf(analyse(t, []story.Capture{c}))...)
		r.add(t, c, flow.Time(time.Hour+time.Duration(i*37%400)*time.Millisecond))
	}
	slices.SortStableFunc(r.rest, func(a, b capture.Packet) int { return cmp.Compare(a.Time, b.Time) })
	for i := range r.rest {
		r.rest[i].Num = uint64(i + 1)
	}
	engine := analyze.New(analyze.Config{Rules: rules.All, Memory: defaultMemory})
	pump := capture.NewPump(engine, defaultMemory)
	if err := pump.Run(context.Background(), []capture.Source{r}); err != nil {
		t.Fatal(err)
	}
	engine.Finish()
	got := handshakesOf(engine.Snapshot([]*flow.SourceInfo{&r.info}, pump.Totals()))
	slices.Sort(want)
	slices.Sort(got)
	for _, h := range got {
		if i, ok := slices.BinarySearch(want, h); ok {
			want = slices.Delete(want, i, i+1)
			continue
		}
		t.Errorf("at once: %s", h)
	}
	for _, h := range want {
		t.Errorf("alone:   %s", h)
	}
}

// ofTheirOwn returns the stories of one capture whose handshakes can be told apart from
// all others, moved to addresses of their own. Two that share a key may be one, and
// so may one without a key and any other to the same target.
func ofTheirOwn(t *testing.T) (all []*story.Story) {
	t.Helper()
	keys := regexp.MustCompile(`Sec-WebSocket-Key: *(\S+)`)
	used := map[string]bool{}
	for _, s := range shelf(t, os.DirFS("../../samples")) {
		if s.Story == nil || len(s.Captures) > 1 || s.Name == "malformed-without-key" {
			continue
		}
		text, err := os.ReadFile("../../samples/" + s.Name + ".story")
		if err != nil {
			t.Fatal(err)
		}
		taken := false
		mine := map[string]bool{}
		for _, key := range keys.FindAllStringSubmatch(string(text), -1) {
			taken, mine[key[1]] = taken || used[key[1]], true
		}
		if taken {
			continue
		}
		for key := range mine {
			used[key] = true
		}
		n := len(all) + 1
		moved := strings.NewReplacer("10.0.", fmt.Sprintf("10.%d.", n), "127.0.0.1", fmt.Sprintf("127.0.%d.1", n)).Replace(string(text))
		parsed, err := story.Parse(s.Name, moved)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, parsed)
	}
	if len(all) < 90 {
		t.Errorf("only %d stories", len(all))
	}
	return all
}

// handshakesOf are the handshakes in essence, in no order.
func handshakesOf(snap *analyze.Snapshot) []string {
	return strings.FieldsFunc(second(cutLine(essence(snap))), func(r rune) bool { return r == '\n' })
}
