//go:build linux

package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"elbscope/internal/story"
)

// TestScenes holds the declarations to their form; playing them needs root.
func TestScenes(t *testing.T) {
	all := allScenes()
	if len(all) < 90 {
		t.Fatalf("only %d scenes", len(all))
	}
	var names []string
	for _, s := range all {
		if slices.Contains(names, s.name) {
			t.Errorf("there are two scenes %s", s.name)
		}
		names = append(names, s.name)
		if s.sentence == "" || s.balancer == nil || s.proxy == nil || len(s.calls) == 0 && s.drive == nil || len(s.views) == 0 && s.live == nil {
			t.Errorf("%s is incomplete", s.name)
		}
		if len(s.got) == 0 && s.drive == nil {
			t.Errorf("%s does not say what the client must get", s.name)
		}
		if w := s.live; w != nil {
			if len(w.screen) == 0 || w.since == nil || len(w.args) == 0 {
				t.Errorf("%s does not say what must be on the screen, and when", s.name)
			}
			s.views = append(s.views, view{name: "live", want: w.want})
		}
		for _, v := range s.views {
			wants, err := v.wants(s.name)
			if err != nil || len(wants) == 0 {
				t.Errorf("%s, %s: %d wants, %v", s.name, v.name, len(wants), err)
			}
			for _, w := range wants {
				for _, name := range []string{"verdict", "certainty", "culprit", "status", "findings"} {
					if f, said := w.Get(name); w.Kind == "handshake" && (!said || f.AtLeast) {
						t.Errorf("%s, %s: nothing is said of the %s, or not all", s.name, v.name, name)
					}
				}
			}
		}
	}
}

const sound = `{"schema":"elbscope/report/v1","sources":[{"name":"a","clockOffset":0,"problems":[]}],
"counters":{"packets":2,"requests":1,"ledger":{"delivered":1,"empty":1}},
"handshakes":[{"id":"h1","target":"/x","verdict":"rewritten","certainty":"proven",
"culprit":{"front":null,"back":"10.0.0.1"},"status":502,"sightings":[{"leg":"client","closedBy":"server","close":"fin"}],"findings":["f1"]}],
"findings":[{"id":"f1","rule":"connection-rewritten","severity":"error","title":"t","evidence":[{"packet":1}],
"handshakes":["h1"],"explanation":"## What happened: 10.0.0.1 changed /x, the answer was 502",
"remedies":[{"title":"make the listener TCP"}]}]}`

const soundWant = "want handshake target=/x verdict=rewritten certainty=proven culprit=-|10.0.0.1 status=502 sightings=1 " +
	"legs=client closed=server-fin findings=connection-rewritten:error\nwant counters requests=1\nwant source index=0 clockOffset=0 problems=none"

// TestJudgeSees shows that the judge notices every single thing that a report
// says wrong, and nothing in one that is right.
func TestJudgeSees(t *testing.T) {
	tests := []struct{ name, old, new string }{
		{"nothing", "", ""},
		{"verdict", "rewritten\",\"certainty", "dropped\",\"certainty"},
		{"certainty", "proven", "inferred"},
		{"culprit", "10.0.0.1", "10.0.0.2"},
		{"front", `"front":null`, `"front":"10.0.0.9:80"`},
		{"status", "502", "504"},
		{"leg", "client", "instance"},
		{"close", `"fin"`, `"rst"`},
		{"rule", "connection-rewritten", "upgrade-dropped"},
		{"severity", `"error"`, `"warning"`},
		{"counter", `"requests":1`, `"requests":2`},
		{"clock", `"clockOffset":0`, `"clockOffset":0.5`},
		{"problem", `"problems":[]`, `"problems":[{"code":"snaplen"}]`},
		{"ledger", `"empty":1`, `"empty":2`},
		{"drops", `"requests":1`, `"requests":1,"kernelDropped":1`},
		{"evictions", `"requests":1`, `"requests":1,"evicted":1`},
		{"evidence", `[{"packet":1}]`, `[]`},
		{"remedy", `[{"title":"make the listener TCP"}]`, `[]`},
		{"schema", "report/v1", "report/v2"},
		{"target", `"/x"`, `"/y"`},
		{"explanation", "10.0.0.1 changed", "10.0.0.2 changed"},
		{"explained target", "changed /x", "changed /y"},
		{"explained answer", "answer was 502", "answer was 504"},
		{"explained handshake", `["h1"]`, `["h2"]`},
	}
	wants, err := story.ParseWants("test", soundWant)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		var r report
		if err := json.Unmarshal([]byte(strings.Replace(sound, test.old, test.new, 1)), &r); err != nil {
			t.Fatal(err)
		}
		var c complaints
		c.form(&r, 1, 1)
		c.nothingLost(&r)
		c.wants(&r, wants)
		c.explained(&r)
		if right := test.old == test.new; right != (len(c) == 0) {
			t.Errorf("%s: %q", test.name, c)
		}
	}
	var r report
	_ = json.Unmarshal([]byte(sound), &r)
	var c complaints
	if c.form(&r, 0, 1); len(c) == 0 {
		t.Error("a wrong exit status goes unnoticed")
	}
}

// TestEvidenceSees shows that evidence is looked for where it is said to be.
func TestEvidenceSees(t *testing.T) {
	const sample = "../rewritten-502.pcap"
	quote := "GET /chat HTTP/1.1\nConnection: Upgrade"
	for _, test := range []struct {
		of    evidence
		right bool
	}{
		{evidence{0, 4, &quote}, true},
		{evidence{0, 5, &quote}, false},
		{evidence{0, 1, nil}, true},
		{evidence{0, 0, nil}, false},
		{evidence{0, 9999, nil}, false},
		{evidence{1, 1, nil}, false},
	} {
		var c complaints
		r := report{Findings: []finding{{Rule: "x", Evidence: []evidence{test.of}}}}
		if err := c.proven(&r, []string{sample}); err != nil {
			t.Fatal(err)
		}
		if test.right != (len(c) == 0) {
			t.Errorf("%+v: %q", test.of, c)
		}
	}
}

// TestDownloadFailure: only what network and registry are to blame for is
// excused as a failed download.
func TestDownloadFailure(t *testing.T) {
	for said, is := range map[string]bool{
		"npm ci: exit status 1: npm ERR! code ENOTFOUND\nnpm ERR! errno ENOTFOUND":            true,
		"npm ci: exit status 1:\nnpm ERR! code ENOTFOUND\nnpm ERR! errno ENOTFOUND":           true,
		"npm error code E503\nnpm error 503 Service Unavailable":                              true,
		"npm ERR! code ECONNREFUSED":                                                          true,
		"npm ERR! code ERR_SOCKET_TIMEOUT\n":                                                  true,
		"npm ERR! code EUSAGE\nnpm ERR! `npm ci` can only install packages when package.json": false,
		"npm ERR! code EINTEGRITY\nnpm ERR! sha512-x integrity checksum failed":               false,
		"exec: \"npm\": executable file not found in $PATH":                                   false,
	} {
		if got := isDownloadFailure(said); got != is {
			t.Errorf("%q: %v", said, got)
		}
	}
}
