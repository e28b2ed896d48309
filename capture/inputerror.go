package capture

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"unicode"

	"elbscope/internal/shell"
)

// InputErrorKind sorts the reasons for which an input cannot be read at all.
type InputErrorKind uint8

// The kinds of InputError.
const (
	// Unreadable: the system or a decompressor refuses, for another reason.
	Unreadable InputErrorKind = iota
	// NotFound: there is no such file.
	NotFound
	// Permission: the file may not be read by this user.
	Permission
	// Directory: the name is that of a directory.
	Directory
	// Empty: there is not one byte in it.
	Empty
	// CutShort: it starts like a capture and ends inside the file header.
	CutShort
	// NotACapture: it is something else.
	NotACapture
	// NoInterface: there is no interface of that name to capture from.
	NoInterface
)

// InputError tells why an input cannot be opened.
type InputError struct {
	// Name is the input as it was given; "-" is standard input.
	Name string
	Kind InputErrorKind
	// What says what is wrong; it continues a sentence that starts with Name.
	What string
	// Hint is a command line that helps, or empty.
	Hint string
	// Err is the cause, if there is one that programs may want to see.
	Err error
}

// Error returns the name and what is wrong with it, without the hint, on one
// line that is safe to print whatever the name is.
func (e *InputError) Error() string {
	name := e.Name
	if name == stdinName {
		name = "standard input"
	}
	if name == "" || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		name = strconv.Quote(name)
	}
	return name + ": " + e.What
}

// Unwrap returns the cause.
func (e *InputError) Unwrap() error { return e.Err }

// stillWritten is what to do about a file that is cut off.
const stillWritten = "kill -INT $(pidof tcpdump)    (if it is still being written; else copy it again)"

// newInputError returns an InputError; the word FILE in hint stands for name.
func newInputError(name string, kind InputErrorKind, what, hint string, err error) *InputError {
	return &InputError{Name: name, Kind: kind, What: what, Hint: strings.ReplaceAll(hint, "FILE", shell.File(name)), Err: err}
}

// openError explains why the system does not open or read a file.
func openError(name string, err error) *InputError {
	cause := err
	var path *fs.PathError
	if errors.As(err, &path) {
		cause = path.Err // without "open NAME", which Error says already
	}
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		what := "no such file"
		if strings.ContainsAny(name, "*?[") {
			what = "no file has a name like this"
		}
		return &InputError{Name: name, Kind: NotFound, What: what, Hint: "ls " + shell.File(nearestFolder(name)), Err: err}
	case errors.Is(err, fs.ErrPermission):
		return newInputError(name, Permission, "no permission to read it", "sudo cat FILE | elbscope -", err)
	}
	return newInputError(name, Unreadable, "cannot be read ("+cause.Error()+")", "", err)
}

// nearestFolder is the folder on the way to name that is there.
func nearestFolder(name string) string {
	dir := filepath.Dir(name)
	for {
		up := filepath.Dir(dir)
		if stat, err := os.Stat(dir); err == nil && stat.IsDir() || up == dir {
			return dir
		}
		dir = up
	}
}

// folderError says what to type in the place of a folder: its captures, as far
// as their names tell.
func folderError(name string) *InputError {
	e := &InputError{Name: name, Kind: Directory, What: "is a directory"}
	dir := filepath.Clean(name)
	files, _ := os.ReadDir(dir) // what may not be read has nothing to offer
	var captures, others []string
	for _, f := range files {
		if !f.IsDir() && captureName(f.Name()) {
			captures = append(captures, f.Name())
		} else {
			others = append(others, f.Name())
		}
	}
	if len(captures) == 0 {
		e.What += ", and no file in it has a name like capture.pcap"
		e.Hint = "ls " + shell.File(dir)
		return e
	}
	e.Hint = "elbscope report"
	if glob := globOf(captures, others); glob != "" && dir == "." {
		e.Hint += " " + glob
	} else if glob != "" {
		e.Hint += " " + shell.File(dir) + "/" + glob
	} else {
		for _, c := range captures {
			e.Hint += " " + shell.File(filepath.Join(dir, c))
		}
	}
	return e
}

// captureName tells whether a file has the name of a capture.
func captureName(name string) bool {
	base := strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst")
	return strings.HasSuffix(base, ".pcapng") || strings.HasSuffix(base, ".pcap") || strings.HasSuffix(base, ".cap")
}

// globs are patterns for captures, narrow ones first.
var globs = []string{"*.pcap", "*.pcapng", "*.cap", "*.pcap*.gz", "*.cap.gz", "*.pcap*.zst", "*.cap.zst", "*.pcap*", "*.*cap*"}

// fewNames is how many names are listed at most where no pattern fits.
const fewNames = 8

// globOf returns the pattern that the shell makes into all captures and nothing
// else, and "" if their names are better listed.
func globOf(captures, others []string) string {
	if len(captures) == 1 {
		return ""
	}
	for _, glob := range globs {
		matches := func(name string) bool {
			ok, _ := filepath.Match(glob, name) // the patterns are all well
			return ok && name[0] != '.'
		}
		if !slices.ContainsFunc(others, matches) &&
			!slices.ContainsFunc(captures, func(name string) bool { return !matches(name) }) {
			return glob
		}
	}
	if len(captures) <= fewNames {
		return ""
	}
	return globs[len(globs)-1]
}
