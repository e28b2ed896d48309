# The instance closes a WebSocket after sixty silent seconds, and the load balancer passes that on: with its leg in the capture as well, it is as much a timeout.
want handshake verdict=healthy certainty=proven status=101 sightings=2
               legs=client,instance culprit=none frames=1,1 closed=server-fin,server-fin
               findings=websocket-idle-timeout:warning
want counters connections=2 requests=2 responses=2 handshakes=1 webSocketFrames=2

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:80

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: cGFzc2VkLW9uLXRpbWVvdQ==
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: cGFzc2VkLW9uLXRpbWVvdQ==
         >
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
instance <~ text ready
client   <~ text ready
wait 60s
instance: server closes
client: server closes
client: client closes
instance: client closes
