package analyze

import (
	"math"
	"net/netip"
	"slices"
	"strings"
	"time"

	"elbscope/analyze/http1"
	"elbscope/analyze/ws"
	"elbscope/capture/flow"
)

// sighting is a Sighting that is still being read. Its times are on its own
// source's clock; publishing aligns them.
type sighting struct {
	Sighting
	c       *conn
	key     string // whole, or ""
	target  string
	host    string
	from    netip.Addr // the client's address
	readers [2]*ws.Reader
	final   bool // nothing more can come on its connection
	// told is set once the answer has come to its end.
	told bool
	// home is the cluster it belongs to.
	home *cluster
	// adopted is set once a sighting without a key has found its home.
	adopted bool
	// aside is set if its hop did not pass the handshake on with it, but asked or
	// told somebody else about it.
	aside bool
	// together is set once it is known that its WebSocket ended together with others.
	together bool
	// looked is what was known when kin was last looked for.
	looked uint64
	// gone is set once it was forgotten, or never kept, for lack of memory.
	gone bool
	// owed is what it takes until it is published and accounted for as part of a
	// handshake, in bytes.
	owed int
	// impatient is set while it is among those of the Engine.
	impatient bool
	// rev moves when something about it is new.
	rev uint32
}

// roll is a list of sightings, of which some may have been forgotten since.
type roll struct {
	sightings []*sighting
	gone      int
}

// forget counts one of them that is gone. They are taken out when they are an
// eighth: until then they take memory that nobody accounts for.
func (r *roll) forget() {
	if r.gone++; r.gone*8 >= len(r.sightings) {
		r.sightings = slices.DeleteFunc(r.sightings, func(o *sighting) bool { return o.gone })
		r.gone = 0
	}
}

// setRequest takes the request head, which may come again with more fields.
func (s *sighting) setRequest(h *http1.Head) {
	s.Request = h
	s.key = keyOf(h)
	s.target, s.host = h.Target(), h.Get("Host")
	s.ForwardedFor = h.Join("X-Forwarded-For")
	s.Marks = marksOf(h)
	s.Signs = signsOf(h)
}

// noteAnswer takes over how the wait for the answer ended.
func (s *sighting) noteAnswer(x *exchange) {
	s.Answer, s.ResponsePacket, s.Foreign = x.Answer, x.Response, nil
	if s.Answer == AnswerAlien {
		s.Foreign = s.c.foreign
	}
	s.c.e.changed(s)
}

// noteClose takes over who closed first.
func (s *sighting) noteClose() {
	who, ev := s.c.firstClose()
	if ev.how == s.How && who == s.ClosedBy && ev.packet == s.ClosePacket {
		return
	}
	s.ClosedBy, s.How, s.ClosePacket = who, ev.how, ev.packet
	s.c.e.changed(s)
}

// finish takes the end of the connection.
func (s *sighting) finish(cause flow.EndCause) {
	s.final = cause != flow.EndOfCapture
	s.current()
	s.readers = [2]*ws.Reader{}
	s.c.e.changed(s)
}

// takePackets copies the list of packets from the connection's window.
func (s *sighting) takePackets() {
	w := &s.c.window
	if len(w.refs) == len(s.Packets) && w.leftOut == s.PacketsLeftOut {
		return // the list only grows
	}
	s.Packets = append([]PacketRef(nil), w.refs...)
	s.PacketsLeftOut = w.leftOut
}

// current brings the parts up to date that are counted elsewhere.
func (s *sighting) current() {
	if s.c.windowOf == s {
		s.takePackets()
	}
	s.Proxy = s.c.proxy
	s.Conn, s.Holed = s.c.info, s.c.holed
	w := &s.WebSocket
	if s.readers[0] == nil && s.readers[1] == nil {
		return
	}
	for who, r := range s.readers {
		if r == nil {
			continue
		}
		w.Frames[who], w.Bytes[who] = r.Frames, r.Bytes
		w.CloseFrame[who], w.CloseCode[who] = r.CloseSeen, r.CloseCode
		w.Lost = w.Lost || r.Lost
		w.Violations[who] = r.Violations()
	}
	w.LastPayload, w.Survived = s.c.lastPayload, time.Duration(s.c.silence)
}

// mentions reports whether the request says that it came from addr: by
// X-Forwarded-For or by a PROXY header.
func (s *sighting) mentions(addr netip.Addr) bool {
	for list := s.ForwardedFor; list != ""; {
		var one string
		one, list, _ = strings.Cut(list, ",")
		if forwardedAddr(one) == addr.Unmap() {
			return true
		}
	}
	return s.c.proxy.Source.IsValid() && s.c.proxy.Source.Addr().Unmap() == addr.Unmap()
}

// forwardedAddr reads an element of X-Forwarded-For: an address in any of its
// spellings, some with a port, or in quotes as Forwarded has them.
func forwardedAddr(element string) netip.Addr {
	element = strings.Trim(element, " \t\"")
	if ap, err := netip.ParseAddrPort(element); err == nil {
		return ap.Addr().Unmap()
	}
	a, _ := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(element, "["), "]"))
	return a.Unmap()
}

// passedOnLate is how long after it came a request may still be passed on that
// was answered, or hung up on, before it was there.
const passedOnLate = flow.Time(time.Second)

// end is when a sighting was over: answered, or closed without an answer; never,
// if neither is known. The next hop may have refused the connection itself, for
// its PROXY header, and the client may ask all the same: then the request goes
// the same way a little later.
func (s *sighting) end() flow.Time {
	end := s.Closed
	switch {
	case s.Answer == AnswerSeen:
		end = s.Answered
	case s.How == 0 && s.c.ended && s.final:
		return max(s.c.lastPayload+s.Time-s.RequestPacket.Time, s.Time)
	case s.How == 0, s.How == flow.FIN && s.ClosedBy == flow.FromClient && s.Answer == AnswerNone:
		return never // a client that has closed can still be answered
	}
	if end < s.Time {
		return s.Time + passedOnLate
	}
	return end
}

// over is when a hop knew that it had to try again, if at all. A server that gives up
// an idle connection does not see what is on its way to it: there the next try comes
// at once.
func (s *sighting) over() flow.Time {
	if s.How != 0 && s.Answer != AnswerSeen && s.Closed < s.Time {
		return s.Time
	}
	return s.end()
}

// silent reports whether a sighting ended without an answer.
func (s *sighting) silent() bool { return s.Answer != AnswerSeen && s.end() != never }

const never = flow.Time(math.MaxInt64)

// knows ranks the ways in which the wait for an answer can have ended by how
// much the capture says about it.
func (a Answer) knows() int {
	return [...]int{AnswerNone: 0, AnswerLost: 1, AnswerAlien: 2, AnswerClosed: 3, AnswerSeen: 4}[a]
}
