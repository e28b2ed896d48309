package rules

// What stands between: nginx, HAProxy, Apache, Varnish, Envoy, Caddy, lighttpd,
// nghttpx, Squid, Kong. Last come answers so short that many could have made them.
//
// Measured: Caddy 2.6, lighttpd 1.4.69, nghttpx 1.52, Squid 5.7. Envoy and Kong by
// their source: https://github.com/envoyproxy/envoy, https://github.com/Kong/kong
var proxyAnswers = []answer{
	{502, says("<center>nginx"), "nginx", false,
		"nginx had no valid answer from the application behind it: it hung up without a word, refused the connection, or is not running. socket.io 0.9 (Sails 0.10) hangs up when the handshake reaches it without Upgrade.", ""},
	{504, says("<center>nginx"), "nginx", false,
		"The application behind nginx did not answer in time.", ""},
	{503, says("<center>nginx"), "nginx", false,
		"nginx itself declines: a limit, or no server behind it that is up.", ""},
	{404, says("<center>nginx"), "nginx", true,
		"nginx itself has nothing under this path: the request did not get to the application. Look for the location block.", ""},
	{400, says("<center>nginx"), "nginx", false,
		"nginx could not read the request.", ""},
	{0, says("<center>nginx"), "nginx", false, "nginx made this answer itself.", ""},
	{502, says("The server returned an invalid or incomplete response."), "HAProxy", false,
		"The server behind HAProxy closed or reset the connection instead of answering, or answered nonsense.", ""},
	{503, says("No server is available to handle this request."), "HAProxy", false,
		"HAProxy has no server that is up.", ""},
	{504, says("The server didn't respond in time."), "HAProxy", false,
		"The server behind HAProxy did not answer in time.", ""},
	{408, says("Your browser didn't send a complete request in time."), "HAProxy", false,
		"HAProxy says so where no whole request comes within its timeout http-request.", ""},
	{502, both(from("Apache"), says("Proxy Error")), "Apache", false,
		"Apache had no valid answer from the server behind it: it hung up without a word, or answered a 101 that Apache had not asked for.", ""},
	unseen(426, both(from("Apache"), not(from("Apache-Coyote"))), "Apache",
		"Apache's WebSocket proxy saw no Upgrade in the request."),
	{503, says("Guru Meditation"), "Varnish", false,
		"The server behind Varnish hung up or could not be reached. Varnish says 503 where others say 502.", ""},
	{0, says("Guru Meditation"), "Varnish", false, "Varnish made this answer itself.", ""},
	{403, both(envoy, bare), "Envoy", true,
		"An empty 403 from Envoy is what a route without WebSocket in its upgrade_configs gives.", ""},
	{404, both(envoy, bare), "Envoy", true, "Envoy has no route for this host and path.", ""},
	{503, says("upstream connect error or disconnect/reset before headers"), "Envoy", false,
		"The server behind Envoy could not be reached, or hung up instead of answering. The answer names which.", ""},
	{503, exactly("no healthy upstream"), "Envoy", false, "Envoy has no server that is healthy.", ""},
	{504, exactly("upstream request timeout"), "Envoy", false, "The server behind Envoy did not answer in time.", ""},
	{502, both(from("Caddy"), bare), "Caddy", false,
		"The server behind Caddy could not be reached, hung up without a word, or answered nonsense.", ""},
	{404, both(from("Caddy"), bare), "Caddy", true, "Caddy itself has nothing under this path.", ""},
	{200, both(from("Caddy"), bare), "Caddy", true, "No handler of Caddy's takes this path: it answers such with an empty 200.", ""},
	{500, lighttpd, "lighttpd", false, "The server behind lighttpd hung up without a word, as it seems: lighttpd says 500 where others say 502.", ""},
	{502, lighttpd, "lighttpd", false, "The server behind lighttpd answered nonsense.", ""},
	{503, lighttpd, "lighttpd", false, "The server behind lighttpd could not be reached.", ""},
	{404, lighttpd, "lighttpd", true, "lighttpd itself has nothing under this path.", ""},
	{502, says("<footer>nghttpx"), "nghttpx", false, "The server behind nghttpx could not be reached, or hung up without a word.", ""},
	{0, says("<footer>nghttpx"), "nghttpx", false, "nghttpx made this answer itself.", ""},
	{502, has("X-Squid-Error"), "Squid", false,
		"The server behind Squid hung up without a word, or answered nonsense. X-Squid-Error names which.", ""},
	{0, has("X-Squid-Error"), "Squid", false, "Squid made this answer itself. X-Squid-Error names the reason.", ""},
	{502, says("An invalid response was received from the upstream server"), "Kong", false,
		"The server behind Kong could not be reached, hung up without a word, or answered nonsense.", ""},
	{404, says("no Route matched with those values"), "Kong", true, "Kong has no route for this host and path.", ""},
	{400, both(bare, closes, not(has("Date")), not(has("Server"))), "Node's HTTP parser", false,
		"The server could not read the request as HTTP and hung up. Node answers like that, before any application code runs.", ""},
	{408, both(bare, closes, not(has("Date")), not(has("Server"))), "Node's HTTP server", false,
		"Node says so where no whole request comes within its headersTimeout or requestTimeout.", ""},
	{400, both(exactly("400 Bad Request"), closes), "Go's net/http", false,
		"Go's HTTP server could not read the request.", ""},
	{400, both(exactly("Bad Request"), closes), "ws or an older engine.io", true,
		"A header of the handshake is missing or broken.", ""},
}

// What stands between, and nobody can look into.
//
//	Cloudflare  https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/
//	CloudFront  https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/troubleshooting-response-errors.html
//	Heroku      https://devcenter.heroku.com/articles/error-codes
//	Azure       https://learn.microsoft.com/en-us/azure/application-gateway/application-gateway-troubleshooting-502
var cloudAnswers = []answer{
	{520, from("cloudflare"), "Cloudflare", false, "The server behind Cloudflare hung up without a word, or answered nonsense.", ""},
	{521, from("cloudflare"), "Cloudflare", false, "The server behind Cloudflare refused the connection.", ""},
	{522, from("cloudflare"), "Cloudflare", false, "The server behind Cloudflare did not accept the connection in time.", ""},
	{523, from("cloudflare"), "Cloudflare", false, "The server behind Cloudflare could not be reached.", ""},
	{524, from("cloudflare"), "Cloudflare", false, "The server behind Cloudflare did not answer in time.", ""},
	{525, from("cloudflare"), "Cloudflare", false, "Cloudflare and the server behind it did not agree on TLS.", ""},
	{526, from("cloudflare"), "Cloudflare", false, "Cloudflare does not trust the certificate of the server behind it.", ""},
	{403, both(from("CloudFront"), says("could not be satisfied")), "CloudFront", false,
		"CloudFront made this 403 itself: it blocks the request, or the distribution does not allow it.", ""},
	{502, both(from("CloudFront"), says("could not be satisfied")), "CloudFront", false,
		"CloudFront could not connect to the origin, or could not read its answer.", ""},
	{504, both(from("CloudFront"), says("could not be satisfied")), "CloudFront", false,
		"The origin behind CloudFront did not answer in time.", ""},
	{0, both(from("CloudFront"), says("could not be satisfied")), "CloudFront", false, "CloudFront made this answer itself.", ""},
	{503, says("herokucdn.com/error-pages/application-error"), "Heroku's router", false,
		"Heroku's router had no answer from the dyno: it crashed, hung up, or was too slow. Its log has a code that begins with H.", ""},
	{0, says("herokucdn.com/error-pages/"), "Heroku's router", false, "Heroku's router made this answer itself.", ""},
	{502, says("<center>Microsoft-Azure-Application-Gateway"), "Azure Application Gateway", false,
		"The gateway has no healthy server behind it, or had no valid answer.", ""},
	{0, says("<center>Microsoft-Azure-Application-Gateway"), "Azure Application Gateway", false, "The gateway made this answer itself.", ""},
	{502, says("received an invalid response while acting as a gateway or proxy server"), "IIS as a proxy", false,
		"The server behind IIS (ARR) or a gateway of Azure's had no valid answer: it could not be reached, or hung up.", ""},
}

// envoy is Envoy itself, or as a part of Istio.
var envoy = either(from("envoy"), from("istio-envoy"))

// lighttpd is a page of lighttpd's own.
var lighttpd = both(from("lighttpd"), says("xhtml1-transitional.dtd"))
