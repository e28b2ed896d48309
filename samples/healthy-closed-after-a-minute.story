# After a minute of silence the server says goodbye with a Close frame; nobody timed out.
want handshake verdict=healthy certainty=proven status=101 sightings=1
               legs=instance culprit=none frames=3 closed=server-fin
               findings=none
want counters connections=1 requests=1 responses=1 handshakes=1 webSocketFrames=3

leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: Z29vZGJ5ZS1pbi13b3Jkcw==
         >
instance < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: *
         <
instance ~> text hello
wait 60s
instance <~ close 1001 going away
instance ~> close 1001
instance: server closes
instance: client closes
