# Only the instance was captured, and the handshake arrives there with Upgrade but without its Connection token.
want handshake verdict=rewritten certainty=inferred status=400 sightings=1
               legs=instance culprit=-|10.0.1.1
               findings=connection-rewritten,handshake-refused
want counters connections=1 requests=1 responses=1 handshakes=1

leg instance 10.0.1.1:50001 -> 10.0.1.2:80

instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > X-Forwarded-Proto: https
         > X-Forwarded-Port: 443
         > Connection: keep-alive
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: aW5zdGFuY2UtYWxvbmUtMQ==
         >
instance < HTTP/1.1 400 Bad Request
         < Content-Length: *
         < Content-Type: text/plain; charset=utf-8
         <
         < Bad Request\n
