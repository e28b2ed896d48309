# The instance answers the key rightly, and the hop before it gives the client a 101 that it has kept from another one.
want handshake verdict=healthy certainty=proven status=101 sightings=2
               legs=client,instance culprit=none closed=client-rst,client-fin
               findings=bad-accept:error

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: bm90LXRoZS1maXJzdC1vbg==
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: bm90LXRoZS1maXJzdC1vbg==
         >
instance < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: *
         <
client   < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: wT7NKIZf+4xW68WdSn/3RV1EAQg=
         < Age: 12
         <
client: client resets
instance: client closes
instance: server closes
