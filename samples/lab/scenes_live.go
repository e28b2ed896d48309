//go:build linux

package main

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"time"
)

// liveScenes are captured by elbscope itself while they happen.
var liveScenes = []*scene{
	{
		name: "live-article", balancer: nginxRewrites, proxy: beanstalk,
		sentence: "The article's failure, seen on the instance as it happens: both halves, within a second of the 502.",
		calls:    []call{{page("/first"), shake("/old"), page("/plain/after")}},
		got:      map[string]int{"/old": 502, "/plain/after": 200},
		live: &watch{
			args: onBothLegs, want: liveArticle, screen: []string{"rewritten", "10.99.1.1"}, since: answered,
			story: articleStory,
		},
		views: []view{instanceOnly(liveArticle)},
	},
	{
		name: "live-cured", balancer: haproxyTCP, proxy: snippet,
		sentence: "The cure, seen on the instance as it happens.",
		calls:    []call{{page("/first"), shake("/old"), say("hello"), leave}},
		got:      map[string]int{"/old": 101},
		live:     &watch{args: onBothLegs, want: liveCured + " frames=4,4", screen: []string{"healthy"}, since: answered},
		views:    []view{instanceOnly(liveCured)},
	},
	{
		name: "live-idle-cut-by-proxy", balancer: haproxyTCP, proxy: impatient,
		sentence: "The instance's nginx cuts a WebSocket that was silent for two seconds, and this is seen as it happens.",
		calls:    []call{{shake("/coder"), say("hi"), awaitEnd}},
		got:      map[string]int{"/coder": 101},
		live: &watch{
			args: onBothLegs, screen: []string{"healthy", "websocket-idle"}, since: cut,
			want: `want handshake verdict=healthy certainty=proven status=101 sightings=2 culprit=none
			    legs=client,local closed=server-fin,client-fin findings=websocket-idle-timeout:warning`,
			story: []string{"10.99.1.2:80 cut the WebSocket after 2"},
		},
		views: []view{both(`want handshake verdict=healthy certainty=proven status=101 sightings=3 culprit=none
		    closed=server-fin,server-fin,client-fin findings=websocket-idle-timeout:warning`)},
	},
	{
		name: "live-idle-cut-by-balancer", balancer: haproxyIdle, proxy: patient,
		sentence: "The load balancer cuts a WebSocket that was silent for two seconds; seen on the load balancer as it happens.",
		calls:    []call{{shake("/coder"), say("hi"), awaitEnd}},
		got:      map[string]int{"/coder": 101},
		live: &watch{
			at: onBalancer, args: []string{"tcp", "port", "80"}, screen: []string{"healthy", "websocket-idle"}, since: cut,
			want: `want handshake verdict=healthy certainty=proven status=101 sightings=2 culprit=none
			    legs=client,instance closed=server-fin,client-rst findings=websocket-idle-timeout:warning`,
			story: []string{"cut the WebSocket after 2"},
		},
		views: []view{both(`want handshake verdict=healthy certainty=proven status=101 sightings=3 culprit=none
		    closed=server-fin,client-rst,client-fin findings=websocket-idle-timeout:warning`)},
	},
	{
		name: "live-idle-cut-after-60s", balancer: nginxPasses, proxy: patient, slow: true,
		sentence: "The load balancer's own default of 60 s cuts a WebSocket; seen on the instance, where only the time tells.",
		calls:    []call{{shake("/coder"), say("hi"), awaitEndWithin(70 * time.Second)}},
		got:      map[string]int{"/coder": 101},
		live:     &watch{args: onBothLegs, want: liveMinute, screen: []string{"healthy", "websocket-idle"}, since: cut},
		views:    []view{instanceOnly(liveMinute)},
	},
	{
		name: "live-drops", balancer: haproxyHTTP, proxy: mapped,
		sentence: "The kernel drops packets, the answers to two handshakes among them: nobody can tell, and nothing false is said.",
		calls:    []call{{shake("/coder/before"), say("hi"), leave}},
		drive:    loseAnswers,
		got:      map[string]int{"/coder/before": 101, "/hold/101": 101, "/hold/403": 403, "/bulk/12000": 200, "/refuse/403": 403},
		points:   []point{},
		live: &watch{
			args: append([]string{"--buffer", "2M"}, onBothLegs...), losses: true,
			screen: []string{"healthy", "undetermined", "refused"}, since: answered,
			want: `want handshake target=/coder/before verdict=healthy certainty=proven status=101 sightings=2 culprit=none findings=none
			    want handshake target=/hold/101 verdict=undetermined certainty=undetermined status=none sightings=2 culprit=none findings=none
			    want handshake target=/hold/403 verdict=undetermined certainty=undetermined status=none sightings=2 culprit=none findings=none
			    want handshake target=/refuse/403 verdict=refused certainty=proven status=403 sightings=2 culprit=none findings=handshake-refused:error`,
		},
	},
}

// sailsLiveScenes are the article's own software, captured by elbscope itself.
var sailsLiveScenes = []*scene{
	{
		name: "npm-live-sails-article", balancer: nginxRewrites, proxy: beanstalk, application: nodeServer("6", "sails"),
		sentence: "The failure of the article, for real, on the screen within a second of its 502: both halves, from the instance's two legs.",
		calls:    []call{{page("/first")}},
		drive:    socketIO("0.9", "websocket", refused502),
		got:      map[string]int{"/first": 200},
		live: &watch{
			args: onBothLegs, want: liveSails, screen: []string{"rewritten", "10.99.1.1"}, since: answered, story: articleStory,
		},
		views: []view{instanceOnly(liveSails)},
	},
	{
		name: "npm-live-sails-cured", balancer: haproxyTCP, proxy: snippet, application: nodeServer("6", "sails"),
		sentence: "The article's application behind a TCP listener and an nginx that passes the upgrade on, on the screen as it happens: healthy.",
		calls:    []call{{page("/first")}},
		drive:    socketIO("0.9", "websocket", "websocket"),
		got:      map[string]int{"/first": 200},
		live:     &watch{args: onBothLegs, want: liveCured, screen: []string{"healthy"}, since: answered},
		views:    []view{instanceOnly(liveCured)},
	},
	{
		name: "npm-live-sails-idle-cut", balancer: haproxyTCP, proxy: impatient, application: nodeServer("6", "sails"),
		sentence: "nginx on the instance cuts a WebSocket of Sails that was silent for two seconds, and this is seen as it happens.",
		drive:    calling(call{page("/first"), session, awaitEnd}),
		got:      map[string]int{"/first": 200},
		live: &watch{
			args: onBothLegs, screen: []string{"healthy", "websocket-idle"}, since: cut,
			want: `want handshake verdict=healthy certainty=proven status=101 sightings=2 culprit=none
			    legs=client,local closed=server-fin,client-fin findings=websocket-idle-timeout:warning`,
		},
		views: []view{both(`want handshake verdict=healthy certainty=proven status=101 sightings=3 culprit=none
		    closed=server-fin,server-fin,client-fin findings=websocket-idle-timeout:warning`)},
	},
}

// What the instance alone sees of the article, its cure, and of a cut that came
// from before it.
const (
	liveArticle = `want handshake target=/old verdict=rewritten certainty=inferred status=502 sightings=3
	    culprit=-|10.99.1.1 legs=instance,local,local
	    findings=connection-rewritten:error,upgrade-dropped:error,handshake-unanswered:info`
	liveSails = `want handshake verdict=rewritten certainty=inferred status=502 sightings=3
	    culprit=-|10.99.1.1 legs=instance,local,local
	    findings=connection-rewritten:error,upgrade-dropped:error,handshake-unanswered:info`
	liveCured = `want handshake verdict=healthy certainty=proven status=101 sightings=2 culprit=none
	    legs=client,local findings=none`
	liveMinute = `want handshake verdict=healthy certainty=proven status=101 sightings=2 culprit=none
	    legs=instance,local closed=client-fin,client-fin findings=websocket-idle-timeout:warning`
)

// articleStory are both halves of the failure, by their places.
var articleStory = []string{"HERE or before it: Connection lost", "HERE: Upgrade was removed"}

// awaitEndWithin is awaitEnd with more patience.
func awaitEndWithin(limit time.Duration) act {
	return func(c *caller) error {
		_ = c.conn.SetDeadline(time.Now().Add(limit))
		return awaitEnd(c)
	}
}

// loseAnswers stops elbscope while two handshakes wait for their answers, fills
// the ring, and only then lets them be answered. What comes when elbscope goes
// on again is seen: the ends of both connections, and a further handshake.
func loseAnswers(s *site) error {
	w := s.watching
	return s.play(call{
		waitFor("/hold/101"), func(c *caller) error {
			return s.play(call{
				waitFor("/hold/403"),
				func(*caller) error { return w.freeze() },
				beside(call{page("/bulk/12000")}, call{page("/release")}),
				answerTo("/hold/403"),
				func(*caller) error { return answerTo("/hold/101")(c) },
				func(*caller) error { return w.thaw() },
				func(*caller) error { return until("drops are on the screen", 10*time.Second, w.countsDrops) },
				func(*caller) error { return until("elbscope has caught up", 30*time.Second, w.caughtUp) },
			})
		},
		say("still there"),
		beside(call{shake("/refuse/403")}),
	})
}

// waitFor sends a handshake and waits until both runs of elbscope know of it.
func waitFor(target string) act {
	return func(c *caller) error {
		if _, err := io.WriteString(c.conn, handshakeHead(target, usual)); err != nil {
			return err
		}
		w := c.site.watching
		return until("elbscope has seen "+target, 10*time.Second, func() bool {
			all := w.told().Handshakes // of which the screen may show several in one row
			return slices.ContainsFunc(all, func(h handshake) bool { return h.Target == target }) &&
				w.terminal.shows(fmt.Sprintf("  %d handshakes  ", len(all)))
		})
	}
}

// answerTo reads the answer to a handshake that was sent before.
func answerTo(target string) act {
	return func(c *caller) error { return c.ask(target, "") }
}

// beside makes further calls in the middle of one.
func beside(calls ...call) act {
	return func(c *caller) error {
		for _, other := range calls {
			if err := c.site.play(other); err != nil {
				return err
			}
		}
		return nil
	}
}

var someDropped = regexp.MustCompile(`[1-9][0-9,.kM]* dropped`)

func (w *watching) countsDrops() bool { return someDropped.MatchString(w.terminal.text()) }
