// Package bpf reads capture filters as people type them after tcpdump, and
// makes classic BPF of them: for the kernel, where a live capture filters, and
// for files. It is a strict subset of libpcap's language (pcap-filter(7)) with
// libpcap's meaning to the packet:
//
//	filter  = [ expr ]
//	expr    = term { ( "and" | "&&" | "or" | "||" ) ( operand | term ) }
//	term    = qualifiers operand | "not" term | "(" expr ")" | protocol
//	operand = { "not" } ( value | "(" operand { ( "and" | "or" ) operand } ")" )
//
//	qualifiers = [ ip | ip6 | arp | rarp | tcp | udp | sctp ]
//	             [ src | dst | src or dst | src and dst ]
//	             [ host | net | port | portrange ]
//	protocol   = ip | ip6 | arp | rarp | tcp | udp | sctp | icmp | icmp6
//
// and and or bind equally and from the left; not binds tightest. An operand
// without qualifiers repeats those before it: "port 80 or 8081".
//
// Its law: never a wrong filter. What is not understood exactly is an error
// that says where, and what to type instead; for all the rest of libpcap's
// language there is FromTcpdump.
//
// Non-goals: it resolves no names and optimises nothing away. It reads no
// headers by hand (tcp[13]), no VLAN tags and no lengths.
package bpf
