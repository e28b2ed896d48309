package capture

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"unicode"
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

// newInputError returns an InputError; the word FILE in hint stands for name.
func newInputError(name string, kind InputErrorKind, what, hint string, err error) *InputError {
	return &InputError{Name: name, Kind: kind, What: what, Hint: strings.ReplaceAll(hint, "FILE", shellWord(name)), Err: err}
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
		return &InputError{Name: name, Kind: NotFound, What: "no such file", Hint: "ls " + shellWord(filepath.Dir(name)), Err: err}
	case errors.Is(err, fs.ErrPermission):
		return newInputError(name, Permission, "no permission to read it", "sudo cat FILE | elbscope -", err)
	}
	return newInputError(name, Unreadable, "cannot be read ("+cause.Error()+")", "", err)
}

// shellWord quotes a file name for a POSIX shell where that is needed. A name
// that cannot be typed stays the word FILE, as does standard input.
func shellWord(name string) string {
	if name == stdinName || name == "" || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return "FILE"
	}
	word := name
	if strings.HasPrefix(word, "-") {
		word = "./" + word // or it would be taken for an option
	}
	plain := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_@%+=:,./-", r)
	}
	if strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
