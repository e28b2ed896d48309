package rules

import (
	"cmp"
	"strconv"
	"strings"

	"elbscope/analyze"
)

// setListener fills in at which port the client asked the load balancer. What
// the hop before the instance says of it counts only on the instance's own
// leg: behind its proxy, the same headers tell that proxy's port.
func setListener(f *analyze.Facts, h *analyze.Handshake) {
	for _, s := range h.Sightings {
		switch {
		case s.Leg == analyze.ClientLeg && s.Proxy.Version == "":
			f.Listener, f.ListenerFrom, f.Scheme = strconv.Itoa(int(s.Conn.Server.Port())), "its own leg", "http"
			return
		case s.Leg != analyze.InstanceLeg:
			continue
		}
		port := portNumber(strings.TrimSpace(s.Request.Get("X-Forwarded-Port")))
		if port != "" && s.Request.Count("X-Forwarded-Port") == 1 {
			f.Listener, f.ListenerFrom = port, "X-Forwarded-Port"
			if scheme := strings.ToLower(s.Request.Get("X-Forwarded-Proto")); scheme == "http" || scheme == "https" {
				f.Scheme = scheme
			}
			return
		}
		if s.Proxy.Count == 1 && s.Proxy.Dest.Port() > 0 {
			f.Listener, f.ListenerFrom = strconv.Itoa(int(s.Proxy.Dest.Port())), "the PROXY header"
			return
		}
	}
}

// listenerPort is the port of the load balancer's listener, 443 where the
// capture does not tell.
func listenerPort(f *facts) string { return cmp.Or(portNumber(f.Listener), "443") }

// portNumber returns the port that s says, without leading zeros, and "" where
// it says none.
func portNumber(s string) string {
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil || n == 0 {
		return ""
	}
	return strconv.FormatUint(n, 10)
}
