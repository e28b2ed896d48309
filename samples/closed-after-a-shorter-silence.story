# The load balancer closes both legs twenty seconds after the last frame, but pauses of twenty-five seconds were no trouble before: no timer for silence did that.
want handshake verdict=healthy certainty=proven status=101 sightings=2
               legs=client,instance culprit=none frames=2,2 closed=server-fin,client-fin
               findings=none
want counters connections=2 requests=2 responses=2 handshakes=1 webSocketFrames=4

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:80

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: c2hvcnRlci1zaWxlbmNlLg==
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: c2hvcnRlci1zaWxlbmNlLg==
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
wait 25s
instance <~ text anybody
client   <~ text anybody
wait 25s
client   ~> text me
instance ~> text me
wait 20s
instance: client closes
client: server closes
client: client closes
instance: server closes
