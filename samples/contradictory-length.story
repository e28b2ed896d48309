# An answer gives two lengths for its body, so nobody can say where it ends; the handshake behind it is found all the same.
want source index=0 problems=contradictory-framing
want handshake verdict=healthy certainty=proven status=101 sightings=1
               findings=none
               culprit=none
want counters connections=1 requests=2 responses=2 handshakes=1

leg client 10.0.0.9:40001 -> 10.0.0.1:80

client > GET / HTTP/1.1
       > Host: app.example
       >
client < HTTP/1.1 200 OK
       < Content-Length: 5
       < Content-Length: 7
       <
       < hello
client > GET /chat HTTP/1.1
       > Host: app.example
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: dHdvLWxlbmd0aHMtaGVyZQ==
       >
client < HTTP/1.1 101 Switching Protocols
       < Upgrade: websocket
       < Connection: Upgrade
       < Sec-WebSocket-Accept: *
       <
client ~> text hi
client <~ text hi
