package capture

import (
	"strings"
	"testing"
)

func TestAssembleStart(t *testing.T) { checkRows(t, startRows) }

var startRows = []row{
	{"in mid-stream, with bytes", `
			> 7:hello a100
			< 100:world a12`,
		"midstream, >hello #1, <world #2, over", ""},
	{"in mid-stream, from the server", `
			< 7:hello a100
			> 100:world`,
		"midstream, <hello #1, >world #2, over", ""},
	{"in mid-stream, with acknowledgements", `
			> a100
			< a200
			> 200:hello
			< 100:world`,
		"midstream, >hello #3, <world #4, over", "delivered 2, empty 2"},
	{"in mid-stream, with an acknowledgement before its bytes", `
			< a205
			> 200:hello
			> 205:world`,
		"midstream, >hello #2, >world #3, over", ""},
	{"in mid-stream, with a hole", `
			< a200
			> 205:world
			> 200:hello`,
		"midstream, >hello #3, >world #2, over", ""},
	{"in mid-stream, with a keep-alive probe", `
			< a200
			> 199:_
			< a200
			> 200:hello`,
		"midstream, >hello #4, over", "delivered 1, empty 3"},
	{"in mid-stream, with a stray segment", `
			< a1000000000
			> 500000000:x
			> 1000000000:hello`,
		"midstream, >hello #3, over", ""},
	{"with the answer to the SYN", `
			< S a0
			> 0:hello`,
		"open, >hello #2, over", ""},
	{"SYN behind its answer", `
			< S a0
			> S
			> 0:hello a0
			< 0:world`,
		"open, >hello #3, <world #4, over", "delivered 4"},
	{"SYN behind its bytes", `
			< S a0
			> 0:hello a0
			> S
			> 5:world`,
		"open, >hello #2, >world #4, over", "delivered 4"},
	{"SYN-ACK behind its acknowledgement", `
			> S
			> a0
			< S a0
			< 0:hello`,
		"open, <hello #4, over", ""},
	{"SYN-ACK behind its bytes", `
			> S
			< 0:hello a0
			< S a0
			< 5:world`,
		"open, <hello #2, <world #4, over", ""},
	{"SYN retransmitted", `
			> S
			> S
			< S a0
			> S
			< S a0
			> 0:hello
			> S`,
		"open, >hello #6, over", "delivered 3, empty 4"},
	{"bytes on the SYN", `
			> S 0:hello
			< S a5 0:hi
			> 5:world`,
		"open, >hello #1, <hi #2, >world #3, over", "delivered 3"},
	{"bytes on the SYN, sent again after it", `
			> S 0:hello
			< S a0
			> 0:hello`,
		"open, >hello #1, over", ""},
	{"both open at the same time", `
			> S
			< S
			> S a0
			< S a0
			> 0:hello`,
		"open, >hello #5, over", "delivered 3, empty 2"},
}

// TestAssembleReuse does not wrap: its rows set their own numbers.
func TestAssembleReuse(t *testing.T) {
	for _, r := range reuseRows {
		t.Run(r.name, func(t *testing.T) {
			w := newWire(t, plenty)
			w.play(r.wire)
			w.finish()
			if got := strings.Join(w.rec.words, ", "); got != r.want {
				t.Errorf("\n got %s\nwant %s", got, r.want)
			}
			if got := ledgerWords(w.totals.Ledger); r.ledger != "" && got != r.ledger {
				t.Errorf("ledger %s, not %s", got, r.ledger)
			}
		})
	}
}

const reuseStart = "isn 1000 5000" + opened + `
		> 0:hello
		isn 900000 700000`

var reuseRows = []row{
	{"by a SYN", reuseStart + `
			> S
			< S a0
			> 0:again`,
		"open, >hello #4, reused, open, >again #7, over", ""},
	{"by a SYN-ACK whose SYN is not captured", reuseStart + `
			< S a0
			> 0:again`,
		"open, >hello #4, reused, open, >again #6, over", ""},
	{"the other way round", reuseStart + `
			< S
			> S a0
			< 0:again`,
		"open, >hello #4, reused, open backwards, >again #7, over", ""},
	{"of a closed connection", "isn 1000 5000" + opened + `
			> F
			< F
			isn 900000 700000
			> S
			> 0:again`,
		"open, >fin #4, <fin #5, closed, open, >again #7, over", ""},
	{"with a hole open", "isn 1000 5000" + opened + `
			> 1:b
			isn 900000 700000
			> S
			> 0:again`,
		"open, >gap 1 lost #4, >b #4, reused, open, >again #6, over", ""},
	{"an old segment after the new SYN", reuseStart + `
			> S
			isn 1000 5000
			> a0
			> 5:world
			isn 900000 700000
			< S a0
			> 0:again`,
		"open, >hello #4, reused, open, >again #9, over", ""},
	{"of a connection in mid-stream", `
			> 7:hello a7
			isn 900000 700000
			> S
			< S a0`,
		"midstream, >hello #1, reused, open, over", ""},
	{"of a closed connection, by a SYN-ACK", `
			> R
			wait 4s
			< S a0
			> 0:hello`,
		"midstream, >rst #1, closed, open, >hello #3, over", ""},
	{"a second SYN-ACK with another number is none", `
			> S
			< S a0
			isn 1000 9000
			< S a0`,
		"open, over", "delivered 2, empty 1"},
	{"only a SYN before", `
			> S
			isn 900000 700000
			> S
			< S a0`,
		"open, reused, open, over", ""},
}

func TestAssembleDuplicates(t *testing.T) { checkRows(t, duplicatesRows) }

var duplicatesRows = []row{
	{"every packet twice", `
			> S
			=1
			< S a0
			=3
			> a0
			=5
			> 0:hello
			=7
			< F a5
			=9
			> @5 F
			=11
			< a6
			=13`,
		"open, >hello #7, <fin #9, >fin #11, closed", "delivered 5, empty 2, duplicate 7"},
	{"four copies", opened + `
			> 0:hello
			=4
			=4
			=4`,
		"open, >hello #4, over", "delivered 3, empty 1, duplicate 3"},
	{"of a held segment", opened + `
			> 1:b
			=4
			> 0:a
			=4
			=6`,
		"open, >a #6, >b #4, over", "delivered 4, empty 1, duplicate 3"},
	{"of a RST", opened + `
			> R
			=4`,
		"open, >rst #4, over", "delivered 3, empty 1, duplicate 1"},
	{"a retransmission is none", opened + `
			> 0:hello
			> 0:hello
			=5`,
		"open, >hello #4, over", "delivered 3, empty 2, duplicate 1"},
	{"the same in another tunnel is another connection", `
			> S encap1
			> S encap2
			> 0:hello encap1
			> 0:world encap2
			=1
			=2`,
		"open, open, >hello #3, >world #4, over, over", "delivered 4, duplicate 2"},
}

func TestAssembleRoles(t *testing.T) {
	for _, c := range []struct{ wire, client string }{
		{"> S", "client"},
		{"< S", "server"},
		{"< S a0", "client"},
		{"> S a0", "server"},
		{"> 0:x a0", "client"}, // by the higher port
		{"< 0:x a0", "client"},
		{"< R", "client"},
	} {
		w := newWire(t, plenty)
		w.play(c.wire)
		want := map[string]uint16{"client": forgeSrcPort, "server": forgeDstPort}[c.client]
		info := w.rec.conns[0].info
		if info.Client.Port() != want || info.Server.Port() == want {
			t.Errorf("%s: client %v, server %v", c.wire, info.Client, info.Server)
		}
	}
}
