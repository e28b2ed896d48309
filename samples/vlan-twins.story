# Two networks use the same addresses and ports in two VLANs at the same time; they are two connections.
want handshake verdict=healthy certainty=proven status=101 sightings=1 legs=client findings=none
               culprit=none
want handshake verdict=refused certainty=proven status=503 sightings=1
               legs=client
               findings=handshake-refused
               culprit=none
want counters connections=2 requests=2 responses=2 handshakes=2

leg red  10.0.0.9:40001 -> 10.0.0.1:80 vlan 7
leg blue 10.0.0.9:40001 -> 10.0.0.1:80 vlan 8

red: client opens
blue: client opens
red  > GET /red HTTP/1.1
     > Host: app.example
     > Connection: Upgrade
     > Upgrade: websocket
     > Sec-WebSocket-Version: 13
     > Sec-WebSocket-Key: cmVkLXR3aW4taW4tdmxhbg==
     >
blue > GET /blue HTTP/1.1
     > Host: app.example
     > Connection: Upgrade
     > Upgrade: websocket
     > Sec-WebSocket-Version: 13
     > Sec-WebSocket-Key: Ymx1ZS10d2luLWluLXZsbg==
     >
blue < HTTP/1.1 503 Service Unavailable
     < Content-Length: 0
     <
red  < HTTP/1.1 101 Switching Protocols
     < Upgrade: websocket
     < Connection: Upgrade
     < Sec-WebSocket-Accept: *
     <
