package capture

import "testing"

func TestAssembleFIN(t *testing.T) { checkRows(t, finRows) }

var finRows = []row{
	{"both close", opened + `
			> 0:hello F a0
			< a6
			< F a6
			> @6 a1`,
		"open, >hello #4, >fin #4, <fin #6, closed", "delivered 4, empty 3"},
	{"at the same time", opened + `
			> F a0
			< F a0
			> @1 a1
			< @1 a1`,
		"open, >fin #4, <fin #5, closed", "delivered 4, empty 3"},
	{"of an earlier connection, before the SYN-ACK", `
			> S
			< @70000 F
			< S a0
			< 0:hello`,
		"open, <fin #2, over", "delivered 3, empty 1"},
	{"retransmitted", opened + `
			> 0:a F
			> 0:a F
			> @1 F`,
		"open, >a #4, >fin #4, over", "delivered 3, empty 3"},
	{"out of order", opened + `
			> @5 F
			> 0:hello`,
		"open, >hello #5, >fin #4, over", "delivered 4, empty 1"},
	{"out of order, with bytes", opened + `
			> 5:world F
			> 0:hello`,
		"open, >hello #5, >world #4, >fin #4, over", "delivered 4, empty 1"},
	{"behind a hole that is acknowledged", opened + `
			> 0:a
			> @5 F
			< a6`,
		"open, >a #4, >gap 4 lost #6, >fin #5, over", "delivered 4, empty 2"},
	{"behind bytes behind a hole that is acknowledged", opened + `
			> 1:b
			> 2:c F
			< a4`,
		"open, >gap 1 lost #6, >b #4, >c #5, >fin #5, over", ""},
	{"behind a hole, the peer's acknowledgement is its FIN", opened + `
			< F a0
			> 5:! F a1
			< @1 a7`,
		"open, <fin #4, >gap 5 lost #6, >! #5, >fin #5, closed", ""},
	{"behind a hole, acknowledged before", opened + `
			< a6
			> @5 F`,
		"open, >gap 5 lost #5, >fin #5, over", ""},
	{"behind a hole, in vain", opened + `
			> @5 F
			wait 29s
			wait 2s`,
		"open, >gap 5 lost #4, >fin #4, over", ""},
	{"behind a hole at the end of the capture", opened + `
			< F
			> @5 F`,
		"open, <fin #4, >gap 5 lost #5, >fin #5, closed", ""},
	{"bytes after both", opened + `
			> F
			< F a1
			> 0:x
			> 1:x a1
			< 1:x a1
			< 1:x R`,
		"open, >fin #4, <fin #5, closed", "delivered 4, empty 5"},
	{"bytes after it", opened + `
			> 0:a F
			> 1:bc
			> 2:c`,
		"open, >a #4, >fin #4, over", "delivered 3, empty 3"},
	{"bytes across it", opened + `
			> @3 F
			> 0:abcdef`,
		"open, >abc #5, >fin #4, over", ""},
	{"bytes held behind it", opened + `
			> 5:x
			> @3 F
			> 0:abc`,
		"open, >abc #6, >fin #5, over", "delivered 4, empty 2"},
	{"bytes held across it", opened + `
			> @3 F
			> 2:cdef
			> 0:ab`,
		"open, >ab #6, >c #5, >fin #4, over", ""},
	{"half closed, the other direction goes on", opened + `
			> 0:q F a0
			< 0:ab a2
			> @2 a2
			< 2:cd a2
			< @4 F a2`,
		"open, >q #4, >fin #4, <ab #5, <cd #7, <fin #8, closed", ""},
	{"a second one that is nearer", opened + `
			> @500000 F
			> 0:a F`,
		"open, >a #5, >fin #5, over", ""},
	{"a stray one ahead", opened + `
			> @500000000 F
			> 0:a
			wait 31s
			> 1:b F`,
		"open, >a #5, >b #6, >fin #6, over", ""},
	{"a stray one behind", opened + `
			> 0:ab
			> @1 F`,
		"open, >ab #4, over", "delivered 3, empty 2"},
	{"alone", `
			> F`,
		"midstream, >fin #1, over", "delivered 1"},
	{"its acknowledgement before it, in mid-stream", `
			< a6
			> @5 F`,
		"midstream, >fin #2, over", ""},
	{"before its bytes, in mid-stream", `
			< a0
			> @5 F
			> 0:hello`,
		"midstream, >hello #3, >fin #2, over", ""},
	{"FIN, then RST", opened + `
			> F
			> @1 R
			wait 4s`,
		"open, >fin #4, >rst #5, closed", ""},
	{"FIN, then a RST that answers a late segment", opened + `
			> 0:hello F
			< 0:abc a5
			> @5 R
			> @6 R
			wait 4s`,
		"open, >hello #4, >fin #4, <abc #5, >rst #6, closed", "delivered 5, empty 2"},
	{"FIN and RST swapped", opened + `
			> @1 R
			> F
			wait 4s`,
		"open, >fin #5, >rst #4, closed", ""},
	{"FIN, RST and bytes turned round", opened + `
			> @4 R
			> @3 F
			> 0:abc
			wait 4s`,
		"open, >abc #6, >fin #5, >rst #4, closed", ""},
	{"FIN and RST behind a hole", opened + `
			> @3 F
			> @4 R
			wait 4s`,
		"open, >gap 3 lost #4, >fin #4, >rst #5, closed", ""},
}

func TestAssembleRST(t *testing.T) { checkRows(t, rstRows) }

var rstRows = []row{
	{"next", opened + `
			> 0:a
			< R
			wait 2s
			wait 2s`,
		"open, >a #4, <rst #5, closed", "delivered 4, empty 1"},
	{"at time 0 of the capture's clock", `
			> S
			wait -2ms
			< R a0
			wait 4s`,
		"open, <rst #2, closed", ""},
	{"and what it had received until then", opened + `
			> R a10
			wait 4s`,
		"open, >rst #4, <gap 10 lost #4, closed", ""},
	{"what follows", opened + `
			> R
			wait 4s
			> 0:a
			< 0:b`,
		"open, >rst #4, closed", "delivered 3, empty 3"},
	{"at the end of the capture", opened + `
			> R`,
		"open, >rst #4, over", ""},
	{"both ends reset", opened + `
			> R
			< R
			> R
			wait 4s`,
		"open, >rst #4, <rst #5, closed", "delivered 4, empty 2"},
	{"the other side's bytes were on their way", opened + `
			> R
			< 0:a
			wait 4s`,
		"open, >rst #4, <a #5, closed", ""},
	{"before its bytes", opened + `
			> @5 R
			> 0:hello
			wait 4s`,
		"open, >hello #5, >rst #4, closed", ""},
	{"before bytes that never come", opened + `
			> 0:a
			> @5 R
			wait 4s`,
		"open, >a #4, >gap 4 lost #5, >rst #5, closed", ""},
	{"before bytes that are acknowledged", opened + `
			> @5 R
			< a5`,
		"open, >gap 5 lost #5, >rst #4, over", ""},
	{"far off", opened + `
			> @2000000 R
			> @-2000000 R
			> @-1 R
			> 0:a`,
		"open, >a #7, over", "delivered 3, empty 4"},
	{"where the peer expects it", opened + `
			> 0:hello
			> 5:world
			< a5
			> @5 R
			wait 4s`,
		"open, >hello #4, >world #5, >rst #7, closed", ""},
	{"forged, the same side goes on", opened + `
			> R
			> 0:hello
			wait 4s
			> 5:!`,
		"open, >rst #4, >hello #5, >! #6, over", ""},
	{"forged ahead, the same side goes on", opened + `
			> @3 R
			> 0:hello
			wait 4s
			> 5:!`,
		"open, >hello #5, >! #6, over", ""},
	{"forged, the same side closes", opened + `
			> R
			> F
			wait 4s
			< F a1`,
		"open, >rst #4, >fin #5, <fin #6, closed", ""},
	{"forged twice", opened + `
			> R
			> 0:a
			> @1 R
			> 1:b
			wait 4s
			> 2:c`,
		"open, >rst #4, >a #5, >rst #6, >b #7, >c #8, over", ""},
	{"in answer to a SYN", `
			> S
			< R a0
			wait 4s`,
		"open, <rst #2, closed", "delivered 2"},
	{"in answer to every SYN", `
			> S
			< R a0
			> S
			< R a0
			wait 4s
			> S
			< R a0`,
		"open, <rst #2, closed", "delivered 2, empty 4"},
	{"forged, in answer to a SYN", `
			> S
			< @-123456789 R a0
			< S a0
			> 0:hello a0
			wait 4s
			< 0:world a5`,
		"open, <rst #2, >hello #4, <world #5, over", "delivered 5"},
	{"alone", `
			> R
			wait 4s`,
		"midstream, >rst #1, closed", "delivered 1"},
	{"forged alone, in mid-stream", `
			> @-123456789 R
			> 0:hello a0
			wait 4s
			> 5:!`,
		"midstream, >rst #1, >hello #2, >! #3, over", ""},
	{"forged in mid-stream, where only acknowledgements were seen", `
			< a0
			> @123456789 R
			> @-123456789 R
			> 0:hello`,
		"midstream, >hello #4, over", ""},
	{"in mid-stream, where only acknowledgements were seen", `
			< a0
			> R
			wait 4s`,
		"midstream, >rst #2, closed", ""},
	{"its bytes are no part of the stream", opened + `
			> 0:a
			> 1:go_away R
			wait 4s`,
		"open, >a #4, >rst #5, closed", ""},
	{"bytes held behind it", opened + `
			> 1:b
			> R
			wait 4s`,
		"open, >rst #5, >gap 1 lost #4, >b #4, closed", ""},
	{"the other side waits for a hole", opened + `
			< 1:b
			> R
			wait 4s`,
		"open, >rst #5, <gap 1 lost #4, <b #4, closed", ""},
}
