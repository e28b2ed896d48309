package capture

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"elbscope/capture/flow"
)

// The options that are written (pcapng draft, sections 3.5, 4.1 and 4.2).
const (
	optionComment     = 1 // opt_comment
	optionUserAppl    = 4 // shb_userappl
	optionName        = 2 // if_name
	optionDescription = 3 // if_description
	optionIfRecv      = 4 // isb_ifrecv
)

// writeBehind is how much is gathered before it is written.
const writeBehind = 64 << 10

// Writer writes packets as pcapng, with comments, from interfaces of several
// link types. The classic format can hold neither.
//
// What goes to the underlying writer in one call are always whole blocks: a
// file that is cut because the program or the machine stopped ends, at worst,
// inside the last call. Time stamps are in nanoseconds, in little-endian order.
type Writer struct {
	w      io.Writer
	buf    []byte
	ifaces int
	err    error
}

// NewWriter starts a pcapng section. Nothing is written before the first block
// behind it, or Flush.
func NewWriter(w io.Writer) *Writer {
	out := &Writer{w: w}
	body := le.AppendUint32(nil, byteOrderMagic)
	body = le.AppendUint16(body, 1) // version 1.0
	body = le.AppendUint16(body, 0)
	body = le.AppendUint64(body, math.MaxUint64) // -1: length not given (section 4.1)
	out.block(blockSection, endOptions(option(body, optionUserAppl, "elbscope")))
	return out
}

var le = binary.LittleEndian

// Interface describes a further interface and returns its number, for Packet.
// It may come at any time: a reader must know an interface only before its
// first packet (section 4.2). The link type has all its 16 bits.
func (w *Writer) Interface(link LinkType, description string) (int, error) {
	return w.Describe(InterfaceDescription{Link: link, Description: description})
}

// InterfaceDescription is what an Interface Description Block says.
type InterfaceDescription struct {
	Link LinkType
	// Name is the system's, for instance eth0; Description is for people.
	// Either may be empty.
	Name, Description string
	// SnapLen bounds the captured bytes of each packet; 0 is no limit.
	SnapLen uint32
}

// Describe is Interface with more to say.
func (w *Writer) Describe(i InterfaceDescription) (int, error) {
	body := le.AppendUint16(nil, uint16(i.Link))
	body = le.AppendUint16(body, 0)
	body = le.AppendUint32(body, i.SnapLen)
	if i.Name != "" {
		body = option(body, optionName, i.Name)
	}
	if i.Description != "" {
		body = option(body, optionDescription, i.Description)
	}
	body = option(body, optionTsresol, "\x09") // 10 to the power of -9
	w.block(blockInterface, endOptions(body))
	w.ifaces++
	return w.ifaces - 1, w.err
}

// Packet writes an Enhanced Packet Block (section 4.3) of that interface with
// p's time, lengths and data, and a comment option for each comment, which may
// occur more than once (section 3.5.1). A time before 1970 cannot be said.
func (w *Writer) Packet(iface int, p *Packet, comments ...string) error {
	if iface < 0 || iface >= w.ifaces {
		return fmt.Errorf("capture: interface %d is not described", iface)
	}
	stamp := uint64(max(p.Time, 0))
	body := make([]byte, 0, enhancedLen+len(p.Data)+64)
	body = le.AppendUint32(body, uint32(iface))
	body = le.AppendUint32(body, uint32(stamp>>32))
	body = le.AppendUint32(body, uint32(stamp))
	body = le.AppendUint32(body, uint32(len(p.Data)))
	body = le.AppendUint32(body, max(p.Orig, uint32(len(p.Data))))
	body = pad(append(body, p.Data...))
	if len(comments) > 0 {
		for _, c := range comments {
			body = option(body, optionComment, commentText(c))
		}
		body = endOptions(body)
	}
	w.block(blockEnhanced, body)
	return w.err
}

// Statistics writes an Interface Statistics Block (section 4.6): how many
// packets of an interface passed its filter by a moment, and how many of these
// were dropped because nobody took them in time. They count from the section's
// beginning. They are isb_ifrecv and isb_ifdrop, as of dumpcap, whose count
// Wireshark shows.
func (w *Writer) Statistics(iface int, at flow.Time, received, dropped uint64) error {
	if iface < 0 || iface >= w.ifaces {
		return fmt.Errorf("capture: interface %d is not described", iface)
	}
	stamp := uint64(max(at, 0))
	body := le.AppendUint32(nil, uint32(iface))
	body = le.AppendUint32(body, uint32(stamp>>32))
	body = le.AppendUint32(body, uint32(stamp))
	for _, o := range []struct {
		code uint16
		n    uint64
	}{{optionIfRecv, received}, {optionIfDrop, dropped}} {
		body = option(body, o.code, string(le.AppendUint64(nil, o.n)))
	}
	w.block(blockStatistics, endOptions(body))
	return w.err
}

// Buffered is how many bytes have been gathered and not written.
func (w *Writer) Buffered() int { return len(w.buf) }

// Flush writes what has been gathered.
func (w *Writer) Flush() error {
	if w.err == nil && len(w.buf) > 0 {
		_, w.err = w.w.Write(w.buf)
		w.buf = w.buf[:0]
	}
	return w.err
}

// block gathers a whole block, whose body is a multiple of 4 bytes long
// (section 3.1).
func (w *Writer) block(kind uint32, body []byte) {
	if w.err != nil {
		return
	}
	total := uint32(len(body) + blockFrame)
	if len(w.buf)+int(total) > writeBehind && w.Flush() != nil {
		return
	}
	w.buf = le.AppendUint32(w.buf, kind)
	w.buf = le.AppendUint32(w.buf, total)
	w.buf = append(w.buf, body...)
	w.buf = le.AppendUint32(w.buf, total)
}

// option appends an option, padded to 32 bits; the padding does not count in
// its length (section 3.5).
func option(body []byte, code uint16, value string) []byte {
	value = cutUTF8(value, math.MaxUint16)
	body = le.AppendUint16(body, code)
	body = le.AppendUint16(body, uint16(len(value)))
	return pad(append(body, value...))
}

// endOptions appends opt_endofopt.
func endOptions(body []byte) []byte { return le.AppendUint32(body, optionEnd) }

func pad(b []byte) []byte { return append(b, make([]byte, -len(b)&3)...) }

// commentText makes a comment what section 3.5.1 wants, a UTF-8 string without
// a terminating zero, and takes out what could do something on a terminal that
// shows it. Lines stay.
func commentText(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(s, string(utf8.RuneError)))
}

// cutUTF8 cuts s to at most n bytes, between two characters.
func cutUTF8(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
