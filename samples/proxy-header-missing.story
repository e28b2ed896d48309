# A server answers a connection that begins with a PROXY header, and hangs up on the next one, which has none.
want handshake verdict=unanswered certainty=proven status=none sightings=1
               legs=instance culprit=none closed=server-fin proxy=none
               findings=proxy-protocol-missing:error,handshake-unanswered:info
want counters connections=2 requests=2 responses=1 handshakes=1

leg other    10.0.1.1:50001 -> 10.0.1.2:80
leg instance 10.0.1.7:50002 -> 10.0.1.2:80

other: proxy v1 10.0.0.9:40001 -> 10.0.0.1:80
other    > GET / HTTP/1.1
         > Host: app.example
         >
other    < HTTP/1.1 200 OK
         < Content-Length: 2
         <
         < ok
other: client closes
other: server closes
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: bm8tcHJveHktaGVhZGVyLQ==
         >
instance: server closes
instance: client closes
