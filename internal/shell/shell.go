// Package shell writes words as a POSIX shell takes them, for the command
// lines that people are told to type.
package shell

import (
	"strings"
	"unicode"
)

// Word quotes a word where that is needed.
func Word(word string) string {
	plain := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_@%+=:,./-", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return Quote(word)
}

// Quote quotes a word in any case.
func Quote(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }

// CanType tells whether a word consists of what keyboards have.
func CanType(word string) bool {
	return !strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsPrint(r) })
}

// File quotes a file name. One that cannot be typed becomes the word FILE, and
// so does standard input.
func File(name string) string {
	if name == "-" || name == "" || !CanType(name) {
		return "FILE"
	}
	if strings.HasPrefix(name, "-") {
		name = "./" + name // or it would be taken for an option
	}
	return Word(name)
}
