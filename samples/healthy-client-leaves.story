# After five quiet seconds the client closes its connection without a Close frame, as a closed browser tab may.
want handshake verdict=healthy certainty=proven status=101 sightings=1
               legs=client culprit=none frames=1 closed=client-fin
               findings=none
want counters connections=1 requests=1 responses=1 handshakes=1 webSocketFrames=1

file link raw
leg client 10.0.0.9:40001 -> 10.0.0.1:80

client > GET /chat HTTP/1.1
       > Host: app.example
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: bGVmdC13aXRob3V0LWJ5ZQ==
       >
client < HTTP/1.1 101 Switching Protocols
       < Upgrade: websocket
       < Connection: Upgrade
       < Sec-WebSocket-Accept: *
       <
client ~> text is anybody there?
wait 5s
client: client closes
client: server closes
