# The load balancer passes the handshake on whole and writes its own Connection into the 101: the browser hangs up without a frame.
want handshake verdict=healthy certainty=proven status=101 sightings=2
               legs=client,instance culprit=none frames=0,0 closed=client-fin,client-fin
               findings=invalid-101:error

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: dGhlLW90aGVyLXdheS4uLg==
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: dGhlLW90aGVyLXdheS4uLg==
         >
instance < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: *
         <
client   < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: keep-alive
         < Sec-WebSocket-Accept: *
         <
client: client closes
instance: client closes
instance: server closes
client: server closes
