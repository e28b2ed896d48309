# A server written by hand sends the key back as it came; the load balancer passes its 101 on, and the browser hangs up without a frame.
want handshake verdict=healthy certainty=proven status=101 sightings=2
               legs=client,instance culprit=none closed=client-fin,client-fin
               findings=bad-accept:error
want counters connections=2 requests=2 responses=2 handshakes=1

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: aGFuZC13cml0dGVuLi4uLg==
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: aGFuZC13cml0dGVuLi4uLg==
         >
instance < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: aGFuZC13cml0dGVuLi4uLg==
         <
client   < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: aGFuZC13cml0dGVuLi4uLg==
         <
client: client closes
instance: client closes
instance: server closes
client: server closes
