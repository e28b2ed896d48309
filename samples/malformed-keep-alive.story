# The client itself writes Connection: keep-alive next to Upgrade: websocket, and the load balancer passes on what it got.
want handshake verdict=malformed certainty=proven status=426 sightings=2
               legs=client,instance culprit=none
               findings=client-malformed,handshake-refused
want counters connections=2 requests=2 responses=2 handshakes=1

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: keep-alive
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: Y2xpZW50LXMtb3duLWJ1Zw==
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: keep-alive
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: Y2xpZW50LXMtb3duLWJ1Zw==
         >
instance < HTTP/1.1 426 Upgrade Required
         < Content-Length: *
         <
         < Upgrade Required
client   < HTTP/1.1 426 Upgrade Required
         < Content-Length: *
         <
         < Upgrade Required
client: client closes
client: server closes
