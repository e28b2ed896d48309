# The 101 has no Sec-WebSocket-Accept at all, and a client that does not look for one uses the WebSocket: the next client will look.
want handshake verdict=healthy certainty=proven status=101 sightings=1
               culprit=none frames=1 findings=bad-accept:warning

leg client 10.0.0.9:40001 -> 10.0.0.1:80

client > GET /chat HTTP/1.1
       > Host: app.example
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: bm9ib2R5LWV2ZXItbG9vaw==
       >
client < HTTP/1.1 101 Switching Protocols
       < Upgrade: websocket
       < Connection: Upgrade
       <
client ~> text hello
client: client closes
client: server closes
