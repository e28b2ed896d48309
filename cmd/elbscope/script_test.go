//go:build unix

package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"elbscope/internal/story"
	"elbscope/internal/wiretext"
)

func TestMain(m *testing.M) {
	testscript.Main(tidy{m}, map[string]func(){"elbscope": main})
}

// tidy removes what the tests built: testscript.Main does not return.
type tidy struct{ m *testing.M }

// Run runs the tests.
func (t tidy) Run() int {
	defer removeShipped()
	return t.m.Run()
}

// TestScripts tries the command line as people type it. A script's name says
// first what it is about. The commands below come on top of testscript's own.
func TestScripts(t *testing.T) {
	samples, err := filepath.Abs("../../samples")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("SAMPLES", samples)
			e.Setenv("TZ", "UTC")
			e.Setenv("LANG", "C.UTF-8")
			e.Setenv("TERM", "xterm")
			// The race detector else sleeps for a second at every exit.
			e.Setenv("GORACE", "atexit_sleep_ms=0")
			return nil
		},
		Condition: func(cond string) (bool, error) {
			name, ok := strings.CutPrefix(cond, "file:")
			if !ok {
				return false, fmt.Errorf("there is no condition %q", cond)
			}
			_, err := os.Stat(name)
			return err == nil, nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":     exits,
			"nobody":    nobody,
			"interrupt": interrupt,
			"story":     packStory,
			"crowd":     packCrowd,
			"first":     firstBytes,
			"patch":     patch,
			"compress":  compress,
			"inert":     inert,
			"schema":    validate,
			"query":     query,
			"stream":    validateStream,
		},
	})
}

// want takes the exit status that a command starts with.
func want(ts *testscript.TestScript, neg bool, args []string, least int) (int, []string) {
	if neg || len(args) < least {
		ts.Fatalf("usage: COMMAND STATUS ...")
	}
	status, err := strconv.Atoi(args[0])
	ts.Check(err)
	return status, args[1:]
}

// checkStatus compares an exit status. No run may end in a panic, and what is
// said to people must not reach their terminal as a command.
func checkStatus(ts *testscript.TestScript, status int, err error, stderr string) {
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strings.Contains(stderr, "panic") || strings.Contains(stderr, "goroutine ") {
		ts.Fatalf("a panic shows")
	}
	checkInert(ts, "stderr", stderr, false)
	if got != status {
		ts.Fatalf("exit status %d, not %d", got, status)
	}
}

// exits STATUS COMMAND ARGS... runs a command that must exit with STATUS.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	status, args := want(ts, neg, args, 2)
	err := ts.Exec(args[0], args[1:]...)
	checkStatus(ts, status, err, ts.ReadFile("stderr"))
}

// nobody STATUS COMMAND ARGS... is exits as a user who may read little, also
// where the tests run as root.
func nobody(ts *testscript.TestScript, neg bool, args []string) {
	status, args := want(ts, neg, args, 2)
	cmd, stdout, stderr := command(ts, args)
	if os.Getuid() == 0 {
		const uid = 65534
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
		// That user must get to the program and to the working directory.
		for _, at := range []string{filepath.Dir(cmd.Path), cmd.Dir} {
			for up := at; up != os.TempDir() && up != "/"; up = filepath.Dir(up) {
				stat, err := os.Stat(up)
				ts.Check(err)
				ts.Check(os.Chmod(up, stat.Mode().Perm()|0o011))
			}
		}
	}
	err := cmd.Run()
	io.Copy(ts.Stdout(), stdout)
	text := stderr.String()
	io.WriteString(ts.Stderr(), text)
	checkStatus(ts, status, err, text)
}

// interrupt STATUS [twice-]endless|idle CAPTURE COMMAND ARGS... sends the capture into
// the command's standard input, and then its last packet over and over, or
// nothing; interrupts the command when it has read most of that, "twice" as
// timeout(1) does; and wants it to exit soon. The capture must be larger than what fits into a pipe.
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	status, args := want(ts, neg, args, 4)
	how, twice := strings.CutPrefix(args[0], "twice-")
	endless, packets := how == "endless", []byte(ts.ReadFile(args[1]))
	cmd, stdout, stderr := command(ts, args[2:])
	r, w, err := os.Pipe()
	ts.Check(err)
	cmd.Stdin = r
	ts.Check(cmd.Start())
	r.Close()
	_, err = w.Write(packets)
	ts.Check(err)
	if endless {
		const record = 16 + 54 // that of a RST, which crowds end with
		block := bytes.Repeat(packets[len(packets)-record:], 1000)
		go func() {
			for err := error(nil); err == nil; {
				_, err = w.Write(block)
			}
		}()
	}
	ts.Check(cmd.Process.Signal(os.Interrupt))
	if twice {
		time.Sleep(10 * time.Millisecond)    // two in one instant would be one
		_ = cmd.Process.Signal(os.Interrupt) // it may have gone already
	}
	late := time.AfterFunc(20*time.Second, func() { cmd.Process.Kill() })
	err = cmd.Wait()
	if !late.Stop() {
		ts.Fatalf("it did not end")
	}
	w.Close()
	io.Copy(ts.Stdout(), stdout)
	text := stderr.String()
	io.WriteString(ts.Stderr(), text)
	checkStatus(ts, status, err, text)
}

// command prepares a command in the script's place and environment.
func command(ts *testscript.TestScript, args []string) (cmd *exec.Cmd, stdout, stderr *bytes.Buffer) {
	path := args[0]
	if path == "elbscope" {
		var err error
		path, err = exec.LookPath(path)
		ts.Check(err)
	}
	cmd = exec.Command(path, args[1:]...)
	cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "TZ", "LANG", "TERM", "GORACE"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	stdout, stderr = new(bytes.Buffer), new(bytes.Buffer)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	return cmd, stdout, stderr
}

// story FILE... writes the captures of stories beside them.
func packStory(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		s, err := story.Parse(strings.TrimSuffix(filepath.Base(name), ".story"), ts.ReadFile(name))
		ts.Check(err)
		for _, c := range s.Captures() {
			ts.Check(os.WriteFile(ts.MkAbs(c.Name), c.Bytes, 0o644))
		}
	}
}

// crowd N FILE writes a capture of N healthy handshakes, one after the other,
// and three broken ones before, between and behind them.
func packCrowd(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	const legs = 32
	var b strings.Builder
	b.WriteString("# A crowd comes through the door.\nwant findings none\n\n")
	for i := range legs {
		fmt.Fprintf(&b, "leg c%d 10.0.0.%d:40001 -> 192.0.2.1:80\n", i, i+1)
	}
	for i := range n + 3 {
		broken := i == 0 || i == n/2 || i == n+2
		target, connection, answer := "healthy", "Upgrade", "101 Switching Protocols"
		if broken {
			target, connection, answer = "broken", "keep-alive\n > X-Forwarded-For: 203.0.113.7", "400 Bad Request"
		}
		fmt.Fprintf(&b, "c%d: client opens\nc%[1]d > GET /%s/%d HTTP/1.1\n > Host: app.example\n > Upgrade: websocket\n > Connection: %s\n"+
			" > Sec-WebSocket-Version: 13\n > Sec-WebSocket-Key: %s\n >\n", i%legs, target, i, connection,
			base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%016d", i)))
		fmt.Fprintf(&b, "c%d < HTTP/1.1 %s\n", i%legs, answer)
		if !broken {
			b.WriteString(" < Upgrade: websocket\n < Connection: Upgrade\n < Sec-WebSocket-Accept: *\n <\n")
		} else {
			b.WriteString(" < Content-Length: 0\n <\n")
		}
		fmt.Fprintf(&b, "c%d: client resets\n", i%legs)
	}
	s, err := story.Parse("crowd", b.String())
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), s.Captures()[0].Bytes, 0o644))
}

// first N FROM TO copies the first N bytes of a file, or all but the last -N.
func firstBytes(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	b := ts.ReadFile(args[1])
	if n < 0 {
		n += len(b)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(b[:n]), 0o644))
}

// patch FILE OFFSET HEX writes bytes into the middle of a file.
func patch(ts *testscript.TestScript, _ bool, args []string) {
	b := []byte(ts.ReadFile(args[0]))
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	what, err := hex.DecodeString(args[2])
	ts.Check(err)
	copy(b[at:at+len(what)], what)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o644))
}

// compress gzip|zstd FROM TO
func compress(ts *testscript.TestScript, _ bool, args []string) {
	var b bytes.Buffer
	var w io.WriteCloser = gzip.NewWriter(&b)
	if args[0] == "zstd" {
		var err error
		w, err = zstd.NewWriter(&b)
		ts.Check(err)
	}
	io.WriteString(w, ts.ReadFile(args[1]))
	ts.Check(w.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), b.Bytes(), 0o644))
}

// inert [-ascii] FILE... wants text that does nothing to a terminal.
func inert(ts *testscript.TestScript, _ bool, args []string) {
	ascii := args[0] == "-ascii"
	if ascii {
		args = args[1:]
	}
	for _, name := range args {
		checkInert(ts, name, ts.ReadFile(name), ascii)
	}
}

func checkInert(ts *testscript.TestScript, name, text string, ascii bool) {
	bad := func(r rune) bool { return r != '\n' && (!wiretext.Safe(r) || ascii && r > '~') }
	if i := strings.IndexFunc(text, bad); i >= 0 {
		ts.Fatalf("%s does something to a terminal: %q", name, text[max(0, i-20):min(len(text), i+20)])
	}
}

// schema FILE holds a JSON report against docs/report.schema.json.
func validate(ts *testscript.TestScript, _ bool, args []string) {
	sch, err := jsonschema.NewCompiler().Compile("../../docs/report.schema.json")
	ts.Check(err)
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(ts.ReadFile(args[0])))
	ts.Check(err)
	ts.Check(sch.Validate(doc))
}

// stream FILE holds every line against docs/stream.schema.json.
func validateStream(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(checkStream(ts.ReadFile(args[0])))
}

// checkStream holds a stream to its schema, and to what a schema cannot say:
// revisions rise, what was final or retracted comes no more, findings come
// before the handshakes that have them, and the report is the last line and
// says the same as the last lines before it.
func checkStream(text string) error {
	c := jsonschema.NewCompiler()
	f, err := os.Open("../../docs/report.schema.json")
	if err != nil {
		return err
	}
	defer f.Close()
	shared, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		return err
	}
	if err := c.AddResource("https://elbscope.invalid/report-v1.schema.json", shared); err != nil {
		return err
	}
	sch, err := c.Compile("../../docs/stream.schema.json")
	if err != nil {
		return err
	}
	lines := strings.SplitAfter(text, "\n")
	if n := len(lines) - 1; n < 1 || lines[n] != "" {
		return errors.New("the stream does not end in a whole line")
	}
	check := streamCheck{revisions: make(map[string]float64), last: make(map[string]map[string]any), over: make(map[string]bool)}
	for i, line := range lines[:len(lines)-1] {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
		if err != nil {
			return fmt.Errorf("line %d: %w", i+1, err)
		}
		if err := sch.Validate(doc); err != nil {
			return fmt.Errorf("line %d: %w", i+1, err)
		}
		var l streamLine
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			return err
		}
		if err := check.line(&l, i == len(lines)-2); err != nil {
			return fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	return nil
}

// query PATH FILE prints values of a JSON file one per line, as jq does:
// query .handshakes[].verdict stdout
func query(ts *testscript.TestScript, _ bool, args []string) {
	var doc any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[1])), &doc))
	all := []any{doc}
	for _, step := range strings.FieldsFunc(args[0], func(r rune) bool { return r == '.' || r == '[' }) {
		var next []any
		for _, v := range all {
			switch v := v.(type) {
			case []any:
				if step != "]" {
					ts.Fatalf("%s: an array at %s", args[0], step)
				}
				next = append(next, v...)
			case map[string]any:
				member, ok := v[step]
				if !ok {
					ts.Fatalf("%s: there is no %s", args[0], step)
				}
				next = append(next, member)
			default:
				ts.Fatalf("%s: nothing to look into at %s", args[0], step)
			}
		}
		all = next
	}
	for _, v := range all {
		fmt.Fprintln(ts.Stdout(), v)
	}
}

// TestScriptNames keeps names short and sorted by what they are about.
func TestScriptNames(t *testing.T) {
	about := []string{"report", "read", "exit", "help", "version", "explain", "usage", "pipe", "hostile", "terminal", "memory", "tcpdump"}
	names, err := fs.Glob(os.DirFS("testdata/script"), "*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal("no scripts found", err)
	}
	for _, name := range names {
		first, _, _ := strings.Cut(strings.TrimSuffix(name, ".txtar"), "_")
		if !slices.Contains(about, first) {
			t.Errorf("%s is about none of %s", name, strings.Join(about, ", "))
		}
	}
}
