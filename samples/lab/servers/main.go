// Command servers is the application on the lab's instance. The first word of
// the path chooses how it behaves, so that one recording can hold the answers
// of many kinds of servers:
//
//	/gorilla /coder /gobwas /xnet   the real Go libraries
//	/leaky    gobwas, used so that a refused connection stays open, unread
//	/old      reads only Upgrade, as Node 0.10 and socket.io 0.9 do: with it
//	          comes a 101, whatever Connection says; without it, the
//	          connection is closed without a byte
//	/plain    an ordinary page, which knows no upgrades
//	/fin /rst end the connection without an answer, the second with a reset
//	/touchy   resets whatever asks for an upgrade, and is a page otherwise
//	/silence  never answers
//	/cut/N    upgrades, and hangs up N milliseconds after the last frame
//	/http     upgrades, then sends an HTTP response where frames belong
//	/eager    upgrades, and speaks first, in the same piece
//	/deflate  coder again, with compressed messages
//	/slow /chunked /empty   pages of other kinds
//	/hold/N   keeps a handshake waiting until somebody asks for /release, then
//	          answers with status N; 101 upgrades
//	/bulk/N   a page of N KiB
//	/hints    sends early hints, and then upgrades
//	/login    asks for a name and a password, and upgrades for who has one
//	/late/N   upgrades after N milliseconds
//	/gzip     refuses with a compressed page
//	/misfit   upgrades with the key itself, where its hash belongs
//	/bare     upgrades without Upgrade
//	/list     upgrades to all subprotocols at once
//	/refuse/N answers with status N, whatever comes
package main

import (
	"flag"
	"log"
	"net"
	"net/http"
	"strings"
)

func main() {
	listen := flag.String("listen", ":8080", "addresses, separated by commas")
	flag.Parse()
	failed := make(chan error)
	for _, addr := range strings.Split(*listen, ",") {
		l, err := net.Listen("tcp", addr)
		if err != nil {
			log.Fatal(err)
		}
		go func() { failed <- http.Serve(l, handlers()) }()
	}
	log.Fatal(<-failed)
}

func handlers() http.Handler {
	mux := http.NewServeMux()
	for path, serve := range map[string]http.HandlerFunc{
		"gorilla": gorillaEcho, "coder": coderEcho, "gobwas": gobwasEcho, "xnet": xnetEcho, "leaky": leaky,
		"old": old, "fin": hangUp, "rst": reset, "touchy": touchy, "silence": silence,
		"cut": cut, "http": httpAfter101, "refuse": refuse, "plain": page,
		"slow": slow, "chunked": chunked, "empty": empty, "eager": eager, "deflate": deflateEcho,
		"hold": hold, "release": release, "bulk": bulk,
		"hints": hints, "login": login, "late": late, "gzip": gzipped, "misfit": misfit,
		"bare": bare, "list": list,
	} {
		mux.HandleFunc("/"+path, serve)
		mux.HandleFunc("/"+path+"/", serve)
	}
	mux.HandleFunc("/", page)
	return mux
}
