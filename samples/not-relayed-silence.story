# The instance upgrades, and the client gets nothing at all before the load balancer closes.
# The culprit is read as the hop between the leg with the 101 and the one without.
want handshake verdict=not-relayed certainty=proven status=none sightings=2
               legs=client,instance culprit=10.0.0.1:80|10.0.1.1
               findings=101-not-relayed:error
want counters connections=2 requests=2 responses=1 handshakes=1

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: bm90aGluZy1yZXR1cm5lZA==
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: bm90aGluZy1yZXR1cm5lZA==
         >
instance < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: *
         <
instance: client resets
client: server closes
client: client closes
