package capture

import (
	"context"
	"fmt"
	"testing"

	"elbscope/capture/flow"
)

// patient is a Pacer that ends the run at its n-th packet.
type patient struct {
	left int
	stop func()
}

func (p *patient) Due(context.Context, flow.Time) bool {
	if p.left--; p.left == 0 {
		p.stop()
	}
	return p.left > 0
}

// TestStoppedLedger stops a run of three inputs at every packet: each packet
// that a source counts is in one bucket of the ledger, and each connection
// that was opened ends, whether the inputs are read one after the other or
// replayed together.
func TestStoppedLedger(t *testing.T) {
	open := func() (all []*packets) {
		for i := range 3 {
			e := ends{41000 + i, 8080}
			all = append(all, source(fmt.Sprint(i), at(float64(100+i)*0.005,
				e.syn(), e.synAck(), e.says(0, "hello"), e.hears(0, "world"), e.tcp(0, flagFIN|flagACK, 5, 5, ""))...))
		}
		return all
	}
	for n := range 17 {
		for _, replayed := range []bool{false, true} {
			ctx, stop := context.WithCancel(context.Background())
			rec := &recorder{t: t}
			p := NewPump(rec, 8<<20)
			all := open()
			read := 0
			var sources []Source
			for _, s := range all {
				if !replayed {
					s.onNext = func(int) {
						if read++; read == n+1 {
							stop()
						}
					}
				}
				sources = append(sources, s)
			}
			if replayed {
				p.Pacer = &patient{left: n + 1, stop: stop}
			}
			if err := p.Run(ctx, sources); err != nil {
				t.Error(err)
			}
			stop()
			checkPumped(t, p, rec)
			counted := uint64(0)
			for _, s := range all {
				counted += s.info.Packets
			}
			if totals := p.Totals(); totals.Packets != counted || totals.Packets == 0 {
				t.Errorf("stopped at %d, replayed %v: %d packets were read, %d are counted", n, replayed, counted, totals.Packets)
			}
		}
	}
}

// TestStoppedBefore: what a live source has caught by the time it is stopped is
// read, also where that was before anything was. A file is not begun.
func TestStoppedBefore(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	for format, want := range map[string]uint64{"live": 2, "pcap": 0} {
		rec := &recorder{t: t}
		p := NewPump(rec, 8<<20)
		s := source("any", at(0, alice.syn(), alice.synAck())...)
		s.info.Format = format
		if err := p.Run(ctx, []Source{s}); err != nil {
			t.Error(err)
		}
		checkPumped(t, p, rec)
		if n := p.Totals().Packets; n != want {
			t.Errorf("%s: %d packets were read, not %d", format, n, want)
		}
	}
}
