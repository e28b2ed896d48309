package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"elbscope/analyze"
	"elbscope/analyze/filter"
	"elbscope/analyze/rules"
	"elbscope/capture"
	"elbscope/capture/flow"
	"elbscope/ui"
	"elbscope/ui/report"
)

// screenRun shows files and pipes.
func screenRun(ctx context.Context, o *options, say *messages) int {
	reading, stop := context.WithCancel(ctx)
	defer stop()
	return showScreen(ctx, o, say, filesView(reading, o, stop))
}

func filesView(reading context.Context, o *options, stop context.CancelFunc) *view {
	return &view{
		name: inputNames(o.files), files: o.files, reading: reading, stop: stop,
		open: func(ctx context.Context, idle func()) (*inputs, error) { return openInputs(ctx, o.files, idle) },
	}
}

// view is what the screen shows: files, or a capture that is going on.
type view struct {
	name string
	// files are the inputs by their names, nil for a live run.
	files []string
	// note is said once, at the beginning.
	note string
	live bool
	// open opens the inputs, to be read while reading lasts; stop ends it.
	open    func(ctx context.Context, idle func()) (*inputs, error)
	reading context.Context
	stop    context.CancelFunc
	// failed says at the end what else went wrong, saved where the packets are;
	// nil for nothing. writing names the file that is being written meanwhile, ""
	// for none.
	failed  func() error
	saved   func() string
	writing func() string
}

// showScreen reads the inputs behind the screen and shows it until the user
// leaves. Nothing here waits for the reading: it ends with the program.
func showScreen(ctx context.Context, o *options, say *messages, v *view) int {
	f := newFeed(o, v)
	files := &saver{o: o, feed: f}
	defer files.cleanup()
	app := ui.New(f, ui.Options{
		Folder: folderForFiles, Pause: pauseSelf, Mono: o.color == "never",
		Report: report.Options{
			NoRedact: o.noRedact, Explain: explanation, ASCII: o.ascii || !utf8Locale(), Location: o.location(),
			CaptureFilter: o.packets.forReport(),
		},
		Shared: v.shared(), Name: v.name, Note: v.note, Filter: o.expr, Save: files.save, Export: files.export,
		Unsaved: func(s *ui.State) bool { return o.unsaved(v.live, s.Snap) },
		ParseFilter: func(expr string, s *ui.State) (*filter.Filter, error) {
			return filter.Parse(expr, o.filterContext(s.Snap))
		},
	})
	unhook := context.AfterFunc(ctx, app.Leave) // SIGTERM, SIGHUP
	defer unhook()
	lift := shield(ctx)
	defer lift()
	opened := make(chan struct{})
	go f.run(opened, app.Leave)
	v.await(opened, say)
	if failure := f.failure.Load(); failure != nil {
		return say.complain(inputStatus(*failure), *failure)
	}
	quit := dumpOnQuit(app, say.w)
	err := app.Run()
	by := quit()
	lift()
	if v.live {
		// What is in hand is still to be saved.
		v.stop()
		select {
		case <-f.done:
		case <-time.After(savePatience):
		}
	}
	by = cmp.Or(by, endedBy(ctx))
	switch {
	case errors.Is(err, ui.ErrClosed): // the signal that says so may come later
		by = cmp.Or(by, &ended{syscall.SIGHUP})
	case err != nil:
		return say.complain(exitUsage, &hintError{"there is no terminal for the screen: " + err.Error(), withoutScreen()})
	}
	return v.end(by, o, say, f)
}

// end says how it ended, when the screen is gone; by is nil where no signal did.
func (v *view) end(by *ended, o *options, say *messages, f *feed) int {
	if failure := f.failure.Load(); failure != nil && by == nil {
		return say.complain(inputStatus(*failure), *failure)
	}
	s := f.State()
	status := exitStatus(o, s.Snap, s.Err)
	if v.live && s.Err != nil {
		say.complain(status, s.Err)
	}
	if v.shared() && by == nil && (s.Reading || s.Stopped) {
		say.note("if the command before the pipe still runs, Ctrl-C ends it")
	}
	if v.saved != nil && !s.Reading { // else it is not done yet
		say.note(v.saved())
	}
	if by != nil {
		return say.complain(by.status(), by)
	}
	return status
}

// shared tells whether something comes from a command before a pipe, which has
// the same terminal.
func (v *view) shared() bool { return slices.Contains(v.files, stdinName) && isPipe(stdinName) }

// await waits for the inputs to be opened, but not for long. Only a command
// before a pipe has the terminal for itself until something comes from it: sudo
// and ssh ask for a password there, and whether a host is known.
func (v *view) await(opened <-chan struct{}, say *messages) {
	if !v.shared() {
		select {
		case <-opened: // or not: then there is nothing to show
		case <-time.After(patience):
		}
		return
	}
	select {
	case <-opened:
	case <-time.After(pipePatience):
		say.note("nothing has come through the pipe yet; Ctrl-C stops")
		<-opened // which a signal ends as well
	}
}

// unsaved tells whether packets are in no file: those of a pipe, and of a live
// run without -w or with one whose file took no more.
func (o *options) unsaved(isLive bool, snap *analyze.Snapshot) bool {
	if !isLive {
		return slices.ContainsFunc(o.files, isPipe)
	}
	return o.capture.write == "" || snap.HasProblem(flow.ProblemUnsaved)
}

// patience is how long the screen waits for the inputs to be opened: an error
// is better told without it. A pipe may have nothing for long.
const patience = 20 * time.Millisecond

// pipePatience is how long a pipe may be silent before that is talked about.
const pipePatience = 10 * time.Second

// savePatience is how long leaving waits for a live run to save what it has.
const savePatience = 5 * time.Second

// inputNames names what is being read, for the title.
func inputNames(files []string) string {
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = filepath.Base(f)
	}
	return strings.Join(names, " ")
}

// feed runs the pump and publishes what it knows, for the screen to look at.
type feed struct {
	view    *view
	in      *inputs // nil until they are open
	engine  *analyze.Engine
	pump    *capture.Pump
	pace    *pace // nil where nothing is replayed
	stop    context.CancelFunc
	state   atomic.Pointer[ui.State]
	stopped atomic.Bool
	// failure is why there is nothing to show, or no longer.
	failure atomic.Pointer[error]
	// done is closed when run ends.
	done  chan struct{}
	start time.Time
	last  time.Time
	at    capture.Progress
	rev   uint64
}

func newFeed(o *options, v *view) *feed {
	f := &feed{view: v, stop: v.stop, start: time.Now(), done: make(chan struct{})}
	kept := o.memory
	if v.live {
		kept = keptOf(kept)
	}
	f.engine = analyze.New(analyze.Config{Rules: rules.All, Memory: kept, Live: v.live || o.pace > 0})
	f.pump = capture.NewPump(f.engine, o.memory)
	if o.pace > 0 {
		f.pace = newPace(o.pace)
		f.pump.Pacer = f.pace
	}
	if !v.live { // there the kernel has filtered
		f.pump.Filter = o.packets.forFiles()
	}
	f.pump.OnProgress = f.progress
	f.at.Size = -1
	f.publish(f.snapshot(), true, f.at, nil)
	return f
}

// State implements ui.Feed.
func (f *feed) State() *ui.State { return f.state.Load() }

// Replay implements ui.Feed.
func (f *feed) Replay() ui.Replayer {
	if f.pace == nil {
		return nil
	}
	return f.pace
}

// Stop implements ui.Feed.
func (f *feed) Stop() {
	f.stopped.Store(true)
	f.stop()
}

// run opens and reads everything. A defect must not leave the terminal
// unusable, so a panic here ends the screen first.
func (f *feed) run(opened chan<- struct{}, leave func()) {
	defer close(f.done)
	fail := func(err error) {
		f.failure.Store(&err)
		leave()
	}
	defer func() {
		if r := recover(); r != nil {
			fail(fmt.Errorf("a defect of elbscope: %v\n%s", r, debug.Stack()))
		}
	}()
	in, err := f.view.open(f.view.reading, f.idle)
	if err != nil {
		fail(err)
		close(opened)
		return
	}
	close(opened)
	f.in = in
	if f.pace != nil {
		go f.pace.measure(f.view.reading, f.view.files)
	}
	err = f.pump.Run(f.view.reading, in.sources)
	in.conclude(f.engine)
	f.finish(err)
}

// finish publishes the last state, with what could not be read. That a pipe
// was cut by stopping it is no fault.
func (f *feed) finish(err error) {
	snap := f.snapshot()
	if f.stopped.Load() {
		pardonPipes(snap)
	}
	if lost := losses(snap); lost != nil || f.stopped.Load() {
		err = lost // the same in better words, or the user's doing
	}
	if f.view.failed != nil {
		err = errors.Join(err, f.view.failed())
	}
	f.publish(snap, false, capture.Progress{Size: -1}, errors.Join(f.in.failed, err))
}

// publishEvery is how often the screen gets something new while reading.
const publishEvery = 100 * time.Millisecond

func (f *feed) progress(at capture.Progress) {
	now := time.Now()
	if now.Sub(f.last) < publishEvery {
		return
	}
	f.last, f.at = now, at
	snap := f.state.Load().Snap
	if f.view.live || at.Packets != snap.Totals.Packets { // it may be held, or between two packets
		f.engine.Settle()
		snap = f.snapshot()
	}
	f.publish(snap, true, at, nil)
}

// idle shows the last packets before a pipe fell silent. The pump's goroutine
// calls it between two packets, if there is a pump yet.
func (f *feed) idle() {
	if f.in == nil {
		return
	}
	f.at.Packets, f.last = f.pump.Totals().Packets, time.Time{}
	f.progress(f.at)
}

// snapshot returns what is known at present.
func (f *feed) snapshot() *analyze.Snapshot {
	var infos []*flow.SourceInfo
	if f.in != nil {
		infos = f.in.infos
	}
	return f.engine.Snapshot(infos, f.pump.Totals())
}

// publish makes it known to the screen; snap must not change any more.
func (f *feed) publish(snap *analyze.Snapshot, reading bool, at capture.Progress, err error) {
	f.rev++
	s := &ui.State{
		Rev: f.rev, Snap: snap, Exchanges: f.engine.Exchanges.Snapshot(),
		Reading: reading, Stopped: !reading && f.stopped.Load(), Done: at.Done, Size: at.Size,
		Live: f.view.live, Elapsed: time.Since(f.start), Err: err,
	}
	if reading && f.pace != nil {
		s.Replay = f.pace.state()
	}
	f.state.Store(s)
}
