# A client from before the standard asks for version 8 and is told to come back with 13.
# Version is present, and that is all that "intact" asks for.
want handshake verdict=refused certainty=proven status=426 sightings=1
               legs=client culprit=none
               findings=handshake-refused
want counters connections=1 requests=1 responses=1 handshakes=1

leg client 10.0.0.9:40001 -> 10.0.0.1:80

client > GET /chat HTTP/1.1
       > Host: app.example
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 8
       > Sec-WebSocket-Key: YmVmb3JlLXJmYy02NDU1Lg==
       >
client < HTTP/1.1 426 Upgrade Required
       < Sec-WebSocket-Version: 13
       < Content-Length: 0
       <
client: server closes
client: client closes
