package analyze

import "testing"

// TestAside leaves out what a hop sends besides the handshake: questions whether
// it may pass, and copies. What it changes on the way stays damage.
func TestAside(t *testing.T) {
	const (
		auth, copied = "10.0.1.3:80", "10.0.1.4:80"
		culprit      = " (10.0.0.1:80|10.0.1.1) "
	)
	plain := []string{"Connection: close", "-Upgrade"}
	asks := func(more ...string) []string {
		return append(append([]string{"GET /auth HTTP/1.0", xff}, plain...), more...)
	}
	for _, c := range []struct {
		name, brief string
		play        func(tp *tape)
	}{
		{"a question, and then the handshake", "healthy proven 101 0:client:101 1:instance:101", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			tp.relay("10.0.1.1:50009", auth, keyA, asks()...).answers(fine...).closes()
			tp.relay(back, inst, keyA, xff).answers(switching...)
			c.answers(switching...)
		}},
		{"a question to the same server, and then a refusal", "refused proven 400 0:client:400 1:instance:400", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			tp.relay("10.0.1.1:50009", inst, keyA, asks()...).answers(fine...).closes()
			tp.relay(back, inst, keyA, xff).answers(bad...)
			c.answers(bad...)
		}},
		{"a question, and the handshake damaged", "rewritten proven 400" + culprit + "0:client:400 1:instance:400", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			tp.relay("10.0.1.1:50009", auth, keyA, asks("X-Original-URI: /chat")...).answers(fine...).closes()
			tp.relay(back, inst, keyA, xff, "Connection: keep-alive").answers(bad...)
			c.answers(bad...)
		}},
		{"a question, and the rest is not in the capture", "healthy proven 101 0:client:101", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			tp.relay("10.0.1.1:50009", auth, keyA, asks()...).answers(fine...).closes()
			c.answers(switching...)
		}},
		{"a question that another proxy passes on", "healthy proven 101 0:client:101 1:instance:101", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			q := tp.relay("10.0.1.1:50009", auth, keyA, asks()...)
			tp.relay("127.0.0.1:50010", "127.0.0.1:9000", keyA, asks()...).answers(fine...).closes()
			q.answers(fine...).closes()
			tp.relay(back, inst, keyA, xff).answers(switching...)
			c.answers(switching...)
		}},
		{"the answer is no", "refused proven 401 0:client:401", func(tp *tape) {
			no := []string{"HTTP/1.1 401 Unauthorized", "Content-Length: 0"}
			c := tp.relay(client, front, keyA)
			tp.relay("10.0.1.1:50009", auth, keyA, asks("X-Original-URL: http://app.example/chat")...).answers(no...).closes()
			c.answers(no...)
		}},
		{"the answer is no, and where to sign in", "refused proven 302 0:client:302", func(tp *tape) {
			no, login := []string{"HTTP/1.1 401 Unauthorized", "Content-Length: 0"}, []string{"HTTP/1.1 302 Found", "Content-Length: 0"}
			c := tp.relay(client, front, keyA)
			tp.relay("10.0.1.1:50009", auth, keyA, asks("X-Forwarded-Uri: /chat")...).answers(no...).closes()
			tp.relay("10.0.1.1:50010", auth, keyA, append([]string{"GET /oauth2/sign_in HTTP/1.0", "X-Auth-Request-Redirect: /chat"}, plain...)...).answers(login...).closes()
			c.answers(login...)
		}},
		{"a question, and then the handshake, behind a leg that is not in the capture", "healthy proven 101 0:instance:101", func(tp *tape) {
			tp.relay("10.0.1.1:50009", auth, keyA, asks()...).answers(fine...).closes()
			tp.relay(back, inst, keyA, xff).answers(switching...)
		}},
		{"a question alone", "undetermined undetermined 200 0:instance:200", func(tp *tape) {
			tp.relay("10.0.1.1:50009", auth, keyA, asks("X-Original-URI: /chat")...).answers(fine...).closes()
		}},
		{"the answer is no, and nothing says what was asked for", "undetermined undetermined 401 0:client:401 1:instance:401", func(tp *tape) {
			no := []string{"HTTP/1.1 401 Unauthorized", "Content-Length: 0"}
			c := tp.relay(client, front, keyA)
			tp.relay("10.0.1.1:50009", auth, keyA, asks()...).answers(no...).closes()
			c.answers(no...)
		}},
		{"a target of the same end, told no", "downgraded proven 401" + culprit + "0:client:401 1:instance:401", func(tp *tape) {
			no := []string{"HTTP/1.1 401 Unauthorized", "Content-Length: 0"}
			c := tp.relay(client, front, keyA)
			tp.relay(back, inst, keyA, append([]string{"GET /backend/chat HTTP/1.0", xff}, plain...)...).answers(no...).closes()
			c.answers(no...)
		}},
		{"a copy for somebody who watches", "healthy proven 101 0:client:101 1:instance:101", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			m := tp.relay("10.0.1.1:50009", copied, keyA, append([]string{"GET /chat HTTP/1.0"}, plain...)...)
			tp.relay(back, inst, keyA, xff).answers(switching...)
			m.answers(fine...).closes()
			c.answers(switching...)
		}},

		// what is not aside
		{"a target rewritten on the way", "downgraded proven 400" + culprit + "0:client:400 1:instance:400", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			tp.relay(back, inst, keyA, asks()...).answers(bad...)
			c.answers(bad...)
		}},
		{"a target rewritten on the way, and said so", "downgraded proven 400" + culprit + "0:client:400 1:instance:400", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			tp.relay(back, inst, keyA, asks("X-Original-URI: /chat")...).answers(bad...)
			c.answers(bad...)
		}},
		{"the same alone", "downgraded inferred 400 (-|10.0.1.1) 0:instance:400", func(tp *tape) {
			tp.relay(back, inst, keyA, asks("X-Original-URI: /chat")...).answers(bad...)
		}},
		{"the target is said, and is the same", "dropped inferred 200 (-|10.0.1.1) 0:instance:200", func(tp *tape) {
			tp.relay(back, inst, keyA, append(plain, xff, "X-Original-URI: /chat")...).answers(fine...)
		}},
		{"two tries, both damaged", "dropped proven 502" + culprit + "0:client:502 1:instance:502 1:instance:502", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			tp.relay(back, inst, keyA, append(plain, xff)...).answers(gateway...)
			tp.relay("10.0.1.1:50002", "10.0.1.3:80", keyA, append(plain, xff)...).answers(gateway...)
			c.answers(gateway...)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tp := newTape(t, Config{})
			c.play(tp)
			want(t, tp.finish(), c.brief)
		})
	}
}

// TestSidecar: a proxy that takes what comes to the application's address, and
// asks the same address from loopback, makes a leg of its own.
func TestSidecar(t *testing.T) {
	const from = "127.0.0.6:50001"
	tp := newTape(t, Config{})
	o := tp.relay(back, inst, keyA, xff)
	tp.relay(from, inst, keyA, xff, "-Upgrade", "-Connection").answers(bad...)
	o.answers(bad...)
	want(t, tp.finish(), "dropped proven 400 (10.0.1.2:80|127.0.0.6) 0:client:400 1:instance:400")
}

// TestAskedForByProxy: behind a proxy that writes Upgrade into every request a page
// looks like a handshake. What nobody sends who asks for a WebSocket is no broken one
// of a client's, whether the proxy leaves a mark or not.
func TestAskedForByProxy(t *testing.T) {
	const (
		noVersion = "-Sec-WebSocket-Version"
		cannotSay = "undetermined undetermined 400 0:"
		malformed = "malformed proven 400 0:client:400"
	)
	browser := "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0"
	for _, c := range []struct {
		name, want string
		lines      []string
	}{
		{"a page, with a mark", cannotSay + "instance:400", []string{xff}},
		{"a form, with a mark", cannotSay + "instance:400", []string{"POST /form HTTP/1.1", xff}},
		{"a page in HTTP/1.0, with a mark", cannotSay + "instance:400", []string{"GET / HTTP/1.0", xff}},
		{"a page for a browser", cannotSay + "client:400", []string{browser}},
		{"a health check", cannotSay + "client:400", []string{"User-Agent: ELB-HealthChecker/2.0"}},
		{"a form", cannotSay + "client:400", []string{"POST /form HTTP/1.1"}},
		{"a page in HTTP/1.0", cannotSay + "client:400", []string{"GET / HTTP/1.0"}},
		{"by hand", malformed, []string{"User-Agent: curl/8.5.0"}},
		{"by nobody's name", malformed, nil},
		{"a browser's, for a WebSocket", malformed, []string{browser, "Sec-WebSocket-Protocol: chat"}},
		{"a browser's, for engine.io", malformed, []string{"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1", browser}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tp := newTape(t, Config{})
			tp.relay(back, inst, "", append(c.lines, noVersion)...).answers(bad...)
			want(t, tp.finish(), c.want)
		})
	}
}
