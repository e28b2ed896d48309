package capture

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"elbscope/capture/flow"
)

// What Next's last error wraps if the input did not end as it should. What is
// missing has been recorded as a Problem by then.
var (
	// ErrTruncated: the input stops in the middle of something.
	ErrTruncated = errors.New("the capture is cut off")
	// ErrDamaged: the input contradicts itself, and nothing after that place
	// can be trusted.
	ErrDamaged = errors.New("the capture is damaged")
)

const (
	// maxCapLen is the longest packet that a capture can hold; libpcap and
	// Wireshark have the same limit (MAXIMUM_SNAPLEN) for every link type
	// that carries IP. A longer one is a sign that the file is damaged.
	maxCapLen      = 262144
	nanosPerSecond = 1_000_000_000
	// maxBackStep is how far time may go back in a healthy capture: packets
	// that several processors handled are a little out of order.
	maxBackStep = uint64(nanosPerSecond)
	// maxLinkTypes is how many link types of a file are listed. A capture of all
	// interfaces of a machine has two or three, a hostile file 65,536.
	maxLinkTypes = 64
	// noLink is the link type of a packet that is too damaged to have one.
	noLink LinkType = 0xFFFF
)

// Messages of problems that are counted; each is said once.
const (
	messageBackwards = "The time goes back by more than a second, as if the clock had been set or files been joined out of order. " +
		"Sort the packets with `reordercap IN OUT`."
	messageLinkTypes = "The file describes interfaces of more than 64 link types, which no capture does; the others are not listed. " +
		"Capture again with `tcpdump -i any -s 0 -w FILE`."
	messageEmpty = "The capture has no packets: wrong interface, or a filter that matches nothing. " +
		"Capture again with `tcpdump -i any -s 0 -w FILE`."
)

// reading is what the readers of all file formats have in common: the bytes,
// what Info says about them, and how they end.
type reading struct {
	win  *window
	info flow.SourceInfo
	// size is the size of the file, or -1 if that is not known.
	size int64
	// ahead is set where reading ahead of who asks is worth it.
	ahead bool
	// closers release decompressors and files, in this order.
	closers []io.Closer
	// end is what Next returns from the end on; nil until then.
	end error
	// timed is set once a packet had a time, so that First and Last count.
	timed bool
	// cut is one more than the largest length to which a packet was cut, 0 if
	// none was.
	cut int
	// cutAt, backAt, linksAt are where their problems stand in info.Problems.
	cutAt, backAt, linksAt problemIndex
}

// problemIndex is an index in SourceInfo.Problems plus one, 0 if the problem
// has not occurred. It spares the linear search on the hot path.
type problemIndex int

// ifaceClock is the last time stamp of one interface.
type ifaceClock struct {
	last    flow.Time
	running bool
}

// Info describes the source as far as it has been read.
func (r *reading) Info() *flow.SourceInfo { return &r.info }

// Size returns the size of the file in bytes, -1 if that is not known.
func (r *reading) Size() int64 { return r.size }

// Close releases what the source holds open.
func (r *reading) Close() error {
	var errs []error
	for _, c := range r.closers {
		errs = append(errs, c.Close())
	}
	r.closers = nil
	return errors.Join(errs...)
}

// lend makes a copy of a reading fit to go on by itself, and tells whether
// that is worth it.
func (r *reading) lend() bool {
	r.info.LinkTypes, r.info.Problems = slices.Clone(r.info.LinkTypes), slices.Clone(r.info.Problems)
	r.closers = nil
	return r.ahead
}

// offset returns where something is in the file, or -1 if it cannot be read
// again there.
func (r *reading) offset(at int64) int64 {
	if !r.info.Reread {
		return -1
	}
	return at
}

// addLink records that the file has packets or an interface of this link type.
func (r *reading) addLink(l LinkType) {
	switch name := l.String(); {
	case slices.Contains(r.info.LinkTypes, name):
	case len(r.info.LinkTypes) == maxLinkTypes:
		r.again(&r.linksAt, flow.ProblemLinkTypes, messageLinkTypes, r.info.Packets)
	default:
		r.info.LinkTypes = append(r.info.LinkTypes, name)
	}
}

// count numbers p and accounts for its bytes.
func (r *reading) count(p *Packet) {
	r.info.Packets++
	r.info.Bytes += uint64(len(p.Data))
	p.Num = r.info.Packets
	if len(p.Data) < int(p.Orig) {
		r.countCut(p)
	}
}

// countTime accounts for p's time, which came from the interface of c.
func (r *reading) countTime(p *Packet, c *ifaceClock) {
	// The difference is taken unsigned: times can be as far apart as int64
	// allows, and their signed difference would wrap.
	if c.running && p.Time < c.last && uint64(c.last)-uint64(p.Time) > maxBackStep {
		r.again(&r.backAt, flow.ProblemTimeBackwards, messageBackwards, p.Num)
	}
	c.last, c.running = p.Time, true
	if !r.timed {
		r.info.First, r.info.Last, r.timed = p.Time, p.Time, true
		return
	}
	r.info.First = min(r.info.First, p.Time)
	r.info.Last = max(r.info.Last, p.Time)
}

// countCut accounts for a packet that the snapshot length cut. The largest of
// the remains tells the snapshot length that was used; the one in the file's
// header need not be true after editcap or mergecap.
func (r *reading) countCut(p *Packet) {
	r.again(&r.cutAt, flow.ProblemSnapLen, "", p.Num)
	if r.cut > len(p.Data) {
		return
	}
	r.cut = len(p.Data) + 1
	r.info.Problems[r.cutAt-1].Message = fmt.Sprintf(
		"Packets are cut to %d bytes (snapshot length), so that headers may be missing from them. "+
			"Capture whole packets with `tcpdump -s 0 -w FILE`.", len(p.Data))
}

// again counts a problem; the first time it is recorded, for packet num.
func (r *reading) again(index *problemIndex, code, message string, num uint64) {
	r.againProblem(index, flow.Problem{Code: code, Message: message, Count: 1}, num)
}

// againProblem is again for a problem that is made already.
func (r *reading) againProblem(index *problemIndex, p flow.Problem, num uint64) {
	problems := r.info.Problems
	if i := int(*index) - 1; i >= 0 && i < len(problems) && problems[i].Code == p.Code {
		problems[i].Count++
		return
	}
	p.Packet = num
	r.info.Problems = append(problems, p)
	*index = problemIndex(len(r.info.Problems))
}

// stop ends the source because the window has no more bytes: err is what the
// window said, what names the thing that begins at from and has want bytes.
func (r *reading) stop(err error, what string, from, want int64) error {
	compression := r.info.Compression
	switch {
	case err == io.EOF:
		if r.info.Packets == 0 {
			r.info.AddProblem(flow.Problem{Code: flow.ProblemEmpty, Message: messageEmpty})
		}
		r.end = io.EOF
		return r.end
	case compression != "" && errors.Is(r.win.err, io.ErrUnexpectedEOF):
		// A decompressor ends with io.EOF; this is its complaint, not the
		// window's about a short file inside.
		return r.finish(ErrTruncated, fmt.Sprintf("The %s data stops in the middle, %s", compression, r.soFar()), copiedAgain(compression))
	case errors.Is(err, io.ErrUnexpectedEOF):
		have := r.win.at + int64(len(r.win.rest())) - from
		return r.finish(ErrTruncated, fmt.Sprintf("The capture ends inside %s (%d of %d bytes are there), %s", what, have, want, r.soFar()), advice{
			"If tcpdump is still writing it, end that with `kill -INT $(pidof tcpdump)`; else copy it again.",
			"kill -INT $(pidof tcpdump)    (if it is still being written; else copy it again)",
		})
	case compression != "":
		return r.finish(ErrDamaged, fmt.Sprintf("The %s data is damaged (%v), %s", compression, err, r.soFar()), copiedAgain(compression))
	}
	return r.finish(ErrTruncated, fmt.Sprintf("Reading failed (%v), %s", err, r.soFar()), advice{
		"Copy the file to another disk with `cp`, and read the copy.", "cp FILE /tmp",
	})
}

// advice is what to do about a problem, in a sentence and as a line to type.
type advice struct{ sentence, try string }

// copiedAgain is the advice for compressed data.
func copiedAgain(compression string) advice {
	try := compression + " -t FILE"
	return advice{"Copy the file again, and check it with `" + try + "`.", try}
}

// problem makes a problem by which part of the input is missing; what tells it in
// a sentence without its full stop.
func (a advice) problem(code, what string) flow.Problem {
	return flow.Problem{Code: code, Message: what + ". " + a.sentence, What: what, Try: a.try, Count: 1}
}

// soFar says what of the file is good, for a message.
func (r *reading) soFar() string {
	switch r.info.Packets {
	case 0:
		return "nothing was read"
	case 1:
		return "the 1 packet before it was read"
	}
	return fmt.Sprintf("the %d packets before it were read", r.info.Packets)
}

// damage ends the source at the current place because what is there cannot be
// true; what tells that in a clause.
func (r *reading) damage(what string) error {
	unread := ""
	if n := r.size - r.win.at; n > 0 && r.info.Compression == "" {
		unread = fmt.Sprintf(", %d bytes of the file remain unread", n)
	}
	return r.finish(ErrDamaged, fmt.Sprintf("The capture is damaged: %s; %s%s", what, r.soFar(), unread), advice{
		"Copy it again in binary mode, for instance with `scp`.", "scp HOST:FILE .",
	})
}

// finish records how the source ended, for good.
func (r *reading) finish(kind error, what string, a advice) error {
	code := flow.ProblemTruncated
	if kind == ErrDamaged {
		code = flow.ProblemDamaged
	}
	p := a.problem(code, what)
	p.Packet = r.info.Packets + 1
	r.info.AddProblem(p)
	r.end = fmt.Errorf("%w: %s", kind, p.Message)
	return r.end
}
