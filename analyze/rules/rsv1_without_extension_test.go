package rules

import (
	"slices"
	"strings"
	"testing"
	"time"

	"elbscope/analyze"
	"elbscope/capture/flow"
)

// compresses makes a side send compressed frames that the 101 gives no meaning.
func (s *scene) compresses(from flow.Dir) *scene {
	w := &s.last.WebSocket
	w.Compressed, w.CompressedFrom, w.Violations[from] = s.packet(), from, []string{"rsv-bits"}
	w.Frames[from]++
	return s
}

// minds makes a side say 1002 to what it got.
func (s *scene) minds(side flow.Dir) *scene {
	w := &s.last.WebSocket
	w.CloseFrame[side], w.CloseCode[side] = true, protocolError
	w.Frames[side]++
	return s.closed(side, flow.FIN)
}

func TestRSV1WithoutExtension(t *testing.T) {
	one := func() *scene { return oneLeg(t, deflateLine).fits101() }
	// removed is a hop that takes the extension out of the 101, added one that puts
	// it in: the innermost leg comes first.
	removed := func() *scene { return twoLegs(t, deflateLine).fits101(deflateLine).on(0).fits101() }
	added := func() *scene { return twoLegs(t, deflateLine).fits101().on(0).fits101(deflateLine) }
	const unagreed = " sends compressed frames that were not agreed on"
	for name, tt := range map[string]struct {
		scene    *scene
		severity analyze.Severity
		title    string
	}{
		"the server, the client minds":           {one().compresses(flow.FromServer).minds(flow.FromClient), analyze.Error, "10.99.1.2:80" + unagreed},
		"the server, the client goes":            {one().compresses(flow.FromServer).closed(flow.FromClient, flow.RST), analyze.Error, "10.99.1.2:80" + unagreed},
		"the server, the client goes much later": {one().compresses(flow.FromServer).wait(time.Minute).closed(flow.FromClient, flow.FIN), analyze.Warning, "10.99.1.2:80" + unagreed},
		"the server, and goes":                   {one().compresses(flow.FromServer).closed(flow.FromServer, flow.FIN), analyze.Warning, "10.99.1.2:80" + unagreed},
		"the server, nobody minds":               {one().compresses(flow.FromServer), analyze.Warning, "10.99.1.2:80" + unagreed},
		"the client, the server minds":           {one().compresses(flow.FromClient).minds(flow.FromServer), analyze.Error, "10.99.1.1" + unagreed},
		"removed, the client minds":              {removed().compresses(flow.FromServer).minds(flow.FromClient), analyze.Error, elb + "takes permessage-deflate out of the 101"},
		"added, the server minds":                {added().on(1).compresses(flow.FromClient).minds(flow.FromServer), analyze.Error, elb + "puts permessage-deflate into the 101"},
		"passed on": {twoLegs(t).fits101().compresses(flow.FromServer).on(0).fits101().compresses(flow.FromServer).minds(flow.FromClient), analyze.Error,
			"10.99.1.2:80" + unagreed},
		"passed on from the client": {twoLegs(t).fits101().compresses(flow.FromClient).minds(flow.FromServer).on(0).fits101().compresses(flow.FromClient), analyze.Error,
			"10.99.0.2" + unagreed},
		"by the hop": {twoLegs(t).fits101().on(0).fits101().compresses(flow.FromServer), analyze.Warning, "10.99.0.1:80" + unagreed},
	} {
		found := rsv1WithoutExtension.Check(tt.scene.verdict(analyze.Healthy).kase())
		if len(found) != 1 || found[0].Severity != tt.severity || !strings.HasPrefix(found[0].Title(), tt.title) || found[0].Certainty != analyze.Proven {
			for _, f := range found {
				t.Errorf("%s: %s %s %q", name, f.Severity, f.Certainty, f.Title())
			}
			t.Fatalf("%s: want %s %q", name, tt.severity, tt.title)
		}
		f := found[0]
		checkWhole(t, tt.scene.h, f)
		facts := f.Facts()
		if facts.Found != absent || (facts.Expected == deflateLine) != (f.Before != nil) || facts.By == "" {
			t.Errorf("%s: %+v", name, facts)
		}
		if (tt.severity == analyze.Error) != (facts.ClosedBy != "" || strings.Contains(facts.Meaning, "1002")) {
			t.Errorf("%s: it does not say why it is an error: %+v", name, facts)
		}
		if !slices.ContainsFunc(f.Evidence(), func(e analyze.Evidence) bool {
			return e.Packet == compressedLeg(f).WebSocket.Compressed && strings.Contains(e.Text, "RSV1")
		}) {
			t.Errorf("%s: %+v", name, f.Evidence())
		}
	}
}

// TestRSV1WithoutExtensionIsSilent: what may be no frames, or may have been agreed
// on in what the capture does not hold, is not told.
func TestRSV1WithoutExtensionIsSilent(t *testing.T) {
	for name, change := range map[string]func(*analyze.Sighting){
		"a hole":             func(s *analyze.Sighting) { s.Holed = true },
		"a cut 101":          func(s *analyze.Sighting) { s.Response.Whole = false },
		"frames are missing": func(s *analyze.Sighting) { s.WebSocket.Lost = true },
		"HTTP among them":    func(s *analyze.Sighting) { s.WebSocket.HTTPHead.Num = 9 },
		"no frames at all": func(s *analyze.Sighting) {
			s.WebSocket.Violations[flow.FromServer] = []string{"rsv-bits", "reserved-opcode"}
		},
		"nothing is compressed": func(s *analyze.Sighting) { s.WebSocket.Compressed = analyze.PacketRef{} },
	} {
		s := oneLeg(t).fits101().compresses(flow.FromServer).minds(flow.FromClient).verdict(analyze.Healthy)
		change(s.last)
		if found := rsv1WithoutExtension.Check(s.kase()); found != nil {
			t.Errorf("%s: %s", name, found[0].Title())
		}
	}
	// A hop that ends both WebSockets may compress on one of them alone.
	s := twoLegs(t, deflateLine).fits101(deflateLine).on(0).fits101().verdict(analyze.Healthy)
	if found := rsv1WithoutExtension.Check(s.kase()); found != nil {
		t.Errorf("two WebSockets: %s", found[0].Title())
	}
}
