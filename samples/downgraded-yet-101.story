# A hop makes HTTP/1.0 of the handshake and keeps its headers; a lenient server upgrades anyway and the hop relays it.
# Damage counts also where the handshake succeeded in spite of it.
want handshake verdict=downgraded certainty=proven status=101 sightings=2
               legs=client,instance culprit=10.0.0.1:80|10.0.1.1
               findings=http10-downgrade:warning
want counters connections=2 requests=2 responses=2 handshakes=1

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

client   > GET /feed HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: bGVuaWVudC13aXRoLTEuMA==
         >
instance > GET /feed HTTP/1.0
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: bGVuaWVudC13aXRoLTEuMA==
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
client   ~> close 1000
instance ~> close 1000
instance <~ close 1000
client   <~ close 1000
client: client closes
client: server closes
instance: client closes
instance: server closes
