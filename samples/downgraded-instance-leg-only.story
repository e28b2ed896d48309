# HTTP/1.0 with a Sec-WebSocket-Key and no mark of a proxy is still never the client's own.
want handshake verdict=downgraded certainty=inferred status=400 sightings=1
               legs=instance culprit=-|10.0.1.1
               findings=http10-downgrade,handshake-refused
want counters connections=1 requests=1 responses=1 handshakes=1

leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

instance > GET /feed HTTP/1.0
         > Host: backend
         > Connection: close
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: b25lLXBvaW50LW9oLWtleQ==
         >
instance < HTTP/1.0 400 Bad Request
         < Content-Type: text/plain; charset=utf-8
         <
         < Bad Request\n
instance: server closes
instance: client closes
