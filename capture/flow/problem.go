package flow

// Problem is something that went wrong with a source, or that limits what can
// be known from it, as the report's sources[].problems.
type Problem struct {
	// Code is one of the words below.
	Code string
	// Message says what is, for a person, and ends in what to do about it.
	Message string
	// What is Message without what to do, and Try a line to type for that. Both
	// are set where part of the input is missing (ProblemTruncated and
	// ProblemDamaged), which is also told apart from the report; else empty.
	What, Try string
	// Packet is the number of the packet where it first showed, 0 if it has
	// no such place.
	Packet uint64
	// Count is how often it occurred; at least 1.
	Count uint64
}

// The codes of problems. They are in the report and in the stream, where scripts
// look for them: they do not change.
const (
	// ProblemTruncated: the input stops in the middle of something.
	ProblemTruncated = "truncated-file"
	// ProblemDamaged: the input contradicts itself, and what follows cannot be read.
	ProblemDamaged = "damaged-record"
	// ProblemEmpty: there is not one packet.
	ProblemEmpty = "empty-capture"
	// ProblemNotOpened: the input could not be opened.
	ProblemNotOpened = "not-opened"
	// ProblemGivenTwice: the same file was given before, and is read once.
	ProblemGivenTwice = "given-twice"
	// ProblemSnapLen: packets were cut to a snapshot length.
	ProblemSnapLen = "snaplen"
	// ProblemNoTimestamps: packets have no time.
	ProblemNoTimestamps = "no-timestamps"
	// ProblemTimeBackwards: time goes back by more than a second.
	ProblemTimeBackwards = "time-backwards"
	// ProblemLinkTypes: more link types than are listed.
	ProblemLinkTypes = "link-types"
	// ProblemUnknownLink: a link type that is not read.
	ProblemUnknownLink = "unknown-link-type"
	// ProblemEncapsulation: a tunnel or protocol under TCP that is not read.
	ProblemEncapsulation = "unsupported-encapsulation"
	// ProblemDecoder: a packet on which the decoder failed.
	ProblemDecoder = "decoder-failure"
	// ProblemFilter: what the capture filter of a live run leaves out or takes in.
	ProblemFilter = "capture-filter"
	// ProblemFilterLink: a capture filter that cannot be asked on a link type.
	ProblemFilterLink = "filter-link-type"
	// ProblemKernelDropped: the machine that captured dropped packets.
	ProblemKernelDropped = "kernel-dropped"
	// ProblemInterfaceDown: an interface of a live run went away.
	ProblemInterfaceDown = "interface-down"
	// ProblemNotPromiscuous: an interface of a live run sees its own packets only.
	ProblemNotPromiscuous = "not-promiscuous"
	// ProblemUnsaved: the file of a live run took no more.
	ProblemUnsaved = "saving-stopped"
	// ProblemEncrypted: connections speak TLS.
	ProblemEncrypted = "encrypted"
	// ProblemHTTP2: connections speak HTTP/2.
	ProblemHTTP2 = "http2"
	// ProblemOneDirection: one direction of connections is not there.
	ProblemOneDirection = "one-direction"
	// ProblemHeadsCut: heads were cut for lack of memory.
	ProblemHeadsCut = "heads-cut"
	// ProblemFraming: a message whose length contradicts itself.
	ProblemFraming = "contradictory-framing"
)

// AddProblem records p, or counts it if the same is there already. It keeps
// Message apart from Count so that a message need be written only once.
func (s *SourceInfo) AddProblem(p Problem) {
	for i := range s.Problems {
		if s.Problems[i].Code == p.Code && s.Problems[i].Message == p.Message {
			s.Problems[i].Count += max(p.Count, 1)
			return
		}
	}
	if p.Count == 0 {
		p.Count = 1
	}
	s.Problems = append(s.Problems, p)
}
