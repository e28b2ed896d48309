package ui

import (
	"fmt"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"

	"elbscope/analyze"
)

// TestLeaveAtAnyTime ends the screen before, at and after its beginning, from
// several goroutines, while states come.
func TestLeaveAtAnyTime(t *testing.T) {
	s := samples(t, "article-502.pcapng")
	for i := range 20 {
		r := launch(t, s, 80, 24, simpleOptions())
		stop := make(chan struct{})
		go func() {
			for n := s; ; {
				select {
				case <-stop:
					return
				default:
					n = grown(n)
					r.feed.state.Store(n)
				}
			}
		}()
		if i%2 == 0 {
			r.press("Enter")
		}
		for range 3 {
			go r.app.Leave()
		}
		r.ended()
		close(stop)
		r.app.Leave() // too late, and it returns all the same
	}
}

// TestPanicRestores wants a defect in a drawing to give the terminal back
// before it ends the program.
func TestPanicRestores(t *testing.T) {
	r := &rig{t: t, feed: &fakeFeed{}}
	r.feed.state.Store(samples(t, "article-502.pcapng"))
	o := simpleOptions()
	sim := &finished{}
	sim.init()
	o.Screen = sim
	r.app = New(r.feed, o)
	r.app.home.list.columns[0].title = "x"
	r.app.home.preview.content = func(int) []line { panic("a defect") }
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = r.app.Run()
	}()
	if !sim.fini.Load() {
		t.Error("the terminal was not given back")
	}
}

// TestAbandonWhereTheLoopHangs wants the terminal back while the event loop
// takes no orders.
func TestAbandonWhereTheLoopHangs(t *testing.T) {
	o := simpleOptions()
	sim := &finished{}
	sim.init()
	o.Screen = sim
	feed := &fakeFeed{}
	feed.state.Store(samples(t, "article-502.pcapng"))
	app := New(feed, o)
	app.Abandon() // before there is anything to give back
	ended := make(chan error)
	go func() { ended <- app.Run() }()
	hangs, free := make(chan struct{}), make(chan struct{})
	go app.app.QueueUpdate(func() {
		close(hangs)
		<-free
	})
	<-hangs
	app.Abandon()
	if !sim.fini.Load() {
		t.Error("the terminal was not given back")
	}
	close(free)
	app.Leave()
	<-ended
}

// many is a state of n handshakes that are all different.
func many(n int) *State {
	snap := &analyze.Snapshot{}
	for i := range n {
		snap.Handshakes = append(snap.Handshakes, plainHandshake(fmt.Sprint("h", i), analyze.Refused, fmt.Sprintf("/%c%c%c%c", 'a'+i%26, 'a'+i/26%26, 'a'+i/676%26, 'a'+i/17576%26)))
	}
	return &State{Rev: 1, Snap: snap}
}

// TestOrderIsMadeElsewhere wants keys to be answered while a hundred thousand
// handshakes are sorted, and the old order to stay until the new one is there.
func TestOrderIsMadeElsewhere(t *testing.T) {
	r := launch(t, many(100_000), 120, 40, simpleOptions())
	r.on(func() {})
	worst := time.Duration(0)
	for range 5 {
		var before, after *arrangement
		r.on(func() { before = r.app.home.now })
		begin := time.Now()
		r.press(">")
		worst = max(worst, time.Since(begin))
		r.on(func() { after = r.app.home.now })
		if after != before && after.wish != r.app.wish.Load() {
			t.Error("a half-made order is shown")
		}
		r.until("the new order", func() bool { return r.app.home.now.wish == r.app.wish.Load() })
	}
	t.Logf("the slowest key took %v", worst)
	if worst > 500*time.Millisecond {
		t.Errorf("a key took %v", worst)
	}
	// States that come while orders change are not lost either.
	for i := range 5 {
		next := grown(r.feed.State(), plainHandshake(fmt.Sprint("late", i), analyze.Malformed, "/late"))
		r.feed.state.Store(next)
		r.press("r")
	}
	r.until("the last state", func() bool {
		return r.app.state == r.feed.State() && r.app.home.now.wish == r.app.wish.Load()
	})
}

// manyRows is a million rows without a million of anything.
type manyRows int

func (m manyRows) Len() int           { return int(m) }
func (m manyRows) ID(i int) string    { return fmt.Sprint(i) }
func (m manyRows) Find(id string) int { var n int; _, _ = fmt.Sscan(id, &n); return n }
func (m manyRows) Cells(i int) []line {
	c := line{own(plain, fmt.Sprintf("cell %d, 広い", i))}
	return []line{c, c, c, c, c, c, c, c, c}
}

// drawing returns one drawing of a million rows at 120x40. No event loop runs
// beside it.
func drawing() (draw, end func()) {
	sim := tcell.NewSimulationScreen("UTF-8")
	feed := &fakeFeed{}
	feed.state.Store(&State{Rev: 1, Snap: &analyze.Snapshot{}})
	o := simpleOptions()
	o.Screen = sim
	app := New(feed, o)
	sim.SetSize(120, 40)
	app.frame.SetRect(0, 0, 120, 40)
	x := newExchanges(app)
	app.open(x)
	x.list.setRows(manyRows(1_000_000))
	at := 0
	return func() {
		at = (at + 7919) % 1_000_000
		x.list.selectRow(at)
		app.frame.Draw(sim)
		sim.Show()
	}, sim.Fini
}

func BenchmarkDrawMillion(b *testing.B) {
	draw, end := drawing()
	defer end()
	b.ReportAllocs()
	for b.Loop() {
		draw()
	}
}

// TestDrawIsFast has a bound that only a wrong order of growth breaks; the
// benchmark tells how long it takes.
func TestDrawIsFast(t *testing.T) {
	draw, end := drawing()
	defer end()
	best := time.Hour
	for range 20 {
		begin := time.Now()
		draw()
		best = min(best, time.Since(begin))
	}
	t.Logf("a drawing takes %v", best)
	if best > 160*time.Millisecond {
		t.Errorf("a drawing takes %v, ten times what it may", best)
	}
}
