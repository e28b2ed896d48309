# An old servlet container leaves Connection out of its 101, and a client that does not look for it uses the WebSocket: the next client will look.
want handshake verdict=healthy certainty=proven status=101 sightings=1
               culprit=none frames=2 findings=invalid-101:warning

leg client 10.0.0.9:40001 -> 10.0.0.1:80

client > GET /chat HTTP/1.1
       > Host: app.example
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: bm8tY29ubmVjdGlvbi0uLg==
       >
client < HTTP/1.1 101 Switching Protocols
       < Server: Apache-Coyote/1.1
       < Upgrade: websocket
       < Sec-WebSocket-Accept: *
       <
client ~> text hello
client <~ text hello
client: client closes
client: server closes
