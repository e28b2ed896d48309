# Client, load balancer, nginx and application: the handshake crosses three legs unharmed, and so do the frames.
want handshake verdict=healthy certainty=proven status=101 sightings=3
               legs=client,instance,local culprit=none frames=4,4,4
               findings=none
want counters connections=3 requests=3 responses=3 handshakes=1 webSocketFrames=12

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:80
leg local    127.0.0.1:60001 -> 127.0.0.1:8081

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: dGhyZWUtZ29vZC1sZWdzLg==
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: dGhyZWUtZ29vZC1sZWdzLg==
         >
local    > GET /chat HTTP/1.1
         > Upgrade: websocket
         > Connection: upgrade
         > Host: app.example
         > X-Real-IP: 10.0.1.1
         > X-Forwarded-For: 10.0.1.1
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: dGhyZWUtZ29vZC1sZWdzLg==
         >
local    < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: *
         <
instance < HTTP/1.1 101 Switching Protocols
         < Server: nginx
         < Upgrade: websocket
         < Connection: upgrade
         < Sec-WebSocket-Accept: *
         <
client   < HTTP/1.1 101 Switching Protocols
         < Server: nginx
         < Upgrade: websocket
         < Connection: upgrade
         < Sec-WebSocket-Accept: *
         <
client   ~> text hello
instance ~> text hello
local    ~> text hello
local    <~ text hello, you
instance <~ text hello, you
client   <~ text hello, you
client   ~> close 1000
instance ~> close 1000
local    ~> close 1000
local    <~ close 1000
instance <~ close 1000
client   <~ close 1000
client: client closes
instance: client closes
local: client closes
local: server closes
instance: server closes
client: server closes
