package capture

import "io"

const (
	// windowSize is how much is asked of the input at once: large enough that
	// the system calls do not count, small enough to stay near the processor.
	// firstWindow is enough for most captures that people send each other.
	windowSize  = 1 << 20
	firstWindow = 32 << 10
	// maxIdleReads is how often a reader may return nothing, and no error,
	// before it is taken for broken, as package bufio does.
	maxIdleReads = 100
)

// window is a view of the next bytes of an input, in a buffer that is used
// again and again: what need returns is valid until the next call of need,
// skip or Read, or longer if renew is set.
//
// It never waits for more bytes than were asked for, so that a packet from a
// live pipe is seen as soon as it is there, and it never makes room for bytes
// that have not come: lengths in a damaged file cost no memory.
type window struct {
	r io.Reader
	// buf[start:end] are the bytes that have come and were not yet taken.
	buf        []byte
	start, end int
	// at is the offset in the input of buf[start].
	at int64
	// err is what r said when it stopped; io.EOF for a clean end.
	err error
	// renew, if set, is asked for a buffer when buf is full, which is left as
	// it is: what need returned from it stays valid.
	renew func() []byte
}

// newWindow returns a window over r, whose first byte has offset 0.
func newWindow(r io.Reader) *window {
	return &window{r: r, buf: make([]byte, firstWindow)}
}

// need returns the next n bytes without taking them. The error is io.EOF if
// the input ended cleanly and nothing is left, io.ErrUnexpectedEOF if it ended
// before the n-th byte, or what the reader said.
func (w *window) need(n int) ([]byte, error) {
	if w.end-w.start < n {
		if err := w.fetch(n); err != nil {
			return nil, err
		}
	}
	return w.buf[w.start : w.start+n : w.start+n], nil
}

// rest returns what has come and was not taken.
func (w *window) rest() []byte { return w.buf[w.start:w.end:w.end] }

// take moves on by n bytes, which need has returned before.
func (w *window) take(n int) {
	w.start += n
	w.at += int64(n)
}

// fetch reads until n bytes are there. Moving the rest to the front first
// costs little, as it is less than one record, and makes the reads large.
func (w *window) fetch(n int) error {
	if w.renew != nil {
		if w.start+n > len(w.buf) {
			old := w.rest()
			w.buf = w.renew()
			w.buf = append(w.buf, make([]byte, max(0, len(old)+1-len(w.buf)))...)
			w.start, w.end = 0, copy(w.buf, old)
		}
	} else if w.end == len(w.buf) && len(w.buf) < windowSize {
		// The input filled it at once, so there is much of it.
		old := w.buf
		w.buf = make([]byte, windowSize)
		w.start, w.end = 0, copy(w.buf, old[w.start:w.end])
	} else if w.start > 0 {
		w.end = copy(w.buf, w.buf[w.start:w.end])
		w.start = 0
	}
	for idle := 0; w.end-w.start < n; {
		if w.err != nil {
			if w.err == io.EOF && w.end > w.start {
				return io.ErrUnexpectedEOF
			}
			return w.err
		}
		if w.end == len(w.buf) {
			// Full of bytes that did come: only now more room is justified.
			w.buf = append(w.buf[:w.end:w.end], make([]byte, len(w.buf))...)
		}
		got, err := w.r.Read(w.buf[w.end:])
		w.end += got
		w.err = err
		if got == 0 && err == nil {
			if idle++; idle == maxIdleReads {
				w.err = io.ErrNoProgress
			}
		}
	}
	return nil
}

// skip moves on by n bytes, which may be more than fit in memory. It fails
// with io.ErrUnexpectedEOF if there are fewer.
func (w *window) skip(n int64) error {
	for {
		have := int64(w.end - w.start)
		if n <= have {
			w.take(int(n))
			return nil
		}
		n -= have
		w.take(int(have))
		switch err := w.fetch(1); err {
		case nil:
		case io.EOF:
			return io.ErrUnexpectedEOF
		default:
			return err
		}
	}
}

// Read makes the window an io.Reader, for what was found to be compressed.
func (w *window) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	if _, err := w.need(1); err != nil {
		return 0, err
	}
	n := copy(b, w.rest())
	w.take(n)
	return n, nil
}
