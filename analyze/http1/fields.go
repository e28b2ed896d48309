package http1

import "strings"

// parse fills in h from raw, which runs from the first byte of the start line
// through the empty line, or as far as the capture goes. It reports false if
// the start line is none of the kind wanted.
func (h *Head) parse(raw string, response, whole bool) bool {
	h.Raw, h.Whole = raw, whole
	line, rest, ended := cutLine(h, raw)
	h.start, h.StartLineWhole = place{to: uint32(len(line))}, ended
	h.noteControl(line)
	ok := false
	if response {
		ok = h.parseStatusLine(line, ended)
	} else {
		ok = h.parseRequestLine(line, ended)
	}
	if !ok {
		return false
	}
	h.parseFields(rest)
	return true
}

// parseFields appends the field lines in text, which is the end of h.Raw. A
// last line without an end was cut: its name counts if the colon is there, its
// value as far as it goes.
func (h *Head) parseFields(text string) {
	isField := false // whether the last line is one, so that it may be folded
	for text != "" {
		var ended bool
		if isFold(text) {
			text, ended = h.addFolds(text, isField)
		} else {
			var line string
			at := len(h.Raw) - len(text)
			line, text, ended = cutLine(h, text)
			if line == "" {
				return
			}
			isField = h.addField(line, at, ended)
		}
		if !ended && isField {
			h.cut = uint32(len(h.fields))
		}
	}
}

// isFold reports whether the line at the start of text continues the one
// before it (RFC 9112 section 5.2).
func isFold[T string | []byte](text T) bool {
	return len(text) > 0 && (text[0] == ' ' || text[0] == '\t')
}

// addFolds adds the folded lines at the start of text to the last field, or to
// nothing where the line before them is none.
func (h *Head) addFolds(text string, isField bool) (rest string, ended bool) {
	h.Flaws |= ObsFold
	for isFold(text) {
		var line string
		at := len(h.Raw) - len(text)
		line, text, ended = cutLine(h, text)
		h.noteControl(line)
		if isField {
			h.fields[len(h.fields)-1].value.to = uint32(at + len(trimRight(line)))
		}
	}
	return text, ended
}

// unfold joins the lines of a folded value by single spaces. One that is not
// folded is returned as it is.
func unfold(value string) string {
	if strings.IndexByte(value, '\n') < 0 {
		return value
	}
	var b strings.Builder
	for line := range strings.Lines(value) {
		if text, ended := strings.CutSuffix(line, "\n"); ended {
			line = strings.TrimSuffix(text, "\r")
		}
		line = trim(line)
		if b.Len() > 0 && line != "" {
			b.WriteByte(' ')
		}
		b.WriteString(line)
	}
	return b.String()
}

// trim returns s without the white space around it (RFC 9110 section 5.6.3);
// most values have one space before them, which strings.Trim makes much of.
func trim(s string) string { return trimRight(trimLeft(s)) }

func trimLeft(s string) string {
	for s != "" && (s[0] == ' ' || s[0] == '\t') {
		s = s[1:]
	}
	return s
}

func trimRight(s string) string {
	for s != "" && (s[len(s)-1] == ' ' || s[len(s)-1] == '\t') {
		s = s[:len(s)-1]
	}
	return s
}

// addField parses one field line (RFC 9112 section 5), which stands at that
// place in h.Raw, and reports whether it is one. Where the line was cut, its
// colon may only not be there yet.
func (h *Head) addField(line string, at int, ended bool) bool {
	h.noteControl(line)
	n := 0 // how much of the line is a token
	for n < len(line) && tokenByte[line[n]] {
		n++
	}
	colon := n
	if n == 0 || n == len(line) || line[n] != ':' {
		if n, colon = h.oddField(line, ended); colon < 0 {
			return false
		}
	}
	value := trimLeft(line[colon+1:])
	h.fields = append(h.fields, fieldPlace{
		name:  placeOf(line[:n], at),
		value: placeOf(trimRight(value), at+len(line)-len(value)),
	})
	return true
}

// oddField looks at a line that does not begin with a token and a colon. It
// returns how long its name is and where its colon stands, -1 if there is none.
func (h *Head) oddField(line string, ended bool) (name, colon int) {
	colon = strings.IndexByte(line, ':')
	if colon < 0 {
		if ended {
			h.Flaws |= NoColon
		}
		return 0, -1
	}
	trimmed := trimRight(line[:colon])
	if len(trimmed) < colon {
		h.Flaws |= SpaceBeforeColon
	}
	if !isToken(trimmed) {
		h.Flaws |= BadFieldName
	}
	return len(trimmed), colon
}

// cutLine splits text behind its first line end; ended is false if there is
// none. The line comes without its end.
func cutLine(h *Head, text string) (line, rest string, ended bool) {
	i := strings.IndexByte(text, '\n')
	if i < 0 {
		return strings.TrimSuffix(text, "\r"), "", false
	}
	if i > 0 && text[i-1] == '\r' {
		return text[:i-1], text[i+1:], true
	}
	h.Flaws |= BareLF
	return text[:i], text[i+1:], true
}

func (h *Head) noteControl(line string) {
	if hasControl(line) {
		h.Flaws |= ControlBytes
	}
}

// hasControl looks at every byte of every head, so it does so eight at a time:
// a word is clean if no byte of it is below a space or DEL. Where one is not, it
// may yet be a tab, and the bytes are looked at one by one.
func hasControl(s string) bool {
	const ones, tops = 0x0101010101010101, 0x8080808080808080 // in each byte of a word
	for ; len(s) >= 8; s = s[8:] {
		w := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		below, del := (w-ones*' ')&^w, w^ones*0x7f
		if (below|(del-ones)&^del)&tops != 0 && strings.ContainsFunc(s[:8], isControl) {
			return true
		}
	}
	return strings.ContainsFunc(s, isControl)
}

func isControl(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }

// headEnd returns how long the head at the start of b is, through its empty
// line, or -1 if the empty line is not there yet. The search begins at from,
// so that growing heads are not searched again and again.
func headEnd(b []byte, from int) int {
	for i := from; i < len(b); {
		n := indexLF(b[i:])
		if n < 0 {
			return -1
		}
		i += n + 1
		switch {
		case i < len(b) && b[i] == '\n':
			return i + 1
		case i+1 < len(b) && b[i] == '\r' && b[i+1] == '\n':
			return i + 2
		}
	}
	return -1
}
