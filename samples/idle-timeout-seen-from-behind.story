# The instance sees its own two legs of a WebSocket that something before it gave up after sixty silent seconds.
want handshake verdict=healthy certainty=proven status=101 sightings=2
               legs=instance,local culprit=none frames=1,1 closed=client-fin,client-fin
               findings=websocket-idle-timeout:warning
want counters connections=2 requests=2 responses=2 handshakes=1 webSocketFrames=2

leg instance 10.0.1.1:50001 -> 10.0.1.2:80
leg local    127.0.0.1:42001 -> 127.0.0.1:8081

instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: ZnJvbSBiZWhpbmQgaXQuLg==
         >
local    > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20, 10.0.1.1
         > Connection: upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: ZnJvbSBiZWhpbmQgaXQuLg==
         >
local    < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: upgrade
         < Sec-WebSocket-Accept: *
         <
instance < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: upgrade
         < Sec-WebSocket-Accept: *
         <
local    <~ text ready
instance <~ text ready
wait 60s
instance: client closes
instance: server closes
local: client closes
local: server closes
