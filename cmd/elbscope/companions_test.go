package main

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"elbscope/analyze"
)

// asked is a context that counts how often it is looked at.
type asked struct {
	context.Context
	times int
}

func (a *asked) Err() error {
	a.times++
	return a.Context.Err()
}

// TestSavePool: where all handshakes of one pooled connection are saved, each
// is looked at once, and not once for each other; and the search can be ended.
func TestSavePool(t *testing.T) {
	s := readFiles(t, "../../samples/article-502.pcapng")
	first := s.handshakes()[0]
	all := make([]*analyze.Handshake, 20_000)
	for i := range all {
		h := *first
		h.ID = fmt.Sprint("pooled ", i)
		all[i] = &h
	}
	// It looks every 1024 handshakes, on each leg.
	ctx, most := &asked{Context: t.Context()}, len(all)*len(first.Sightings)/1024
	with, remark, err := s.companions(ctx, all, all)
	if err != nil || len(with) > 0 || remark != "" {
		t.Errorf("%d are saved with all: %s, %v", len(with), remark, err)
	}
	if ctx.times == 0 || ctx.times > most {
		t.Errorf("%d looks at the context, at most %d are wanted", ctx.times, most)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, _, err := s.companions(ended, all, all); !errors.Is(err, errStopped) {
		t.Errorf("an ended search says %v", err)
	}
}
