# The load balancer rewrites Connection, nginx on the instance writes upgrade into it whatever came, and so the handshake succeeds all the same.
want handshake verdict=rewritten certainty=proven status=101 sightings=3
               legs=client,instance,local culprit=10.0.0.1:80|10.0.1.1 frames=2,2,2
               findings=connection-rewritten:warning
want counters connections=3 requests=3 responses=3 handshakes=1 webSocketFrames=6

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:80
leg local    127.0.0.1:60001 -> 127.0.0.1:8081

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: cmVwYWlyZWQtYnktbHVjaw==
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: keep-alive
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: cmVwYWlyZWQtYnktbHVjaw==
         >
local    > GET /chat HTTP/1.1
         > Upgrade: websocket
         > Connection: upgrade
         > Host: app.example
         > X-Real-IP: 10.0.1.1
         > X-Forwarded-For: 10.0.0.9, 10.0.1.1
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: cmVwYWlyZWQtYnktbHVjaw==
         >
local    < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: *
         <
instance < HTTP/1.1 101 Switching Protocols
         < Server: nginx
         < Connection: upgrade
         < Upgrade: websocket
         < Sec-WebSocket-Accept: *
         <
client   < HTTP/1.1 101 Switching Protocols
         < Server: nginx
         < Connection: upgrade
         < Upgrade: websocket
         < Sec-WebSocket-Accept: *
         <
client   ~> close 1000
instance ~> close 1000
local    ~> close 1000
local    <~ close 1000
instance <~ close 1000
client   <~ close 1000
client: client closes
client: server closes
instance: client closes
instance: server closes
local: client closes
local: server closes
