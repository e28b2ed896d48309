# A client uses the same port for its second try, which begins a new connection.
want handshake verdict=refused certainty=proven status=503 sightings=1
               legs=client
               findings=handshake-refused
               culprit=none
want handshake verdict=healthy certainty=proven status=101 sightings=1 legs=client findings=none
               culprit=none
want counters connections=2 requests=2 responses=2 handshakes=2

leg client 10.0.0.9:40001 -> 10.0.0.1:80

client > GET /chat HTTP/1.1
       > Host: app.example
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: Zmlyc3QtYXQtYS1wb3J0Lg==
       >
client < HTTP/1.1 503 Service Unavailable
       < Content-Length: 0
       <
client: client closes
client: server closes
wait 1s
client > GET /chat HTTP/1.1
       > Host: app.example
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: c2Vjb25kLWF0LWEtcG9ydA==
       >
client < HTTP/1.1 101 Switching Protocols
       < Upgrade: websocket
       < Connection: Upgrade
       < Sec-WebSocket-Accept: *
       <
