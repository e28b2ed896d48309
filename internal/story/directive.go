package story

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// directive reads a line that is neither payload nor action.
func (p *parser) directive(words []string) error {
	rest := words[1:]
	switch words[0] {
	case "want":
		w, err := parseWant(rest, p.line)
		if err != nil {
			return err
		}
		p.story.Wants = append(p.story.Wants, w)
		p.asked, p.want = true, true
		return nil
	case "file":
		return p.addFile(rest)
	case "leg":
		return p.addLeg(rest)
	case "wait":
		if len(rest) != 1 {
			return fmt.Errorf("wait needs one duration")
		}
		d, err := time.ParseDuration(rest[0])
		if err == nil && d < 0 {
			err = fmt.Errorf("time does not run backwards")
		}
		p.story.steps = append(p.story.steps, step{verb: doWait, wait: d})
		return err
	case "capture":
		return p.captureEdge(strings.Join(rest, " "))
	case "rotate":
		f, err := p.file(strings.Join(rest, " "))
		p.story.steps = append(p.story.steps, step{verb: doRotate, file: f})
		return err
	}
	return p.accident(words[0], rest)
}

func (p *parser) captureEdge(word string) error {
	switch word {
	case "begins":
		p.story.steps = append(p.story.steps, step{verb: doBegin})
	case "ends":
		p.story.steps = append(p.story.steps, step{verb: doEnd})
	default:
		return fmt.Errorf("a capture begins or ends")
	}
	return nil
}

// accident reads what will befall the next payload.
func (p *parser) accident(word string, rest []string) error {
	a := &p.accidents
	switch word {
	case "cut":
		for _, w := range rest {
			n, err := strconv.Atoi(w)
			if err != nil || n <= 0 {
				return fmt.Errorf("cut needs offsets above 0")
			}
			a.cuts = append(a.cuts, n)
		}
	case "lose":
		a.lost, a.to = true, -1
		if len(rest) > 0 {
			return p.loseRange(rest)
		}
	case "swap":
		if len(a.cuts) == 0 {
			return fmt.Errorf("swap needs a cut before it")
		}
		a.swap = true
	case "again":
		a.again = true
	case "twice":
		a.twice = true
	default:
		return fmt.Errorf("%q is not understood", word)
	}
	p.pending = true
	return nil
}

func (p *parser) loseRange(rest []string) error {
	from, to, ok := strings.Cut(rest[0], "-")
	n, err := strconv.Atoi(from)
	if !ok || err != nil || n < 0 || len(rest) > 1 {
		return fmt.Errorf("lose takes a range such as 40- or 40-80")
	}
	p.accidents.from = n
	if to != "" {
		if p.accidents.to, err = strconv.Atoi(to); err != nil || p.accidents.to <= n {
			return fmt.Errorf("lose takes a range such as 40- or 40-80")
		}
	}
	p.pending = true
	return nil
}

// action reads what one end of a leg does.
func (p *parser) action(name string, words []string) error {
	leg, err := p.leg(name)
	if err != nil {
		return err
	}
	if words[0] == "proxy" && len(words) == 5 && words[3] == "->" {
		from, err1 := netip.ParseAddrPort(words[2])
		to, err2 := netip.ParseAddrPort(words[4])
		if err1 != nil || err2 != nil || from.Addr().Is4() != to.Addr().Is4() {
			return fmt.Errorf("a PROXY header needs two endpoints of one kind")
		}
		header, err := proxyHeader(words[1], from, to)
		if err != nil {
			return err
		}
		return p.send(leg, true, header)
	}
	if p.pending {
		return fmt.Errorf("an accident without a payload after it")
	}
	s := step{leg: leg, fromClient: words[0] == "client"}
	switch strings.Join(words, " ") {
	case "client opens":
		s.verb = doOpen
	case "client closes", "server closes":
		s.verb = doClose
	case "client resets", "server resets":
		s.verb = doReset
	case "client probes", "server probes":
		s.verb = doProbe
	default:
		return fmt.Errorf("nobody can do %q", strings.Join(words, " "))
	}
	p.story.steps = append(p.story.steps, s)
	return nil
}

// links are the link types that a story may name.
var links = map[string]uint16{
	"ethernet": linkEthernet, "sll": linkSLL, "sll2": linkSLL2, "raw": linkRaw, "null": linkNull,
}

// addFile reads a capture file's line. The first one describes the file that
// every story has anyway.
func (p *parser) addFile(words []string) error {
	f := file{link: linkEthernet}
	for i := 0; i < len(words); i++ {
		var err error
		value := ""
		if i+1 < len(words) {
			value = words[i+1]
		}
		switch words[i] {
		case "pcapng":
			f.pcapng = true
			continue
		case "unsorted":
			f.unsorted = true
			continue
		case "link":
			f.link, err = linkNamed(value)
		case "snaplen":
			f.snaplen, err = number(value, 1, 65535)
		case "clock":
			f.clock, err = time.ParseDuration(value)
		default:
			if i > 0 {
				return fmt.Errorf("a file knows no %q", words[i])
			}
			f.name = words[0]
			continue
		}
		if err != nil {
			return err
		}
		i++
	}
	if f.unsorted && !f.pcapng {
		return fmt.Errorf("only a pcapng file has interfaces to be unsorted over")
	}
	if len(p.story.legs) > 0 {
		return fmt.Errorf("files come before legs")
	}
	if p.story.files[0] == (file{link: linkEthernet}) {
		p.story.files = nil
	}
	p.story.files = append(p.story.files, f)
	return nil
}

// addLeg reads a leg's line.
func (p *parser) addLeg(words []string) error {
	if len(words) < 4 || words[2] != "->" {
		return fmt.Errorf("a leg is NAME CLIENT:PORT -> SERVER:PORT")
	}
	if _, err := p.leg(words[0]); err == nil {
		return fmt.Errorf("there are two legs %q", words[0])
	}
	client, err1 := netip.ParseAddrPort(words[1])
	server, err2 := netip.ParseAddrPort(words[3])
	if err1 != nil || err2 != nil || client.Addr().Is4() != server.Addr().Is4() {
		return fmt.Errorf("a leg needs two endpoints of one kind, each ip:port")
	}
	l := leg{name: words[0], client: client, server: server, mss: 1460, link: p.story.files[0].link}
	if err := p.legOptions(&l, words[4:]); err != nil {
		return err
	}
	f := p.story.files[l.file]
	switch {
	case !f.pcapng && l.link != f.link:
		return fmt.Errorf("a pcap file has one link type; say \"file pcapng\" for several")
	case (l.vlan > 0 || l.vxlan > 0) && l.link != linkEthernet:
		return fmt.Errorf("vlan and vxlan need link ethernet")
	case l.vxlan > 0 && !client.Addr().Is4():
		return fmt.Errorf("vxlan is built for IPv4 only")
	}
	p.story.legs = append(p.story.legs, l)
	p.keys = append(p.keys, "")
	return nil
}

func (p *parser) legOptions(l *leg, words []string) error {
	for len(words) > 0 {
		switch words[0] {
		case "twice":
			l.twice, words = true, words[1:]
			continue
		case "wraps":
			l.wraps, words = true, words[1:]
			continue
		}
		if len(words) < 2 {
			return fmt.Errorf("a leg knows no %q, or it lacks its value", words[0])
		}
		var err error
		switch words[0] {
		case "in":
			if l.file, err = p.file(words[1]); err == nil {
				l.link = p.story.files[l.file].link
			}
		case "link":
			l.link, err = linkNamed(words[1])
		case "vlan":
			l.vlan, err = number(words[1], 1, 4094)
		case "vxlan":
			l.vxlan, err = number(words[1], 1, 1<<24-1)
		case "mss":
			l.mss, err = number(words[1], 1, 65495)
		default:
			return fmt.Errorf("a leg knows no %q", words[0])
		}
		if err != nil {
			return err
		}
		words = words[2:]
	}
	return nil
}

func linkNamed(word string) (uint16, error) {
	l, ok := links[word]
	if !ok {
		return 0, fmt.Errorf("there is no link type %q", word)
	}
	return l, nil
}

func number(word string, low, high int) (int, error) {
	n, err := strconv.Atoi(word)
	if err != nil || n < low || n > high {
		return 0, fmt.Errorf("%q is no number from %d to %d", word, low, high)
	}
	return n, nil
}
