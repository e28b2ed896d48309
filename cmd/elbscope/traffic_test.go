package main

import (
	"bytes"
	"testing"

	"elbscope/analyze"
	"elbscope/internal/story"
	"elbscope/internal/traffic"
)

// TestTraffic: what the bench measures is understood: each request, each frame
// and each failure in it is found.
func TestTraffic(t *testing.T) {
	verdicts := map[string]analyze.Verdict{"small": analyze.Healthy, "handshakes": analyze.Rewritten}
	for _, k := range traffic.Kinds {
		var file, again bytes.Buffer
		for _, out := range []*bytes.Buffer{&file, &again} {
			if err := traffic.Write(out, k, 2); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(file.Bytes(), again.Bytes()) {
			t.Errorf("%s is not the same every time", k.Name)
		}
		snap := analyse(t, []story.Capture{{Name: k.Name, Bytes: file.Bytes()}})
		n := &snap.Totals
		requests := map[string]uint64{"small": 2000, "handshakes": 8000}[k.Name]
		if requests == 0 {
			requests = 4000
		}
		if n.Requests != requests || n.Ledger.Damaged+n.Ledger.NotIP+n.Ledger.NotTCP+n.Ledger.Duplicate != 0 {
			t.Errorf("%s: %+v", k.Name, n)
		}
		if lossy := k.Name == "lossy"; lossy != (n.Gaps > 0) || !lossy && n.Responses != requests {
			t.Errorf("%s: %d holes, %d responses", k.Name, n.Gaps, n.Responses)
		}
		if frames := uint64(2 * 2 * 6 * 2000); k.Name == "small" && n.WebSocketFrames != frames {
			t.Errorf("%s: %d frames, not %d", k.Name, n.WebSocketFrames, frames)
		}
		for _, h := range snap.Handshakes {
			if h.Verdict != verdicts[k.Name] {
				t.Fatalf("%s: %s is %s", k.Name, h.ID, h.Verdict)
			}
		}
		if want := map[string]int{"small": 2000, "handshakes": 4000}[k.Name]; len(snap.Handshakes) != want {
			t.Errorf("%s: %d handshakes, not %d", k.Name, len(snap.Handshakes), want)
		}
	}
}
