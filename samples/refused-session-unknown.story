# The handshake of an engine.io session arrives at an instance that never issued that session.
want handshake verdict=refused certainty=proven status=400 sightings=1
               legs=instance culprit=none
               findings=handshake-refused
want counters connections=1 requests=1 responses=1 handshakes=1

leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

instance > GET /socket.io/?EIO=4&transport=websocket&sid=bornElsewhere0001 HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: dGhlLW90aGVyLXNlcnZlcg==
         >
instance < HTTP/1.1 400 Bad Request
         < Connection: close
         < Content-type: text/html
         < Content-Length: *
         <
         < Session ID unknown
instance: server closes
instance: client closes
