package filter

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The manual lists the same fields with the same words, and its examples work.
func TestManual(t *testing.T) {
	manual, err := os.ReadFile("../../docs/filter.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(manual), "\n## Fields\n")
	table, examples, ok := strings.Cut(rest, "\n## Examples\n")
	if !ok {
		t.Fatal("no section Examples behind the section Fields")
	}
	table, foreign, ok := strings.Cut(table, "\n## Wireshark's words\n")
	if !ok {
		t.Fatal("no section on Wireshark's words")
	}
	manualOfSpellings(t, foreign)
	var rows []string
	for line := range strings.Lines(table) {
		if strings.HasPrefix(line, "| `") {
			rows = append(rows, strings.TrimSpace(line))
		}
	}
	if len(rows) != len(fields) {
		t.Fatalf("the manual has %d fields, the code %d", len(rows), len(fields))
	}
	for i, f := range Fields() {
		cells := strings.Split(strings.Trim(rows[i], "| "), " | ")
		if len(cells) != 4 || cells[0] != "`"+f.Name+"`" || cells[1] != f.Doc || cells[3] != "`"+f.Example+"`" {
			t.Errorf("field %d is %q: %q, %q\nin the manual: %s", i, f.Name, f.Doc, f.Example, rows[i])
			continue
		}
		words := f.Words
		if words != nil && f.none {
			words = append(slices.Clone(words), "none")
		}
		if want := "`" + strings.Join(words, "` `") + "`"; words != nil && cells[2] != want {
			t.Errorf("values of %s in the manual: %s, want %s", f.Name, cells[2], want)
		}
		if f.none != strings.Contains(cells[2], "`none`") {
			t.Errorf("%s: none is in one of code and manual only", f.Name)
		}
		if _, err := Parse(f.Example, testContext); err != nil {
			t.Errorf("%s: %v", f.Example, err)
		}
	}
	found := regexp.MustCompile("(?m)^\\| `(.+?)` \\|").FindAllStringSubmatch(examples, -1)
	if len(found) < 10 {
		t.Errorf("%d examples", len(found))
	}
	for _, m := range found {
		if _, err := Parse(strings.ReplaceAll(m[1], `\|`, "|"), testContext); err != nil {
			t.Errorf("example %s: %v", m[1], err)
		}
	}
}

// manualOfSpellings compares the table of Wireshark's names.
func manualOfSpellings(t *testing.T, text string) {
	var rows []string
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "| `") {
			rows = append(rows, strings.TrimSpace(line))
		}
	}
	if len(rows) != len(spellings) {
		t.Fatalf("the manual has %d names of Wireshark's, the code %d", len(rows), len(spellings))
	}
	for i, s := range spellings {
		same := "-"
		if s.same != "" {
			same = "`" + strings.ReplaceAll(s.same, ", ", "` `") + "`"
		}
		if want := "| `" + s.name + "` | " + s.doc + " | " + same + " | `" + s.example + "` |"; rows[i] != want {
			t.Errorf("the manual has\n%s\nwant\n%s", rows[i], want)
		}
		if _, err := Parse(s.example, testContext); err != nil {
			t.Errorf("%s: %v", s.example, err)
		}
	}
}
