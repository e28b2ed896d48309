# Even the target is cut: what is left of it still points to a WebSocket.
want handshake verdict=undetermined certainty=undetermined sightings=1
               culprit=none key=none
               findings=none
               status=502
want counters connections=1 requests=0 responses=1 handshakes=1 gaps=1

leg client 10.0.0.9:40001 -> 10.0.0.1:80

lose 24-
client > GET /socket.io/1/websocket/session5 HTTP/1.1
       > Host: app.example
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: Y3V0LWluLWEtdGFyZ2V0Lg==
       >
client < HTTP/1.1 502 Bad Gateway
       < Content-Length: 0
       <
client: client closes
client: server closes
