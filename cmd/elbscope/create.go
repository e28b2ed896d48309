package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// create writes a file by way of an unfinished one beside it, so that a file
// of that name is always whole. Nobody but its owner may read it, as with -w:
// packets hold cookies, and reports the addresses. It returns the number of bytes. Without
// overwrite it fails with fs.ErrExist if there is such a file; with it, it
// still spares what is being read and what is no ordinary file.
func (s *saver) create(path string, overwrite bool, write func(io.Writer) error) (size int64, err error) {
	path, err = homePath(path)
	if err != nil {
		return 0, err
	}
	if err := s.mayCreate(path, overwrite); err != nil {
		return 0, err
	}
	part := path + ".part"
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		// Not fs.ErrExist: to overwrite path would not help.
		return 0, fmt.Errorf("%s is being written, or was left unfinished: remove it or choose another name", part)
	}
	if errors.Is(err, fs.ErrPermission) {
		return 0, fmt.Errorf("%s: no permission to create it there; /tmp is a place where everybody may", path)
	}
	if err != nil {
		return 0, notThere(path, err)
	}
	s.unfinished(part)
	defer s.cleanup()
	if err := write(f); err != nil {
		f.Close()
		return 0, err
	}
	if stat, err := f.Stat(); err == nil {
		size = stat.Size()
	}
	if err := f.Close(); err != nil {
		return 0, err
	}
	if overwrite {
		return size, os.Rename(part, path)
	}
	// A link fails where a file has come up meanwhile; a rename would not.
	if err := os.Link(part, path); err == nil || errors.Is(err, fs.ErrExist) {
		return size, err
	}
	return size, os.Rename(part, path) // a file system without links
}

// notThere says of the name that was given, and not of the unfinished file
// beside it, why nothing can be written there.
func notThere(path string, err error) error {
	var what *fs.PathError
	switch folder := filepath.Dir(path); {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: there is no directory %s", path, folder)
	case errors.Is(err, syscall.ENOTDIR):
		return fmt.Errorf("%s: %s is not a directory", path, folder)
	case errors.As(err, &what):
		return fmt.Errorf("%s: %w", path, what.Err)
	}
	return err
}

// folderForFiles is where files may be written whose names are proposed: ""
// for the working directory. That may be somebody else's, and a live run may
// have given up the right to it.
func folderForFiles() string {
	f, err := os.CreateTemp(".", ".elbscope-")
	if err != nil {
		return os.TempDir() + "/"
	}
	f.Close()
	_ = os.Remove(f.Name()) // it is empty
	return ""
}

// mayCreate looks at what is at path already.
func (s *saver) mayCreate(path string, overwrite bool) error {
	stat, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return notThere(path, err)
	}
	for _, in := range s.feed.in.files {
		if in != nil && os.SameFile(in, stat) {
			return fmt.Errorf("%s is the capture itself: choose another name", path)
		}
	}
	if v := s.feed.view; v != nil && v.writing != nil {
		if now, err := os.Stat(v.writing()); err == nil && os.SameFile(now, stat) {
			return fmt.Errorf("%s is the file that -w is writing: choose another name", path)
		}
	}
	switch {
	case stat.IsDir():
		return fmt.Errorf("%s is a directory: give the name of a file in it", path)
	case !stat.Mode().IsRegular():
		return fmt.Errorf("%s is not an ordinary file: choose another name", path)
	case !overwrite:
		return &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	}
	return nil
}

// homePath expands a leading ~/, which no shell sees here.
func homePath(path string) (string, error) {
	rest, ok := strings.CutPrefix(path, "~/")
	if !ok {
		return path, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(home, rest), nil
}

// unfinished notes the file that is to go if nobody finishes it.
func (s *saver) unfinished(part string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.part = part
}

// cleanup removes an unfinished file: the program does not wait for whoever
// writes it.
func (s *saver) cleanup() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.part != "" {
		_ = os.Remove(s.part) // it is a leftover then
		s.part = ""
	}
}
