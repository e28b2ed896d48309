# A client sends its handshake without waiting for a page: the page's answer is not the handshake's, and frames are frames.
want handshake verdict=healthy certainty=proven status=101 sightings=1
               legs=client frames=2 findings=none
               culprit=none
want counters connections=1 requests=2 responses=2 handshakes=1 webSocketFrames=2

leg client 10.0.0.9:40001 -> 10.0.0.1:80

client > GET /page HTTP/1.1
       > Host: app.example
       >
client > GET /chat HTTP/1.1
       > Host: app.example
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: YmVoaW5kLWEtcGFnZS0wMA==
       >
client < HTTP/1.1 200 OK
       < Content-Length: 0
       <
client < HTTP/1.1 101 Switching Protocols
       < Upgrade: websocket
       < Connection: Upgrade
       < Sec-WebSocket-Accept: *
       <
client ~> text hello
client <~ text hello
