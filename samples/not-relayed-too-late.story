# The client gives up after three seconds, and the instance's 101 comes half a second later: nobody is there to pass it on to.
want handshake verdict=not-relayed certainty=proven status=none sightings=2
               legs=client,instance culprit=10.0.0.1:80|10.0.1.1 closed=client-fin,client-rst
               findings=101-not-relayed:error
want counters connections=2 requests=2 responses=1 handshakes=1

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: bm9ib2R5LWlzLXRoZXJlLg==
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: bm9ib2R5LWlzLXRoZXJlLg==
         >
wait 3s
client: client closes
wait 500ms
instance < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: *
         <
instance: client resets
client: server closes
