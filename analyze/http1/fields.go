package http1

import "strings"

// parse fills in h from raw, which runs from the first byte of the start line
// through the empty line, or as far as the capture goes. It reports false if
// the start line is none of the kind wanted.
func (h *Head) parse(raw string, response, whole bool) bool {
	h.Raw, h.Whole = raw, whole
	line, rest, ended := cutLine(h, raw)
	h.Start, h.StartLineWhole = line, ended
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

// parseFields appends the field lines in text to h.Fields. A last line without
// an end was cut: its name counts if the colon is there, its value as far as
// it goes.
func (h *Head) parseFields(text string) {
	for text != "" {
		line, rest, ended := cutLine(h, text)
		text = rest
		if line == "" {
			return
		}
		h.addField(line)
		if !ended {
			h.cut = len(h.Fields)
		}
	}
}

// addField parses one field line (RFC 9112 section 5).
func (h *Head) addField(line string) {
	if line[0] == ' ' || line[0] == '\t' {
		h.Flaws |= ObsFold
		if n := len(h.Fields); n > 0 {
			h.Fields[n-1].Value += " " + strings.Trim(line, " \t")
		}
		return
	}
	name, value, ok := strings.Cut(line, ":")
	if !ok {
		h.Flaws |= NoColon
		return
	}
	if trimmed := strings.TrimRight(name, " \t"); trimmed != name {
		name = trimmed
		h.Flaws |= SpaceBeforeColon
	}
	if !isToken(name) {
		h.Flaws |= BadFieldName
	}
	if hasControl(value) {
		h.Flaws |= ControlBytes
	}
	h.Fields = append(h.Fields, Field{Name: name, Value: strings.Trim(value, " \t")})
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

func hasControl(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return true
		}
	}
	return false
}

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
