# A lone request has a key and no Upgrade; no client sends that, so something before it dropped Upgrade though no forwarding header betrays it.
want handshake verdict=dropped certainty=inferred status=426 sightings=1
               legs=instance culprit=-|10.0.1.1
               findings=upgrade-dropped,handshake-refused
want counters connections=1 requests=1 responses=1 handshakes=1

leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

instance > GET /chat HTTP/1.1
         > Host: app.example
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: bm8tbWFya3MtYXQtYWxsLg==
         >
instance < HTTP/1.1 426 Upgrade Required
         < Connection: Upgrade
         < Upgrade: websocket
         < Content-Length: 0
         <
instance: client closes
instance: server closes
