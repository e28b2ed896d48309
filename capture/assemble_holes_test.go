package capture

import "testing"

func TestAssembleHoles(t *testing.T) { checkRows(t, holesRows) }

var holesRows = []row{
	{"acknowledged after", opened + `
			> 5:world
			< a10`,
		"open, >gap 5 lost #5, >world #4, over", "delivered 3, empty 2"},
	{"acknowledged before", opened + `
			< a5
			> 5:world`,
		"open, >gap 5 lost #5, >world #5, over", ""},
	{"acknowledged in part", opened + `
			> 5:world
			< a4
			> 0:hello`,
		"open, >hello #6, >world #4, over", ""},
	{"first of two acknowledged", opened + `
			> 1:b
			> 3:d
			< a2
			> 2:c`,
		"open, >gap 1 lost #6, >b #4, >c #7, >d #5, over", ""},
	{"both acknowledged", opened + `
			> 1:b
			> 3:d
			< a4`,
		"open, >gap 1 lost #6, >b #4, >gap 1 lost #6, >d #5, over", ""},
	{"by an acknowledgement with bytes", opened + `
			> 1:b
			< 0:w a2`,
		"open, >gap 1 lost #5, >b #4, <w #5, over", ""},
	{"what comes after being given up", opened + `
			> 1:b
			< a2
			> 0:a
			> 2:c`,
		"open, >gap 1 lost #5, >b #4, >c #7, over", "delivered 4, empty 3"},
	{"patience", opened + `
			> 1:b
			wait 29s
			> 2:c
			wait 2s
			> 0:a`,
		"open, >gap 1 lost #4, >b #4, >c #5, over", "delivered 4, empty 2"},
	{"patience for each hole", opened + `
			> 1:b
			> 3:d
			wait 31s
			wait 1s`,
		"open, >gap 1 lost #4, >b #4, >gap 1 lost #5, >d #5, over", ""},
	{"patience is short where the peer is not captured", `
			> S
			> 0:a
			> 2:c
			wait 2s
			> 3:d`,
		"open, >a #2, >gap 1 lost #3, >c #3, >d #4, over", ""},
	{"the end of the capture gives up", opened + `
			> 1:b
			> 3:d`,
		"open, >gap 1 lost #4, >b #4, >gap 1 lost #5, >d #5, over", "delivered 4, empty 1"},
	{"acknowledged and never captured", opened + `
			> 0:a
			< a10`,
		"open, >a #4, >gap 9 lost #5, over", ""},
	{"only acknowledgements of the server are there", `
			< S a0
			< a100
			< a3000`,
		"open, >gap 3000 lost #3, over", ""},
	{"the one byte more may be a FIN", opened + `
			> 0:a
			< a2`,
		"open, >a #4, over", ""},
	{"keep-alive probe of one byte", opened + `
			> 0:ab
			< a2
			> 1:_
			< a2
			> 2:c`,
		"open, >ab #4, >c #8, over", "delivered 4, empty 4"},
	{"keep-alive probe without a byte", opened + `
			> 0:ab
			> @1
			> 2:c`,
		"open, >ab #4, >c #6, over", ""},
	{"zero window probe", opened + `
			> 0:ab
			< a2
			> 2:c
			< a2
			> 2:cd`,
		"open, >ab #4, >c #6, >d #8, over", ""},
}

// TestAssembleHoleOfManyGigabytes is one direction of a large download, of
// which there are only the acknowledgements.
func TestAssembleHoleOfManyGigabytes(t *testing.T) {
	w := newWire(t, plenty)
	w.play(`
		> S
		< S a0`)
	const step, steps = 1 << 23, 1024
	for i := range steps {
		s := w.segment([]string{">", "a0"})
		s.ack += uint32((i + 1) * step)
		w.send(s)
	}
	w.finish()
	if got := w.totals.GapBytes; got != step*steps {
		t.Errorf("%d bytes are missing, not %d", got, step*steps)
	}
}
