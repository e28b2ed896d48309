# A proxy tries a second time after the first connection was closed, and is closed on again; it gives up with a 502.
want handshake verdict=unanswered certainty=proven status=502 sightings=3
               legs=client,instance,instance culprit=none
               findings=handshake-unanswered:error
want counters connections=3 requests=3 responses=1 handshakes=1

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080
leg retry    10.0.1.1:50002 -> 10.0.1.2:8080

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: dHdpY2UtaW4tc2lsZW5jZQ==
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: dHdpY2UtaW4tc2lsZW5jZQ==
         >
instance: server closes
instance: client closes
retry    > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: dHdpY2UtaW4tc2lsZW5jZQ==
         >
retry: server closes
retry: client closes
client   < HTTP/1.1 502 Bad Gateway
         < Content-Length: 0
         <
client: client closes
client: server closes
