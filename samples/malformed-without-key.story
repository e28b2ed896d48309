# A home-made client sends everything but the Sec-WebSocket-Key.
want handshake verdict=malformed certainty=proven status=400 sightings=1
               legs=client culprit=none key=none
               findings=client-malformed,handshake-refused
want counters connections=1 requests=1 responses=1 handshakes=1

leg client 10.0.0.9:40001 -> 10.0.0.1:80

client > GET /chat HTTP/1.1
       > Host: app.example
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       >
client < HTTP/1.1 400 Bad Request
       < Content-Length: 0
       <
client: server closes
client: client closes
