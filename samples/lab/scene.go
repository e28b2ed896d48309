//go:build linux

package main

// scene is one thing that happens in the lab, and what elbscope must say of
// it. See scenes_*.go; adding one is adding a value there.
type scene struct {
	name string
	// sentence says what happens, for people.
	sentence string

	balancer *balancer
	proxy    *proxy
	// wire harms what passes between the balancer and the instance.
	wire *wire
	mtu  int
	ipv6 bool

	// calls are the client's connections, one after the other; at once
	// starts them all together.
	calls  []call
	atOnce bool
	// application starts something else than the lab's own servers.
	application func(*site) error
	// drive is a client of another kind, after the calls, and needs what must
	// be installed for it.
	drive func(*site) error
	needs []string
	// got is what the client must have been answered, by target: without it
	// the scene has not happened, and elbscope is not asked.
	got map[string]int

	// points are where packets are recorded; nil is the client's leg and
	// everything on the instance.
	points []point
	// live is an elbscope that captures the scene itself.
	live *watch
	// slow is set for scenes that only wait for a long time: they are played
	// beside all others.
	slow bool
	// late leaves the start of the recording to the act recordNow.
	late bool
	// views are what elbscope is given and must say.
	views []view
	// npm is set for scenes that need downloads from npm.
	npm bool
}

// view is one run of elbscope on some of the recordings.
type view struct {
	name string
	// files are the recordings, in order.
	files []file
	// want is in the language of samples/*.story: see package story.
	want string
	// remedies must each be the title of a remedy of some finding.
	remedies []string
	// says must each stand in the explanation of some finding.
	says []string
	// knownWrong says in what elbscope is known to be wrong here. The view is
	// then printed as such, and fails if elbscope is suddenly right.
	knownWrong string
}

// file makes the path of a capture file of the recordings.
type file func(*site) ([]string, error)

// both is what most scenes are judged by: one file from each side of the
// balancer.
func both(want string) view {
	return view{name: "both legs", files: []file{recorded("client"), recorded("instance")}, want: want}
}

func instanceOnly(want string) view {
	return view{name: "instance only", files: []file{recorded("instance")}, want: want}
}

func clientOnly(want string) view {
	return view{name: "client only", files: []file{recorded("client")}, want: want}
}
