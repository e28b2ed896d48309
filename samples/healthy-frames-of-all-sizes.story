# Short and long frames, fragments, pings in between and two frames in one packet, none of which is HTTP.
want handshake verdict=healthy certainty=proven status=101 sightings=1
               legs=client culprit=none frames=12
               findings=none
want counters connections=1 requests=1 responses=1 handshakes=1 webSocketFrames=12

file link raw
leg client 10.0.0.9:40001 -> 10.0.0.1:80

client > GET /chat HTTP/1.1
       > Host: app.example
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: ZnJhbWVzLWFsbC1zaXplcw==
       >
client < HTTP/1.1 101 Switching Protocols
       < Upgrade: websocket
       < Connection: Upgrade
       < Sec-WebSocket-Accept: *
       <
client ~> text
       ~> binary \x00\xff
client <~ begin a word
client ~> ping are you there
client <~ pong are you there
       <~ more  in three
       <~ end  pieces
client ~> text \{300*medium }
client <~ binary \{65536*a}
# A masked frame whose plain text looks like HTTP, and an unmasked one that does.
client ~> text GET / HTTP/1.1\r\n\r\n
client <~ text HTTP/1.1 200 OK\r\n\r\n
client ~> close 1000 done
client: client closes
client: server closes
