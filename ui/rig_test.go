package ui

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"

	"elbscope/analyze"
	"elbscope/analyze/filter"
	"elbscope/analyze/rules"
	"elbscope/capture"
	"elbscope/capture/flow"
	stories "elbscope/internal/story"
	"elbscope/internal/wiretext"
	"elbscope/ui/report"
)

// fakeFeed publishes what a test gives it.
type fakeFeed struct {
	state   atomic.Pointer[State]
	stopped atomic.Int32
	replay  *fakeReplay // nil for none
}

// fakeReplay remembers what the keys did.
type fakeReplay struct{ pauses, faster, slower int }

func (r *fakeReplay) Pause() { r.pauses++ }
func (r *fakeReplay) Speed(faster bool) {
	if faster {
		r.faster++
	} else {
		r.slower++
	}
}

func (f *fakeFeed) State() *State { return f.state.Load() }
func (f *fakeFeed) Stop()         { f.stopped.Add(1) }
func (f *fakeFeed) Replay() Replayer {
	if f.replay == nil {
		return nil
	}
	return f.replay
}

// analysed reads captures with the real engine, to the end.
func analysed(t testing.TB, sources ...capture.Source) *State {
	t.Helper()
	return through(t, nil, sources...)
}

// through reads captures through a capture filter.
func through(t testing.TB, f *capture.Filter, sources ...capture.Source) *State {
	t.Helper()
	engine := analyze.New(analyze.Config{Rules: rules.All})
	pump := capture.NewPump(engine, 0)
	pump.Filter = f
	var infos []*flow.SourceInfo
	for _, s := range sources {
		infos = append(infos, s.Info())
	}
	err := pump.Run(context.Background(), sources)
	engine.Finish()
	return &State{
		Rev: 1, Snap: engine.Snapshot(infos, pump.Totals()), Exchanges: engine.Exchanges.Snapshot(), Size: -1, Err: err,
	}
}

// samples reads files of ../samples.
func samples(t testing.TB, names ...string) *State {
	t.Helper()
	var sources []capture.Source
	for _, name := range names {
		s, err := capture.Open(filepath.Join("../samples", name))
		if err != nil {
			t.Fatal(err)
		}
		s.Info().Name = name
		sources = append(sources, s)
	}
	return analysed(t, sources...)
}

// told plays a story and reads its capture.
func told(t testing.TB, text string) *State {
	t.Helper()
	s, err := stories.Parse("test", text)
	if err != nil {
		t.Fatal(err)
	}
	return analysed(t, opened(t, s.Captures()[0].Bytes))
}

func opened(t testing.TB, data []byte) capture.Source {
	t.Helper()
	src, err := capture.OpenReader("test.pcap", bytes.NewReader(data), false)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// rig is the whole screen on a simulated terminal, driven by its real event
// loop.
type rig struct {
	t    testing.TB
	app  *App
	sim  tcell.SimulationScreen
	feed *fakeFeed
	// handled is told of every key and click that was dealt with.
	handled chan struct{}
	done    chan error
}

func simpleOptions() Options {
	return Options{
		Name: "test.pcap",
		Report: report.Options{Location: time.UTC, Explain: func(f *analyze.Finding) (report.Explanation, error) {
			e, err := rules.Explain(f)
			if err != nil {
				return report.Explanation{}, err
			}
			out := report.Explanation{Rule: e.Rule, Title: e.Title, Text: e.Text, References: e.References}
			for _, r := range e.Remedies {
				out.Remedies = append(out.Remedies, report.Remedy(r))
			}
			return out, nil
		}},
		ParseFilter: func(expr string, _ *State) (*filter.Filter, error) {
			return filter.Parse(expr, filter.Context{Location: time.UTC, Rules: rules.IDs(), Sources: 1, First: 1})
		},
	}
}

// launch runs the screen on a state.
func launch(t testing.TB, s *State, width, height int, o Options) *rig {
	t.Helper()
	f := &fakeFeed{}
	f.state.Store(s)
	return launchFeed(t, f, width, height, o)
}

func launchFeed(t testing.TB, f *fakeFeed, width, height int, o Options) *rig {
	t.Helper()
	r := &rig{
		t: t, sim: tcell.NewSimulationScreen("UTF-8"), feed: f,
		handled: make(chan struct{}, 1000), done: make(chan error, 1),
	}
	o.Screen = r.sim
	r.app = New(r.feed, o)
	r.sim.SetSize(width, height) // SetScreen made it 80x25
	r.app.app.SetInputCapture(func(ev *tcell.EventKey) *tcell.EventKey {
		defer func() { r.handled <- struct{}{} }()
		return r.app.key(ev)
	})
	go func() { r.done <- r.app.Run() }()
	t.Cleanup(r.leave)
	return r
}

const patience = 20 * time.Second

// on runs f on the event loop, after everything that was handled before.
func (r *rig) on(f func()) {
	r.t.Helper()
	ran := make(chan struct{})
	go r.app.app.QueueUpdate(func() { f(); close(ran) })
	select {
	case <-ran:
	case <-time.After(patience):
		r.t.Fatal("the event loop hangs")
	}
}

// leave ends the screen, if the test has not.
func (r *rig) leave() {
	select {
	case <-r.done:
		return
	default:
	}
	r.app.Leave()
	r.ended()
}

// ended waits for Run to return.
func (r *rig) ended() error {
	r.t.Helper()
	select {
	case err := <-r.done:
		r.done <- err // for leave
		return err
	case <-time.After(patience):
		r.t.Fatal("the screen does not end")
		return nil
	}
}

var keysByName = map[string]tcell.Key{
	"Enter": tcell.KeyEnter, "Esc": tcell.KeyEscape, "Tab": tcell.KeyTab, "Down": tcell.KeyDown, "Up": tcell.KeyUp,
	"Left": tcell.KeyLeft, "Right": tcell.KeyRight, "End": tcell.KeyEnd, "Home": tcell.KeyHome, "PgDn": tcell.KeyPgDn,
	"Backspace": tcell.KeyBackspace2, "Ctrl-C": tcell.KeyCtrlC, "Ctrl-L": tcell.KeyCtrlL, "Ctrl-D": tcell.KeyCtrlD, "F7": tcell.KeyF7,
	"Delete": tcell.KeyDelete,
}

// press types keys, divided by blanks; other words are typed letter by letter.
func (r *rig) press(keys string) {
	r.t.Helper()
	for _, word := range strings.Fields(keys) {
		if k, ok := keysByName[word]; ok {
			r.key(k, 0)
			continue
		}
		for _, c := range word {
			r.key(tcell.KeyRune, c)
		}
	}
}

// key types one key and waits until it was dealt with, or the screen ended.
func (r *rig) key(k tcell.Key, c rune) {
	r.t.Helper()
	r.sim.InjectKey(k, c, tcell.ModNone)
	select {
	case <-r.handled:
	case err := <-r.done:
		r.done <- err
	case <-time.After(patience):
		r.t.Fatal("a key was not dealt with")
	}
}

// publish gives the screen a new state and waits until it has it.
func (r *rig) publish(s *State) {
	r.t.Helper()
	r.feed.state.Store(s)
	r.until("the new state", func() bool { return r.app.state == s })
}

// until waits for something that is to be seen on the event loop.
func (r *rig) until(what string, is func() bool) {
	r.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		ok := false
		r.on(func() { ok = is() })
		if ok {
			return
		}
		if time.Now().After(end) {
			r.t.Fatalf("%s does not come; the screen:\n%s", what, r.text())
		}
	}
}

// see waits for a text on the screen.
func (r *rig) see(text string) {
	r.t.Helper()
	r.until(text, func() bool { return strings.Contains(picture(r.sim), text) })
}

// text returns the screen as text.
func (r *rig) text() string {
	r.t.Helper()
	out := ""
	r.on(func() { out = picture(r.sim) })
	return out
}

// picture is what stands on a simulated terminal, without blanks at the ends.
func picture(sim tcell.SimulationScreen) string {
	return layer(sim, func(c tcell.SimCell) string { return string(c.Runes) })
}

// styles shows how it looks, one letter for each cell.
func styles(sim tcell.SimulationScreen) string {
	return layer(sim, func(c tcell.SimCell) string {
		fg, _, attr := c.Style.Decompose()
		look := " "
		for _, is := range []struct {
			letter string
			yes    bool
		}{
			{"u", attr&tcell.AttrUnderline != 0}, {"b", attr&tcell.AttrBold != 0},
			{"r", fg == tcell.ColorMaroon}, {"y", fg == tcell.ColorOlive}, {"t", fg == tcell.ColorTeal}, {"g", fg == tcell.ColorGray},
			{"V", attr&tcell.AttrReverse != 0},
		} {
			if is.yes {
				look = is.letter
			}
		}
		return strings.Repeat(look, max(wiretext.Width(string(c.Runes)), 1))
	})
}

func layer(sim tcell.SimulationScreen, show func(tcell.SimCell) string) string {
	cells, width, height := sim.GetContents()
	var out strings.Builder
	for y := range height {
		var l strings.Builder
		for x := 0; x < width; x++ {
			c := cells[y*width+x]
			l.WriteString(show(c))
			x += max(wiretext.Width(string(c.Runes)), 1) - 1
		}
		out.WriteString(strings.TrimRight(l.String(), " "))
		out.WriteByte('\n')
	}
	return out.String()
}

// finished is a simulated terminal that remembers that it was given back.
type finished struct {
	tcell.SimulationScreen
	fini atomic.Bool
}

func (f *finished) init() { f.SimulationScreen = tcell.NewSimulationScreen("UTF-8") }

func (f *finished) Fini() {
	f.fini.Store(true)
	f.SimulationScreen.Fini()
}
