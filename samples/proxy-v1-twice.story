# Two load balancers in a row each put a PROXY line before the handshake, and the instance takes both.
want handshake verdict=healthy certainty=proven status=101 sightings=1
               legs=instance culprit=none proxy=v1
               findings=none
want counters connections=1 requests=1 responses=1 handshakes=1

leg instance 10.0.1.1:50001 -> 10.0.1.2:80

instance: proxy v1 10.0.2.1:45001 -> 10.0.1.1:80
instance: proxy v1 203.0.113.20:51000 -> 10.0.0.1:80
instance > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: dHdvLXByb3h5LWxpbmVzLg==
         >
instance < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: *
         <
