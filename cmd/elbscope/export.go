package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"elbscope/analyze"
	"elbscope/ui/report"
)

// export writes the report on hs to path: as text or as JSON, by the ending of
// its name. Secrets are masked as in the printed report, whatever the screen
// shows.
func (s *saver) export(ctx context.Context, hs []*analyze.Handshake, path string, overwrite bool, _ func(float64)) (note string, err error) {
	print, width := report.Text, 80
	switch strings.ToLower(filepath.Ext(path)) {
	case ".txt":
	case ".json":
		print = report.JSON
	default:
		return "", errors.New("the name has to end in .txt or .json, which says what to write")
	}
	snap := s.feed.State().Snap
	chosen := *snap
	chosen.Handshakes = hs
	ro := report.Options{
		Version: version(), NoRedact: s.o.noRedact, Explain: explanation, ASCII: s.o.ascii,
		Location: s.o.location(), CaptureFilter: s.o.packets.forReport(), Full: true, Width: width,
	}
	if len(hs) < len(snap.Handshakes) {
		ro.Note = fmt.Sprintf("%d of %d handshakes, chosen by hand", len(hs), len(snap.Handshakes))
	}
	size, err := s.create(path, overwrite, func(w io.Writer) error { return print(stoppable{ctx, w}, &chosen, ro) })
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("wrote the report on %s (%d bytes) to %s", plural(len(hs), "handshake"), size, path), nil
}

// stoppable is a writer that ends with its context.
type stoppable struct {
	ctx context.Context
	w   io.Writer
}

func (s stoppable) Write(b []byte) (int, error) {
	if s.ctx.Err() != nil {
		return 0, errors.New("stopped; nothing was written")
	}
	return s.w.Write(b)
}
