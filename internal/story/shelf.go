package story

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Sample is one thing on the shelf: captures, and what is expected of them.
type Sample struct {
	// Name is the file's name without extension.
	Name     string
	Sentence string
	Wants    []Want
	Captures []Capture
	// Story is nil for a capture that was not made from a story.
	Story *Story
}

// Shelf reads all samples of a folder, by name: stories, and captures from
// the field with a .want file beside them.
func Shelf(folder fs.FS) ([]Sample, error) {
	entries, err := fs.ReadDir(folder, ".")
	if err != nil {
		return nil, fmt.Errorf("reading samples: %w", err)
	}
	var shelf []Sample
	for _, e := range entries {
		ext := path.Ext(e.Name())
		if ext != ".story" && ext != ".want" {
			continue
		}
		text, err := fs.ReadFile(folder, e.Name())
		if err != nil {
			return nil, fmt.Errorf("reading samples: %w", err)
		}
		name := strings.TrimSuffix(e.Name(), ext)
		var s Sample
		if ext == ".story" {
			s, err = storySample(name, string(text))
		} else {
			s, err = fieldSample(folder, name, string(text))
		}
		if err != nil {
			return nil, err
		}
		shelf = append(shelf, s)
	}
	return shelf, nil
}

func storySample(name, text string) (Sample, error) {
	s, err := Parse(name, text)
	if err != nil {
		return Sample{}, err
	}
	return Sample{name, s.Sentence, s.Wants, s.Captures(), s}, nil
}

// fieldSample reads what is wanted of a capture that lies beside.
func fieldSample(folder fs.FS, name, text string) (Sample, error) {
	p, err := read(name, text)
	if err != nil {
		return Sample{}, err
	}
	s := Sample{Name: name, Sentence: p.story.Sentence, Wants: p.story.Wants}
	if len(p.story.steps) > 0 || !p.asked {
		return s, fmt.Errorf("%s.want: a list of wants, and nothing else, goes here", name)
	}
	for _, ext := range []string{".pcap", ".pcapng"} {
		if b, err := fs.ReadFile(folder, name+ext); err == nil {
			s.Captures = append(s.Captures, Capture{name + ext, b})
		}
	}
	if len(s.Captures) == 0 {
		return s, fmt.Errorf("%s.want: there is no %s.pcap or %s.pcapng beside it", name, name, name)
	}
	return s, nil
}

const shelfHead = `# Samples

Captures to try the program on and to test it with. Nearly all are made from
the story beside them: a short text with what happened, what the report must
say (` + "`want`" + `), and the conversation itself. A real capture has only the
sentence and the wants beside it, in a ` + "`.want`" + ` file. The language is described
in the package comment of internal/story. After a change run

    go run ./internal/story/generate

which writes the captures and this page anew.
`

// shelfSections are the parts of the list, by the verdict of a sample's first
// handshake.
var shelfSections = []struct{ verdict, title string }{
	{"rewritten", "Connection: Upgrade was lost on the way"},
	{"dropped", "Upgrade was lost on the way"},
	{"downgraded", "HTTP/1.1 became HTTP/1.0 on the way"},
	{"altered", "Something else was changed on the way"},
	{"malformed", "The client sent it wrong"},
	{"refused", "It arrived whole and was refused"},
	{"unanswered", "It arrived whole and was not answered"},
	{"not-relayed", "The answer was lost on the way back"},
	{"healthy", "Nothing is wrong with the handshake"},
	{"undetermined", "The capture does not tell"},
	{"", "No handshake at all"},
}

// ShelfList returns the text of samples/README.md.
func ShelfList(shelf []Sample) string {
	var b strings.Builder
	b.WriteString(shelfHead)
	for _, section := range shelfSections {
		fmt.Fprintf(&b, "\n## %s\n\n", section.title)
		for _, s := range shelf {
			if s.verdict() == section.verdict {
				fmt.Fprintf(&b, "- [%s](%s): %s\n", s.Name, s.source(), s.Sentence)
			}
		}
	}
	return b.String()
}

// source names the file that says what is wanted.
func (s Sample) source() string {
	if s.Story == nil {
		return s.Name + ".want"
	}
	return s.Name + ".story"
}

// verdict returns what is wanted of the first handshake, or "".
func (s Sample) verdict() string {
	i := slices.IndexFunc(s.Wants, func(w Want) bool { return w.Kind == "handshake" })
	if i < 0 {
		return ""
	}
	v, _ := s.Wants[i].Get("verdict")
	return v.Value
}
