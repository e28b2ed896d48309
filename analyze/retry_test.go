package analyze

import (
	"testing"
	"time"

	"elbscope/capture/flow"
)

// TestRetries: a further try is one of the last one, if that ended without an
// answer; one that was tried again has its answer in that.
func TestRetries(t *testing.T) {
	ports := []string{"10.0.0.9:40001", "10.0.0.9:40002", "10.0.0.9:40003", "10.0.0.9:40004"}
	for _, c := range []struct {
		name    string
		answers [][]string // nil: closed without one
		more    []string   // headers of each
		briefs  []string
	}{
		{"twice without an answer", [][]string{nil, nil, switching}, nil,
			[]string{"healthy proven 101 0:client:closed 0:client:closed 0:client:101"}},
		{"another one behind a retry", [][]string{nil, switching, bad}, nil,
			[]string{"healthy proven 101 0:client:closed 0:client:101", "refused proven 400 0:client:400"}},
		{"two of them, each tried again", [][]string{nil, bad, nil, switching}, nil,
			[]string{"refused proven 400 0:client:closed 0:client:400", "healthy proven 101 0:client:closed 0:client:101"}},
		{"of another client behind the same proxy", [][]string{nil, switching}, []string{"X-Forwarded-For: 192.0.2.1", "X-Forwarded-For: 192.0.2.2"},
			[]string{"unanswered proven 0 0:instance:closed", "healthy proven 101 0:instance:101"}},
		{"of the same client behind a proxy", [][]string{nil, switching}, []string{"X-Forwarded-For: 192.0.2.1", "X-Forwarded-For: 192.0.2.1"},
			[]string{"healthy proven 101 0:instance:closed 0:instance:101"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tp := newTape(t, Config{})
			for i, answer := range c.answers {
				var more []string
				if c.more != nil {
					more = c.more[i : i+1]
				}
				w := tp.relay(ports[i], front, keyA, more...)
				if answer == nil {
					w.closes()
				} else {
					w.answers(answer...)
				}
			}
			want(t, tp.finish(), c.briefs...)
		})
	}
}

// TestRetryAfterIdle: the server gave up an idle connection just as the request was
// on its way, and the hop tries again at once on a new one.
func TestRetryAfterIdle(t *testing.T) {
	for _, c := range []struct {
		front bool // the client's leg is in the capture
		want  string
	}{
		{false, "healthy proven 101 0:instance:closed 0:instance:101"},
		{true, "healthy proven 101 0:client:101 1:instance:closed 1:instance:101"},
	} {
		tp := newTape(t, Config{})
		idle := tp.relay(back, inst, keyB, "GET / HTTP/1.1", "-Upgrade", "-Connection", "-Sec-WebSocket-Key", "-Sec-WebSocket-Version").answers(fine...)
		tp.wait(5 * time.Second)
		var o *wire
		if c.front {
			o = tp.relay(client, front, keyA)
		}
		idle.close(fromServer, flow.FIN).asks(hs(keyA, xff)...).close(fromClient, flow.FIN).end(flow.EndClosed)
		tp.relay("10.0.1.1:50002", inst, keyA, xff).answers(switching...)
		if c.front {
			o.answers(switching...)
		}
		want(t, tp.finish(), c.want)
	}
}
