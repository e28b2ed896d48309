package rules

import "time"

// knownTimeouts are the waits that many products share, so that meeting one
// of them is a hint. The names say whose they are and stay free of blame.
var knownTimeouts = []struct {
	wait time.Duration
	name string
}{
	{55 * time.Second, "the idle timeout of the Heroku router"},
	{60 * time.Second, "the default idle timeout of Classic and Application Load Balancers, and of nginx (proxy_read_timeout)"},
	{75 * time.Second, "a common keep-alive timeout, that of nginx for one"},
	{100 * time.Second, "a timeout of Cloudflare"},
	{120 * time.Second, "a common default of two minutes"},
	{300 * time.Second, "a common default of five minutes"},
	{350 * time.Second, "the default idle timeout of a Network Load Balancer"},
	{600 * time.Second, "the ten minutes of CloudFront and API Gateway"},
	{900 * time.Second, "a common setting of a quarter of an hour"},
	{1800 * time.Second, "a common setting of half an hour"},
	{3600 * time.Second, "a common setting of one hour"},
	{4000 * time.Second, "the longest idle timeout of a Classic or Application Load Balancer"},
}

// timeoutSlack is how far off a timer may be: it starts at a packet that we
// may have seen at another place, and fires on a coarse clock.
const timeoutSlack = 1500 * time.Millisecond

// waitNear names the well-known limit of waiting for an answer that d
// matches, or "". It knows one more than timeoutNear: half a minute is too
// common a silence on a WebSocket to mean anything there.
func waitNear(d time.Duration) string {
	if near(d, 30*time.Second) {
		return "a common default of applications and proxies"
	}
	return timeoutNear(d)
}

// timeoutNear names the well-known idle timeout that d matches, or "".
func timeoutNear(d time.Duration) string {
	for _, k := range knownTimeouts {
		if near(d, k.wait) {
			return k.name
		}
	}
	return ""
}

func near(d, wait time.Duration) bool { return (d - wait).Abs() <= timeoutSlack }
