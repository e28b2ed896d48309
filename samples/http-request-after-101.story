# The load balancer takes a connection that has become a WebSocket for an idle one and sends the next visitor's request into it.
# Severity is left open. The request is no request any more and does not count.
want handshake verdict=healthy certainty=proven status=101 sightings=2
               legs=client,instance culprit=none
               findings=http-after-101
want counters connections=2 requests=2 responses=2 handshakes=1

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: YmFjay1pbi10aGUtcG9vbA==
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: YmFjay1pbi10aGUtcG9vbA==
         >
instance < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: *
         <
client   < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: *
         <
client: client closes
client: server closes
instance > GET /index.html HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.21
         > Connection: keep-alive
         >
instance <~ close 1002
instance: server closes
instance: client closes
