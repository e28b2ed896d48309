package bpf_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"elbscope/capture/bpf"
)

// TestManual: the manual's grammar is that of the package's own comment, its
// examples work, and what it says of Misses is true.
func TestManual(t *testing.T) {
	read := func(name string) string {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	manual, comment := read("../../docs/capture-filter.md"), read("doc.go")
	grammar := regexp.MustCompile(`(?s)filter  = \[ expr \].*?icmp \| icmp6\n`)
	plain := func(s string) string {
		return strings.Join(strings.Fields(strings.ReplaceAll(grammar.FindString(s), "//", " ")), " ")
	}
	if a, b := plain(manual), plain(comment); a != b || a == "" {
		t.Errorf("the grammars differ:\n%s\n%s", a, b)
	}
	_, examples, _ := strings.Cut(manual, "\n## Examples\n")
	examples, unasked, _ := strings.Cut(examples, "\n## What a filter leaves out")
	found := regexp.MustCompile("(?m)^\\| `(.+?)` \\|").FindAllStringSubmatch(examples, -1)
	if len(found) < 8 {
		t.Fatalf("%d examples", len(found))
	}
	for _, m := range found {
		if _, err := bpf.Parse(m[1]); err != nil {
			t.Errorf("example %s: %v", m[1], err)
		}
	}
	f, err := bpf.Parse("tcp port 80")
	if err != nil {
		t.Fatal(err)
	}
	for _, miss := range f.Misses() {
		words := strings.TrimPrefix(strings.TrimPrefix(miss, "packets "), "in a ")
		if !strings.Contains(unasked, words) {
			t.Errorf("the manual does not say %q", miss)
		}
	}
	if f, err = bpf.Parse("tcp port 80 or udp port 4789"); err != nil || strings.Contains(strings.Join(f.Misses(), " "), "VXLAN") {
		t.Errorf("the manual's way to tunnelled traffic: %v, %v", f.Misses(), err)
	}
}
