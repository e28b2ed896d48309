package rules

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"elbscope/analyze"
)

// The functions below say in templates what would be hard to read as a nest
// of conditions: each leaves out what is not known.

// capitalized begins a sentence with s.
func capitalized(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// asked says who asked for what.
func asked(f *facts) string {
	if f.Client == "" && f.Target == "" && f.Host == "" {
		return ""
	}
	who := "A client"
	if f.Client != "" {
		who = "The client " + codeSpan(f.Client)
		if f.ClientFrom != "" {
			who += " (known from " + withArticle(f.ClientFrom) + ")"
		}
	}
	what := "a WebSocket"
	if f.Target != "" {
		what = codeSpan(f.Target)
	}
	if f.Host != "" {
		what += " on " + codeSpan(f.Host)
	}
	return who + " asked for " + what + "."
}

// withArticle puts one before what is no name of a header.
func withArticle(from string) string {
	if strings.HasPrefix(from, "PROXY") {
		return "the " + from
	}
	return from
}

// seenAs says where a sighting was made and what its lines said.
func seenAs(s analyze.SightingFacts) string {
	var where, what []string
	if s.From != "" {
		where = append(where, "from "+codeSpan(s.From))
	}
	if s.To != "" {
		where = append(where, "to "+codeSpan(s.To))
	}
	if s.Packet != "" {
		where = append(where, "in packet "+s.Packet)
	}
	if s.Version != "" {
		what = append(what, codeSpan(s.Version))
	}
	what = append(what, headerLine("Connection", s.Connection)...)
	what = append(what, headerLine("Upgrade", s.Upgrade)...)
	said := strings.Join(where, " ")
	if said != "" && len(what) > 0 {
		said += ": "
	}
	return said + strings.Join(what, ", ")
}

func headerLine(name, value string) []string {
	switch value {
	case "":
		return nil
	case absent:
		return []string{"no " + codeSpan(name) + " header"}
	}
	return []string{codeSpan(name + ": " + value)}
}

// answered says how the wait for an answer ended, and what that tells.
func answered(f *facts) string {
	var said string
	switch {
	case f.Status != "" && f.By != "":
		said = "The answer was " + codeSpan(f.Status) + ", made by " + prose(f.By) + "."
	case f.Status != "":
		said = "The answer was " + codeSpan(f.Status) + "."
	case f.ClosedBy != "":
		said = "There was no answer: " + closed(f) + "."
	}
	if f.Succeeded {
		return sentences(said, "The handshake succeeded all the same: some server on the way was forgiving.")
	}
	return sentences(said, f.Meaning)
}

// closed says who closed, how, and after how long.
func closed(f *facts) string {
	said := "the connection was closed"
	if f.ClosedBy != "" {
		said = prose(f.ClosedBy) + " closed the connection"
	}
	if f.How != "" {
		said += " with a " + f.How
	}
	if f.Took != "" {
		said += ", " + f.Took + " after the request"
	}
	return said
}
