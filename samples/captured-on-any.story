# A host that forwards was captured on all its interfaces, so that every packet is there twice.
want handshake verdict=healthy certainty=proven status=101 sightings=2
               legs=client,instance culprit=none frames=2,2
               findings=none
want counters connections=2 requests=2 responses=2 handshakes=1 webSocketFrames=4

file link sll2
leg client   10.0.0.9:40001 -> 10.0.0.1:80 twice
leg instance 10.0.1.1:50001 -> 10.0.1.2:80 twice

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: ZXZlcnl0aGluZy10d2ljZQ==
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: ZXZlcnl0aGluZy10d2ljZQ==
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
client   ~> text hello
instance ~> text hello
instance <~ text hello, you
client   <~ text hello, you
client: client closes
instance: client closes
instance: server closes
client: server closes
