package rules

import (
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
		port := strings.TrimSpace(s.Request.Get("X-Forwarded-Port"))
		if n, err := strconv.ParseUint(port, 10, 16); err == nil && n > 0 && s.Request.Count("X-Forwarded-Port") == 1 {
			f.Listener, f.ListenerFrom = strconv.FormatUint(n, 10), "X-Forwarded-Port"
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
func listenerPort(f *facts) string { return portNumber(f.Listener, "443") }

// portNumber returns s if it is a port, else the other.
func portNumber(s, other string) string {
	if n, err := strconv.ParseUint(s, 10, 16); err == nil && n > 0 {
		return s
	}
	return other
}
