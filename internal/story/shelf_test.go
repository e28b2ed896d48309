package story

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// samples is the shelf that this package fills.
const samples = "../../samples"

// readShelf returns the checked-in samples; a shelf without stories is a
// failure, because every test over it would pass.
func readShelf(t *testing.T) []Sample {
	t.Helper()
	shelf, err := Shelf(os.DirFS(samples))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(shelf, func(s Sample) bool { return s.Story != nil }) {
		t.Fatal("there are no stories")
	}
	return shelf
}

// The captures that are checked in must be those that the stories tell.
func TestCapturesAreFresh(t *testing.T) {
	const advice = "run: go run ./internal/story/generate"
	shelf := readShelf(t)
	known := make(map[string]bool)
	for _, s := range shelf {
		for _, c := range s.Captures {
			known[c.Name] = true
			got, err := os.ReadFile(filepath.Join(samples, c.Name))
			if err != nil {
				t.Errorf("%v; %s", err, advice)
			} else if !bytes.Equal(got, c.Bytes) {
				t.Errorf("%s is not what its story tells; %s", c.Name, advice)
			}
		}
	}
	for _, pattern := range []string{"*.pcap", "*.pcapng"} {
		found, _ := filepath.Glob(filepath.Join(samples, pattern))
		for _, name := range found {
			if !known[filepath.Base(name)] {
				t.Errorf("%s belongs to no story and has no .want beside it", name)
			}
		}
	}
	list, err := os.ReadFile(filepath.Join(samples, "README.md"))
	if err != nil {
		t.Fatalf("%v; %s", err, advice)
	}
	if string(list) != ShelfList(shelf) {
		t.Errorf("samples/README.md does not list what is on the shelf; %s", advice)
	}
}

// A sample that is not listed has a verdict that the list has no section for.
func TestShelfListsAll(t *testing.T) {
	shelf := readShelf(t)
	list := ShelfList(shelf)
	for _, s := range shelf {
		if !strings.Contains(list, "("+s.source()+")") {
			t.Errorf("%s is not listed", s.Name)
		}
	}
}

// Every rule and every verdict must be wanted by a story: what no story wants
// is tested by none.
func TestEveryRuleIsWanted(t *testing.T) {
	seen := make(map[string]bool)
	for _, s := range readShelf(t) {
		for _, w := range s.Wants {
			for _, f := range w.Fields {
				for _, item := range f.List() {
					rule, _, _ := strings.Cut(item, ":")
					seen[f.Name+" "+rule] = true
				}
			}
		}
	}
	for _, r := range rules {
		if !seen["findings "+r] {
			t.Errorf("no story wants the finding %s", r)
		}
	}
	for _, v := range verdicts {
		if !seen["verdict "+v] {
			t.Errorf("no story wants the verdict %s", v)
		}
	}
}

// What is wanted must not contradict itself.
func TestWantsAgree(t *testing.T) {
	for _, s := range readShelf(t) {
		handshakes := 0
		for _, w := range s.Wants {
			if w.Kind == "handshake" {
				handshakes++
				checkSightings(t, s.Name, w)
			}
		}
		for _, w := range s.Wants {
			if n, ok := w.Get("handshakes"); ok && n.Value != itoa(handshakes) {
				t.Errorf("%s:%d: wants %s handshakes and describes %d", s.Name, w.Line, n.Value, handshakes)
			}
			if f, ok := w.Get("webSocketFrames"); ok {
				checkFrames(t, s, w, f.Value)
			}
		}
	}
}

// checkSightings compares the lists of a handshake with its number of sightings.
func checkSightings(t *testing.T, name string, w Want) {
	t.Helper()
	n, ok := w.Get("sightings")
	for _, list := range []string{"legs", "frames", "closed"} {
		f, there := w.Get(list)
		if there && (!ok || itoa(len(f.List())) != n.Value) {
			t.Errorf("%s:%d: %s does not go with sightings=%s", name, w.Line, list, n.Value)
		}
	}
	for _, must := range []string{"verdict", "certainty", "sightings", "findings"} {
		if _, ok := w.Get(must); !ok {
			t.Errorf("%s:%d: the handshake wants no %s", name, w.Line, must)
		}
	}
}

// TestSamplesSayEnough: each capture is small, each sample has its sentence, and
// each handshake that is wanted says all that matters of it.
func TestSamplesSayEnough(t *testing.T) {
	const atMost = 200_000 // bytes of one capture
	lab, err := Shelf(os.DirFS("../../cmd/elbscope/testdata/lab"))
	if err != nil || len(lab) == 0 {
		t.Fatalf("%d captures of the lab: %v", len(lab), err)
	}
	for _, s := range slices.Concat(readShelf(t), lab) {
		if s.Sentence == "" || len(s.Wants) == 0 || len(s.Captures) == 0 {
			t.Errorf("%s: sentence %q, %d wants, %d captures", s.Name, s.Sentence, len(s.Wants), len(s.Captures))
		}
		for _, c := range s.Captures {
			if len(c.Bytes) > atMost {
				t.Errorf("%s has %d bytes, of %d", c.Name, len(c.Bytes), atMost)
			}
		}
		for _, w := range s.Wants {
			if w.Kind != "handshake" {
				continue
			}
			for _, name := range []string{"verdict", "certainty", "status", "culprit", "findings"} {
				if f, said := w.Get(name); !said || f.AtLeast {
					t.Errorf("%s, line %d: nothing is said of the %s, or not all", s.Name, w.Line, name)
				}
			}
		}
	}
}
