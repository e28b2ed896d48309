# The capture ends while the handshake waits for its answer.
want handshake verdict=undetermined certainty=undetermined status=none sightings=1
               legs=client culprit=none closed=open
               findings=none
want counters connections=1 requests=1 responses=0 handshakes=1

leg client 10.0.0.9:40001 -> 10.0.0.1:80

client > GET /chat HTTP/1.1
       > Host: app.example
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: dGhlLWVuZC10b28tc29vbg==
       >
capture ends
client < HTTP/1.1 101 Switching Protocols
       < Upgrade: websocket
       < Connection: Upgrade
       < Sec-WebSocket-Accept: *
       <
