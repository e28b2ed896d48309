# The 101 and the first frame are missing in front of an HTTP 400: that it answers the handshake cannot be told.
want handshake verdict=undetermined certainty=undetermined status=none sightings=1
               legs=instance culprit=none
               findings=none
want counters connections=1 requests=1 handshakes=1 gaps=1

leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

instance > GET /socket.io/1/websocket/session3 HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: d3JpdHRlbi1pbnRvLWl0Lg==
         >
lose
instance < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: *
         <
lose
instance <~ text 1::
instance << HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n
instance: server closes
instance: client closes
