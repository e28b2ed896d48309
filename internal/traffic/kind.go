package traffic

import (
	"bufio"
	"fmt"
	"io"
	"slices"
)

// Kind is a sort of capture.
type Kind struct {
	// Name is one word, Text says in a few what the capture is.
	Name, Text string
	// segment is the largest payload of a packet in bytes; lossy is set where
	// packets come late or are missing.
	segment int
	lossy   bool
	// round plays one exchange on every connection.
	round func(w *writer, round int)
}

// Kinds are those that are measured. All have 2,000 connections at a time.
var Kinds = []Kind{
	{"segments", "pages in 1,460-byte segments", 1460, false, (*writer).pages},
	{"jumbo", "pages in 9,000-byte segments", 9000, false, (*writer).pages},
	{"small", "WebSockets: handshakes and frames alone", 1460, false, (*writer).sockets},
	{"lossy", "pages, 1 % of the answers' segments missing, 1 % late", 1460, true, (*writer).pages},
	{"handshakes", "handshakes broken between two legs, nothing else", 1460, false, (*writer).failures},
}

// Find returns the Kind of that name.
func Find(name string) (Kind, error) {
	for _, k := range slices.Concat(Kinds, Hostile) {
		if k.Name == name {
			return k, nil
		}
	}
	return Kind{}, fmt.Errorf("there is no kind of traffic called %q", name)
}

// FullSize is the number of rounds of a capture to measure with: 1 GB in the
// case of pages, with 80,000 exchanges.
const FullSize = 40

const (
	// atATime is how many connections there are at a time, perConn how many
	// rounds one of them lasts.
	atATime = 2000
	perConn = 10
)

// Write writes a capture of that many rounds in libpcap's classic format. A
// round is one exchange on each of the connections, all of them interleaved.
func Write(out io.Writer, k Kind, rounds int) error {
	w := newWriter(bufio.NewWriterSize(out, 1<<20), k)
	w.fileHeader()
	for round := range rounds {
		k.round(w, round)
	}
	return w.out.Flush()
}
