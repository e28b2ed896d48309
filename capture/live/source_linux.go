package live

import (
	"context"
	"fmt"
	"io"
	"net"
	"time"

	"golang.org/x/sys/unix"

	"elbscope/capture"
	"elbscope/capture/flow"
)

// Source is a running capture. It belongs to one goroutine.
type Source struct {
	o     Options
	ctx   context.Context
	info  flow.SourceInfo
	rings []*ring
	// over is set once the last losses were told of.
	over bool
	// wake is an eventfd that becomes readable when ctx ends.
	wake   int
	unhook func() bool
	// ifaces are the interfaces described so far, names their numbers by
	// ifindex for those that Any meets.
	ifaces []Description
	names  map[int32]int
	// messageCut says to what length packets are cut.
	messageCut string
	// from is the ring of the packet that was delivered last: it may be given
	// back to the kernel with the next call.
	from *ring
	last flow.Time // of the packets delivered
	// asOf is the wall clock when the losses were last asked for; beat, the
	// monotonic clock at the last heartbeat; ending, when ctx ended, 0 before.
	asOf, beat, ending flow.Time
	endWall            flow.Time
	received, dropped  uint64
	// now is the monotonic clock as of a few packets ago: to ask for each one
	// would cost more than all the rest here.
	now flow.Time
}

// Description is an interface that packets come from, by Packet.Iface.
type Description struct {
	Name string
	Link capture.LinkType
}

const (
	// beatEvery is the longest time between two heartbeats, while packets
	// come and while none do.
	beatEvery = flow.Time(200 * time.Millisecond)
	// lookEvery is how many packets pass between two looks at the clock.
	lookEvery = 64
	// clockSetBack is by how much time goes back if the clock was set.
	clockSetBack = flow.Time(time.Minute)
	// endPatience is how long packets may come after ctx has ended, which were
	// on their way then; endPatienceMost, if the kernel holds some back in a
	// block that is not full.
	endPatience     = lateness / 2
	endPatienceMost = 20 * lateness
	// maxNames bounds the interfaces that are told apart with Any.
	maxNames = 4096
)

// wallClock is the clock by which the kernel stamps packets.
func wallClock() flow.Time { return clock(unix.CLOCK_REALTIME) }

// monotonic is the clock that nobody sets.
func monotonic() flow.Time { return clock(unix.CLOCK_MONOTONIC) }

func clock(id int32) flow.Time {
	var t unix.Timespec
	if unix.ClockGettime(id, &t) != nil {
		return 0
	}
	return flow.Time(t.Nano())
}

func (s *Source) start() {
	s.asOf, s.now = wallClock(), monotonic()
	s.beat = s.now
	s.last = s.asOf - lateness
	for _, r := range s.rings {
		r.statistics() // counts from before the filter was there
	}
	wake := s.wake
	s.unhook = context.AfterFunc(s.ctx, func() {
		_, _ = unix.Write(wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	})
}

// Info describes what has been captured so far.
func (s *Source) Info() *flow.SourceInfo { return &s.info }

// Interfaces returns the interfaces met so far, by Packet.Iface. They may
// become more.
func (s *Source) Interfaces() []Description { return s.ifaces }

// KernelDropped returns how many packets the kernel had no room for in the
// rings, as of the last heartbeat.
func (s *Source) KernelDropped() uint64 { return s.dropped }

// Received returns how many packets passed the filter, those dropped included.
func (s *Source) Received() uint64 { return s.received }

// Close gives back the rings. It may be called more than once.
func (s *Source) Close() error {
	if s.unhook != nil {
		s.unhook()
	}
	for _, r := range s.rings {
		r.close()
	}
	if s.wake > 0 {
		_ = unix.Close(s.wake)
	}
	s.rings, s.wake, s.from = nil, 0, nil
	return nil
}

// Next implements capture.Source. Between packets, and on a silent wire, it
// returns heartbeats.
func (s *Source) Next(p *capture.Packet) error {
	if s.info.Packets%lookEvery == 0 {
		s.now = monotonic()
	}
	if s.from != nil {
		s.from.advance(s.now)
		s.from = nil
	}
	for {
		if s.over {
			return io.EOF
		}
		if s.o.Count > 0 && s.info.Packets >= s.o.Count {
			return s.end(p)
		}
		if s.now-s.beat >= beatEvery {
			s.heartbeat(p)
			return nil
		}
		r, idle := s.pick()
		if r != nil {
			if s.ending != 0 && r.head.time > s.endWall {
				return s.end(p)
			}
			s.deliver(p, r)
			return nil
		}
		if s.ending == 0 && s.ctx.Err() != nil {
			// The clock may be old: whoever reads the packets may have paused.
			s.now = monotonic()
			s.ending, s.endWall = s.now, wallClock()
		}
		if over := s.now - s.ending; s.ending != 0 && idle && (over > endPatience && !s.pending() || over > endPatienceMost) {
			return s.end(p)
		}
		s.wait()
		s.now = monotonic()
	}
}

// pending tells whether there are packets in a block that the kernel has not
// handed over.
func (s *Source) pending() bool {
	for _, r := range s.rings {
		if r.pending() {
			return true
		}
	}
	return false
}

// end asks for the losses once more, and tells of them in a last heartbeat.
func (s *Source) end(p *capture.Packet) error {
	if from, to, lost := s.countLosses(); lost && !s.over {
		s.over = true
		*p = capture.Packet{Time: s.last, Offset: -1, LostFrom: from, LostTo: to}
		return nil
	}
	return io.EOF
}

// pick returns the ring whose packet is next by time, nil if it is not certain
// yet which one that is; idle tells that none has any.
func (s *Source) pick() (best *ring, idle bool) {
	waits := false
	for _, r := range s.rings {
		if !r.ready {
			r.advance(s.now)
		}
		switch {
		case !r.ready:
			waits = waits || !r.down
		case best == nil || r.head.time < best.head.time:
			best = r
		}
	}
	if best == nil {
		return nil, true
	}
	// What another interface saw earlier may become visible later.
	if waits && s.now-best.seen < lateness {
		return nil, false
	}
	return best, false
}

func (s *Source) deliver(p *capture.Packet, r *ring) {
	h := &r.head
	// The kernel cut it before the cooked header or a VLAN tag came in front.
	h.data = h.data[:min(len(h.data), s.o.SnapLen)]
	s.info.Packets++
	s.info.Bytes += uint64(len(h.data))
	if len(h.data) < int(h.orig) {
		s.info.AddProblem(flow.Problem{Code: flow.ProblemSnapLen, Message: s.messageCut, Packet: s.info.Packets})
	}
	if s.info.First == 0 || h.time < s.info.First {
		s.info.First = h.time
	}
	s.info.Last = max(s.info.Last, h.time)
	s.last = h.time
	s.from = r
	iface := r.iface
	if r.ifindex == 0 {
		iface = s.ifaceOf(h.ifindex, r.iface)
	}
	*p = capture.Packet{
		Num: s.info.Packets, Time: h.time, Iface: iface, Link: r.link, Data: h.data, Orig: h.orig, Offset: -1,
	}
}

// ifaceOf returns the number of an interface that Any met, other where there
// are too many.
func (s *Source) ifaceOf(ifindex int32, other int) int {
	if n, ok := s.names[ifindex]; ok {
		return n
	}
	if len(s.names) >= maxNames {
		return other
	}
	name := fmt.Sprintf("if%d", ifindex)
	if iface, err := net.InterfaceByIndex(int(ifindex)); err == nil {
		name = iface.Name
	}
	n := s.describe(name, capture.LinkLinuxSLL2)
	s.names[ifindex] = n
	return n
}

// describe notes a further interface and returns its number.
func (s *Source) describe(name string, link capture.LinkType) int {
	s.ifaces = append(s.ifaces, Description{name, link})
	known := false
	for _, l := range s.info.LinkTypes {
		known = known || l == link.String()
	}
	if !known {
		s.info.LinkTypes = append(s.info.LinkTypes, link.String())
	}
	return len(s.ifaces) - 1
}

// heartbeat says how far time has come, and whether packets were lost.
func (s *Source) heartbeat(p *capture.Packet) {
	s.beat = s.now
	*p = capture.Packet{Time: s.last, Offset: -1}
	from, to, lost := s.countLosses()
	if lost {
		p.LostFrom, p.LostTo = from, to
	}
	if _, idle := s.pick(); idle {
		// All packets up to a little while ago are through. Time goes back
		// only if the clock was set back.
		if t := to - lateness; t > s.last || t < s.last-clockSetBack {
			p.Time = t
		}
	}
	for _, r := range s.rings {
		if r.down {
			s.reattach(r)
		}
	}
}

// countLosses adds up what the kernel dropped since the last time, in that
// span of time.
func (s *Source) countLosses() (from, to flow.Time, lost bool) {
	from, to = s.asOf, wallClock()
	s.asOf = to
	var packets, dropped uint64
	for _, r := range s.rings {
		p, d := r.statistics()
		packets, dropped = packets+p, dropped+d
	}
	s.received += packets
	s.dropped += dropped
	if dropped > 0 {
		s.info.AddProblem(flow.Problem{Code: flow.ProblemKernelDropped, Message: messageDropped, Packet: s.info.Packets, Count: dropped})
	}
	// The stamp is older than the place in the ring, and the clock may have
	// been set meanwhile.
	return min(from, to) - lateness, max(from, to), dropped > 0
}

const messageDropped = "The kernel dropped packets because they were not read in time: what hangs on them cannot be told. " +
	"Capture less with a filter, or give it more room with `elbscope live --buffer 64M --memory 512M`."

// wait waits for packets, the end, or the time of the next heartbeat.
func (s *Source) wait() {
	// A further time is enough while one ring waits for the others.
	timeout := min(max(s.beat+beatEvery-s.now, 1e6), lateness/5) / 1e6
	if s.ending == 0 && len(s.rings) == 1 {
		timeout = max(s.beat+beatEvery-s.now, 1e6) / 1e6
	}
	fds := make([]unix.PollFd, 0, 8)
	if s.ending == 0 {
		fds = append(fds, unix.PollFd{Fd: int32(s.wake), Events: unix.POLLIN})
	}
	for _, r := range s.rings {
		if !r.ready {
			fds = append(fds, unix.PollFd{Fd: int32(r.fd), Events: unix.POLLIN | unix.POLLERR})
		}
	}
	_, _ = unix.Poll(fds, int(timeout))
	for _, r := range s.rings {
		for _, fd := range fds {
			if fd.Fd == int32(r.fd) && fd.Revents&unix.POLLERR != 0 {
				s.trouble(r)
			}
		}
	}
}

// trouble takes the error from a socket. The interface is gone, or was shut
// down; the others go on.
func (s *Source) trouble(r *ring) {
	errno, err := unix.GetsockoptInt(r.fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err != nil || errno == 0 {
		return
	}
	r.down = true
	s.info.AddProblem(flow.Problem{
		Code: flow.ProblemInterfaceDown, Packet: s.info.Packets,
		Message: fmt.Sprintf("The interface %s went down or away while it was captured from (%v): what passed since is missing. "+
			"It is taken up again when it comes back; see `ip link`.", r.name, unix.Errno(errno)),
	})
}

// reattach takes an interface up again that has come back: by itself if it is
// the same, else by its name.
func (s *Source) reattach(r *ring) {
	iface, err := net.InterfaceByName(r.name)
	if err != nil || iface.Flags&net.FlagUp == 0 {
		return
	}
	if hatype, err := hardwareType(r.name); err != nil {
		return
	} else if link, cooked := linkOf(hatype); link != r.link || cooked != r.cooked {
		return // another kind of interface under the same name
	}
	another := r.ifindex != iface.Index
	r.ifindex = iface.Index
	if r.bind() != nil {
		return
	}
	r.down = false
	if !another {
		return // what was asked of it still holds
	}
	if err := s.askForAll(r); err != nil {
		s.info.AddProblem(flow.Problem{
			Code: flow.ProblemNotPromiscuous, Packet: s.info.Packets,
			Message: fmt.Sprintf("The interface %s came back, but not in promiscuous mode (%v): packets to other machines are missing since. "+
				"Start the capture again.", r.name, err),
		})
	}
}
