# The first instance says nothing for ten seconds, and the load balancer turns to another one, which takes the handshake.
# One machine sent both: the second was not forwarded by the first.
want handshake verdict=healthy certainty=proven status=101 sightings=3
               legs=client,instance,instance culprit=none
               findings=none
want counters connections=3 requests=3 responses=2 handshakes=1

leg client 10.0.0.9:40001 -> 10.0.0.1:80
leg first  10.0.1.1:50001 -> 10.0.1.2:8080
leg second 10.0.1.1:50002 -> 10.0.1.3:8080

client > GET /chat HTTP/1.1
       > Host: app.example
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: YW5vdGhlci1pbnN0YW5jZQ==
       >
first > GET /chat HTTP/1.1
      > Host: app.example
      > X-Forwarded-For: 10.0.0.9
      > Connection: Upgrade
      > Upgrade: websocket
      > Sec-WebSocket-Version: 13
      > Sec-WebSocket-Key: YW5vdGhlci1pbnN0YW5jZQ==
      >
wait 10s
second > GET /chat HTTP/1.1
       > Host: app.example
       > X-Forwarded-For: 10.0.0.9
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: YW5vdGhlci1pbnN0YW5jZQ==
       >
second < HTTP/1.1 101 Switching Protocols
       < Upgrade: websocket
       < Connection: Upgrade
       < Sec-WebSocket-Accept: *
       <
client < HTTP/1.1 101 Switching Protocols
       < Upgrade: websocket
       < Connection: Upgrade
       < Sec-WebSocket-Accept: *
       <
first: client resets
client ~> text hello
second ~> text hello
