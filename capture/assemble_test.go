package capture

import (
	"strings"
	"testing"
)

// row is one oddity: what is on the wire, in the words of wire.segment, and
// what the Sink has to hear of it until the end of the capture, #N being the
// packet that each call names. ledger is left out where it is of no interest.
type row struct {
	name, wire, want, ledger string
}

const opened = `
	> S
	< S a0
	> a0`

// plenty is a budget that no test reaches by accident.
var plenty = limits{conns: 1000, queued: 1 << 20, connQueued: 1 << 20}

func checkRows(t *testing.T, rows []row) {
	for _, r := range rows {
		// Every row is also played with numbers that wrap somewhere in it.
		for _, isn := range [][2]uint32{{1000, 5000}, {0xffffffff, 0xfffffffe}, {0xfffffffc, 0xfffffff9}, {0x7ffffffc, 0x7ffffff9}} {
			for _, live := range []bool{false, true} {
				t.Run(r.name, func(t *testing.T) {
					w := newWire(t, plenty)
					w.isn, w.live = isn, live
					w.play(r.wire)
					w.finish()
					want := strings.Join(strings.Fields(r.want), " ")
					if got := strings.Join(w.rec.words, ", "); got != want {
						t.Errorf("isn %x, live %v\n got %s\nwant %s", isn, live, got, want)
					}
					if got := ledgerWords(w.totals.Ledger); r.ledger != "" && got != r.ledger {
						t.Errorf("ledger %s, not %s", got, r.ledger)
					}
				})
			}
		}
	}
}

func TestAssembleOrder(t *testing.T) { checkRows(t, orderRows) }

var orderRows = []row{
	{"in order", opened + `
			> 0:hello a0
			< a5
			< 0:world a5
			> a5`,
		"open, >hello #4, <world #6, over", "delivered 4, empty 3"},
	{"neighbours swapped", opened + `
			> 5:world
			> 0:hello`,
		"open, >hello #5, >world #4, over", "delivered 4, empty 1"},
	{"all turned round", opened + `
			> 6:cc
			> 4:bb
			> 2:aa
			> 0:__`,
		"open, >__ #7, >aa #6, >bb #5, >cc #4, over", "delivered 6, empty 1"},
	{"retransmitted", opened + `
			> 0:hello
			> 0:hello
			> 5:!`,
		"open, >hello #4, >! #6, over", "delivered 4, empty 2"},
	{"retransmitted with more", opened + `
			> 0:hello
			> 0:HELLO!`,
		"open, >hello #4, >! #5, over", "delivered 4, empty 1"},
	{"retransmitted early", opened + `
			> 2:cd
			> 2:CD
			> 0:ab`,
		"open, >ab #6, >cd #4, over", "delivered 4, empty 2"},
	{"an acknowledgement before its bytes", opened + `
			< a5
			> 0:hello
			> 5:!`,
		"open, >hello #5, >! #6, over", "delivered 4, empty 2"},
	{"bytes cut by the snapshot length", opened + `
			> 0:abcdef cut2
			> 6:g`,
		"open, >ab #4, >gap 4 cut #4, >g #5, over", ""},
	{"bytes cut to nothing", opened + `
			> 0:abcdef cut0
			> 6:g`,
		"open, >gap 6 cut #4, >g #5, over", ""},
	{"cut bytes out of order", opened + `
			> 2:cdef cut1
			> 0:ab
			> 6:g`,
		"open, >ab #5, >c #4, >gap 3 cut #4, >g #6, over", ""},
	{"retransmission of cut bytes", opened + `
			> 0:abcdef cut2
			> 0:abcdefgh cut3`,
		"open, >ab #4, >gap 4 cut #4, >gap 2 cut #5, over", ""},
	{"cut retransmission with more", opened + `
			> 0:ab
			> 0:abcdefgh cut3`,
		"open, >ab #4, >c #5, >gap 5 cut #5, over", ""},
	{"far ahead is not believed", opened + `
			> 2000000000:x
			> 0:a`,
		"open, >a #5, over", "delivered 3, empty 2"},
	{"far behind is not believed", opened + `
			> 0:a
			> -2000000000:x
			> 1:b`,
		"open, >a #4, >b #6, over", ""},
	{"a stray segment ahead does not carry the stream away", opened + `
			> 500000000:x
			> 0:a
			wait 31s
			> 1:b`,
		"open, >a #5, >b #6, over", "delivered 4, empty 2"},
	{"a stray acknowledgement ahead does not make holes", opened + `
			< a500000000
			> 1:b
			> 0:a`,
		"open, >a #6, >b #5, over", ""},
	{"an acknowledgement in a stray segment does not make holes", opened + `
			< 0:hello
			< @100000000 a10
			> 1:b
			> 0:a`,
		"open, <hello #4, >a #7, >b #6, over", ""},
	{"the capture paused for 100 MB, and the peer saw it all", opened + `
			> 0:a
			> 100000000:x
			< a100000001
			> 100000001:y`,
		"open, >a #4, >gap 99999999 lost #6, >x #5, >y #7, over", ""},
}

func TestAssembleOverlap(t *testing.T) { checkRows(t, overlapRows) }

var overlapRows = []row{
	{"new covers old, held", opened + `
			> 4:ef
			> 2:CDEFGH
			> 0:ab`,
		"open, >ab #6, >CD #5, >ef #4, >GH #5, over", "delivered 5, empty 1"},
	{"old covers new, held", opened + `
			> 2:cdefgh
			> 4:EF
			> 0:ab`,
		"open, >ab #6, >cdefgh #4, over", "delivered 4, empty 2"},
	{"new in the middle of two", opened + `
			> 2:cd
			> 6:gh
			> 3:DEFG
			> 0:ab`,
		"open, >ab #7, >cd #4, >EF #6, >gh #5, over", ""},
	{"new over three", opened + `
			> 2:c
			> 4:e
			> 6:g
			> 1:BCDEFGHI
			> 0:a`,
		"open, >a #8, >B #7, >c #4, >D #7, >e #5, >F #7, >g #6, >HI #7, over", "delivered 7, empty 1"},
	{"new reaches into the front", opened + `
			> 3:def
			> 1:BCD
			> 0:a`,
		"open, >a #6, >BC #5, >def #4, over", ""},
	{"new reaches beyond the end", opened + `
			> 1:bcd
			> 3:DEF
			> 0:a`,
		"open, >a #6, >bcd #4, >EF #5, over", ""},
	{"same start, longer", opened + `
			> 1:bc
			> 1:BCDE
			> 0:a`,
		"open, >a #6, >bc #4, >DE #5, over", ""},
	{"same end, longer", opened + `
			> 3:de
			> 1:BCDE
			> 0:a`,
		"open, >a #6, >BC #5, >de #4, over", ""},
	{"in order over what is held", opened + `
			> 2:cd
			> 0:ABCDEF`,
		"open, >AB #5, >cd #4, >EF #5, over", "delivered 4, empty 1"},
	{"in order over two that are held", opened + `
			> 1:b
			> 3:d
			> 0:ABCDE`,
		"open, >A #6, >b #4, >C #6, >d #5, >E #6, over", ""},
	{"in order into what is held", opened + `
			> 2:cdef
			> 0:ABCD`,
		"open, >AB #5, >cdef #4, over", ""},
	{"in order and cut, over what is held", opened + `
			> 2:cd
			> 0:ABCDEF cut1`,
		"open, >A #5, >gap 1 cut #5, >cd #4, >gap 2 cut #5, over", ""},
	{"two holes", opened + `
			> 1:b
			> 3:d
			> 2:c
			> 0:a`,
		"open, >a #7, >b #4, >c #6, >d #5, over", ""},
}

func TestLimitsFor(t *testing.T) {
	for _, memory := range []int64{0, 8 << 20, 256 << 20, 1 << 40} {
		lim := limitsFor(memory)
		if lim.conns < 1024 || lim.queued < lim.connQueued || lim.queued > 64<<20 {
			t.Errorf("%d: %+v", memory, lim)
		}
	}
}
