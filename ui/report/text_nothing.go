package report

import (
	"fmt"

	"elbscope/analyze"
	"elbscope/capture/flow"
)

// Unjudged says in one line why there is no handshake to be judged, or "" where
// there is one. It is for who reads an exit status: nothing wrong was found
// either way.
func Unjudged(s *analyze.Snapshot, o *Options) string {
	switch {
	case len(s.Handshakes) > 0:
		return ""
	case o.Note != "" && s.Totals.Handshakes > 0:
		return fmt.Sprintf("the filter hides %s", Count(s.Totals.Handshakes, "WebSocket handshake", "WebSocket handshakes"))
	}
	return fmt.Sprintf("no WebSocket handshake in %s: %s", Count(s.Totals.Packets, "packet", "packets"), whyNothing(s, &o.CaptureFilter)[0].why)
}

// nothing says why there is no handshake, and what to try. It never leaves
// anybody with an empty screen.
func (p *page) nothing(s *analyze.Snapshot) {
	if p.o.Note != "" && s.Totals.Handshakes > 0 {
		if s.Totals.Handshakes == 1 {
			p.styled(bold, "", "", "The only WebSocket handshake was not chosen: the filter hides it.")
			p.text("", "", "Without -Y it is shown.")
			return
		}
		p.styled(bold, "", "", fmt.Sprintf("None of %s WebSocket handshakes was chosen: the filter hides all of them.", grouped(s.Totals.Handshakes)))
		p.text("", "", "Without -Y they are shown.")
		return
	}
	if p.o.Extent == Stopped {
		p.styled(bold, "", "", p.own(fmt.Sprintf("No WebSocket handshake in %s. %s", Count(s.Totals.Packets, "packet", "packets"), onlyPart)))
		return
	}
	reasons := whyNothing(s, &p.o.CaptureFilter)
	p.styled(bold, "", "", p.own(fmt.Sprintf("No WebSocket handshake in %s: %s.",
		Count(s.Totals.Packets, "packet", "packets"), reasons[0].why)))
	for _, r := range reasons[1:] {
		p.text("", "", p.own("Also: "+r.why+"."))
	}
	for i, r := range reasons {
		if r.try != "" && (p.o.Full || i < fewAdvices) {
			p.text("Try: ", "     ", p.own(r.try))
		}
		if p.sources == 1 && !p.o.Full {
			p.explained = append(p.explained, r.code)
		}
	}
}

// fewAdvices is how many things somebody tries at once.
const fewAdvices = 2

// emptiness is one reason for which there may be no handshake. code is that of
// the problem which says the same, if there is one.
type emptiness struct{ why, try, code string }

// whyNothing finds the reasons in the ledger, the counters and the problems
// of the sources; the first is the one that explains most. There is always
// one.
func whyNothing(s *analyze.Snapshot, filter *CaptureFilter) []emptiness {
	t := &s.Totals
	if t.Packets == 0 {
		return []emptiness{{"there are no packets at all",
			"another interface or capture filter, and a client that connects while the capture runs.", ""}}
	}
	var all []emptiness
	addCode := func(code string, when bool, why, try string) {
		if when {
			all = append(all, emptiness{why, try, code})
		}
	}
	add := func(when bool, why, try string) { addCode("", when, why, try) }
	l := &t.Ledger
	add(l.Filtered == t.Packets, "the filter left out every packet", filter.wider())
	add(l.Damaged > t.Packets/2, "most of the packets are damaged",
		"capturing again; copy capture files in binary mode.")
	addCode(flow.ProblemUnknownLink, s.HasProblem(flow.ProblemUnknownLink) && t.Connections == 0, "the link type is not one that can be read",
		"capturing with 'tcpdump -i any -s 0 -w FILE'.")
	addCode(flow.ProblemEncrypted, s.HasProblem(flow.ProblemEncrypted), "there are connections that are encrypted (TLS)",
		"capturing on the instance, behind the place where TLS ends: 'sudo tcpdump -i any -s 0 -w instance.pcap tcp port 80'.")
	addCode(flow.ProblemHTTP2, s.HasProblem(flow.ProblemHTTP2), "there are connections that speak HTTP/2, which is not read",
		"a target group of protocol version HTTP1, which WebSockets behind an Application Load Balancer need, and a new capture.")
	addCode(flow.ProblemOneDirection, s.HasProblem(flow.ProblemOneDirection), "only one direction of the traffic is in the capture",
		"capturing on the instance itself, or mirroring both directions.")
	add(s.HasProblem(flow.ProblemTruncated), "the capture is cut off, and what came later is not in it",
		"the whole file, copied after the capture has ended.")
	add(s.HasProblem(flow.ProblemDamaged), "the capture is damaged, and part of it could not be read",
		"copying it again, in binary mode, or capturing anew.")
	addCode(flow.ProblemSnapLen, s.HasProblem(flow.ProblemSnapLen) || t.SnaplenCuts > 0, "packets are cut short by the snapshot length",
		"capturing with 'tcpdump -s 0'.")
	if len(all) == 0 || t.Requests > 0 {
		all = append(all, whyNoRequest(t, len(all) == 0))
	}
	return all
}

// whyNoRequest is what the counters alone tell. It has always an answer; first
// is set where nothing else was found.
func whyNoRequest(t *analyze.Totals, first bool) emptiness {
	const early = "starting the capture before the client connects: a handshake is sent once, at the start."
	switch {
	case t.Requests > 0 && first:
		return emptiness{noneAsks(t.Requests), early + " A page that was open already may have fallen back to polling.", ""}
	case t.Requests > 0:
		return emptiness{noneAsks(t.Requests), early, ""}
	case t.Connections == 0 && t.Ledger.NotIP == t.Packets:
		return emptiness{"none of them carries IP", "another interface.", ""}
	case t.Connections == 0:
		return emptiness{"none of them carries TCP", "another interface, or a wider capture filter.", ""}
	case t.Responses > 0 || t.WebSocketFrames > 0:
		return emptiness{"there are answers, and what was asked for is not in the capture", early +
			" If this is a later part of a capture in several files, give all of them.", ""}
	}
	return emptiness{"there is no HTTP request on " + Count(t.Connections, "TCP connection", "TCP connections"),
		"the port on which the load balancer speaks HTTP to the instance, from before the client connects.", ""}
}

func noneAsks(requests uint64) string {
	if requests == 1 {
		return "the one HTTP request does not ask for a WebSocket"
	}
	return fmt.Sprintf("none of %s HTTP requests asks for a WebSocket", grouped(requests))
}
