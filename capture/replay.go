package capture

import (
	"context"

	"elbscope/capture/flow"
)

// Pacer holds packets back, so that a capture is seen as it happened. It has
// the clock that the pump must not have; what results is the same as without
// it, since nothing but the moment at which a packet passes hangs on it.
type Pacer interface {
	// Due reports whether a packet that was captured at t may pass. If not, it
	// has waited a little, at most a tenth of a second; it returns early when
	// the context ends.
	Due(ctx context.Context, t flow.Time) bool
}

// replay pumps all sources together, in the order of their packets' times, as
// the pacer lets them pass.
func (p *Pump) replay(ctx context.Context, all []*intake) {
	for ctx.Err() == nil {
		in := next(all)
		if in == nil {
			break
		}
		for !p.Pacer.Due(ctx, in.at.Time) && ctx.Err() == nil {
			if p.OnProgress != nil {
				p.OnProgress(p.progress(in))
			}
		}
		if ctx.Err() != nil {
			break
		}
		p.take(in)
		if in.n%progressEvery == 0 && p.OnProgress != nil {
			p.OnProgress(p.progress(in))
		}
		if in.peek(); in.err != nil {
			p.end(in)
		}
	}
}

// next returns the source with the earliest packet that was fetched, nil when
// there is none: all are at their ends, or were stopped before they began. One
// that was not begun waits a little longer: it may continue another (see
// rotationJitter), which must have come to its end then.
func next(all []*intake) *intake {
	var best *intake
	var least flow.Time
	for _, in := range all {
		if in.err != nil || !in.peeked {
			continue
		}
		t := in.at.Time
		if in.pt == nil {
			t += rotationJitter
		}
		if best == nil || t < least {
			best, least = in, t
		}
	}
	return best
}
