package rules

import "elbscope/analyze"

// exampleFacts tell a story for `elbscope explain`, with addresses that are
// reserved for documentation (RFC 5737). They are neutral: the pages must not
// read as if this had happened to the reader.
func exampleFacts(id string) analyze.Facts {
	f := analyze.Facts{
		Client: "198.51.100.7", Host: "chat.example.com", Target: "/socket.io/1/websocket/SESSION",
		Hop:   "the load balancer (203.0.113.10:80 towards the client, 192.0.2.10 towards the instance)",
		Front: "203.0.113.10:80", Back: "192.0.2.10",
		Sent: analyze.SightingFacts{
			From: "198.51.100.7:50000", To: "203.0.113.10:80", Packet: "4",
			Connection: "Upgrade", Upgrade: "websocket", Version: "HTTP/1.1",
		},
		Arrived: analyze.SightingFacts{
			From: "192.0.2.10:40000", To: "192.0.2.20:80", Packet: "9",
			Connection: "Upgrade", Upgrade: "websocket", Version: "HTTP/1.1",
		},
	}
	if tell := examples[id]; tell != nil {
		tell(&f)
	}
	return f
}

// examples are what the rules find in that story.
var examples = map[string]func(*analyze.Facts){
	idConnectionRewrite: func(f *analyze.Facts) {
		f.Arrived.Connection = "keep-alive"
		refusedBy502(f)
	},
	idUpgradeDropped: func(f *analyze.Facts) {
		f.Arrived.Connection, f.Arrived.Upgrade = "keep-alive", absent
		refusedBy502(f)
	},
	idHTTP10Downgrade: func(f *analyze.Facts) {
		f.Arrived.Version, f.Arrived.Connection, f.Arrived.Upgrade = "HTTP/1.0", "close", absent
		refusedBy502(f)
	},
	idHandshakeAltered: func(f *analyze.Facts) {
		f.Missing = "Sec-WebSocket-Key is missing"
		f.Status, f.By = "400 Bad Request", "192.0.2.20:80"
	},
	idClientMalformed: func(f *analyze.Facts) {
		f.Arrived = f.Sent
		f.Arrived.Connection, f.Missing = "keep-alive", "Connection does not say Upgrade"
		f.Status, f.By = "400 Bad Request", "203.0.113.10:80"
	},
	idProxyUnexpected: func(f *analyze.Facts) {
		f.Proxy = "v1"
		f.Status, f.By = "400 Bad Request", "nginx on 192.0.2.20:80"
	},
	idProxyMissing: headerless,
	idTLSExpected:  plainToTLS,
	idHTTP2Expected: func(f *analyze.Facts) {
		f.Status, f.By = "502 Bad Gateway", f.Front
		f.Meaning = "The server answered with the SETTINGS of HTTP/2, and no HTTP/1."
	},
	idBadAccept:  misfit,
	idInvalid101: reworded,
	idRSV1WithoutExtension: func(f *analyze.Facts) {
		f.By, f.Expected, f.Found = f.Front, extensionsField+": permessage-deflate", absent
	},
	id101NotRelayed:    func(f *analyze.Facts) { f.Status, f.By = "502 Bad Gateway", f.Front },
	idHandshakeRefused: refusedBy502,
	idHandshakeNoAnswer: func(f *analyze.Facts) {
		f.ClosedBy, f.How, f.Took = "192.0.2.20:80", "FIN", "3 ms"
	},
	idHTTPAfter101: func(f *analyze.Facts) { f.Line, f.By = "HTTP/1.1 400 Bad Request", "192.0.2.20:80" },
	idIdleTimeout: func(f *analyze.Facts) {
		f.ClosedBy, f.How, f.Idle = "203.0.113.10:80 and 192.0.2.10:40000", "FIN", "60.0 s"
		f.Timeout = timeoutNear(knownTimeouts[1].wait)
	},
	idSocketIOOnPolling: func(f *analyze.Facts) {
		refusedBy502(f)
		stuck(f)
	},
}

// refusedBy502 makes the answer nginx's.
func refusedBy502(f *analyze.Facts) {
	f.Status, f.By = "502 Bad Gateway", "nginx on 192.0.2.20:80"
	f.Meaning = "nginx had no valid answer from the application behind it."
}

// headerless makes the facts those of a server that waits for a PROXY header.
func headerless(f *analyze.Facts) {
	f.Hop, f.Front, f.Proxy = "", "", "v1"
	f.ClosedBy, f.How, f.Took = "192.0.2.20:80", "FIN", "1 ms"
	f.Meaning = "This server answered another connection, which began with a PROXY v1 header. This one had none."
}

// plainToTLS makes the facts those of an nginx that wants TLS.
func plainToTLS(f *analyze.Facts) {
	f.Arrived.To = "192.0.2.20:443"
	f.Status, f.By = "400 Bad Request", "nginx on 192.0.2.20:443"
	f.Meaning = "nginx speaks TLS on this port (its listen says ssl), and was asked in plain HTTP."
}

// stuck makes the facts those of a client that polls after its refusal.
func stuck(f *analyze.Facts) {
	f.Arrived, f.Meaning = f.Sent, ""
	f.Polls, f.Session, f.Took = "12", "SESSION", "10.0 s"
}

// reworded makes the facts those of a hop that writes its own Connection into 101s.
func reworded(f *analyze.Facts) {
	f.Missing = "Connection does not say Upgrade"
	f.Said = analyze.SightingFacts{From: f.Arrived.To, To: f.Arrived.From, Packet: "10", Connection: "Upgrade", Upgrade: "websocket"}
	f.Got = analyze.SightingFacts{From: f.Sent.To, To: f.Sent.From, Packet: "11", Connection: "keep-alive", Upgrade: "websocket"}
	f.ClosedBy, f.How = "198.51.100.7:50000", "FIN"
}

// misfit makes the facts those of a server that answers with the key itself.
func misfit(f *analyze.Facts) {
	f.Hop, f.Front, f.Back = "", "", ""
	f.By, f.Missing, f.Meaning = "192.0.2.20:80", acceptWrong.words(), acceptIsKey
	f.Key, f.Expected, f.Found = sampleKey, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", sampleKey
	f.ClosedBy, f.How = "198.51.100.7:50000", "FIN"
}
