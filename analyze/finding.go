package analyze

import (
	"net/netip"
	"strings"
	"unique"

	"elbscope/capture/flow"
)

// Severity says how much a finding matters.
type Severity string

// The severities, worst first.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Info    Severity = "info"
)

// Finding is one thing that is wrong with one handshake, found by one rule. It
// keeps what was decided and what that rests on; the words for it are made
// when somebody reads them, for most findings nobody does.
type Finding struct {
	// Rule is the rule's ID, for instance "connection-rewritten".
	Rule      string
	Severity  Severity
	Certainty Certainty
	// Group is equal for findings of one rule that are the same thing wrong,
	// met by several handshakes.
	Group unique.Handle[Likeness]
	// DamageHop is one more than the hop on which damage was first seen, for
	// a finding that is about damage; else 0. Damage is told in this order.
	DamageHop int
	// Cause is the finding of the same handshake that this one follows from,
	// or nil.
	Cause *Finding

	// Handshake is what was judged, and After the sighting of it that the
	// finding is about; Before is the one nearer to the client that it is
	// compared with, or nil. Polling is set if it is about that.
	Handshake     *Handshake
	Before, After *Sighting
	Polling       *Polling
	// Precedent is another connection that it refers to, or nil.
	Precedent *Precedent
	// Words says it; nil leaves it without words.
	Words *Words
}

// Words say a finding to a person. All are pure functions of it, and as a
// published finding never changes, any goroutine may ask, and gets the same
// each time.
type Words struct {
	Title    func(*Finding) string
	Facts    func(*Finding) Facts
	Evidence func(*Finding) []Evidence
}

// FixedWords are the same for whatever finding is asked.
func FixedWords(title string, facts Facts, evidence ...Evidence) *Words {
	return &Words{
		Title:    func(*Finding) string { return title },
		Facts:    func(*Finding) Facts { return facts },
		Evidence: func(*Finding) []Evidence { return evidence },
	}
}

// Title says the finding in one line.
func (f *Finding) Title() string {
	if f.Words == nil {
		return ""
	}
	return f.Words.Title(f)
}

// Facts fill the rule's explanation.
func (f *Finding) Facts() Facts {
	if f.Words == nil {
		return Facts{}
	}
	return f.Words.Facts(f)
}

// Evidence returns the packets that bear the finding out. No rule finds
// anything without.
func (f *Finding) Evidence() []Evidence {
	if f.Words == nil {
		return nil
	}
	return f.Words.Evidence(f)
}

// Likeness is what makes findings of one rule the same thing wrong: the same
// hop, the same effect. It is compared, and not shown. Parts that do not matter
// to a rule are zero.
type Likeness struct {
	// Front and Back are the culprit's two faces, Server the endpoint that the
	// handshake reached behind it.
	Front, Server netip.AddrPort
	Back          netip.Addr
	// Status is the answer's; Effect says anything else that tells one thing
	// wrong from another.
	Status int
	Effect string
	// CauseRule and Cause are the rule and the likeness of the cause.
	CauseRule string
	Cause     unique.Handle[Likeness]
}

// Handle returns what is compared in its place.
func (l Likeness) Handle() unique.Handle[Likeness] { return unique.Make(l) }

// Evidence is one packet that bears a finding out.
type Evidence struct {
	Packet PacketRef
	Conn   *flow.Conn
	// Text says what the packet shows; Quote is what stands in it, as sent
	// (bytes from the wire: escape before showing).
	Text, Quote string
}

// Facts are what an explanation is filled with. All are ready to be read by a
// person; those from the wire are raw and are escaped where they are put into
// the text. Empty means unknown or not applicable.
type Facts struct {
	// Client is the address of the client as far as the capture tells,
	// without port; ClientFrom says where that is known from when it is not
	// the TCP connection itself ("X-Forwarded-For", "PROXY header").
	Client, ClientFrom string
	// Host, Target and Key are of the handshake.
	Host, Target, Key string
	// Hop names the hop that did it in words: "the load balancer
	// (10.99.0.1:80 towards the client, 10.99.1.1 towards the instance)", or
	// "something before 10.99.1.1".
	Hop string
	// Front and Back are the culprit's two faces; Front may be empty.
	Front, Back string
	// Looks says what kind of software the hop looks like, with the reason:
	// "nginx (X-Real-IP is set)". Empty where nothing tells.
	Looks string
	// Local is set when the hop is the instance's own proxy: it talks to its
	// application over loopback.
	Local bool
	// Inferred is set when the sound side is not in the capture.
	Inferred bool
	// Succeeded is set when the client got its 101 all the same.
	Succeeded bool
	// Sent and Arrived describe the two sightings that differ; Arrived is
	// also the sighting that a refusal, a close or a silence was seen on.
	Sent, Arrived SightingFacts
	// Status is the answer ("502 Bad Gateway"), empty where none came. By is
	// who made it as far as it can be told ("nginx/1.22.1 on 10.99.1.2:80").
	Status, By string
	// Meaning is what the answer tells about the backend, one or two
	// sentences; empty where nothing is known.
	Meaning string
	// LostBehind is set when a server that the handshake came to whole answered
	// as one does that saw no upgrade in it.
	LostBehind bool
	// ClosedBy is the endpoint that closed, How is "FIN" or "RST", Idle how
	// long nothing had been said before ("60.0 s"), Took how long after the
	// request it came.
	ClosedBy, How, Idle, Took string
	// Late tells when a 101 came, where nobody waited for it any more: "3.5 s after
	// the request, and 500 ms after the client had closed its connection".
	Late string
	// Left is set where whoever asked left of its own accord, before anybody could
	// be called slow.
	Left bool
	// Proxy is "v1" or "v2".
	Proxy string
	// Polls is the number of polling requests after the failure; Session the
	// socket.io session id.
	Polls, Session string
	// Missing lists what a malformed or altered handshake, or a 101, lacks or got
	// wrong, ready for a sentence: "Sec-WebSocket-Key is missing".
	Missing string
	// Expected is the Sec-WebSocket-Accept that the key asks for, or the line that a
	// 101 had to choose from, Found what stood in its place; "(absent)" where nothing
	// did.
	Expected, Found string
	// Said and Got are a 101 as a hop got it and as the hop gave it to the client,
	// who are From and To; Said is empty where it is the server's own.
	Said, Got SightingFacts
	// Line is the first line of an HTTP head found where frames should be.
	Line string
	// Timeout names the well-known timeout that Idle matches, if any.
	Timeout string
	// Application, Instance and Balancer are the servers (ip:port) of the
	// local leg, of the instance's leg and of the client's leg, where they can
	// be asked for a WebSocket by hand; empty where the capture has none.
	Application, Instance, Balancer string
	// Proxied is the innermost server (ip:port) that was sent a PROXY header,
	// which has to be sent one by hand, too.
	Proxied string
	// Listener is the port of the load balancer that the client asked,
	// ListenerFrom what shows it ("X-Forwarded-Port"), Scheme "http" or "https";
	// each empty where the capture does not tell.
	Listener, ListenerFrom, Scheme string
	// Damaged is set when the handshake was damaged already before it came to
	// the hop, Unnamed when Connection did not name Upgrade there any more.
	Damaged, Unnamed bool
	// Symptom is set when another finding of the handshake is the cause, Invalid
	// when that is a 101 that is wrong in itself.
	Symptom, Invalid bool
	// Tolerable is set when some clients take such a 101.
	Tolerable bool
}

// HopAnswered reports whether the hop that is to blame is known by nothing but
// the answer, which it gave itself. Of several hops, any may have.
func (f *Facts) HopAnswered() bool {
	return f.Looks == "" && f.Front != "" && !strings.HasPrefix(f.Hop, "something ") && strings.HasSuffix(f.By, " on "+f.Front)
}

// Kinds are the kinds of hop that Looks names, without its reason: "HAProxy or
// Envoy".
func (f *Facts) Kinds() string {
	kinds, _, _ := strings.Cut(f.Looks, " (")
	return kinds
}

// Undecided reports whether Looks names more than one kind of hop.
func (f *Facts) Undecided() bool { return strings.Contains(f.Kinds(), " or ") }

// SightingFacts are one sighting in words.
type SightingFacts struct {
	// From and To are endpoints (ip:port), Packet the packet number.
	From, To, Packet string
	// Connection, Upgrade and Version are as they stood there; "(absent)"
	// where a header was not there.
	Connection, Upgrade, Version string
}

// Rule is one judgement. It is a value; the list of rules is written by hand
// in package rules.
type Rule struct {
	// ID is kebab-case and stable.
	ID string
	// Check looks at one handshake and returns what is wrong with it, or nil.
	// It is pure: the same case gives the same findings.
	Check func(*Case) []*Finding
}

// Case is what a rule may look at.
type Case struct {
	*Handshake
	// Earlier are the findings of rules that stand before this one in the
	// list, on the same handshake.
	Earlier []*Finding
	// ProxyAccepted tells whether a server endpoint answered any connection
	// that began with a PROXY header as if it expected it.
	ProxyAccepted func(server netip.AddrPort) bool
	// WantsProxy and WantsTLS are connections on which the server of the last
	// sighting took a PROXY header, or answered a TLS hello; nil where the
	// capture has none, or has one on which it answered without.
	WantsProxy, WantsTLS *Precedent
	// Together is set where the WebSocket was ended by the same end and at the same
	// moment as others, and mostly after other silences than they.
	Together bool
	// Polling tells what the socket.io session of this handshake did after it.
	Polling Polling
}

// Polling is the polling traffic of a socket.io or engine.io session after a
// failed handshake.
type Polling struct {
	// Session is the id; empty where the handshake names none.
	Session string
	// Requests were sent after the handshake had failed, First and Last are
	// the first and last of them, on Conn.
	Requests    int
	First, Last PacketRef
	Conn        *flow.Conn
	FirstLine   string
	// Upgraded is set when a later handshake of the session got its 101.
	Upgraded bool
	// After is how long after the failure the first one came.
	After flow.Time
}
