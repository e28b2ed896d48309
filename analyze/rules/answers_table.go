package rules

// answers are read from top to bottom, most specific first. Each row was read
// in the source of the software it names, or measured against it, unless it
// only repeats what the status says. Sources:
//
//	engine.io, socket.io  https://github.com/socketio/socket.io
//	ws                    https://github.com/websockets/ws
//	SockJS                https://github.com/sockjs/sockjs-node
//	Go                    https://github.com/gorilla/websocket, coder/websocket, gobwas/ws
//	Python                https://github.com/aio-libs/aiohttp, tornadoweb/tornado,
//	                      python-websockets/websockets, crossbario/autobahn-python
//	Java                  https://github.com/spring-projects/spring-framework, netty/netty
//	load balancers        https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/ts-elb-error-message.html
//	                      https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
var answers = concat(tlsAnswers, balancerAnswers, nodeAnswers, libraryAnswers, proxyAnswers, cloudAnswers, plainAnswers)

func concat(parts ...[]answer) []answer {
	var all []answer
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// unseen is a row of somebody who says so to a request without an upgrade.
func unseen(status int, when test, by, meaning string) answer {
	return answer{status, when, by, true, meaning, meaning + " " + lostBehind}
}

// lostBehind is said where a request that came whole was taken for one without
// an upgrade.
const lostBehind = "The handshake was whole when it came to this server: something on it or behind it took the upgrade away."

// Servers that say in plain HTTP that they want TLS. What they read was a request
// from its first byte on: a PROXY header before it, if there was one, was taken.
var tlsAnswers = []answer{
	{400, both(from("awselb"), says("The plain HTTP request was sent to HTTPS port")), "awselb (Application Load Balancer)", true,
		"The load balancer's listener is HTTPS, and was asked in plain HTTP.", ""},
	{400, says("The plain HTTP request was sent to HTTPS port"), "nginx", true,
		"nginx speaks TLS on this port (its listen says ssl), and was asked in plain HTTP.", ""},
	{400, says("speaking plain HTTP to an SSL-enabled server port"), "Apache", true,
		"Apache speaks TLS on this port (SSLEngine on), and was asked in plain HTTP.", ""},
	{400, says("Client sent an HTTP request to an HTTPS server."), "Go's net/http", true,
		"The Go server speaks TLS on this port, and was asked in plain HTTP.", ""},
}

// The load balancers come first: an Application Load Balancer sends the same
// page as nginx, and only its Server header tells them apart.
var balancerAnswers = []answer{
	{408, from("awselb"), "awselb (Application Load Balancer)", false,
		"The load balancer made this 408 itself: its idle timeout ran out before a whole request had come.", ""},
	{502, from("awselb"), "awselb (Application Load Balancer)", false,
		"The load balancer made this 502 itself: the instance closed or reset the connection, or answered something that it could not read.", ""},
	{503, from("awselb"), "awselb (Application Load Balancer)", false,
		"The load balancer made this 503 itself: it has no healthy instance to send the request to.", ""},
	{504, from("awselb"), "awselb (Application Load Balancer)", false,
		"The load balancer made this 504 itself: the instance did not accept the connection or did not answer in time.", ""},
	{403, from("awselb"), "awselb (Application Load Balancer)", false,
		"The load balancer made this 403 itself: a web application firewall (AWS WAF) blocked the request.", ""},
	{464, from("awselb"), "awselb (Application Load Balancer)", false,
		"The protocol version of the target group does not fit the request. WebSocket needs a target group with protocol version HTTP1.", ""},
	{0, from("awselb"), "awselb (Application Load Balancer)", false,
		"The load balancer made this answer itself.", ""},
	{408, both(capitals, bare, not(has("Server"))), "a Classic Load Balancer", false,
		"The load balancer made this 408 itself: its idle timeout ran out before a whole request had come.", ""},
	{502, both(capitals, bare, not(has("Server"))), "a Classic Load Balancer", false,
		"The load balancer made this 502 itself: it could not read what the instance sent, for instance a 101 that it had not asked for.", ""},
	{504, both(capitals, bare, not(has("Server"))), "a Classic Load Balancer", false,
		"The load balancer made this 504 itself: the instance closed the connection, or did not answer within the idle timeout.", ""},
	{0, both(capitals, bare, not(has("Server"))), "a Classic Load Balancer", false,
		"The load balancer made this answer itself: the instance is not the one that refuses.", ""},
	{503, reason("Back-end server is at capacity"), "a Classic Load Balancer", false,
		"The load balancer made this 503 itself: it has no instance in service, or its queue is full.", ""},
}

// Node: engine.io and socket.io, ws, SockJS, faye.
var nodeAnswers = []answer{
	{400, says(`{"code":0`), "engine.io (socket.io)", true,
		"engine.io does not know the transport that the URL names (code 0).", ""},
	{400, either(says(`{"code":1`), exactly("Session ID unknown")), "engine.io (socket.io)", true,
		"engine.io does not know the session id (code 1). The session lives in another process or on another instance, or has expired: several instances need sticky sessions.", ""},
	{400, says(`{"code":2`), "engine.io (socket.io)", true,
		"engine.io wants a GET for a handshake (code 2).", ""},
	// To an upgrade engine.io says this without JSON, but for the one that runs
	// on uWebSockets.js, which leaves its mark.
	{400, both(says(`{"code":3`), has("uWebSockets")), "engine.io (socket.io) on uWebSockets.js", true,
		"engine.io refuses the request as a bad one (code 3): it came without an upgrade, or a middleware refused it.",
		"engine.io refuses the request as a bad one (code 3). The handshake is whole, so look at middleware that refuses connections."},
	unseen(400, says(`{"code":3`), "engine.io (socket.io)",
		"engine.io got the handshake as an ordinary request (code 3): Node saw no upgrade in it."),
	{400, exactly("Bad request"), "engine.io (socket.io)", true,
		"engine.io refuses the upgrade as a bad request (code 3).",
		"engine.io refuses the upgrade as a bad request (code 3). The handshake is whole, so look at the Origin header and at middleware that refuses connections."},
	{0, says(`{"code":4`), "engine.io (socket.io)", true,
		"The application's own check (allowRequest) forbids the connection (code 4).", ""},
	{400, says(`{"code":5`), "engine.io (socket.io)", true,
		"Client and server speak different socket.io protocol versions (code 5): update the older one, or set allowEIO3.", ""},
	{0, says("7:::1+0"), "socket.io 0.9", true,
		"socket.io 0.9 does not know the session id: it lives in another process or on another instance, or has expired.", ""},
	{500, exactly("Protocol version not supported."), "socket.io 0.9", true,
		"socket.io 0.9 does not speak the protocol version in the path: the client is a newer socket.io.", ""},
	{403, either(exactly("handshake unauthorized"), exactly("handshake bad origin")), "socket.io 0.9", true,
		"The application's authorization, or its list of origins, refuses the client.", ""},
	{500, exactly("handshake error"), "socket.io 0.9", true,
		"The application's authorization function failed.", ""},
	{200, either(says("Welcome to socket.io"), says("Welcome to SockJS!")), "", true,
		"The greeting page answered: the path is the one of the library's root, not that of its WebSocket.", ""},
	{400, exactly("Invalid Upgrade header"), "ws", true, "ws says that Upgrade is not websocket.", ""},
	{400, exactly("Missing or invalid Sec-WebSocket-Key header"), "ws", true,
		"ws says that Sec-WebSocket-Key is missing or is not 16 bytes in base64.", ""},
	{400, exactly("Missing or invalid Sec-WebSocket-Version header"), "ws", true,
		"ws says that Sec-WebSocket-Version is missing or is not one it speaks.", ""},
	{400, exactly("Invalid Sec-WebSocket-Protocol header"), "ws", true,
		"ws cannot read the list of subprotocols.", ""},
	{400, exactly("Invalid or unacceptable Sec-WebSocket-Extensions header"), "ws", true,
		"ws cannot read the list of extensions.", ""},
	{405, exactly("Invalid HTTP method"), "ws", true, "ws wants a GET for a handshake.", ""},
	unseen(426, both(exactly("Upgrade Required"), not(has("Sec-WebSocket-Version")), not(has("Upgrade"))), "ws",
		"The request got to a server that speaks WebSocket only, as an ordinary request: no upgrade was seen in it."),
	unseen(400, exactly("Not a valid websocket request"), "SockJS",
		"SockJS saw no upgrade in the request."),
	{400, exactly("Not a valid web socket request."), "SignalR 2", true,
		"SignalR's host offers no WebSocket for this request: it saw no upgrade in it, or has none.", ""},
	unseen(400, exactly("Not a WebSocket request"), "faye websocket-driver",
		"The driver saw no upgrade in the request."),
	{404, either(says("Cannot GET /"), says(`"Route GET:/`)), "a Node framework (Express, Nest or Fastify)", true,
		"The framework took the handshake for a page: Node saw no upgrade in it, or nobody on this server listens for upgrades.",
		"The framework took the whole handshake for a page, as Node gives it every one where nobody on this server listens for upgrades. " +
			"Else something on it or behind it took the upgrade away."},
	{504, says("ed while trying to proxy"), "http-proxy-middleware (Node)", false,
		"It took the handshake for a page, and the server behind it could not be reached or hung up. " +
			"It passes WebSockets on if it has ws: true, and only once a first page has gone through it or its upgrade function is connected.", ""},
	{400, says("Missing handshake request header:"), "faye websocket-driver", true,
		"A header of the handshake did not arrive; the answer names it.", ""},
}

// Go, Python, Java, Ruby and .NET libraries.
var libraryAnswers = []answer{
	{0, says("WebSocket protocol violation:"), "coder/websocket (Go)", true,
		"The library read the handshake and says in the answer what it misses.", ""},
	{505, says("handshake error: bad"), "gobwas/ws (Go)", true,
		"The library refuses HTTP/1.0: WebSocket begins with HTTP/1.1.", ""},
	{0, says("handshake error: bad"), "gobwas/ws (Go)", true,
		"The library read the handshake and names in the answer what is wrong with it.", ""},
	{400, both(exactly("Bad Request"), has("Sec-WebSocket-Version")), "gorilla/websocket (Go)", true,
		"The library did not accept the handshake. It tells the reason only to the application's own log.", ""},
	unseen(426, both(exactly("Upgrade Required"), has("Upgrade")), "gorilla/websocket (Go)",
		"The library saw no Upgrade: websocket in the request."),
	unseen(400, exactly("not websocket protocol"), "golang.org/x/net/websocket",
		"The library saw no upgrade in the request."),
	unseen(400, either(says("No CONNECTION upgrade hdr:"), says("No WebSocket UPGRADE hdr:")), "aiohttp",
		"aiohttp names in the answer the header that it got instead of the upgrade."),
	unseen(400, says(`"Connection" must be "upgrade".`), "Spring",
		"Connection arrived without its upgrade token."),
	unseen(400, says(`"Connection" must be "Upgrade".`), "Tornado or an old SockJS",
		"Connection arrived without its upgrade token."),
	unseen(400, says(`Can "Upgrade" only to "WebSocket".`), "",
		"Upgrade arrived without websocket, or did not arrive. Spring, Tornado and old SockJS versions say so in these words."),
	{400, says("Missing/Invalid WebSocket headers"), "Tornado", true,
		"The key or another header of the handshake is missing or broken.", ""},
	{403, says("Cross origin websockets not allowed"), "Tornado", true,
		"Origin and Host differ, and Tornado allows only its own origin: check that the proxies keep Host.", ""},
	{0, says("Failed to open a WebSocket connection"), "websockets (Python)", true,
		"The library read the handshake and names in the answer what is wrong with it.", ""},
	unseen(400, reason("HTTP Connection headers do not include"), "Autobahn (daphne)",
		"Connection arrived without its upgrade token. The status line itself says so."),
	{400, reason("HTTP Sec-WebSocket-"), "Autobahn (daphne)", true,
		"A header of the handshake is missing or broken. The status line itself says which.", ""},
	{505, reason("Unsupported HTTP version"), "Autobahn (daphne)", true,
		"The server refuses HTTP/1.0: WebSocket begins with HTTP/1.1.", ""},
	{400, reason("WebSocket connection denied: origin"), "Autobahn (daphne)", true,
		"The server does not allow this origin.", ""},
	{403, reason("Access denied"), "daphne", true, "The application did not accept the connection.", ""},
	unseen(400, says("Invalid websocket upgrade"), "python-engineio",
		"python-engineio got the handshake as an ordinary request."),
	{400, says("Invalid session"), "python-engineio", true,
		"The session lives in another process or on another instance, or has expired: several instances need sticky sessions.", ""},
	{400, says("Not an accepted origin"), "python-engineio", true, "The server does not allow this origin.", ""},
	{400, says("not a WebSocket request: "), "Netty", true,
		"Netty names in the answer what it misses in the handshake.", ""},
	{404, exactly("Page not found"), "Rails ActionCable", true,
		"ActionCable answers 404 to whatever it does not take for a proper handshake, a foreign origin included.",
		"ActionCable answers 404 to whatever it does not like. The handshake is whole, so look at the allowed origins first."},
	{404, exactly("No Connection with that ID"), "SignalR", true,
		"The connection id belongs to another process or instance: several instances need sticky sessions.", ""},
	{400, exactly("Connection ID required"), "SignalR", true,
		"The request came as an ordinary one, without a connection id.", ""},
	{400, exactly("Invalid HTTP request received."), "uvicorn", false,
		"uvicorn could not read the request at all.", ""},
	{400, exactly("Unsupported upgrade request."), "uvicorn", true,
		"uvicorn cannot take the upgrade: no WebSocket library is installed beside it (uvicorn[standard] brings one), or Upgrade names something else.", ""},
	{404, from("uvicorn"), "uvicorn", true,
		"uvicorn gave the handshake to the application as a page: it saw no upgrade, or has no WebSocket library beside it (uvicorn[standard] brings one).",
		"uvicorn gave the whole handshake to the application as a page, mostly because no WebSocket library is installed beside it: uvicorn[standard] brings one."},
	{403, both(from("Python/"), server(" websockets/"), bare), "websockets (Python)", true,
		"The application did not accept the connection. Frameworks on uvicorn say so, too, where this path is none of their WebSocket routes.", ""},
	{404, from("gunicorn"), "gunicorn", true,
		"gunicorn's ordinary workers know no WebSocket, and give every handshake to the application as a page. It takes a worker class that knows them, such as uvicorn's.", ""},
	{404, exactly("404: Not Found"), "aiohttp", true,
		"No route of the application takes this path.", ""},
	{404, says("The requested resource was not found on this server."), "Django", true,
		"Django answered with a page. Under WSGI it knows no WebSocket; under ASGI it takes Channels, and a route for this path.", ""},
	{404, exactly("404 page not found"), "Go's net/http", true,
		"No handler takes this path. Go's servers say so, and Traefik where none of its routers fits.", ""},
	{404, says("HTTP Status 404"), "Tomcat", true,
		"No application on Tomcat takes this path: that of an application in a WAR begins with its context.", ""},
	{404, either(says("Powered by Jetty://"), says("Powered by Eclipse Jetty://")), "Jetty", true,
		"No application on Jetty takes this path: that of an application in a WAR begins with its context.", ""},
}

// What the status alone tells, claimed of nobody.
var plainAnswers = []answer{
	{200, always, "", true,
		"An ordinary page came back: a plain request handler answered, not a WebSocket server. That is what happens when the server sees no upgrade in the request.",
		"An ordinary page came back: nobody on that server listens for WebSocket upgrades on this path."},
	{301, always, "", true, redirected, ""},
	{302, always, "", true, redirected, ""},
	{303, always, "", true, redirected, ""},
	{307, always, "", true, redirected, ""},
	{308, always, "", true, redirected, ""},
	{401, always, "", true,
		"The server wants credentials. A browser cannot add headers to a WebSocket handshake: it has only cookies and the URL.", ""},
	{403, always, "", true,
		"The server forbids it. Most WebSocket servers check that Origin and Host belong together, so compare the two.", ""},
	{404, always, "", true,
		"Nothing answers to this path. Frameworks also say 404 when they get a handshake as an ordinary request.",
		"Nothing answers to this path: check path and routing of the WebSocket endpoint."},
	{405, always, "", true, "The server does not allow the method on this path.", ""},
	{408, always, "", false, "A server says so that has waited for a request, or for the rest of one, and gives up.", ""},
	{426, always, "", true,
		"The server wants an upgrade and saw none that it could use: the header did not arrive, or the version does not suit it.",
		"The server wants an upgrade, and the handshake is whole: the answer's own Upgrade header names what it wants. If that is websocket, something behind this server took the upgrade away."},
	{500, always, "", true, "The application failed while it handled the handshake: its log has the reason.", ""},
	{502, always, "", false, "A proxy or load balancer on the way had no valid answer from the server behind it.", ""},
	{503, always, "", false, "The server, or somebody before it, has no capacity, or nothing behind it is up.", ""},
	{504, always, "", false, "A proxy or load balancer on the way waited in vain for the server behind it.", ""},
	{505, always, "", true, "The server refuses the HTTP version. WebSocket begins with HTTP/1.1.", ""},
	{400, always, "", false, "The server calls the request a bad one, and does not say why.", ""},
}

const redirected = "A redirect. Browsers do not follow redirects for a WebSocket, so the handshake ends here. Common reasons: a rule that sends everything to https and does not see X-Forwarded-Proto, or a missing slash at the end of the path."
