package ui

import (
	"bytes"
	"os"
	"runtime"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/gdamore/tcell/v2"
	"github.com/gdamore/tcell/v2/terminfo"
	"golang.org/x/text/encoding"
	"golang.org/x/text/transform"
)

// newTerminal is tcell.NewScreen, but for what people do to a keyboard by
// accident: binary pasted, a cat on it, Alt-P.
func newTerminal() (tcell.Screen, error) {
	if runtime.GOOS == "windows" { // whose console tells of keys, not of bytes
		return tcell.NewScreen()
	}
	for _, charset := range []string{"utf-8", "utf8"} {
		tcell.RegisterEncoding(charset, anyUTF8{})
	}
	// Beyond UTF-8 nothing but ASCII is drawn, which every charset has.
	tcell.SetEncodingFallback(tcell.EncodingFallbackASCII)
	dev, err := tcell.NewDevTty()
	if err != nil {
		return nil, err
	}
	t := &terminal{Tty: dev}
	kind, err := withoutDelays(os.Getenv("TERM"))
	if err != nil {
		return nil, err
	}
	screen, err := tcell.NewTerminfoScreenFromTtyTerminfo(t, kind)
	if err != nil {
		return nil, err
	}
	if err := screen.Init(); err != nil {
		return nil, err
	}
	t.screen.Store(&screen)
	return initialised{screen}, nil
}

// withoutDelays is what is known of a terminal of that kind, without the pauses
// that the first of its kind needed after each command: tcell sleeps for them,
// two seconds for a drawing on a vt100. Whatever has that name today takes the
// bytes as they come.
func withoutDelays(term string) (*terminfo.Terminfo, error) {
	known, err := tcell.LookupTerminfo(term)
	if err != nil {
		return nil, err
	}
	kind := *known // which all share
	kind.PadChar = ""
	return &kind, nil
}

// initialised is a screen that tview may take over as it is.
type initialised struct{ tcell.Screen }

// Init does nothing: it is done.
func (initialised) Init() error { return nil }

// anyUTF8 is UTF-8 as it comes from a keyboard. The decoder that tcell has for it
// takes no byte that is none, and tcell goes on offering it for ever. Here it
// passes, and tcell takes it for Latin-1.
type anyUTF8 struct{ transform.NopResetter }

// NewDecoder implements encoding.Encoding.
func (u anyUTF8) NewDecoder() *encoding.Decoder { return &encoding.Decoder{Transformer: u} }

// NewEncoder implements encoding.Encoding.
func (anyUTF8) NewEncoder() *encoding.Encoder { return encoding.Nop.NewEncoder() }

// Transform implements transform.Transformer: it copies whole characters.
func (anyUTF8) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		if !atEOF && !utf8.FullRune(src[nSrc:]) {
			return nDst, nSrc, transform.ErrShortSrc
		}
		_, size := utf8.DecodeRune(src[nSrc:])
		if nDst+size > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += copy(dst[nDst:], src[nSrc:nSrc+size])
		nSrc += size
	}
	return nDst, nSrc, nil
}

// terminal keeps tcell from two ways to lose the keyboard for good.
//
// One is to leave, or to be stopped, while more is typed than was dealt with:
// whoever ends the screen waits for whoever puts keys into a queue that nobody
// empties any more. So nothing is read while something waits there.
//
// The other is the begin of a string for terminals, as Alt-P and Alt-] are by
// their bytes: all keys belong to it up to its end. So it ends with Ctrl-C, and
// where nothing came for a while.
type terminal struct {
	tcell.Tty
	screen  atomic.Pointer[tcell.Screen] // nil at the beginning
	drained atomic.Bool
	// last is the byte that was read last, and when that was. Only Read uses them.
	last byte
	at   time.Time
}

const (
	// mostRead is how many bytes are read at once: a byte is an event at most,
	// tcell holds twelve such reads in hand, and its queue 256 events.
	mostRead = 16
	// silence ends the string that nobody ended.
	silence = time.Second
)

// stringEnd is ST, which ends a string and otherwise does nothing.
var stringEnd = []byte("\x1b\\")

// Start implements tcell.Tty.
func (t *terminal) Start() error {
	t.drained.Store(false)
	return t.Tty.Start()
}

// Drain implements tcell.Tty.
func (t *terminal) Drain() error {
	t.drained.Store(true)
	return t.Tty.Drain()
}

// Read implements tcell.Tty. It does not wait behind an Escape, which would be
// taken for the key of that name.
func (t *terminal) Read(b []byte) (int, error) {
	for t.last != 0x1b && t.pending() && !t.drained.Load() {
		time.Sleep(time.Millisecond)
	}
	if t.drained.Load() {
		return 0, nil
	}
	in := make([]byte, min(mostRead, len(b)/3)) // each may be a Ctrl-C
	n, err := t.Tty.Read(in)
	if n == 0 {
		return 0, err
	}
	in = bytes.ReplaceAll(in[:n], []byte{3}, append(bytes.Clone(stringEnd), 3))
	if now := time.Now(); now.Sub(t.at) > silence {
		in = append(bytes.Clone(stringEnd), in...)
	}
	t.last, t.at = in[len(in)-1], time.Now()
	return copy(b, in), err
}

// pending tells whether events wait to be dealt with.
func (t *terminal) pending() bool {
	s := t.screen.Load()
	return s != nil && (*s).HasPendingEvent()
}
