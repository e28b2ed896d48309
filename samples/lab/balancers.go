//go:build linux

package main

import (
	"fmt"
	"strings"
)

// balancer is what stands between the client and the instance.
type balancer struct {
	name string
	// needs is the program that has to be installed, if any.
	needs string
	// tls is set if clients reach it by TLS, on port 443.
	tls   bool
	start func(s *site, port int) error
}

// port is where clients ask.
func (b *balancer) port() int {
	if b.tls {
		return 443
	}
	return 80
}

// The load balancers. A real Classic Load Balancer cannot be had in a lab:
// nginxRewrites stands for one whose HTTP listener passes a 101 on if the
// server says one, strict for one that does not.
var (
	// nginxRewrites writes keep-alive into Connection and keeps Upgrade.
	nginxRewrites = nginxBalancer("rewrites", false, keepAlive+`proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "keep-alive";`)
	// nginxDrops removes Upgrade as well.
	nginxDrops = nginxBalancer("drops", false, keepAlive+`proxy_set_header Upgrade ""; proxy_set_header Connection "keep-alive";`)
	// nginxPlain is a bare proxy_pass: HTTP/1.0 to the instance.
	nginxPlain       = nginxBalancer("plain", false, "")
	nginxRewritesTLS = nginxBalancer("rewrites", true, keepAlive+`proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "keep-alive";`)
	nginxDropsTLS    = nginxBalancer("drops", true, keepAlive+`proxy_set_header Upgrade ""; proxy_set_header Connection "keep-alive";`)
	nginxPlainTLS    = nginxBalancer("plain", true, "")
	// nginxPasses passes upgrades on; nginxIdle as well, and cuts what is
	// silent for two seconds. nginxHasty rewrites, and waits no longer than that.
	nginxPasses = nginxBalancer("passes", false, nginxPassing)
	nginxIdle   = nginxBalancer("idle", false, keepAlive+`proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"; proxy_read_timeout 2s;`)
	nginxHasty  = nginxBalancer("hasty", false, keepAlive+`proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "keep-alive"; proxy_read_timeout 2s;`)

	// nginxTwoServers passes upgrades on, and has a server in its list that is not there.
	nginxTwoServers = nginxBefore("two-servers", false, "server "+instanceAddr+":9; ", keepAlive+`proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";`)
	// haproxyToTLS asks the instance by TLS.
	haproxyToTLS = haproxyBalancer("to-tls", false, "mode http\n option forwardfor", "ssl verify none")

	haproxyHTTP = haproxyBalancer("http", false, "mode http\n option forwardfor", "")
	// haproxyIdle cuts a WebSocket that is silent for two seconds.
	haproxyIdle    = haproxyBalancer("idle", false, "mode http\n option forwardfor\n timeout tunnel 2s", "")
	haproxyTCP     = haproxyBalancer("tcp", false, "mode tcp", "")
	haproxyPPv1    = haproxyBalancer("tcp+ppv1", false, "mode tcp", "send-proxy")
	haproxyPPv2    = haproxyBalancer("tcp+ppv2", false, "mode tcp", "send-proxy-v2")
	haproxyHTTPTLS = haproxyBalancer("http", true, "mode http\n option forwardfor", "")
	haproxyTCPTLS  = haproxyBalancer("tcp", true, "mode tcp", "")
	haproxyPPv1TLS = haproxyBalancer("tcp+ppv1", true, "mode tcp", "send-proxy")
	haproxyPPv2TLS = haproxyBalancer("tcp+ppv2", true, "mode tcp", "send-proxy-v2")

	apache    = &balancer{name: "apache", needs: "apache2", start: startApache("")}
	apacheTLS = &balancer{name: "tls+apache", needs: "apache2", tls: true, start: startApache("")}
	// varnish has no TLS of its own.
	varnish   = &balancer{name: "varnish", needs: "varnishd", start: startVarnish("")}
	strict    = &balancer{name: "strict", start: startStrict("keep-alive")}
	strictTLS = &balancer{name: "tls+strict", tls: true, start: startStrict("keep-alive")}
	// strictWhole passes Connection on, and does not become a tunnel either.
	strictWhole = &balancer{name: "strict-whole", start: startStrict("Upgrade")}
	// router only forwards packets.
	router = &balancer{name: "router", start: func(s *site, _ int) error {
		return s.balancer.do(func() error { return command("sysctl", "-q", "-w", "net.ipv4.ip_forward=1") })
	}}
)

const keepAlive = `proxy_http_version 1.1; proxy_set_header Host $host;
 proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
 proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Port $server_port;
 `

func withTLS(name string, tls bool) string {
	if tls {
		return "tls+" + name
	}
	return name
}

// nginxHead keeps nginx in one process, and all its files in the scene's folder.
func nginxHead(s *site, name string) string {
	return fmt.Sprintf(`daemon off; master_process off; pid %[1]s/%[2]s.pid; error_log stderr info;
events {}
http {
 access_log off; client_body_temp_path %[1]s/%[2]s-body; proxy_temp_path %[1]s/%[2]s-proxy;
 fastcgi_temp_path %[1]s/%[2]s-f; uwsgi_temp_path %[1]s/%[2]s-u; scgi_temp_path %[1]s/%[2]s-s;
`, s.dir, name)
}

func (s *site) startNginx(on *namespace, name, rest string) (*process, error) {
	conf, err := s.write(name+".conf", nginxHead(s, name)+rest+"\n}\n")
	if err != nil {
		return nil, err
	}
	return s.start(on, "nginx", "-e", "stderr", "-p", s.dir, "-c", conf)
}

func nginxBalancer(name string, tls bool, directives string) *balancer {
	return nginxBefore(name, tls, "", directives)
}

// nginxBefore lists other servers before the instance.
func nginxBefore(name string, tls bool, others, directives string) *balancer {
	b := &balancer{name: withTLS("nginx-"+name, tls), needs: "nginx", tls: tls}
	b.start = func(s *site, port int) error {
		upstream := others + "server " + s.addr(instanceAddr, port) + ";"
		if directives != "" {
			upstream += " keepalive 8;"
		}
		listen := fmt.Sprintf("listen %s;", s.addr(frontAddr, b.port()))
		if tls {
			listen = fmt.Sprintf("listen %s ssl; ssl_certificate %s; ssl_certificate_key %[2]s;",
				s.addr(frontAddr, b.port()), s.tools.certificate)
		}
		p, err := s.startNginx(s.balancer, "balancer", fmt.Sprintf(
			" upstream instance { %s }\n server { %s location / { proxy_pass http://instance; %s } }",
			upstream, listen, directives))
		if err != nil {
			return err
		}
		return s.serving(s.balancer, s.addr(frontAddr, b.port()), p)
	}
	return b
}

func haproxyBalancer(name string, tls bool, mode, server string) *balancer {
	b := &balancer{name: withTLS("haproxy-"+name, tls), needs: "haproxy", tls: tls}
	b.start = func(s *site, port int) error {
		bind := s.addr(frontAddr, b.port())
		if tls {
			bind += " ssl crt " + s.tools.certificate
		}
		conf, err := s.write("haproxy.cfg", fmt.Sprintf(`defaults
 timeout connect 5s
 timeout client 30s
 timeout server 30s
 timeout tunnel 30s
 %s
listen balancer
 bind %s
 server instance %s %s
`, mode, bind, s.addr(instanceAddr, port), server))
		if err != nil {
			return err
		}
		p, err := s.start(s.balancer, "haproxy", "-db", "-f", conf)
		if err != nil {
			return err
		}
		return s.serving(s.balancer, s.addr(frontAddr, b.port()), p)
	}
	return b
}

// startApache starts Apache with mod_proxy_http, and without
// mod_proxy_wstunnel. upgrade are parameters of its ProxyPass.
func startApache(upgrade string) func(*site, int) error {
	return func(s *site, port int) error { return apacheBefore(s, port, upgrade) }
}

func apacheBefore(s *site, port int, upgrade string) error {
	modules, ssl := []string{"mpm_event", "authz_core", "proxy", "proxy_http"}, ""
	if s.scene.balancer.tls {
		modules = append(modules, "ssl")
		ssl = fmt.Sprintf("SSLEngine on\nSSLCertificateFile %s\nSSLCertificateKeyFile %[1]s\n", s.tools.certificate)
	}
	var load strings.Builder
	for _, m := range modules {
		fmt.Fprintf(&load, "LoadModule %s_module /usr/lib/apache2/modules/mod_%[1]s.so\n", m)
	}
	front := s.addr(frontAddr, s.scene.balancer.port())
	conf, err := s.write("apache.conf", fmt.Sprintf(`%sServerRoot %s
PidFile %[2]s/apache.pid
Mutex file:%[2]s
ErrorLog /dev/stderr
ServerName balancer.lab
User www-data
Group www-data
StartServers 1
Listen %s
ProxyPass / http://%s/%s
%s`, load.String(), s.dir, front, s.addr(instanceAddr, port), upgrade, ssl))
	if err != nil {
		return err
	}
	p, err := s.start(s.balancer, "apache2", "-DFOREGROUND", "-f", conf)
	if err != nil {
		return err
	}
	return s.serving(s.balancer, front, p)
}

// startVarnish starts Varnish with more VCL than it has of itself.
func startVarnish(more string) func(*site, int) error {
	return func(s *site, port int) error {
		vcl, err := s.write("varnish.vcl", fmt.Sprintf("vcl 4.1;\nbackend instance { .host = \"%s\"; .port = \"%d\"; }\n%s",
			instanceAddr, port, more))
		if err != nil {
			return err
		}
		p, err := s.start(s.balancer, "varnishd", "-F", "-j", "none", "-n", s.path("varnish"),
			"-a", s.addr(frontAddr, 80), "-f", vcl, "-s", "malloc,16m", "-T", "none")
		if err != nil {
			return err
		}
		return s.serving(s.balancer, s.addr(frontAddr, 80), p)
	}
}
