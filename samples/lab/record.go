//go:build linux

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// recording is a capture that is kept in samples/: NAME.pcapng, and NAME.want
// beside it.
type recording struct {
	name string
	// scene is played for it; points are merged into the file.
	scene  *scene
	points []string
	// about are the further lines of the .want file's comment.
	about string
	want  string
}

// atMost is the largest capture that samples/ takes.
const atMost = 200_000

// recordings are the real captures of samples/.
func recordings() []recording {
	return []recording{
		{
			name: "article-502", scene: findScene("npm-sails-article"), points: []string{"client", "instance"},
			about: `Recorded in the lab (samples/lab) with tcpdump on the load balancer's face to the
client and on all interfaces of the instance, merged by time. The first client is
socket.io's own, the second one a script. nginx tries each handshake twice.`,
			want: strings.Repeat(article502, 2) + "want counters connections=10 requests=23 responses=19 handshakes=2 gaps=0 webSocketFrames=0",
		},
		{
			name: "article-fixed", scene: findScene("npm-sails-cured"), points: []string{"client", "instance"},
			about: `The cure of article-502, recorded the same way: the listener is TCP (HAProxy), and
nginx on the instance passes the upgrade on.`,
			want: `want handshake verdict=healthy certainty=proven status=101 sightings=3 culprit=none
			    legs=client,instance,local findings=none
			want findings none`,
		},
		{
			name: "recorded-poisoned-pool", scene: findScene("poisoned-pool"), points: []string{"client", "instance"},
			about: `Recorded in the lab. The application uses gobwas/ws and forgets that a refused
connection is its own to close; nginx keeps it for the next request.`,
			want: `want handshake target=/leaky verdict=rewritten certainty=proven status=400 sightings=2 culprit=10.99.0.1:80|10.99.1.1
			    findings=connection-rewritten:error,handshake-refused:info
			want handshake target=/coder/innocent verdict=rewritten certainty=proven status=504 sightings=2 culprit=10.99.0.1:80|10.99.1.1
			    findings=connection-rewritten:error,handshake-unanswered:info`,
		},
		{
			name: "recorded-rough-wire", scene: findScene("all-accidents"), points: []string{"client", "instance"},
			about: "Recorded in the lab, on the far side of a wire with an MTU of 576 that loses,\nswaps and doubles packets by plan.",
			want:  roughWant + "want counters gaps=0 handshakes=2 requests=9 responses=9",
		},
		{
			name: "recorded-idle-cut", scene: findScene("idle-cut-by-proxy"), points: []string{"client", "instance"},
			about: "Recorded in the lab with nginx's proxy_read_timeout at two seconds, behind HAProxy.",
			want: `want handshake verdict=healthy certainty=proven status=101 sightings=3 culprit=none
			    closed=server-fin,server-fin,client-fin findings=websocket-idle-timeout:warning`,
		},
	}
}

func findScene(name string) *scene {
	for _, s := range allScenes() {
		if s.name == name {
			return s
		}
	}
	return nil
}

// recordAll plays what samples/ keeps, and writes each capture only if elbscope
// says of it what is wanted.
func recordAll(names []string) error {
	var chosen []recording
	var scenes []*scene
	for _, r := range recordings() {
		named := len(names) == 0
		for _, n := range names {
			named = named || strings.HasPrefix(r.name, n)
		}
		if named {
			chosen = append(chosen, r)
			scenes = append(scenes, r.scene)
		}
	}
	if len(chosen) == 0 {
		return errors.New("samples/ keeps no recording of such a name")
	}
	t, err := newTools(scenes)
	if err != nil {
		return err
	}
	defer t.close(false)
	for i, r := range chosen {
		if err := r.record(t, i); err != nil {
			return fmt.Errorf("recording %s: %w", r.name, err)
		}
		fmt.Fprintf(os.Stdout, "samples/%s.pcapng: %s\n", r.name, r.scene.sentence)
	}
	fmt.Fprintln(os.Stdout, "\nThe list and the pictures of these captures are now old. make record makes them anew, too.")
	return nil
}

// record plays the scene until its capture is written.
func (r *recording) record(t *tools, number int) error {
	s, err := newSite(r.scene, t, number)
	if err == nil {
		err = s.perform()
	}
	if err = errors.Join(err, s.tearDown()); err != nil {
		return err
	}
	if err := s.asExpected(); err != nil {
		return err
	}
	capture, err := s.onlyTCP(r.points)
	if err != nil {
		return err
	}
	v := view{name: r.name, want: r.want, files: []file{func(*site) ([]string, error) { return []string{capture}, nil }}}
	if wrong := s.judge(v); len(wrong) > 0 {
		return fmt.Errorf("elbscope says:\n%s", strings.Join(wrong, "\n"))
	}
	bytes, err := os.ReadFile(capture)
	if err != nil {
		return err
	}
	if len(bytes) > atMost {
		return fmt.Errorf("%d bytes are more than %d", len(bytes), atMost)
	}
	into := filepath.Join(t.root, "samples", r.name)
	if err := os.WriteFile(into+".want", []byte(r.text(v)), 0o644); err != nil {
		return err
	}
	return os.WriteFile(into+".pcapng", bytes, 0o644)
}

// onlyTCP merges the points by time, without the lab's own marks and without
// names of files.
func (s *site) onlyTCP(points []string) (string, error) {
	var names []string
	for _, p := range points {
		if err := command("tcpdump", "-r", s.path(p+".pcap"), "-w", s.path(p+"-tcp.pcap"), "tcp"); err != nil {
			return "", err
		}
		names = append(names, p+"-tcp")
	}
	files, err := merged(names...)(s)
	if err != nil {
		return "", err
	}
	out := s.path("sample.pcapng")
	return out, command("editcap", "-F", "pcapng", "--discard-capture-comment", files[0], out)
}

// text is the .want file.
func (r *recording) text(v view) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", r.scene.sentence)
	for line := range strings.Lines(r.about) {
		fmt.Fprintf(&b, "# %s\n", strings.TrimSpace(line))
	}
	b.WriteString(v.lines())
	return b.String()
}
