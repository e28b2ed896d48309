package main

import (
	"context"
	"path/filepath"
	"slices"
	"testing"
)

// TestSaveFiltered: what a capture filter left out is not saved either, so that
// the saved file, read without the filter, shows the same.
func TestSaveFiltered(t *testing.T) {
	packets, err := newCaptureFilter("tcp port 80 and not port 8081 and not src 10.99.1.2", "", fileFilters)
	if err != nil {
		t.Fatal(err)
	}
	s := readThrough(t, packets, "../../samples/article-502.pcapng")
	if len(s.handshakes()) == 0 {
		t.Fatal("no handshake")
	}
	path := filepath.Join(t.TempDir(), "saved.pcapng")
	if _, err := s.save(context.Background(), s.handshakes(), path, false, func(float64) {}); err != nil {
		t.Fatal(err)
	}
	again := readFiles(t, path)
	got, want := fates(again.handshakes()), fates(s.handshakes())
	if !slices.Equal(got, want) {
		t.Errorf("saved %q, was %q", got, want)
	}
	if whole := fates(readFiles(t, "../../samples/article-502.pcapng").handshakes()); slices.Equal(whole, want) {
		t.Error("the filter makes no difference, so nothing is shown")
	}
}
