# A WebSocket says nothing for sixty seconds, and the load balancer closes both legs without a Close frame.
want handshake verdict=healthy certainty=proven status=101 sightings=2
               legs=client,instance culprit=none frames=2,2 closed=server-fin,client-fin
               findings=websocket-idle-timeout:warning
want counters connections=2 requests=2 responses=2 handshakes=1 webSocketFrames=4

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:80

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: c2l4dHktaWRsZS1zZWNzLg==
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: c2l4dHktaWRsZS1zZWNzLg==
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
instance <~ text welcome
client   <~ text welcome
wait 60s
instance: client closes
client: server closes
client: client closes
instance: server closes
