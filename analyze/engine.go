package analyze

import (
	"bytes"
	"strings"
	"time"

	"elbscope/analyze/http1"
	"elbscope/capture/flow"
)

// Config is what an Engine needs to know.
type Config struct {
	// Rules are asked in this order about every handshake.
	Rules []*Rule
	// Memory bounds what is kept, in bytes; 0 stands for no bound. Half of it is
	// for exchanges and handshakes, up to a quarter for copies of packets, about
	// another quarter for what connections have begun and not finished.
	Memory int64
	// Live is set while more can come: a handshake without an answer is then
	// pending, and not undetermined.
	Live bool
	// EarlyFinal is set, with Live, for those who want to know as soon as a
	// handshake can change no more. All packets must come from one source in order of time.
	EarlyFinal bool
	// ReportOnly is set where nobody looks before Finish, and then at nothing
	// but the Snapshot. Exchanges stays empty, no packets are copied or listed,
	// and a handshake is judged when it has come to rest instead of at each
	// change. Until Finish it is not a copy of what it is made of either.
	ReportOnly bool
}

// Engine understands the streams of a capture: a flow.Sink in, exchanges and
// handshakes out. It belongs to one goroutine; others read Exchanges and
// Handshakes, which are safe for them.
type Engine struct {
	Exchanges  Log[Exchange]
	Handshakes Log[Handshake]

	cfg    Config
	totals Totals
	ids    uint64
	kept   store
	// begun is what heads without an end take, and what clients say before they
	// have their answers; windowed is what the windows of connections take.
	begun, windowed ration
	// clusters holds the sightings that may be of one handshake, by key.
	clusters map[string]*cluster
	dirty    []*cluster
	// homeless are sightings without a key that have not found theirs yet.
	homeless []*sighting
	byTarget map[string]*targetList
	// published are the handshakes in the log, by their oldest exchange, and
	// byAge the same in order; orphans are those that may be none any more.
	published      map[uint64]*published
	byAge, orphans []*published
	// pass counts the times that a cluster was worked out; revFloor is the
	// revision that new handshakes begin with.
	pass, revFloor uint64
	// now is the time of the last tick. finished is set when nothing more will
	// come, judgeAll while all handshakes are judged anew.
	now                flow.Time
	finished, judgeAll bool
	// candidates may become final; ticks counts how often time has passed, passes
	// how often they were looked at, and unsorted is set once time ran backwards.
	candidates    candidates
	ticks, passes uint64
	unsorted      bool
	// live is set if Config.Live was; retracted are for TakeRetracted.
	live      bool
	retracted []string

	// ends is the time of the last packet of each source, of several.
	ends map[int]flow.Time

	// windows are empty ones, for the next connection that needs one.
	windows []window
	// impatient are sightings whose handshake is judged anew when it has been
	// too late for a further try.
	impatient []*sighting
	// losses are the spans in which packets were lost, by source; doubtful,
	// those that are news.
	losses   map[int]losses
	doubtful losses

	sessions map[string]*session
	conduct  conduct
	endings  endings
	clocks   clocks
	// interned are the strings that exchanges share, see intern.
	interned map[string]string
	problems map[int]*flow.SourceInfo
}

// New returns an Engine.
func New(cfg Config) *Engine {
	return &Engine{
		cfg:       cfg,
		live:      cfg.Live,
		kept:      store{limit: cfg.Memory / 2},
		begun:     ration{limit: cfg.Memory / 8},
		windowed:  ration{limit: cfg.Memory / 8},
		clusters:  make(map[string]*cluster),
		byTarget:  make(map[string]*targetList),
		published: make(map[uint64]*published),
		sessions:  make(map[string]*session),
		conduct:   newConduct(),
		interned:  make(map[string]string),
		problems:  make(map[int]*flow.SourceInfo),
	}
}

// Open implements flow.Sink.
func (e *Engine) Open(info *flow.Conn, p *flow.Packet) flow.Stream {
	c := &conn{e: e, info: info, opened: refOf(p)}
	if p.Offset < 0 && !e.cfg.ReportOnly && !e.windowed.short() {
		c.openedRaw = bytes.Clone(p.Raw)
	}
	return c
}

// Tick implements flow.Sink.
func (e *Engine) Tick(now flow.Time) {
	e.unsorted = e.unsorted || e.ticks > 0 && now < e.now
	e.ticks++
	e.now = now
	e.doubt()
	if e.cfg.Live {
		e.regardCompany() // else, all are at the end
	}
	e.lookAtImpatient()
	e.Settle()
}

// Finish tells that nothing more will come.
func (e *Engine) Finish() {
	if e.finished {
		return
	}
	e.doubt()
	e.findHomes()
	e.finished = true
	// What was pending is undetermined now, and with the clocks aligned other
	// sightings may belong together.
	e.judgeAll = e.cfg.Live
	e.cfg.Live = false
	e.clocks.align(e)
	e.finishHomes()
	e.clocks.align(e)
	for _, off := range e.clocks.offsets {
		e.judgeAll = e.judgeAll || off != 0
	}
	for _, c := range e.clusters {
		e.markDirty(c)
	}
	e.freshen()
	e.regardCompany()
	e.Settle()
	e.finalise()
}

// freshen marks the handshakes that hang on what was learnt elsewhere since.
func (e *Engine) freshen() {
	for _, c := range e.clusters {
		for _, s := range c.sightings {
			se := e.sessions[sessionOf(s.target)]
			if e.hangsOnConduct(s) || se != nil && len(se.legs) > 0 {
				s.rev++
			}
		}
	}
}

// newExchange starts an exchange.
func (e *Engine) newExchange(c *conn, h *http1.Head, begin PacketRef) *exchange {
	e.ids++
	x := &exchange{num: -1}
	target := h.Target()
	x.Exchange = Exchange{
		ID: e.ids, Conn: c.info, N: c.requests, Method: e.intern(h.Method()),
		Target: strings.Clone(target[:min(len(target), maxTarget)]),
		Host:   e.intern(h.Get("Host")), Version: e.intern(h.Version()), Request: begin,
	}
	return x
}

// intern returns a copy of s that is shared with earlier ones, so that heads
// are not kept alive for the sake of a host name.
func (e *Engine) intern(s string) string {
	switch s { // what is asked for most
	case "GET":
		return "GET"
	case "1.1":
		return "1.1"
	}
	if known, ok := e.interned[s]; ok {
		return known
	}
	s = strings.Clone(s)
	if len(e.interned) < 4096 && len(s) < 256 {
		e.interned[s] = s
	}
	return s
}

// publish makes the present state of an exchange known.
func (e *Engine) publish(x *exchange) {
	v := x.Exchange
	if x.num >= 0 {
		e.Exchanges.Set(x.num, &v)
		return
	}
	x.num = e.Exchanges.Append(&v)
	e.kept.bytes += int64(v.size())
	for e.kept.over() && e.Exchanges.Len() > 1 {
		e.forgetExchange()
	}
}

// frames adds to the count of WebSocket frames.
func (e *Engine) frames(n uint64) { e.totals.WebSocketFrames += n }

// Totals returns the counters, with those of the capture side.
func (e *Engine) Totals(counters flow.Counters) Totals {
	t := e.totals
	t.Counters = counters
	t.Handshakes = uint64(len(e.published)) + e.kept.handshakes
	t.Forgotten = e.kept.forgotten
	return t
}

// Snapshot returns what is known, with the capture side's account of it.
// Call it on the goroutine that feeds the engine, after Settle or Finish.
func (e *Engine) Snapshot(sources []*flow.SourceInfo, counters flow.Counters) *Snapshot {
	snap := &Snapshot{Totals: e.Totals(counters)}
	for i, info := range sources {
		src := Source{SourceInfo: *info}
		src.Problems = append([]flow.Problem(nil), info.Problems...)
		if own := e.problems[i]; own != nil {
			src.Problems = append(src.Problems, own.Problems...)
		}
		if off, ok := e.clocks.offset(i); ok {
			d := time.Duration(off)
			src.ClockOffset = &d
		}
		snap.Sources = append(snap.Sources, src)
	}
	for h := range e.Handshakes.Snapshot().All {
		snap.Handshakes = append(snap.Handshakes, h)
	}
	sortByStart(snap.Handshakes)
	return snap
}
