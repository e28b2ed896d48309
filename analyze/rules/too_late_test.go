package rules

import (
	"slices"
	"strings"
	"testing"
	"time"

	"elbscope/analyze"
	"elbscope/capture/flow"
)

// TestTooLate: a hop that had nobody left to pass a 101 on to is not told to
// learn it.
func TestTooLate(t *testing.T) {
	on := func() *scene {
		return newScene(t).leg(analyze.ClientLeg, sound...).leg(analyze.InstanceLeg, sound...).on(0)
	}
	late := func(s *scene) *scene {
		return s.wait(500 * time.Millisecond).on(1).switching().verdict(analyze.NotRelayed)
	}
	for _, tt := range []struct {
		name, title string
		scene       *scene
		mend        bool
	}{
		{"the client had left", " after the client had closed its connection", late(on().closed(flow.FromClient, flow.FIN)), false},
		{"it had hung up", " after the load balancer at 10.99.0.1:80 had hung up on the client", late(on().closed(flow.FromServer, flow.RST)), false},
		{"it had answered", " had answered 504 GATEWAY_TIMEOUT", late(on().answer("", "HTTP/1.1 504 GATEWAY_TIMEOUT", "Content-Length: 0")), false},
		{"it was waiting", "The load balancer at 10.99.0.1:80 does not pass the 101 on to the client",
			on().on(1).switching().on(0).wait(500*time.Millisecond).closed(flow.FromClient, flow.FIN).verdict(analyze.NotRelayed), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			found := tt.scene.judge()
			if len(found) != 1 || found[0].Rule != id101NotRelayed || !strings.HasSuffix(found[0].Title(), tt.title) {
				t.Fatalf("found %v: %q", ruleIDs(found), found[0].Title())
			}
			e, err := Explain(found[0])
			if err != nil {
				t.Fatal(err)
			}
			mend := slices.ContainsFunc(e.Remedies, func(r Remedy) bool { return strings.HasPrefix(r.Title, "Classic Load Balancer") })
			if late := found[0].Facts().Late; mend != tt.mend || (late == "") != tt.mend || !strings.Contains(e.Text, late) {
				t.Errorf("late %q, the load balancer is to be changed: %v\n%s", late, mend, e.Text)
			}
		})
	}
}
