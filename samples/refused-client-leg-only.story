# Only the client's side was captured: a sound handshake goes out and a 502 comes back, and what reached the instance is anybody's guess.
want handshake verdict=refused certainty=proven status=502 sightings=1
               legs=client culprit=none
               findings=handshake-refused
want counters connections=1 requests=1 responses=1 handshakes=1

leg client 10.0.0.9:40001 -> 10.0.0.1:80

client > GET /chat HTTP/1.1
       > Host: app.example
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: c2Vlbi1mcm9tLWFmYXIuLg==
       >
client < HTTP/1.1 502 BAD_GATEWAY
       < Content-Length: 0
       < Connection: keep-alive
       <
client: client closes
client: server closes
