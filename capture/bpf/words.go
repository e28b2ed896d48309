package bpf

import (
	"fmt"
	"slices"
	"strings"
)

var (
	protocols  = []string{"ip", "ip6", "arp", "rarp", "tcp", "udp", "sctp", "icmp", "icmp6"}
	directions = []string{"src", "dst"}
	kinds      = []string{"host", "net", "port", "portrange"}
	operators  = []string{"and", "or", "not"}
)

// beyond holds words of libpcap's that are not known here.
var beyond = []string{
	"aarp", "addr1", "addr2", "addr3", "addr4", "ah", "atalk", "broadcast", "byte", "carp", "clnp", "decnet",
	"dir", "direction", "esis", "esp", "ether", "fddi", "gateway", "geneve", "greater", "icmp6type",
	"icmptype", "ifindex", "ifname", "igmp", "igrp", "inbound", "ipx", "is-is", "isis", "iso", "lat", "len",
	"less", "link", "llc", "moprc", "mopdl", "mpls", "multicast", "netbeui", "on", "outbound", "pim", "ppp",
	"pppoed", "pppoes", "proto", "protochain", "ra", "radio", "reason", "rnr", "rset", "rulenum", "ruleset",
	"slip", "stp", "subtype", "ta", "tr", "type", "vlan", "vrrp", "vxlan", "wlan",
}

// services are the names that people type, with the ports that IANA gave them.
var services = map[string]uint16{
	"ssh": 22, "smtp": 25, "domain": 53, "http": 80, "www": 80, "ntp": 123, "https": 443,
	"http-alt": 8080, "webcache": 8080, "mysql": 3306, "postgresql": 5432, "redis": 6379,
}

func isQualifier(word string) bool {
	return slices.Contains(protocols, word) || slices.Contains(directions, word) || slices.Contains(kinds, word)
}

func isKeyword(word string) bool { return isQualifier(word) || slices.Contains(operators, word) }

// foreign refuses a word that is none of this language's.
func foreign(t token) error {
	lower := strings.ToLower(t.text)
	switch {
	case t.text == "", isKeyword(t.text), t.text == "(", t.text == ")":
		return nil
	case isKeyword(lower):
		return fail(t, fmt.Sprintf("%q is written in small letters", t.text), "write "+lower)
	case slices.Contains(beyond, t.text), slices.Contains(beyond, lower):
		return fail(t, fmt.Sprintf("%q is a word of tcpdump's that is not known here", t.text), viaTcpdump)
	case startsNumber(t.text), strings.Contains(t.text, ":"):
		return nil
	case services[t.text] != 0:
		return nil
	}
	problem := fmt.Sprintf("%q is no word of a filter", t.text)
	if near := nearest(lower); near != "" {
		return fail(t, problem, "did you mean "+near+"? "+knownWords)
	}
	return fail(t, problem, knownWords)
}

const knownWords = "known are ip ip6 arp rarp tcp udp sctp icmp icmp6, src dst, host net port portrange, and or not; for others, tcpdump -ddd and --bpf"

// guess says how a value without qualifiers may have been meant.
func guess(text string) string {
	switch {
	case mayBeAddress(text) && strings.Contains(text, "/"):
		return "net " + text
	case mayBeAddress(text):
		return "host " + text
	case startsNumber(text) && strings.Contains(text, "-"):
		return "portrange " + text
	case startsNumber(text), services[text] != 0:
		return "port " + text
	}
	return "host, net, port or portrange before it"
}

func startsNumber(text string) bool { return text != "" && '0' <= text[0] && text[0] <= '9' }

// mayBeAddress tells whether someone may have meant an address.
func mayBeAddress(text string) bool {
	return startsNumber(text) && strings.Contains(text, ".") || strings.Contains(text, ":")
}

// nearest returns the known word that is one letter away from a wrong one, or
// "" if there is none or it could be several.
func nearest(wrong string) string {
	found := ""
	for _, list := range [][]string{protocols, directions, kinds, operators} {
		for _, w := range list {
			if !oneAway(wrong, w) {
				continue
			}
			if found != "" {
				return ""
			}
			found = w
		}
	}
	return found
}

// oneAway tells whether one letter too much, too few, wrong, or in the place
// of its neighbour makes the difference.
func oneAway(a, b string) bool {
	if len(a) < len(b) {
		a, b = b, a
	}
	if len(b) < 3 || len(a) > len(b)+1 || a == b {
		return false
	}
	i := 0
	for i < len(b) && a[i] == b[i] {
		i++
	}
	if len(a) > len(b) {
		return a[i+1:] == b[i:]
	}
	return a[i+1:] == b[i+1:] ||
		i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// check refuses qualifiers that do not go together, as libpcap does; first is
// where they begin.
func (q *qualifiers) check(first token) error {
	ports := q.kind == "port" || q.kind == "portrange"
	switch q.protocol {
	case "":
		return nil
	case "tcp", "udp", "sctp":
		if !ports {
			return fail(first, fmt.Sprintf("%s has ports, and no %s", q.protocol, q.kind), fmt.Sprintf("write %s and %s ADDRESS", q.protocol, q.kind))
		}
	case "icmp", "icmp6":
		return fail(first, fmt.Sprintf("%s has no %s", q.protocol, q.kind), fmt.Sprintf("write %s and %s", q.protocol, q.kind))
	default:
		if ports {
			return fail(first, fmt.Sprintf("%s has no ports", q.protocol), fmt.Sprintf("write %s and %s NUMBER", q.protocol, q.kind))
		}
	}
	return nil
}
