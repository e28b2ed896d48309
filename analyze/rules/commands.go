package rules

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"elbscope/internal/wiretext"
)

// The functions below fill in commands and configurations with what the
// capture shows, so that they can be copied as they are. A person will paste
// them into a shell: nothing from the wire gets into one except through here.

// The neutral values stand where the capture tells nothing.
const (
	neutralApplication = "127.0.0.1:8081"
	neutralPlace       = "/socket.io/"
)

// endpointOr returns s if it is an endpoint, else the other.
func endpointOr(s, other string) string {
	if _, err := netip.ParseAddrPort(s); err == nil {
		return s
	}
	return other
}

// portOf is the port of an endpoint, or the other.
func portOf(s, other string) string {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return fmt.Sprint(ap.Port())
	}
	return other
}

// appOr is where a proxy has to pass requests on to; "" as the neutral
// one gives nothing where the capture does not show it.
func appOr(f *facts, neutral string) string { return endpointOr(f.Application, neutral) }

// nginxAt says in a title where the nginx stands that has to change.
func nginxAt(f *facts) string {
	front, back := codeSpan(f.Front), codeSpan(f.Back)
	switch {
	case !f.HopIsNginx():
		return "on the instance"
	case front == "":
		return "at or before " + back
	case strings.HasPrefix(f.Hop, "something between"):
		return "between " + front + " and " + back
	}
	return "at " + front
}

// upstream is where the nginx of nginxAt has to pass requests on to.
func upstream(f *facts, neutral string) string {
	if f.HopIsNginx() {
		return behind(f, neutral)
	}
	return appOr(f, neutral)
}

// behind is the server that the hop asks, in a remedy for the hop itself.
func behind(f *facts, neutral string) string {
	if f.Hop == "" || f.Example {
		return appOr(f, neutral)
	}
	return endpointOr(f.Arrived.To, appOr(f, neutral))
}

// instancePort is the port on which the load balancer asks the instance.
func instancePort(f *facts) string { return portOf(f.Instance, portOf(f.Proxied, "80")) }

// ports is a capture filter for all legs on the instance.
func ports(f *facts) string {
	instance, app := instancePort(f), portOf(f.Application, portOf(neutralApplication, ""))
	if app == instance {
		return "tcp port " + instance
	}
	return "tcp port " + instance + " or tcp port " + app
}

// where says in which order to ask, from the inside out.
func where(f *facts) string {
	named := func(endpoint, name, unknown string) string {
		if endpoint = endpointOr(endpoint, ""); endpoint == "" {
			return unknown
		}
		return codeSpan(endpoint) + " (" + name + ")"
	}
	inner := "the application's own port"
	if !f.Example && endpointOr(f.Instance, f.Proxied+f.Balancer) != "" {
		inner += " (not in this capture)"
	}
	proxied := named(f.Proxied, "the instance, with a PROXY header", "its proxy on the instance")
	return fmt.Sprintf("first %s, then %s, then %s",
		named(f.Application, "the application", inner),
		named(f.Instance, "the instance", proxied),
		named(f.Balancer, "the load balancer", "the load balancer"))
}

// curl asks for the WebSocket of this capture, at the innermost server that is
// known. Its exit is bounded: after a 101 it would wait for ever.
func curl(f *facts) string {
	return curlAt(f, "http", neutralApplication, f.Application, f.Instance, f.Proxied, f.Balancer)
}

// tlsCurl asks by TLS at the server that wants it, whose certificate is taken as
// it is.
func tlsCurl(f *facts) string { return curlAt(f, "https", "HOST", f.Arrived.To) }

// portCurl asks in plain HTTP at the server that was asked last.
func portCurl(f *facts) string { return curlAt(f, "http", "HOST", f.Arrived.To) }

// frontCurl asks in the way the client did, at the server that it asked.
func frontCurl(f *facts) string {
	return curlAt(f, "http", "HOST", f.Balancer, f.Instance, f.Application)
}

func curlAt(f *facts, scheme, at string, endpoints ...string) string {
	path, host := "/", ""
	if !f.Example {
		for _, e := range slices.Backward(endpoints) {
			at = endpointOr(e, at)
		}
		path = askPath(f.Target)
		if hostName.MatchString(f.Host) {
			host = fmt.Sprintf("    -H 'Host: %s' \\\n", f.Host)
		}
	}
	address := scheme + "://" + at + path
	url := "'" + address + "'"
	command := "curl -i -N -m 5 --http1.1 "
	if scheme == "https" {
		command = "curl -k -i -N -m 5 --http1.1 "
	}
	if at == f.Proxied && !f.Example {
		command += "--haproxy-protocol "
	}
	before := ""
	if masks(f) {
		before = fillIn
	}
	if len(command+url+" \\") > commandWidth {
		before += shellVariable("URL", address)
		url = `"$URL"`
	}
	return before + command + url + " \\\n" + host +
		"    -H 'Connection: Upgrade' -H 'Upgrade: websocket' \\\n" +
		"    -H 'Sec-WebSocket-Version: 13' \\\n" +
		"    -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='"
}

// fillIn stands above a command with a hole where a secret was. A shell that
// takes no comments, as zsh does at its prompt, must make nothing of it: hence
// the quotes, without which it would read from a file and write to another.
const fillIn = "# FIRST put the real value in the place of '" + wiretext.Masked + "' below.\n"

// pingMillis is how often to ping, in milliseconds, so that the silence that was
// cut does not come about: twice within it, or every half a minute.
func pingMillis(f *facts) int {
	const usual, most = 30_000, 45
	seconds, unit, _ := strings.Cut(f.Idle, " ")
	if s, err := strconv.ParseFloat(seconds, 64); err == nil && unit == "s" && s > 0 && s < most {
		return int(s * 500)
	}
	return usual
}

// commandWidth is how wide a command may be to stand indented on a terminal of
// 80 columns, where a line that breaks by itself cannot be copied.
const commandWidth = 74

// shellVariable assigns a value, which has no quote in it, in as many lines as
// it takes. Unlike a string that goes on in the next line, they may be
// indented. A mask stays whole: somebody will look for it.
func shellVariable(name, value string) string {
	var b strings.Builder
	so := ""
	for value != "" {
		n := min(len(value), commandWidth-len(name+"="+so+"''"))
		for n < len(value) && n > 1 && !utf8.RuneStart(value[n]) {
			n--
		}
		near := value[:min(len(value), n+len(wiretext.Masked)-1)]
		if at := strings.LastIndex(near, wiretext.Masked); at > 0 && at+len(wiretext.Masked) > n {
			n = at
		}
		fmt.Fprintf(&b, "%s=%s'%s'\n", name, so, value[:n])
		so, value = "$"+name, value[n:]
	}
	return b.String()
}

// masks reports whether the command has a hole where a secret was.
func masks(f *facts) bool {
	return !f.Example && strings.Contains(askPath(f.Target), wiretext.Masked)
}

var (
	hostName  = regexp.MustCompile(`^[A-Za-z0-9.:_\[\]-]{1,255}$`)
	authority = regexp.MustCompile(`^[a-z]+://[^/?]*`)
	// socketIO09 is the path of a socket.io 0.9 session. Its id is good for one
	// try; without one, the handshake is answered just the same.
	socketIO09 = regexp.MustCompile(`^(.*/1/websocket/)[^/?]*$`)
)

// maxPath bounds what is worth copying.
const maxPath = 300

// askPath is a request target that can be asked for again: without the id of a
// session that is over by then.
func askPath(target string) string {
	path, query, _ := strings.Cut(authority.ReplaceAllString(target, ""), "?")
	if !strings.HasPrefix(path, "/") || len(path) > maxPath || strings.Contains(path, "…") {
		return "/"
	}
	if m := socketIO09.FindStringSubmatch(path); m != nil {
		return urlText(m[1])
	}
	if len(query) > maxPath || strings.Contains(query, "…") {
		query = ""
	}
	if strings.Contains(query, "transport=") {
		var kept []string
		for _, p := range strings.Split(query, "&") {
			if !strings.HasPrefix(p, "sid=") {
				kept = append(kept, p)
			}
		}
		query = strings.Join(kept, "&")
	}
	if query != "" {
		path += "?" + query
	}
	return urlText(path)
}

// urlText makes s fit to stand in a URL in single quotes: it percent-encodes
// what curl or a shell would act on. The masks stay as they are.
func urlText(s string) string {
	parts := strings.Split(s, wiretext.Masked)
	for i, part := range parts {
		var b strings.Builder
		for j := range len(part) {
			if c := part[j]; plainInURL(c) {
				b.WriteByte(c)
			} else {
				fmt.Fprintf(&b, "%%%02X", c)
			}
		}
		parts[i] = b.String()
	}
	return strings.Join(parts, wiretext.Masked)
}

func plainInURL(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		strings.IndexByte("/-._~%?&=+:,;@!*()$", c) >= 0
}

var firstSegment = regexp.MustCompile(`^/(?:[A-Za-z0-9._-]{1,60}(?:/|$))?`)

// place is the part of the site that a proxy has to treat as WebSocket: the
// first segment of the path.
func place(f *facts) string {
	path, _, _ := strings.Cut(authority.ReplaceAllString(f.Target, ""), "?")
	first := firstSegment.FindString(path)
	if f.Example || first == "" || first == "/" && path != "/" {
		return neutralPlace
	}
	return first
}
