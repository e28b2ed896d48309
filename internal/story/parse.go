package story

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// Parse reads a story. Errors begin with name and line.
func Parse(name, text string) (*Story, error) {
	p, err := read(name, text)
	if err != nil {
		return nil, err
	}
	if len(p.story.steps) == 0 {
		return nil, p.errorf("nothing happens in this story")
	}
	if !p.asked {
		return nil, p.errorf("nothing is wanted of this story")
	}
	return p.story, nil
}

// ParseWants reads a list of wants that stands alone: lines as in a story, and
// nothing else. Errors begin with name and line.
func ParseWants(name, text string) ([]Want, error) {
	p, err := read(name, "# Wants.\n"+text)
	if err != nil {
		return nil, err
	}
	if len(p.story.steps) > 0 || !p.asked {
		return nil, fmt.Errorf("%s: a list of wants, and nothing else, goes here", name)
	}
	for i := range p.story.Wants {
		p.story.Wants[i].Line-- // the sentence is ours
	}
	return p.story.Wants, nil
}

// parser reads a story line by line.
type parser struct {
	story *Story
	line  int
	asked bool // a want was read
	// want is set while further lines may belong to the last want.
	want bool
	// intro collects the comment at the top until it ends.
	intro     []string
	introDone bool
	// accidents wait for the next payload.
	accidents accidents
	pending   bool
	// block is the payload being read.
	block *block
	// keys holds the last Sec-WebSocket-Key sent on each leg.
	keys []string
}

// block is a payload of one or more lines.
type block struct {
	leg   int
	arrow string
	line  int
	lines []string
}

// read parses all lines of a story or of a list of wants.
func read(name, text string) (*parser, error) {
	p := &parser{story: &Story{Name: name, files: []file{{link: linkEthernet}}}}
	for i, line := range strings.Split(text, "\n") {
		p.line = i + 1
		line = strings.TrimRightFunc(line, unicode.IsSpace)
		if err := p.take(line); err != nil {
			return nil, p.errorf("%w", err)
		}
	}
	if err := p.endBlock(); err != nil {
		return nil, p.errorf("%w", err)
	}
	if p.pending {
		return nil, p.errorf("an accident without a payload after it")
	}
	p.endIntro()
	if !strings.HasSuffix(p.story.Sentence, ".") {
		p.line = 1
		return nil, p.errorf("a story begins with a comment: one sentence that says what happened")
	}
	return p, nil
}

// errorf names the story and the line, of the whole payload if that is at fault.
func (p *parser) errorf(format string, args ...any) error {
	line := p.line
	if p.block != nil {
		line = p.block.line
	}
	return fmt.Errorf("%s:%d: %w", p.story.Name, line, fmt.Errorf(format, args...))
}

var (
	arrowLine  = regexp.MustCompile(`^([a-z][a-z0-9-]*)?\s+(>>|<<|~>|<~|>|<)(?: (.*))?$`)
	actionLine = regexp.MustCompile(`^([a-z][a-z0-9-]*): (.+)$`)
)

// take reads one line.
func (p *parser) take(line string) error {
	if strings.HasPrefix(line, "#") {
		if !p.introDone {
			p.intro = append(p.intro, strings.TrimSpace(line[1:]))
		}
		return nil
	}
	p.endIntro()
	m := arrowLine.FindStringSubmatch(line)
	if m != nil && m[1] == "" {
		return p.more(m[2], m[3])
	}
	if err := p.endBlock(); err != nil {
		return err
	}
	if p.want && strings.HasPrefix(line, " ") {
		return p.moreWant(strings.Fields(line))
	}
	p.want = false
	switch {
	case line == "":
		return nil
	case m != nil:
		return p.begin(m[1], m[2], m[3])
	}
	if a := actionLine.FindStringSubmatch(line); a != nil {
		return p.action(a[1], strings.Fields(a[2]))
	}
	return p.directive(strings.Fields(line))
}

// moreWant adds a line to the want above it.
func (p *parser) moreWant(words []string) error {
	last := &p.story.Wants[len(p.story.Wants)-1]
	w, err := parseWant(append([]string{last.Kind}, words...), last.Line)
	last.Fields = append(last.Fields, w.Fields...)
	return err
}

// endIntro keeps the first sentence of the comment at the top.
func (p *parser) endIntro() {
	if p.introDone {
		return
	}
	p.introDone = true
	text := strings.Join(p.intro, " ")
	if i := strings.Index(text, ". "); i >= 0 {
		text = text[:i+1]
	}
	p.story.Sentence = text
}

// begin starts a payload.
func (p *parser) begin(name, arrow, text string) error {
	leg, err := p.leg(name)
	if err != nil {
		return err
	}
	p.block = &block{leg: leg, arrow: arrow, line: p.line, lines: []string{text}}
	return nil
}

// more adds a line to the payload being read.
func (p *parser) more(arrow, text string) error {
	if p.block == nil || p.block.arrow != arrow {
		return fmt.Errorf("a line without a leg must go on the line above, with the same arrow")
	}
	p.block.lines = append(p.block.lines, text)
	return nil
}

// endBlock turns the payload that has been read into a step.
func (p *parser) endBlock() error {
	b := p.block
	if b == nil {
		return nil
	}
	var data []byte
	var err error
	fromClient := strings.Contains(b.arrow, ">")
	switch b.arrow {
	case ">", "<":
		data, err = message(b.lines, &p.keys[b.leg])
	case ">>", "<<":
		data, err = plainBytes(b.lines)
	default:
		data, err = frames(b.lines, fromClient)
	}
	if err != nil {
		return err
	}
	if err := p.send(b.leg, fromClient, data); err != nil {
		return err
	}
	p.block = nil
	return nil
}

// send adds a payload with the accidents that were announced for it.
func (p *parser) send(leg int, fromClient bool, data []byte) error {
	a := p.accidents
	for _, at := range append(append([]int{}, a.cuts...), a.from, a.to) {
		if at > len(data) {
			return fmt.Errorf("offset %d lies behind the payload's %d bytes", at, len(data))
		}
	}
	p.story.steps = append(p.story.steps, step{
		verb: doSend, leg: leg, fromClient: fromClient, data: data, accidents: a,
	})
	p.accidents, p.pending = accidents{}, false
	return nil
}

func (p *parser) leg(name string) (int, error) {
	for i, l := range p.story.legs {
		if l.name == name {
			return i, nil
		}
	}
	return 0, fmt.Errorf("there is no leg %q", name)
}

func (p *parser) file(name string) (int, error) {
	for i, f := range p.story.files {
		if f.name == name {
			return i, nil
		}
	}
	return 0, fmt.Errorf("there is no file %q", name)
}
