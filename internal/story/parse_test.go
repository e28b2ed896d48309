package story

import (
	"strings"
	"testing"
)

// intro is the start of a story that is right so far; the next line is the
// sixth.
const intro = `# Something happened.
want counters handshakes=0
file link raw
leg client 10.0.0.9:40001 -> 10.0.0.1:80

`

func TestParseErrors(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"no sentence", "want findings none\n", "x:1: a story begins with a comment"},
		{"unfinished sentence", "# Something\n", "x:1: a story begins with a comment"},
		{"nothing happens", intro, "x:6: nothing happens"},
		{"nothing wanted", "# A.\nleg a 1.1.1.1:1 -> 1.1.1.2:2\na: client opens\n", "x:4: nothing is wanted"},
		{"unknown word", intro + "explode", `x:6: "explode" is not understood`},
		{"unknown leg", intro + "server > GET / HTTP/1.1", `x:6: there is no leg "server"`},
		{"leg twice", intro + "leg client 1.1.1.1:1 -> 1.1.1.2:2", `x:6: there are two legs "client"`},
		{"mixed families", intro + "leg six [::1]:1 -> 1.1.1.2:2", "x:6: a leg needs two endpoints of one kind"},
		{"leg option", intro + "leg b 1.1.1.1:1 -> 1.1.1.2:2 mtu 5", `x:6: a leg knows no "mtu"`},
		{"leg option value", intro + "leg b 1.1.1.1:1 -> 1.1.1.2:2 mss 0", `x:6: "0" is no number from 1`},
		{"vlan without ethernet", intro + "leg b 1.1.1.1:1 -> 1.1.1.2:2 vlan 7", "x:6: vlan and vxlan need link ethernet"},
		{"two links in a pcap", intro + "leg b 1.1.1.1:1 -> 1.1.1.2:2 link sll", "x:6: a pcap file has one link type"},
		{"late file", intro + "file b", "x:6: files come before legs"},
		{"unsorted pcap", "# A.\nfile unsorted\n", "x:2: only a pcapng file"},
		{"unknown link", "# A.\nfile link token-ring\n", `x:2: there is no link type "token-ring"`},
		{"lone continuation", intro + "       > Host: x", "x:6: a line without a leg must go on the line above"},
		{"other arrow", intro + "client > GET / HTTP/1.1\n       < Host: x", "x:6: a line without a leg"},
		{"endless head", intro + "client > GET / HTTP/1.1\n       > Host: x\n", "x:6: the head has no end"},
		{"bad escape", intro + `client >> \q`, `x:6: \q is not understood`},
		{"huge run", intro + `client >> \{99999999*a}`, `x:6: a run is`},
		{"bad frame", intro + "client ~> shout hi", `x:6: there is no frame "shout"`},
		{"close without code", intro + "client ~> close now", "x:6: a close frame carries a code"},
		{"offset behind the end", intro + "cut 5\nclient >> abc\n", "x:7: offset 5 lies behind"},
		{"swap alone", intro + "swap", "x:6: swap needs a cut"},
		{"bad range", intro + "lose 9-3", "x:6: lose takes a range"},
		{"accident at the end", intro + "lose\n", "x:7: an accident without a payload"},
		{"accident before a close", intro + "lose\nclient: client closes", "x:7: an accident without a payload"},
		{"unknown action", intro + "client: server laughs", `x:6: nobody can do "server laughs"`},
		{"unknown proxy", intro + "client: proxy v3 1.1.1.1:1 -> 1.1.1.2:2", `x:6: there is no PROXY protocol "v3"`},
		{"bad wait", intro + "wait long", "x:6: time: invalid duration"},
		{"unknown edge", intro + "capture pauses", "x:6: a capture begins or ends"},
		{"unknown file", intro + "rotate b", `x:6: there is no file "b"`},
		{"want kind", "# A.\nwant miracles now=1\n", `x:2: nothing of the kind "miracles"`},
		{"want field", "# A.\nwant counters miracles=1\n", `x:2: a counters has no "miracles"`},
		{"want second line", "# A.\nwant handshake verdict=healthy\n   color=red\n", `x:3: a handshake has no "color"`},
		{"want verdict", "# A.\nwant handshake verdict=fine\n", `x:2: there is no verdict "fine"`},
		{"want certainty", "# A.\nwant handshake certainty=sure\n", `x:2: there is no certainty "sure"`},
		{"want culprit", "# A.\nwant handshake culprit=10.0.0.1\n", "x:2: a culprit is FRONT|BACK"},
		{"want rule", "# A.\nwant handshake findings=bad-luck\n", `x:2: there is no rule "bad-luck"`},
		{"want severity", "# A.\nwant handshake findings=http-after-101:dire\n", `x:2: there is no severity "dire"`},
		{"want at least", "# A.\nwant handshake status~=5\n", "x:2: ~= is for findings only"},
		{"want nothing", "# A.\nwant counters\n", "x:2: want needs a kind"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("x", tt.text)
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got %v, want %s...", err, tt.want)
			}
		})
	}
}

func TestParseWants(t *testing.T) {
	s, err := Parse("x", `# One thing happened. Another did not.
# want counters connections=9
want handshake verdict=rewritten culprit=-|10.0.1.1
               findings~=connection-rewritten:warning,handshake-refused
leg client 10.0.0.9:40001 -> 10.0.0.1:80
client: client opens
`)
	if err != nil {
		t.Fatal(err)
	}
	if s.Sentence != "One thing happened." {
		t.Errorf("sentence %q", s.Sentence)
	}
	if len(s.Wants) != 1 || len(s.Wants[0].Fields) != 3 || s.Wants[0].Line != 3 {
		t.Fatalf("wants %+v", s.Wants)
	}
	f, _ := s.Wants[0].Get("findings")
	if !f.AtLeast || strings.Join(f.List(), " ") != "connection-rewritten:warning handshake-refused" {
		t.Errorf("findings %+v", f)
	}
	if none := (Field{Value: "none"}); none.List() != nil {
		t.Errorf("none is %v", none.List())
	}
}

// Whatever is written, Parse must not panic, and what it takes must play.
func FuzzParse(f *testing.F) {
	f.Add(intro + "client > GET / HTTP/1.1\n       >\nclient: server closes\n")
	f.Add(intro + "cut 1\nswap\ntwice\nagain\nclient >> \\x00\\{3*a}\nwait 1s\ncapture ends\n")
	f.Add("# A.\nwant findings none\nfile a pcapng\nfile b snaplen 60\nleg l [::1]:1 -> [::1]:2 in a\nl ~> begin a\n  ~> end b\nrotate b\nl <~ close 1000\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse("x", text)
		if err == nil {
			s.Captures(WithSegments(7))
		}
	})
}
