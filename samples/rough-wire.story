# The wire was rough: small segments in the wrong order, retransmissions, packets captured twice, and sequence numbers that overflow.
want handshake verdict=rewritten certainty=proven status=426 sightings=2
               legs=client,instance culprit=10.0.0.1:80|10.0.1.1
               findings=connection-rewritten,handshake-refused
want counters connections=2 requests=2 responses=2 handshakes=1 gaps=0

leg client   10.0.0.9:40001 -> 10.0.0.1:80 mss 24 wraps
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080 wraps

cut 3
swap
client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: YS12ZXJ5LXJvdWdoLW9uZQ==
         >
cut 70 77
again
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: keep-alive
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: YS12ZXJ5LXJvdWdoLW9uZQ==
         >
cut 40
swap
twice
instance < HTTP/1.1 426 Upgrade Required
         < Content-Type: text/plain
         < Content-Length: *
         <
         < Upgrade Required
again
client   < HTTP/1.1 426 Upgrade Required
         < Content-Type: text/plain
         < Content-Length: *
         <
         < Upgrade Required
client: client probes
client: client closes
client: server closes
