// Package rules holds the judgements: one Go file for each, with its
// explanation in the Markdown file beside it.
//
// A rule looks at one handshake and says what is wrong with it. It is pure and
// knows nothing of other handshakes beyond what its analyze.Case tells. What
// several rules share stands in facts.go, evidence.go and damage.go; what an
// answer tells about who made it stands in answers.go, what a request tells
// about the hop that sent it in fingerprint.go.
//
// Non-goals: rules find no packets, match no legs and print nothing.
package rules

import "elbscope/analyze"

// The IDs. They are promised to the readers of reports: they never change.
const (
	idClientMalformed   = "client-malformed"
	idConnectionRewrite = "connection-rewritten"
	idUpgradeDropped    = "upgrade-dropped"
	idHTTP10Downgrade   = "http10-downgrade"
	idHandshakeAltered  = "handshake-altered"
	idProxyUnexpected   = "proxy-protocol-unexpected"
	idProxyMissing      = "proxy-protocol-missing"
	idTLSExpected       = "tls-expected"
	idHTTP2Expected     = "http2-expected"
	idBadAccept         = "bad-accept"
	idInvalid101        = "invalid-101"
	id101NotRelayed     = "101-not-relayed"
	idHandshakeRefused  = "handshake-refused"
	idHandshakeNoAnswer = "handshake-unanswered"
	idHTTPAfter101      = "http-after-101"
	idIdleTimeout       = "websocket-idle-timeout"
	idSocketIOOnPolling = "socketio-stuck-polling"

	idRSV1WithoutExtension = "rsv1-without-extension"
)

// All are the rules, earliest cause first: a rule may point to a finding of
// one that stands before it, never after it.
var All = []*analyze.Rule{
	clientMalformed,
	connectionRewritten,
	upgradeDropped,
	http10Downgrade,
	handshakeAltered,
	proxyProtocolUnexpected,
	proxyProtocolMissing,
	tlsExpected,
	http2Expected,
	badAccept,
	invalid101,
	notRelayed,
	handshakeRefused,
	handshakeUnanswered,
	rsv1WithoutExtension,
	httpAfter101,
	websocketIdleTimeout,
	socketioStuckPolling,
}

// Lookup returns the rule with that ID, or nil.
func Lookup(id string) *analyze.Rule {
	for _, r := range All {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// IDs returns the IDs of All, in its order.
func IDs() []string {
	ids := make([]string, len(All))
	for i, r := range All {
		ids[i] = r.ID
	}
	return ids
}
