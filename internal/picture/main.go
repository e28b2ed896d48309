// Command picture takes the pictures of the screen that the README shows: it
// runs the real program in a real terminal (tmux), goes where a reader should
// look, and writes what stands there as SVG and, for terminals, as text into
// the README.
//
//	go run ./internal/picture
//
// It needs tmux, and is run again whenever the screen changes.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// shot is one picture: where it is kept, how large, the keys that lead to it,
// and the texts that tell that it is complete.
type shot struct {
	file          string
	width, height int
	keys          []string
	sees          []string
}

const sample = "samples/article-502.pcapng"

var shots = []shot{
	{"docs/home.svg", 100, 24, nil, []string{"read to the end", "rewritten", "Remedy"}},
	{"docs/story.svg", 132, 36, []string{"Enter"}, []string{"read to the end", "HERE", "What happened"}},
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "picture:", err)
		os.Exit(1)
	}
}

func run() error {
	dir, err := os.MkdirTemp("", "picture")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	program := filepath.Join(dir, "elbscope")
	if out, err := exec.Command("go", "build", "-o", program, "./cmd/elbscope").CombinedOutput(); err != nil {
		return fmt.Errorf("building elbscope: %w\n%s", err, out)
	}
	for _, s := range shots {
		picture, err := s.take(dir)
		if err != nil {
			return fmt.Errorf("%s: %w", s.file, err)
		}
		if err := os.WriteFile(s.file, svg(parseScreen(picture), s.width, s.height), 0o644); err != nil {
			return err
		}
		if s.keys == nil {
			if err := intoReadme(picture); err != nil {
				return err
			}
		}
	}
	return nil
}

// take runs the program and returns the screen with its escape sequences.
func (s *shot) take(dir string) (string, error) {
	// Each picture has a server of its own: one that was told to end may still
	// be there when the next picture asks for a session, and takes it along.
	socket := filepath.Join(dir, filepath.Base(s.file)+".tmux")
	tmux := func(args ...string) (string, error) {
		out, err := exec.Command("tmux", append([]string{"-S", socket, "-f", os.DevNull}, args...)...).CombinedOutput()
		if err != nil {
			err = fmt.Errorf("tmux %s: %w: %s", args[0], err, out)
		}
		return string(out), err
	}
	_, err := tmux("new-session", "-d", "-x", strconv.Itoa(s.width), "-y", strconv.Itoa(s.height),
		"env", "TZ=UTC", "LANG=C.UTF-8", "LC_ALL=C.UTF-8", "NO_COLOR=", filepath.Join(dir, "elbscope"), "--utc", sample)
	if err != nil {
		return "", err
	}
	defer func() { _, _ = tmux("kill-server") }()
	// The first of the texts is on every screen: the keys come after it.
	for _, text := range s.sees[:1] {
		if err := await(tmux, text); err != nil {
			return "", err
		}
	}
	for _, k := range s.keys {
		if _, err := tmux("send-keys", k); err != nil {
			return "", err
		}
	}
	if err := await(tmux, s.sees...); err != nil {
		return "", err
	}
	return tmux("capture-pane", "-p", "-e")
}

// await waits until the terminal shows all texts.
func await(tmux func(...string) (string, error), texts ...string) error {
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		screen, err := tmux("capture-pane", "-p")
		if err != nil {
			return err
		}
		missing := false
		for _, t := range texts {
			missing = missing || !strings.Contains(screen, t)
		}
		if !missing {
			return nil
		}
	}
	return errors.New("the screen does not show " + strings.Join(texts, ", "))
}

// The marks between which the README shows the screen as text.
const (
	readme = "README.md"
	begin  = "<!-- screen of: elbscope " + sample + " -->\n```\n"
	end    = "```\n<!-- end of screen -->"
)

// intoReadme puts the screen into the README, as text.
func intoReadme(picture string) error {
	var text strings.Builder
	for _, row := range parseScreen(picture) {
		l := ""
		for _, r := range row {
			l += r.text
		}
		text.WriteString(strings.TrimRight(l, " ") + "\n")
	}
	old, err := os.ReadFile(readme)
	if err != nil {
		return err
	}
	from := bytes.Index(old, []byte(begin))
	to := bytes.Index(old, []byte(end))
	if from < 0 || to < from {
		return errors.New(readme + " has no place for the screen: " + begin + end)
	}
	out := append([]byte(nil), old[:from+len(begin)]...)
	out = append(out, text.String()...)
	return os.WriteFile(readme, append(out, old[to:]...), 0o644)
}
