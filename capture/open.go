package capture

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"elbscope/capture/flow"
)

// stdinName is the name that stands for standard input.
const stdinName = "-"

const (
	// sniffLen is how much of an unknown input is waited for in order to tell
	// what it is; more is looked at if it has come. A slow pipe should not be
	// kept waiting for a line that never comes.
	sniffLen = 64
	// maxZstdWindow bounds the memory that zstd data can demand; the zstd
	// program has the same limit unless told otherwise (--long).
	maxZstdWindow = 128 << 20
)

// Open opens a capture file, or standard input if name is "-". Compression
// and file format are recognised by content. The error is an *InputError.
//
// It returns once the first bytes of the file header are there, so on a pipe
// it waits for the capturing program to start.
func Open(name string) (Source, error) {
	r := reading{size: -1}
	if name == stdinName {
		if isTerminal(os.Stdin) {
			return nil, newInputError(name, Empty, "is a terminal, not a capture", "sudo tcpdump -i any -s 0 -U -w - | elbscope -", nil)
		}
		// Never read again at an offset, even if it is redirected from a file:
		// nobody could tell how much of it was read before us.
		return openInput(r, name, os.Stdin, false)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, openError(name, err)
	}
	r.closers = []io.Closer{f}
	stat, err := f.Stat()
	switch {
	case err != nil:
		err = openError(name, err)
	case stat.IsDir():
		err = folderError(name)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	regular := stat.Mode().IsRegular()
	if regular {
		r.size = stat.Size()
		r.ahead = r.size >= aheadFrom
	}
	return openInput(r, name, f, regular)
}

// OpenReader opens a capture that comes from r, which stays the caller's to
// close. reread tells that what r delivers can be read again elsewhere at the
// same offsets. Otherwise it is like Open.
func OpenReader(name string, r io.Reader, reread bool) (Source, error) {
	return openInput(reading{size: -1}, name, r, reread)
}

// isTerminal tells whether f is a character device that a person may sit at.
// /dev/null is one as well, but has nothing to wait for.
func isTerminal(f *os.File) bool {
	stat, err := f.Stat()
	if err != nil || stat.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err == nil && !os.SameFile(stat, null)
}

// openInput recognises what input delivers, and reads its file header. It releases
// r if it fails.
func openInput(r reading, name string, input io.Reader, reread bool) (Source, error) {
	r.info = flow.SourceInfo{Name: name, Reread: reread}
	r.win = newWindow(input)
	source, err := recognise(&r)
	if err != nil {
		r.Close()
		return nil, err
	}
	return source, nil
}

// recognise looks through compression, then at the magic number.
func recognise(r *reading) (Source, error) {
	head, err := peekInput(r, 4)
	if err != nil {
		return nil, err
	}
	if r.info.Compression = compressionOf(head); r.info.Compression != "" {
		r.info.Reread = false
		if err := decompress(r); err != nil {
			return nil, unreadable(r, err)
		}
		if head, err = peekInput(r, 4); err != nil {
			return nil, err
		}
	}
	var source Source
	switch {
	case len(head) >= 4 && littleEndian.u32(head) == blockSection:
		source, err = newPcapng(*r)
	case isPcap(head):
		source, err = newPcap(*r)
	default:
		return nil, stranger(r)
	}
	if err != nil {
		return nil, headerError(r, err)
	}
	return source, nil
}

// isPcap tells whether a file that starts so is a classic capture.
func isPcap(head []byte) bool {
	_, _, ok := pcapMagic(head)
	return ok
}

// peekInput returns what there is of the first n bytes, or more, and fails if
// there is nothing.
func peekInput(r *reading, n int) ([]byte, error) {
	_, err := r.win.need(n)
	switch {
	case err == nil, len(r.win.rest()) > 0:
		return r.win.rest(), nil
	case err != io.EOF:
		return nil, unreadable(r, err)
	case r.info.Compression != "":
		return nil, newInputError(r.info.Name, Empty, "is empty ("+r.info.Compression+"-compressed nothing)", "ls -l FILE", nil)
	case r.info.Name == stdinName:
		return nil, newInputError(r.info.Name, Empty, "is empty (0 bytes)", "sudo tcpdump -i any -s 0 -U -w - | elbscope -", nil)
	}
	return nil, newInputError(r.info.Name, Empty, "is empty (0 bytes)", "sudo tcpdump -i any -s 0 -w FILE", nil)
}

// compressionOf recognises compressed data by its first bytes (RFC 1952
// section 2.3.1; RFC 8878 sections 3.1.1 and 3.1.2, where a file may begin
// with a skippable frame).
func compressionOf(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte{0x1F, 0x8B}):
		return "gzip"
	case bytes.HasPrefix(head, []byte{0x28, 0xB5, 0x2F, 0xFD}),
		len(head) >= 4 && head[0]&0xF0 == 0x50 && bytes.Equal(head[1:4], []byte{0x2A, 0x4D, 0x18}):
		return "zstd"
	}
	return ""
}

// decompress puts a decompressor between the input and r's window. Both kinds
// go on at the end of a member or frame if another one follows.
func decompress(r *reading) error {
	// Both decompressors ask for few bytes at a time.
	input := bufio.NewReaderSize(r.win, 1<<16)
	if r.info.Compression == "gzip" {
		unzip, err := gzip.NewReader(input)
		if err != nil {
			return err
		}
		r.win = newWindow(unzip)
		return nil
	}
	// Concurrency 1 decodes in our goroutine: nothing runs ahead of Next, and
	// a live pipe is not kept waiting.
	unzstd, err := zstd.NewReader(input, zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxZstdWindow))
	if err != nil {
		return err
	}
	closer := unzstd.IOReadCloser()
	r.closers = append([]io.Closer{closer}, r.closers...)
	r.win = newWindow(unzstd)
	return nil
}

// unreadable explains an error that came before the first packet.
func unreadable(r *reading, err error) error {
	compression := r.info.Compression
	switch {
	case errors.Is(err, zstd.ErrWindowSizeExceeded):
		return newInputError(r.info.Name, Unreadable, "its zstd data needs more than 128 MiB of memory", "zstd -dc --long=31 FILE | elbscope -", err)
	case compression != "" && errors.Is(err, io.ErrUnexpectedEOF), compression != "" && err == io.EOF:
		return newInputError(r.info.Name, CutShort, "its "+compression+" data is cut off before the first packet", compression+" -t FILE", err)
	case compression != "":
		return newInputError(r.info.Name, Unreadable, fmt.Sprintf("its %s data is damaged (%v)", compression, err), compression+" -t FILE", err)
	}
	return openError(r.info.Name, err)
}

// headerError explains why a file that starts like a capture is none.
func headerError(r *reading, err error) error {
	if cause := r.win.err; cause != nil && cause != io.EOF {
		return unreadable(r, cause)
	}
	if errors.Is(err, ErrTruncated) {
		what := fmt.Sprintf("is cut off inside its file header (%d bytes)", r.win.at+int64(len(r.win.rest())))
		return newInputError(r.info.Name, CutShort, what, stillWritten, err)
	}
	return newInputError(r.info.Name, NotACapture, "is not a capture: it starts like pcapng, but its header is damaged", "capinfos FILE", err)
}

// stranger explains what an input without a known magic number looks like.
func stranger(r *reading) error {
	head, err := peekInput(r, sniffLen)
	if err != nil {
		return err
	}
	if n := len(head); n < 4 && startsLikeCapture(head) {
		return newInputError(r.info.Name, CutShort, fmt.Sprintf("is cut off inside its file header (%d bytes)", n), stillWritten, nil)
	}
	what, hint := lookOf(head)
	if r.info.Compression != "" {
		return newInputError(r.info.Name, NotACapture, "is not a capture: it is "+r.info.Compression+"-compressed, and inside it looks like "+what, hint, nil)
	}
	return newInputError(r.info.Name, NotACapture, "is not a capture: it looks like "+what, hint, nil)
}

// startsLikeCapture tells whether a piece of two or three bytes is the start
// of a magic number.
func startsLikeCapture(head []byte) bool {
	if len(head) < 2 {
		return false
	}
	for _, magic := range []string{"\xA1\xB2\xC3\xD4", "\xD4\xC3\xB2\xA1", "\xA1\xB2\x3C\x4D", "\x4D\x3C\xB2\xA1", "\x0A\x0D\x0D\x0A"} {
		if bytes.HasPrefix([]byte(magic), head) {
			return true
		}
	}
	return false
}
