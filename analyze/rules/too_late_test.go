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
	sooner := func(s *scene, wait time.Duration) *scene {
		return s.wait(wait).on(1).switching().verdict(analyze.NotRelayed)
	}
	twoSources := func(s *scene) *scene { s.h.Sightings[1].RequestPacket.Source = 1; return s }
	for _, tt := range []struct {
		name, title string
		scene       *scene
		mend        bool
	}{
		{"the client had just left", "The 101 came 2 ms after the client had closed its connection", sooner(on().wait(3*time.Second).closed(flow.FromClient, flow.RST), 2*time.Millisecond), false},
		{"the client left at the same moment", "The 101 came just as the client closed its connection",
			on().on(1).switching().on(0).wait(time.Millisecond).closed(flow.FromClient, flow.FIN).verdict(analyze.NotRelayed), false},
		{"it had just answered", " had answered 504 GATEWAY_TIMEOUT", sooner(on().answer("", "HTTP/1.1 504 GATEWAY_TIMEOUT", "Content-Length: 0"), time.Millisecond), false},
		{"by another clock it had just answered", "The load balancer at 10.99.0.1:80 does not pass the 101 on to the client",
			twoSources(sooner(on().answer("", "HTTP/1.1 504 GATEWAY_TIMEOUT", "Content-Length: 0"), time.Millisecond)), true},
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

// TestLeft: a client that leaves sooner than anybody gives up waiting is no server's
// fault, and no hop's.
func TestLeft(t *testing.T) {
	const ms = time.Millisecond
	leg := func(legs ...analyze.Leg) *scene {
		s := newScene(t)
		for _, l := range legs {
			s.leg(l, sound...)
		}
		return s.on(0).verdict(analyze.Unanswered)
	}
	for _, tt := range []struct {
		name, title string
		severity    analyze.Severity
		scene       *scene
	}{
		{"the client's leg", "The client leaves before 10.99.0.1:80 has answered", analyze.Warning,
			leg(analyze.ClientLeg).wait(3*ms).closed(flow.FromClient, flow.RST)},
		{"passed on by the load balancer", "The client leaves before 10.99.1.2:80 has answered", analyze.Warning,
			leg(analyze.ClientLeg, analyze.InstanceLeg).wait(3*ms).closed(flow.FromClient, flow.FIN).wait(ms).on(1).closed(flow.FromClient, flow.FIN)},
		{"the instance's leg", "10.99.1.1 leaves before 10.99.1.2:80 has answered", analyze.Warning,
			leg(analyze.InstanceLeg).wait(3*ms).closed(flow.FromClient, flow.FIN)},
		{"and a 101", "The 101 came 2 ms after the client had closed its connection", analyze.Warning,
			leg(analyze.ClientLeg, analyze.InstanceLeg).wait(3*ms).closed(flow.FromClient, flow.FIN).wait(2 * ms).on(1).switching().verdict(analyze.NotRelayed)},
		{"after two seconds", "10.99.0.2 gets no answer from 10.99.0.1:80 and gives up", analyze.Error,
			leg(analyze.ClientLeg).wait(2000*ms).closed(flow.FromClient, flow.RST)},
		{"the instance had hung up", "10.99.1.2:80 closes the connection instead of answering", analyze.Error,
			leg(analyze.ClientLeg, analyze.InstanceLeg).on(1).wait(3*ms).closed(flow.FromServer, flow.FIN).on(0).wait(ms).closed(flow.FromClient, flow.FIN)},
		{"the load balancer hung up", "10.99.0.1:80 closes the connection instead of answering", analyze.Error,
			leg(analyze.ClientLeg).wait(3*ms).closed(flow.FromServer, flow.FIN)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			found := tt.scene.judge()
			if len(found) != 1 || found[0].Title() != tt.title || found[0].Severity != tt.severity {
				t.Fatalf("found %v: %q, %v", ruleIDs(found), found[0].Title(), found[0].Severity)
			}
			checkWhole(t, tt.scene.h, found[0])
			e, err := Explain(found[0])
			if err != nil {
				t.Fatal(err)
			}
			stay := len(e.Remedies) == 1 && strings.HasPrefix(e.Remedies[0].Title, "Nothing on the way")
			if left := tt.severity == analyze.Warning; stay != left || strings.Contains(e.Text, "No server is at fault") != left {
				t.Errorf("%d remedies, the first is %q\n%s", len(e.Remedies), e.Remedies[0].Title, e.Text)
			}
		})
	}
}
