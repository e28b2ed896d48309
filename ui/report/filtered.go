package report

import (
	"fmt"
	"strings"
)

// CaptureFilter is what chose among the packets before anything looked at
// them.
type CaptureFilter struct {
	// Words is the filter as it was given; empty if there was none.
	Words string
	// Misses are parts of the traffic it was meant for that it may leave out
	// all the same.
	Misses []string
	// Program is set for one that tcpdump compiled, for one link type.
	Program bool
}

// Note says how many packets were left out and what may be among them; ""
// where none was.
func (c *CaptureFilter) Note(filtered, packets uint64) string {
	if filtered == 0 {
		return ""
	}
	by := "the capture filter"
	if c.Words != "" {
		by += fmt.Sprintf(" %q", c.Words)
	}
	s := fmt.Sprintf("%s of %s left out by %s.", grouped(filtered), were(packets), by)
	if len(c.Misses) > 0 {
		s += " Parts of what it names may be among them: " + strings.Join(c.Misses, ", ") + "."
	}
	return s
}

func were(packets uint64) string {
	if packets == 1 {
		return "1 packet was"
	}
	return grouped(packets) + " packets were"
}

// wider says what to try where too much was left out.
func (c *CaptureFilter) wider() string {
	if c.Program {
		return "a program for the link type of this capture: 'tcpdump -r FILE -ddd EXPRESSION', or a wider filter."
	}
	return "a wider filter."
}
