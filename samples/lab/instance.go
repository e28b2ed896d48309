//go:build linux

package main

import (
	"fmt"
	"strconv"
)

// proxy is the nginx on the instance, before the application.
type proxy struct {
	name string
	// directives go into its location; "" with direct.
	directives string
	// locations are further ones of the same server.
	locations string
	listen    string
	direct    bool
	tls       bool
	// other starts it where it is no nginx.
	other func(s *site, port int) error
}

// The instance's proxies. beanstalk is what Elastic Beanstalk's Node.js
// platform configured; snippet is the usual advice, which writes "upgrade"
// into Connection whatever came; mapped does so only if an upgrade was asked.
var (
	direct    = &proxy{name: "direct", direct: true}
	beanstalk = &proxy{name: "beanstalk", directives: instanceHeaders + `proxy_set_header Connection "";`}
	snippet   = &proxy{name: "snippet", directives: instanceHeaders + `proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";`}
	mapped    = &proxy{name: "map", directives: instanceHeaders + `proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;`}
	mappedPP  = &proxy{name: "map+pp", directives: mapped.directives, listen: " proxy_protocol"}
	// http2 speaks nothing but HTTP/2 (nginx before 1.25.1).
	http2 = &proxy{name: "http2", directives: mapped.directives, listen: " http2"}
	// guarded asks the application whether a request may pass, and mirrored sends it
	// a copy of each; careless asks with all headers of the request.
	guarded = &proxy{name: "guarded", directives: mapped.directives + ` auth_request /may;`,
		locations: `location = /may { internal; proxy_pass http://nodejs/plain; proxy_set_header X-Original-URI $request_uri;
 proxy_pass_request_body off; proxy_set_header Content-Length ""; }`}
	careless = &proxy{name: "careless", directives: mapped.directives + ` auth_request /plain;`}
	mirrored = &proxy{name: "mirrored", directives: mapped.directives + ` mirror /copy;`,
		locations: `location = /copy { internal; proxy_pass http://nodejs/plain; }`}
	bare = &proxy{name: "bare"}
	// encrypted is beanstalk behind TLS.
	encrypted = &proxy{name: "tls", directives: beanstalk.directives, tls: true}
	// haproxyTLS is HAProxy behind TLS.
	haproxyTLS = &proxy{name: "haproxy-tls", tls: true, other: startHAProxyTLS}
	// gnutls ends TLS as well, and tells who does not speak it so, by an alert.
	gnutls = &proxy{name: "gnutls", tls: true, other: startGnuTLS}
	// patient is mapped, and never cuts what is silent.
	patient = &proxy{name: "patient", directives: mapped.directives + " proxy_read_timeout 3600s;"}
	// impatient passes upgrades on, and cuts what is silent for two seconds.
	impatient = &proxy{name: "impatient", directives: snippet.directives + " proxy_read_timeout 2s;"}
)

const instanceHeaders = `proxy_http_version 1.1; proxy_set_header Host $host; proxy_set_header X-Real-IP $remote_addr;
 proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; `

// The application's ports: the public one for load balancers that talk to it
// directly, the other one behind nginx.
const (
	directPort = 8080
	localPort  = 8081
)

// port is where the load balancer asks.
func (p *proxy) port() int {
	switch {
	case p.direct:
		return directPort
	case p.tls:
		return 443
	}
	return 80
}

func (p *proxy) start(s *site) error {
	switch {
	case p.direct:
		return nil
	case p.other != nil:
		return p.other(s, p.port())
	}
	listen := fmt.Sprintf("listen 80%s; listen [::]:80%[1]s;", p.listen)
	if p.tls {
		listen = fmt.Sprintf("listen 443 ssl; ssl_certificate %s; ssl_certificate_key %[1]s;", s.tools.certificate)
	}
	proc, err := s.startNginx(s.instance, "instance", fmt.Sprintf(
		` map $http_upgrade $connection_upgrade { default upgrade; "" ""; }
 upstream nodejs { server 127.0.0.1:%d; keepalive 256; }
 server { %s location / { proxy_pass http://nodejs; %s } %s }`, localPort, listen, p.directives, p.locations))
	if err != nil {
		return err
	}
	return s.serving(s.instance, s.addr(instanceAddr, p.port()), proc)
}

// startHAProxyTLS starts a HAProxy on the instance that ends TLS.
func startHAProxyTLS(s *site, port int) error {
	conf, err := s.write("instance-haproxy.cfg", fmt.Sprintf(`defaults
 mode http
 timeout connect 5s
 timeout client 30s
 timeout server 30s
listen instance
 bind %s ssl crt %s
 server application 127.0.0.1:%d
`, s.addr(instanceAddr, port), s.tools.certificate, localPort))
	if err != nil {
		return err
	}
	proc, err := s.start(s.instance, "haproxy", "-db", "-f", conf)
	if err != nil {
		return err
	}
	return s.serving(s.instance, s.addr(instanceAddr, port), proc)
}

// startGnuTLS starts GnuTLS's own server on the instance.
func startGnuTLS(s *site, port int) error {
	proc, err := s.start(s.instance, "gnutls-serv", "--http", "--port", strconv.Itoa(port),
		"--x509certfile", s.tools.certificate, "--x509keyfile", s.tools.certificate)
	if err != nil {
		return err
	}
	return s.serving(s.instance, s.addr(instanceAddr, port), proc)
}

// startServers starts the application.
func startServers(s *site) error {
	p, err := s.start(s.instance, s.tools.servers, "-listen", fmt.Sprintf(":%d,127.0.0.1:%d", directPort, localPort))
	if err != nil {
		return err
	}
	return s.serving(s.instance, fmt.Sprintf("127.0.0.1:%d", localPort), p)
}
