# The instance upgrades properly, and the load balancer has nothing better for the client than a 502.
# The culprit is read as the hop between the leg with the 101 and the one without.
# A handshake-refused beside it would be the symptom; it is left open.
want handshake verdict=not-relayed certainty=proven status=502 sightings=2
               legs=client,instance culprit=10.0.0.1:80|10.0.1.1
               findings=101-not-relayed:error
want counters connections=2 requests=2 responses=2 handshakes=1

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: a2VwdC10by15b3Vyc2VsZg==
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: a2VwdC10by15b3Vyc2VsZg==
         >
instance < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: *
         <
instance: client closes
instance: server closes
client   < HTTP/1.1 502 BAD_GATEWAY
         < Content-Length: 0
         < Connection: keep-alive
         <
client: client closes
client: server closes
