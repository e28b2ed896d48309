package report

// The types in this file are the JSON report, field by field; the contract is
// docs/report.schema.json. A pointer is a value that may be unknown: null,
// never an empty guess. Within version 1 fields may be added, and none
// changes its name, type or meaning.

// Schema names the report's format and version.
const Schema = "elbscope/report/v1"

type sourceJSON struct {
	Name        string        `json:"name"`
	Format      *string       `json:"format"`
	Compression *string       `json:"compression"`
	LinkTypes   []string      `json:"linkTypes"`
	Packets     uint64        `json:"packets"`
	Bytes       uint64        `json:"bytes"`
	FirstPacket *string       `json:"firstPacket"`
	LastPacket  *string       `json:"lastPacket"`
	ClockOffset *float64      `json:"clockOffset"`
	Problems    []problemJSON `json:"problems"`
}

type problemJSON struct {
	Code    string  `json:"code"`
	Message string  `json:"message"`
	Packet  *uint64 `json:"packet"`
	Count   uint64  `json:"count"`
}

type countersJSON struct {
	Packets         uint64     `json:"packets"`
	Connections     uint64     `json:"connections"`
	Requests        uint64     `json:"requests"`
	Responses       uint64     `json:"responses"`
	Handshakes      uint64     `json:"handshakes"`
	WebSocketFrames uint64     `json:"webSocketFrames"`
	Gaps            uint64     `json:"gaps"`
	KernelDropped   uint64     `json:"kernelDropped"`
	Evicted         uint64     `json:"evicted"`
	Ledger          ledgerJSON `json:"ledger"`
}

type ledgerJSON struct {
	Delivered  uint64 `json:"delivered"`
	Empty      uint64 `json:"empty"`
	Duplicate  uint64 `json:"duplicate"`
	NotTCP     uint64 `json:"notTCP"`
	NotIP      uint64 `json:"notIP"`
	Filtered   uint64 `json:"filtered"`
	Damaged    uint64 `json:"damaged"`
	OverBudget uint64 `json:"overBudget"`
	Waiting    uint64 `json:"waiting"`
}

type handshakeJSON struct {
	ID        string         `json:"id"`
	Key       *string        `json:"key"`
	Target    *string        `json:"target"`
	Host      *string        `json:"host"`
	Start     string         `json:"start"`
	Verdict   string         `json:"verdict"`
	Certainty string         `json:"certainty"`
	Why       *string        `json:"why"`
	Culprit   *culpritJSON   `json:"culprit"`
	Status    *int           `json:"status"`
	Succeeded bool           `json:"succeeded"`
	Sightings []sightingJSON `json:"sightings"`
	Findings  []string       `json:"findings"`
}

type culpritJSON struct {
	Front *string `json:"front"`
	Back  *string `json:"back"`
}

type sightingJSON struct {
	Hop             int     `json:"hop"`
	Leg             string  `json:"leg"`
	Source          int     `json:"source"`
	Packet          uint64  `json:"packet"`
	Time            string  `json:"time"`
	Client          string  `json:"client"`
	Server          string  `json:"server"`
	Encrypted       bool    `json:"encrypted"`
	Method          *string `json:"method"`
	Target          *string `json:"target"`
	HTTPVersion     *string `json:"httpVersion"`
	Connection      *string `json:"connection"`
	Upgrade         *string `json:"upgrade"`
	Status          *int    `json:"status"`
	StatusPacket    *uint64 `json:"statusPacket"`
	ClosedBy        *string `json:"closedBy"`
	Close           *string `json:"close"`
	WebSocketFrames uint64  `json:"webSocketFrames"`
	ForwardedFor    *string `json:"forwardedFor"`
	ProxyProtocol   *string `json:"proxyProtocol"`
	Intact          *bool   `json:"intact"`
}

type findingJSON struct {
	ID          string         `json:"id"`
	Rule        string         `json:"rule"`
	Severity    string         `json:"severity"`
	Certainty   string         `json:"certainty"`
	Title       string         `json:"title"`
	Handshakes  []string       `json:"handshakes"`
	Cause       *string        `json:"cause"`
	Evidence    []evidenceJSON `json:"evidence"`
	Explanation string         `json:"explanation"`
	Remedies    []remedyJSON   `json:"remedies"`
	References  []string       `json:"references"`
}

type evidenceJSON struct {
	Source     int     `json:"source"`
	Packet     *uint64 `json:"packet"`
	Time       string  `json:"time"`
	Connection *string `json:"connection"`
	Text       string  `json:"text"`
	Quote      *string `json:"quote"`
}

type remedyJSON struct {
	Title  string   `json:"title"`
	Steps  []string `json:"steps"`
	Config *string  `json:"config"`
}
