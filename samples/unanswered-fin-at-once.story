# The server takes the sound handshake and closes at once without a byte.
want handshake verdict=unanswered certainty=proven status=none sightings=1
               legs=instance culprit=none closed=server-fin
               findings=handshake-unanswered
want counters connections=1 requests=1 responses=0 handshakes=1

leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: bm90LW9uZS13b3JkLWZpbg==
         >
instance: server closes
instance: client closes
