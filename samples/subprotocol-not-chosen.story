# The server takes none of the subprotocols that the client offers, as it may; Chromium hangs up on that all the same.
want handshake target=/mqtt/1 verdict=healthy certainty=proven status=101 sightings=1 culprit=none frames=2 findings=none
want handshake target=/mqtt/2 verdict=healthy certainty=proven status=101 sightings=1 culprit=none frames=0
               closed=client-fin findings=invalid-101:warning

leg firefox  10.0.0.9:40001 -> 10.0.0.1:80
leg chromium 10.0.0.9:40002 -> 10.0.0.1:80

firefox  > GET /mqtt/1 HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: bm9uZS1vZi10aGVtLWZmLg==
         > Sec-WebSocket-Protocol: mqtt
         >
firefox  < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: *
         <
firefox  ~> binary \x10\x00
firefox  <~ binary \x20\x02\x00\x00
chromium > GET /mqtt/2 HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: bm9uZS1vZi10aGVtLWNyLg==
         > Sec-WebSocket-Protocol: mqtt
         >
chromium < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: *
         <
chromium: client closes
chromium: server closes
firefox: client closes
firefox: server closes
