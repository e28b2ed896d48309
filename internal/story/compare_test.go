package story

import "testing"

// said answers from a table.
type said struct {
	handshakes, sources []map[string]string
	counters            map[string]string
	findings            []string
}

func (s said) Handshakes() int                      { return len(s.handshakes) }
func (s said) Sources() int                         { return len(s.sources) }
func (s said) Handshake(i int, field string) string { return s.handshakes[i][field] }
func (s said) Source(i int, field string) string    { return s.sources[i][field] }
func (s said) Counter(name string) string           { return s.counters[name] }
func (s said) Findings() []string                   { return s.findings }

// TestDifferences shows that each thing that is not as wanted is noticed, and
// nothing else.
func TestDifferences(t *testing.T) {
	report := said{
		handshakes: []map[string]string{
			{"target": "/b", "verdict": "healthy", "findings": ""},
			{"target": "/a", "verdict": "dropped", "findings": "upgrade-dropped:error,handshake-refused:info"},
		},
		sources:  []map[string]string{{"clockOffset": "0", "problems": "none"}, {"clockOffset": "1.503", "problems": "snaplen"}},
		counters: map[string]string{"gaps": "2"},
		findings: []string{"upgrade-dropped of h2"},
	}
	const both = "want handshake verdict=healthy\nwant handshake verdict=dropped\n"
	for _, c := range []struct {
		wants string
		order Order
		diffs int
	}{
		{both, InOrder, 0},
		{"want handshake verdict=dropped\nwant handshake verdict=healthy\n", InOrder, 2},
		{"want handshake target=/a verdict=dropped\nwant handshake target=/b verdict=healthy\n", ByTarget, 0},
		{"want handshake target=/a verdict=dropped\nwant handshake target=/b verdict=healthy\n", InOrder, 4},
		{"want handshake verdict=healthy\n", InOrder, 1},
		{both + "want handshake verdict=healthy\n", InOrder, 2},
		{"want handshake target=/a verdict=dropped\nwant handshake target=/a verdict=dropped\n", ByTarget, 1},
		{"want handshake target=/b findings=none\nwant handshake target=/a findings=upgrade-dropped:error,handshake-refused", ByTarget, 0},
		{"want handshake target=/b findings~=none\nwant handshake target=/a findings~=handshake-refused:info", ByTarget, 0},
		{"want handshake target=/b findings=http-after-101\nwant handshake target=/a findings=handshake-refused,upgrade-dropped", ByTarget, 2},
		{"want handshake target=/b findings=none\nwant handshake target=/a findings~=upgrade-dropped:warning", ByTarget, 1},
		{"want counters gaps=2", InOrder, 0},
		{"want counters gaps=1", InOrder, 1},
		{"want source index=1 clockOffset=1.5 problems=snaplen", InOrder, 0},
		{"want source index=0 clockOffset=1.5 problems=snaplen", InOrder, 2},
		{"want source index=2 problems=none", InOrder, 1},
		{"want findings none", InOrder, 1},
	} {
		wants, err := ParseWants("test", c.wants)
		if err != nil {
			t.Fatal(err)
		}
		if got := Differences(report, wants, c.order); len(got) != c.diffs {
			t.Errorf("%s: %d differences, not %d: %q", c.wants, len(got), c.diffs, got)
		}
	}
}
