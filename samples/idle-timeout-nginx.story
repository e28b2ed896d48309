# nginx on the instance gives up after sixty seconds without data; TCP keep-alive probes in between are no data.
want handshake verdict=healthy certainty=proven status=101 sightings=1
               legs=instance culprit=none frames=1 closed=server-fin
               findings=websocket-idle-timeout:warning
want counters connections=1 requests=1 responses=1 handshakes=1 webSocketFrames=1

leg instance 10.0.1.1:50001 -> 10.0.1.2:80

instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: bmdpbngtZ2l2ZXMtdXAuLg==
         >
instance < HTTP/1.1 101 Switching Protocols
         < Server: nginx
         < Upgrade: websocket
         < Connection: upgrade
         < Sec-WebSocket-Accept: *
         <
instance <~ text ready
wait 15s
instance: client probes
wait 15s
instance: client probes
wait 15s
instance: client probes
wait 15s
instance: server closes
instance: client closes
