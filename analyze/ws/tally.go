package ws

// Tally is what has been seen so far in one direction. Frames at which the
// sync is in doubt count, too, so after Lost the numbers are what could be
// made out, no more.
type Tally struct {
	// Frames counts frame heads, each as soon as it is complete.
	Frames uint64
	// Bytes counts payload bytes as they go by, holes included.
	Bytes uint64
	// Messages counts data messages whose last frame's head was seen.
	Messages uint64
	// CloseSeen is set by the first close frame. CloseCode is the status code
	// in it (section 7.4), 0 where it has none or a hole took it.
	CloseSeen bool
	CloseCode int
	// Lost is set when frames could not be followed all the way: a hole took
	// part of a head, or a head gave a length that cannot be.
	Lost bool
	// Compressed counts whole messages in one frame that have RSV1, and nothing else
	// of the reserved bits, though no extension was agreed on that gives it a meaning:
	// to whom permessage-deflate was agreed they would be in order (RFC 7692 section
	// 6). The first frame of several would look like text that begins with A or B.
	Compressed uint64
	// Opcodes counts frames by opcode (RFC 6455 section 11.8).
	Opcodes [16]uint64

	reason      [maxReason]byte
	reasonLen   uint8
	broken      violations
	brokenOrder [violationKinds]uint8
	brokenCount uint8
}

// maxReason is what a control frame's 125 bytes leave behind the status code
// (RFC 6455 sections 5.5 and 5.5.1).
const maxReason = 123

// CloseReason returns the text behind the status code in the first close
// frame, as sent: bytes from the wire, to be escaped before they are shown.
func (t *Tally) CloseReason() string { return string(t.reason[:t.reasonLen]) }

// Violations names the rules of RFC 6455 section 5 that were broken, each
// once, in the order in which they were first broken. After Lost a frame that
// breaks a rule says that we are out of step rather than that the sender is
// wrong, so it names nothing.
func (t *Tally) Violations() []string {
	if t.brokenCount == 0 {
		return nil
	}
	names := make([]string, t.brokenCount)
	for i := range names {
		names[i] = violationNames[t.brokenOrder[i]]
	}
	return names
}

// violations is a set of broken rules.
type violations uint16

const (
	unmaskedClientFrame    violations = 1 << iota // 5.1
	maskedServerFrame                             // 5.1
	rsvBits                                       // 5.2; RFC 7692 section 6
	reservedOpcode                                // 5.2
	fragmentedControl                             // 5.5
	longControl                                   // 5.5
	unexpectedContinuation                        // 5.4
	interleavedMessage                            // 5.4
	dataAfterClose                                // 5.5.1
	nonMinimalLength                              // 5.2
	lengthTooLarge                                // 5.2
	// implausible is no broken rule: it tells against a boundary in doubt.
	implausible
)

const violationKinds = 11

// violationNames stand in the order of the constants, which is also the order
// in which the violations of one head are listed: that of its bits.
var violationNames = [violationKinds]string{
	"unmasked-client-frame",
	"masked-server-frame",
	"rsv-bits",
	"reserved-opcode",
	"fragmented-control",
	"long-control",
	"unexpected-continuation",
	"interleaved-message",
	"data-after-close",
	"non-minimal-length",
	"length-too-large",
}

// note adds what is new in v.
func (t *Tally) note(v violations) {
	fresh := v &^ t.broken
	if fresh == 0 {
		return
	}
	t.broken |= fresh
	for i := range uint8(violationKinds) {
		if fresh&(1<<i) != 0 {
			t.brokenOrder[t.brokenCount] = i
			t.brokenCount++
		}
	}
}
