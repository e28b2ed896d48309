package ui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"elbscope/analyze/filter"
	"elbscope/ui/report"
)

// Options are what the screen needs to know.
type Options struct {
	// Report says how the texts are made: time zone, masking, ASCII,
	// explanations.
	Report report.Options
	// Name is what is being read, for the title.
	Name string
	// Folder returns what stands before the names proposed for files: "" for
	// the working directory, or it ends in a slash. nil stands for "".
	Folder func() string
	// Note is said at the foot of the screen until the first key.
	Note string
	// ParseFilter reads an expression of the grammar of -Y; Filter is one to
	// begin with.
	ParseFilter func(expr string, s *State) (*filter.Filter, error)
	Filter      string
	// Save writes the packets of handshakes to a file, Export the report on
	// them; nil where that is not offered.
	Save, Export Writer
	// Unsaved tells of a state whether packets are in no file but those that
	// Save wrote; nil stands for never.
	Unsaved func(*State) bool
	// Pause stops the program until the shell continues it, while the terminal
	// is the shell's; nil where there is nothing of the kind.
	Pause func()
	// Shared is set where others write to the terminal, as tcpdump and ssh do
	// before a pipe: when they begin and when they end.
	Shared bool
	// Mono leaves out colours, as NO_COLOR in the environment does.
	Mono bool
	// Screen is a terminal to draw on; nil for the real one.
	Screen tcell.Screen
}

// screen is one of the pictures that the user goes through.
type screen interface {
	title() string
	// refresh takes a new state; it is called before the first drawing, too.
	refresh(*State)
	draw(c tcell.Screen, x, y, width, height int)
	bindings() []binding
	// focus returns what moves, wheels and searches act on.
	focus() mover
	// click is told of a click on the screen's area.
	click(x, y int)
}

// App is the screen of a run.
type App struct {
	app   *tview.Application
	theme *theme
	feed  Feed
	o     Options
	state *State
	// stack are the screens that Esc goes back through; the last one is seen.
	stack []screen
	frame *frame
	home  *home
	// wish is what the painter looks at; wake makes it look at once. few
	// fulfils small wishes without it.
	wish atomic.Pointer[wish]
	wake chan struct{}
	few  arranger
	// extra is what the painter does for the screen that is seen, nil for
	// nothing; seek what looks for a text, nil if nothing does.
	extra atomic.Pointer[job]
	seek  *seek
	quit  bool
	// bare is set where nothing is masked (--no-redact), secrets while the
	// user wants to see what is. cancel ends what is being written, if any.
	bare, secrets bool
	cancel        context.CancelFunc
	// saved are the handshakes whose packets Save wrote, by their ids, with
	// the revision that was written.
	saved map[string]uint64
	// writing is the name of the file that is being written, percent how much
	// of it is; -1 where that is not known.
	writing string
	percent atomic.Int32
	// term is the terminal that was drawn on last, nil before the first time.
	term atomic.Pointer[tcell.Screen]
}

// Drawable tells why a terminal of that kind, by its TERM, cannot show a
// screen; nil stands for one that can.
func Drawable(term string) error {
	_, err := tcell.LookupTerminfo(term)
	return err
}

// New makes the screen. Run shows it.
func New(feed Feed, o Options) *App {
	a := &App{
		app: tview.NewApplication(), theme: newTheme(o.Report.ASCII, o.Mono), feed: feed, o: o, state: feed.State(),
		wake: make(chan struct{}, 1), few: arranger{o: o.Report},
		bare: o.Report.NoRedact,
	}
	if o.Screen != nil {
		a.app.SetScreen(o.Screen)
	}
	a.frame = newFrame(a)
	a.frame.say(o.Note)
	a.home = newHome(a)
	a.stack = []screen{a.home}
	first := &wish{sorted: colVerdict}
	if o.Filter != "" {
		// It was right when the arguments were read.
		first.filter, _ = o.ParseFilter(o.Filter, a.state)
	}
	a.wish.Store(first)
	a.take(a.few.arrange(a.state, first))
	a.app.SetRoot(a.frame, true).EnableMouse(true).EnablePaste(true)
	a.app.SetInputCapture(a.key)
	a.app.SetAfterDrawFunc(a.keepTerminal)
	a.app.SetMouseCapture(a.mouse)
	return a
}

// ErrClosed says that the terminal went away under the screen.
var ErrClosed = errors.New("the terminal was closed")

// Run shows the screen until the user leaves. It fails with ErrClosed if the
// terminal goes first.
func (a *App) Run() error {
	if a.o.Screen == nil {
		screen, err := newTerminal()
		if err != nil {
			return err
		}
		a.app.SetScreen(screen)
		screen.EnableMouse()
		screen.EnablePaste()
	}
	done := make(chan struct{})
	go a.paint(arranger{o: a.o.Report}, done)
	err := a.app.Run()
	close(done)
	if gone := (*tcell.EventError)(nil); errors.As(err, &gone) {
		return fmt.Errorf("%w: %w", ErrClosed, err)
	}
	return err
}

// Leave ends Run, from any goroutine, at once or as soon as it has begun. It
// does not wait for that.
func (a *App) Leave() { go a.app.QueueUpdate(a.app.Stop) }

// Abandon puts the terminal in order, from any goroutine and without waiting
// for one that may hang. The screen is of no use afterwards: the program has to
// end. It is for where Leave does not help.
func (a *App) Abandon() {
	if term := a.term.Load(); term != nil {
		(*term).Fini()
	}
}

// filter is the filter that is wished for; nil and empty ones let all pass.
func (a *App) filter() *filter.Filter { return a.wish.Load().filter }

func (a *App) top() screen { return a.stack[len(a.stack)-1] }

// open shows a further screen.
func (a *App) open(s screen) {
	a.extra.Store(nil)
	s.refresh(a.state)
	a.stack = append(a.stack, s)
	a.frame.note = ""
}

// back goes one step back; from home it goes nowhere.
func (a *App) back() {
	if len(a.stack) > 1 {
		a.stack = a.stack[:len(a.stack)-1]
		a.extra.Store(nil)
		a.top().refresh(a.state)
	}
	a.frame.note = ""
}

// key is where all keys come in.
func (a *App) key(ev *tcell.EventKey) *tcell.EventKey {
	name := keyName(ev)
	if name == "Ctrl-C" {
		a.interrupt()
		return nil
	}
	a.quit = false
	if a.frame.prompt != nil && name != "Ctrl-Z" && name != "Ctrl-L" {
		a.frame.prompt.key(ev, name)
		return nil
	}
	a.frame.note = ""
	here := a.top().bindings()
	if a.frame.small { // nobody sees what else keys would do
		if here = nil; !slices.Contains([]string{"Q", "Ctrl-Z", "Ctrl-L"}, name) {
			return nil
		}
	}
	if b := find(here, name); b != nil {
		b.do()
	} else if b := find(a.global(), name); b != nil {
		b.do()
	} else {
		a.frame.say(name + " does nothing here; ? lists the keys")
	}
	return nil
}

// interrupt stops what runs; when nothing runs, or the second time, it leaves.
func (a *App) interrupt() {
	switch {
	case a.seek != nil && !a.quit:
		a.seek.cancel()
		a.frame.say("search stopped; Ctrl-C again leaves")
	case a.cancel != nil && !a.quit:
		a.cancel()
		a.frame.say("stopping; Ctrl-C again leaves")
	case a.quit:
		a.app.Stop()
		return
	case !a.state.Reading && a.frame.prompt == nil:
		a.askLeave()
	case a.frame.prompt != nil:
		a.frame.prompt = nil
	default:
		a.feed.Stop()
		a.frame.say(a.stopping())
	}
	a.quit = true
}

// replaying are the keys of a replay.
func (a *App) replaying() []binding {
	r := a.feed.Replay()
	if r == nil || !a.state.Reading {
		return nil
	}
	return []binding{
		{keys: []string{"P"}, help: "hold the replay, or let it go on", brief: "pause", do: r.Pause},
		{keys: []string{"]"}, help: "replay faster", brief: "faster", do: func() { r.Speed(true) }},
		{keys: []string{"["}, help: "replay slower", brief: "slower", do: func() { r.Speed(false) }},
	}
}

// global are the keys that every screen has, behind its own.
func (a *App) global() []binding { return append(a.replaying(), a.everywhere()...) }

// everywhere are the keys that there are at any time.
func (a *App) everywhere() []binding {
	keys := append(moving(func() mover { return a.top().focus() }),
		binding{keys: []string{"/"}, help: "find text", brief: "find", do: a.askFind},
		binding{keys: []string{"n"}, help: "find the next one", do: func() { a.findAgain(1) }},
		binding{keys: []string{"N"}, help: "find the one before", do: func() { a.findAgain(-1) }},
		binding{keys: []string{"y"}, help: "copy to the terminal's clipboard (OSC 52), masked", brief: "copy", do: a.copy},
		binding{keys: []string{"v"}, help: "show secrets, or mask them again", do: a.toggleSecrets},
		binding{keys: []string{"Esc", "q", "Backspace"}, help: "one step back", brief: "back", do: a.stepBack},
		binding{keys: []string{"Q"}, help: "leave the program", brief: "quit", do: a.askLeave},
		binding{keys: []string{"?", "F1"}, help: "the keys of this screen", brief: "help", do: a.help},
		binding{keys: []string{"Ctrl-L"}, help: "draw anew", do: func() { a.app.Sync() }},
		binding{keys: []string{"s"}, help: "stop reading and keep what is there", do: a.stopReading},
	)
	if a.o.Pause != nil {
		keys = append(keys, binding{keys: []string{"Ctrl-Z"}, help: "back to the shell, where fg goes on; a live run loses packets meanwhile", do: func() { a.app.Suspend(a.o.Pause) }})
	}
	return keys
}

// stopReading stops what runs and says so where nothing does.
func (a *App) stopReading() {
	if !a.state.Reading {
		a.frame.say("nothing is being read any more")
		return
	}
	a.feed.Stop()
}

// stepBack goes back: from a list to what a filter hides, from home it says how
// to leave, for nobody quits by surprise.
func (a *App) stepBack() {
	e, filtered := a.top().(*exchanges)
	filtered = filtered && e.order.text != ""
	switch only := a.filter(); {
	case filtered:
		a.frame.say("all are shown again; the text was: " + e.order.text)
		e.want(func(o *exchangeOrder) { o.text = "" })
	case len(a.stack) > 1:
		a.back()
	case !only.Empty():
		a.want(func(w *wish) { w.filter = nil })
		a.frame.say("all are shown again; the filter was: " + only.String())
	default:
		a.frame.say("Q leaves")
	}
}

func (a *App) mouse(ev *tcell.EventMouse, action tview.MouseAction) (*tcell.EventMouse, tview.MouseAction) {
	x, y := ev.Position()
	switch action {
	case tview.MouseScrollDown:
		a.top().focus().move(3)
	case tview.MouseScrollUp:
		a.top().focus().move(-3)
	case tview.MouseLeftClick, tview.MouseLeftDoubleClick: // a click selects, and another opens
		if !a.frame.small && a.frame.prompt == nil { // where it is seen, and nothing is being typed
			a.top().click(x, y)
		}
	default:
		return ev, action
	}
	return nil, tview.MouseConsumed
}
