// Package capture turns what was captured, in a file, from a pipe or off a
// wire, into ordered streams of bytes. It is the only place that knows
// gopacket.
//
// A Source yields packets; the Pump takes each one through decoding
// (decode*.go, tunnel.go, defrag.go) and reassembly (assemble.go, half.go,
// close.go) to a flow.Sink, and enters it in exactly one bucket of the ledger.
//
// Non-goals: it understands nothing above TCP and judges nothing.
package capture
