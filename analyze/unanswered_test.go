package analyze

import "testing"

// TestManyUnanswered sends requests over one connection, of which the other
// direction is not in the capture. What waits is bounded; and as any of the
// requests may have had the answer that comes in the end, none is given it.
func TestManyUnanswered(t *testing.T) {
	for _, cfg := range []Config{{Live: true}, {ReportOnly: true}} {
		tp := newTape(t, cfg)
		w := tp.open(client, front)
		for range 10 * maxPending {
			w.asks(get("/page")...)
		}
		if n := len(w.stream.(*conn).pending); n > maxPending {
			t.Errorf("%d requests wait for an answer, and at most %d may", n, maxPending)
		}
		w.answers(fine...)
		for x := range tp.e.Exchanges.Snapshot().All {
			if x.Answer != AnswerLost {
				t.Fatalf("request %d was answered with %d", x.N, x.Status)
			}
		}
		// A 101 tells by its key what it is to.
		w.asks(hs(keyA)...).answers(append(switching, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")...)
		want(t, tp.finish(), "healthy proven 101 0:client:101")
	}
}
