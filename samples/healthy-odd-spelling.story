# Odd case, tabs and empty list elements change nothing about what the headers mean.
want handshake verdict=healthy certainty=proven status=101 sightings=2
               legs=client,instance culprit=none
               findings=none
want counters connections=2 requests=2 responses=2 handshakes=1

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:80

client   > GET /chat HTTP/1.1
         > Host: app.example
         > connection:\tupgrade\x20
         > UPGRADE: WebSocket
         > sec-websocket-version:13
         > sec-websocket-key: b2RkLWJ1dC1jb3JyZWN0Lg==
         >
instance > GET /chat HTTP/1.1
         > host: app.example
         > x-forwarded-for: 10.0.0.9
         > CONNECTION: , keep-alive,,\tUpgrade,
         > Upgrade: WEBSOCKET
         > SEC-WEBSOCKET-VERSION: \t13
         > SEC-WEBSOCKET-KEY: b2RkLWJ1dC1jb3JyZWN0Lg==\x20\x20
         >
instance < HTTP/1.1 101 Switching Protocols
         < upgrade: WebSocket
         < connection: UPGRADE
         < Sec-WebSocket-Accept: *
         <
client   < HTTP/1.1 101 Switching Protocols
         < upgrade: WebSocket
         < connection: UPGRADE
         < Sec-WebSocket-Accept: *
         <
