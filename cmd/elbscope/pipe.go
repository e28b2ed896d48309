package main

import (
	"context"
	"io"
	"os"
	"time"

	"elbscope/capture"
)

// stdinName is the name that stands for standard input.
const stdinName = "-"

// isPipe tells whether an input is a pipe, which can keep its reader waiting.
func isPipe(name string) bool {
	if name == stdinName {
		stat, err := os.Stdin.Stat()
		return err == nil && stat.Mode()&(os.ModeNamedPipe|os.ModeSocket) != 0
	}
	stat, err := os.Stat(name)
	return err == nil && stat.Mode()&os.ModeNamedPipe != 0
}

// pipeGrace is how long a pipe may still deliver after a signal: the Ctrl-C
// that reaches this program reaches the tcpdump before it as well, which then
// writes what it has held back.
const pipeGrace = time.Second

// linger returns a context that ends some time after ctx.
func linger(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	late, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	return late, func() {
		stop()
		cancel()
	}
}

// openPipe opens a pipe. It ends when ctx does, also while nothing comes.
// idle, if not nil, is called by the goroutine that reads the packets when all
// that came has been read and nothing more comes for a moment.
func openPipe(ctx context.Context, name string, idle func()) (capture.Source, error) {
	p := &pipeReader{ctx: ctx, idle: idle, pieces: make(chan []byte)}
	go p.fetch(name)
	return capture.OpenReader(name, p, false)
}

// pipeReader reads a pipe on a goroutine of its own, because a read that waits
// cannot be called back. That goroutine ends with the program.
type pipeReader struct {
	ctx    context.Context
	idle   func()
	pieces chan []byte
	rest   []byte // of the last piece
	err    error  // why there are no more pieces; set before they are closed
}

// fetch reads into two buffers by turns. The channel holds nothing: when it
// takes one, Read has done with the other.
func (p *pipeReader) fetch(name string) {
	defer close(p.pieces)
	file := os.Stdin
	if name != stdinName {
		if file, p.err = os.Open(name); p.err != nil {
			return
		}
		defer file.Close()
	}
	const pieceSize = 64 << 10 // what a pipe holds on Linux
	now, next := make([]byte, pieceSize), make([]byte, pieceSize)
	for p.err == nil {
		var n int
		n, p.err = file.Read(now)
		if n > 0 {
			p.pieces <- now[:n]
		}
		now, next = next, now
	}
}

func (p *pipeReader) Read(b []byte) (int, error) {
	if len(p.rest) == 0 {
		var moment <-chan time.Time
		if p.idle != nil {
			moment = time.After(pipeIdle)
		}
		for len(p.rest) == 0 {
			select {
			case piece, ok := <-p.pieces:
				if !ok {
					return 0, p.err
				}
				p.rest = piece
			case <-moment:
				moment = nil
				p.idle()
			case <-p.ctx.Done():
				return 0, io.EOF
			}
		}
	}
	n := copy(b, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

// pipeIdle is the moment after which a pipe counts as silent.
const pipeIdle = 50 * time.Millisecond
