# The capture went on in a second file between the handshake and its answer.
# The second file begins where the first one ends: one capture point.
want handshake verdict=healthy certainty=proven status=101 sightings=1
               legs=client frames=1
               findings=none
               culprit=none
want counters connections=1 requests=1 responses=1 handshakes=1 webSocketFrames=1

file first
file second
leg client 10.0.0.9:40001 -> 10.0.0.1:80 in first

client > GET /chat HTTP/1.1
       > Host: app.example
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: YS1maWxlLXdhcy1mdWxsLg==
       >
rotate second
client < HTTP/1.1 101 Switching Protocols
       < Upgrade: websocket
       < Connection: Upgrade
       < Sec-WebSocket-Accept: *
       <
client ~> text hello
client: client closes
client: server closes
