package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"elbscope/capture"
	"elbscope/capture/flow"
	"elbscope/capture/live"
	"elbscope/internal/shell"
)

// recorder saves what a live source captures on its way to the analysis. What
// was written up to any moment is a whole capture, but for its last block.
type recorder struct {
	*live.Source
	o    *liveOptions
	path string

	file  *wholeFile // nil once saving has failed
	out   *capture.Writer
	ids   []int // in the file, by number of the interface
	begun time.Time
	// name is that of the file, for other goroutines.
	name   atomic.Value
	here   uint64 // packets in this file
	number int
	kept   []string
	// received and dropped are the source's counts when the file began, told
	// what it said last.
	received, dropped, told uint64
	flushed                 time.Time
	last                    flow.Time
	failure                 error
}

// flushEvery is how long a packet may wait to be written.
const flushEvery = 500 * time.Millisecond

// newRecorder creates the first file, which shows whether it can be written.
func newRecorder(s *live.Source, o *liveOptions, who *account) (*recorder, error) {
	r := &recorder{Source: s, o: o, path: o.write}
	if err := r.begin(); err != nil {
		return nil, createError(o.write, who, err)
	}
	return r, nil
}

// retyped is the command line as it was typed, with another file name.
func retyped(old, name string) string {
	words := make([]string, len(os.Args))
	for i, a := range os.Args {
		if i > 0 && strings.HasSuffix(a, old) {
			a = strings.TrimSuffix(a, old) + name
		}
		words[i] = shell.Word(a)
	}
	return strings.Join(words, " ")
}

// another is a name beside one that is taken.
func another(path string) string {
	ending := filepath.Ext(path)
	return strings.TrimSuffix(path, ending) + "-2" + ending
}

// createError says why the file cannot be created, and by whom.
func createError(path string, who *account, err error) error {
	cause := err
	var pe *fs.PathError
	if errors.As(err, &pe) {
		cause = pe.Err
	}
	stat, _ := os.Stat(path)
	switch {
	case stat != nil && stat.IsDir():
		return &hintError{fmt.Sprintf("-w %s: is a directory, and takes the name of a file in it", path), retyped(path, filepath.Join(path, "capture.pcapng"))}
	case errors.Is(err, fs.ErrExist):
		return &hintError{fmt.Sprintf("-w %s: there is such a file already, and it is not overwritten", path), retyped(path, another(path))}
	case errors.Is(err, fs.ErrPermission):
		return &hintError{
			fmt.Sprintf("-w %s: the user %s may not create it, and elbscope gives up root before it captures", path, who.name),
			retyped(path, "/tmp/"+filepath.Base(path)) + "    (or: --user with one who may write to " + dirOf(path) + ")",
		}
	}
	hint := retyped(path, "/tmp/"+filepath.Base(path))
	if errors.Is(err, fs.ErrNotExist) {
		cause = fmt.Errorf("there is no directory %s", dirOf(path))
	}
	if errors.Is(err, syscall.ENOSPC) {
		hint = "df -h"
	}
	return &hintError{fmt.Sprintf("-w %s: %v", path, cause), hint}
}

// begin starts the next file.
func (r *recorder) begin() error {
	now := time.Now()
	name := r.path
	if r.o.rotate.on() {
		r.number++
		ext := filepath.Ext(name)
		name = fmt.Sprintf("%s_%05d_%s%s", strings.TrimSuffix(name, ext), r.number, now.Format("20060102150405"), ext)
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	r.file = &wholeFile{f: f}
	r.out = capture.NewWriter(r.file)
	r.ids = r.ids[:0]
	r.begun, r.flushed, r.here = now, now, 0
	r.received, r.dropped, r.told = r.Received(), r.KernelDropped(), 0
	if r.describe() != nil || r.out.Flush() != nil {
		err := r.file.err
		r.file.f.Close()
		_ = os.Remove(name) // nothing is in it, and the next try would find it there
		return err
	}
	r.kept = append(r.kept, name)
	r.name.Store(name)
	if n := r.o.rotate.count; n > 0 && len(r.kept) > n {
		_ = os.Remove(r.kept[0]) // gone already, or somebody else's business
		r.kept = r.kept[1:]
	}
	return nil
}

// describe writes down the interfaces that have come up since.
func (r *recorder) describe() error {
	for _, i := range r.Interfaces()[len(r.ids):] {
		id, err := r.out.Describe(capture.InterfaceDescription{Link: i.Link, Name: i.Name, SnapLen: uint32(r.o.snaplen)})
		if err != nil {
			return err
		}
		r.ids = append(r.ids, id)
	}
	return nil
}

// Next implements capture.Source.
func (r *recorder) Next(p *capture.Packet) error {
	err := r.Source.Next(p)
	switch {
	case r.file == nil:
	case err != nil:
		r.finish()
	case p.Data == nil:
		r.heartbeat(p)
	default:
		r.packet(p)
	}
	return err
}

func (r *recorder) packet(p *capture.Packet) {
	if r.full(p) {
		r.finish()
		if err := r.begin(); err != nil {
			r.fail(err)
			return
		}
	}
	if len(r.ids) < len(r.Interfaces()) && r.describe() != nil {
		r.fail(r.file.err)
		return
	}
	r.here++
	r.last = p.Time
	if r.out.Packet(r.ids[p.Iface], p) != nil {
		r.fail(r.file.err)
	}
}

// full tells whether a file is to end before p.
func (r *recorder) full(p *capture.Packet) bool {
	o := &r.o.rotate
	const frame = 48 // more than a block takes around a packet
	return r.here > 0 && (o.packets > 0 && r.here >= o.packets ||
		o.size > 0 && r.file.good+int64(r.out.Buffered()+len(p.Data)+frame) > o.size ||
		o.age > 0 && time.Since(r.begun) >= o.age)
}

// heartbeat writes what has been gathered, and when packets were lost.
func (r *recorder) heartbeat(p *capture.Packet) {
	if p.LostTo > 0 {
		_ = r.out.Statistics(r.ids[0], p.LostFrom, r.Received()-r.received, r.told)
		r.told = r.KernelDropped() - r.dropped
		_ = r.out.Statistics(r.ids[0], p.LostTo, r.Received()-r.received, r.told)
	}
	if time.Since(r.flushed) < flushEvery && p.LostTo == 0 {
		return
	}
	r.flushed = time.Now()
	if r.out.Flush() != nil {
		r.fail(r.file.err)
	}
}

// saved says at the end where the packets are.
func (r *recorder) saved() string {
	if n := len(r.kept); n > 1 {
		return fmt.Sprintf("saved to %d files, the last one is %s", n, r.kept[n-1])
	}
	return fmt.Sprintf("saved to %s; %d packets", r.kept[0], r.here)
}

// finish ends a file with what the kernel says of it.
func (r *recorder) finish() {
	_ = r.out.Statistics(r.ids[0], r.last, r.Received()-r.received, r.KernelDropped()-r.dropped)
	if r.out.Flush() != nil {
		r.fail(r.file.err)
		return
	}
	if err := r.file.f.Close(); err != nil {
		r.fail(err)
	}
}

// fail ends the saving, not the capture.
func (r *recorder) fail(err error) {
	cause := err
	var pe *fs.PathError
	if errors.As(err, &pe) {
		cause = pe.Err
	}
	name := r.path
	if len(r.kept) > 0 {
		name = r.kept[len(r.kept)-1]
	}
	hint := "ls -l " + shell.Word(name)
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		hint = "df -h " + dirOf(name)
	}
	r.failure = &hintError{
		fmt.Sprintf("saving stopped after packet %d (%v); %s is whole up to there, and capturing went on", r.Info().Packets, cause, name), hint,
	}
	r.Info().AddProblem(flow.Problem{
		Code: flow.ProblemUnsaved, Packet: r.Info().Packets,
		Message: fmt.Sprintf("Saving to %s stopped: %v. What is in it is whole; what came later is shown and not saved. See `%s`.", name, cause, hint),
	})
	if r.file != nil {
		r.file.f.Close()
		r.file = nil
	}
}

// wholeFile is a file in which only whole writes stay.
type wholeFile struct {
	f    *os.File
	good int64
	err  error
}

func (w *wholeFile) Write(b []byte) (int, error) {
	n, err := w.f.Write(b)
	if err != nil {
		w.err = err
		_ = w.f.Truncate(w.good) // else a reader finds a block cut
		return n, err
	}
	w.good += int64(n)
	return n, nil
}
