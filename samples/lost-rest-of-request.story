# The segment with the headers of a handshake is missing from the capture; only its target points to a WebSocket.
want handshake verdict=undetermined certainty=undetermined status=502 sightings=1
               culprit=none key=none target=/socket.io/1/websocket/session4
               findings=none
want counters connections=1 requests=0 responses=1 handshakes=1 gaps=1

leg client 10.0.0.9:40001 -> 10.0.0.1:80

lose 60-
client > GET /socket.io/1/websocket/session4 HTTP/1.1
       > Host: app.example
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: bm9ib2R5LXNhdy10aGF0Lg==
       >
client < HTTP/1.1 502 Bad Gateway
       < Content-Length: 0
       <
client: client closes
client: server closes
