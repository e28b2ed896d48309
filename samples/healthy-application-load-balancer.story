# A load balancer that understands WebSocket passes the handshake on and adds only where it came from.
want handshake verdict=healthy certainty=proven status=101 sightings=1
               legs=instance culprit=none frames=0
               findings=none
want counters connections=1 requests=1 responses=1 handshakes=1

leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

instance > GET /chat HTTP/1.1
         > X-Forwarded-For: 203.0.113.20
         > X-Forwarded-Proto: https
         > X-Forwarded-Port: 443
         > Host: app.example
         > X-Amzn-Trace-Id: Root=1-69558a00-00112233445566778899aabb
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: ZnJvbS1hLWdvb2QtbGIuLg==
         > Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits
         >
instance < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: *
         <
