# Two clients whose keys are made from the clock draw the same key in the same millisecond; their targets tell them apart.
want handshake verdict=healthy certainty=proven status=101 sightings=2
               legs=client,instance target=/chat/one
               findings=none
               culprit=none
want handshake verdict=healthy certainty=proven status=101 sightings=2
               legs=client,instance target=/chat/two
               findings=none
               culprit=none
want counters connections=4 requests=4 responses=4 handshakes=2

leg one          10.0.0.9:40001 -> 10.0.0.1:80
leg two          10.0.0.8:40001 -> 10.0.0.1:80
leg instance-one 10.0.1.1:50001 -> 10.0.1.2:8080
leg instance-two 10.0.1.1:50002 -> 10.0.1.2:8080

one          > GET /chat/one HTTP/1.1
             > Host: app.example
             > Connection: Upgrade
             > Upgrade: websocket
             > Sec-WebSocket-Version: 13
             > Sec-WebSocket-Key: MTMtMTc2NzIyNTYwMDAwMA==
             >
two          > GET /chat/two HTTP/1.1
             > Host: app.example
             > Connection: Upgrade
             > Upgrade: websocket
             > Sec-WebSocket-Version: 13
             > Sec-WebSocket-Key: MTMtMTc2NzIyNTYwMDAwMA==
             >
instance-two > GET /chat/two HTTP/1.1
             > Host: app.example
             > X-Forwarded-For: 10.0.0.8
             > Connection: Upgrade
             > Upgrade: websocket
             > Sec-WebSocket-Version: 13
             > Sec-WebSocket-Key: MTMtMTc2NzIyNTYwMDAwMA==
             >
instance-one > GET /chat/one HTTP/1.1
             > Host: app.example
             > X-Forwarded-For: 10.0.0.9
             > Connection: Upgrade
             > Upgrade: websocket
             > Sec-WebSocket-Version: 13
             > Sec-WebSocket-Key: MTMtMTc2NzIyNTYwMDAwMA==
             >
instance-one < HTTP/1.1 101 Switching Protocols
             < Upgrade: websocket
             < Connection: Upgrade
             < Sec-WebSocket-Accept: *
             <
instance-two < HTTP/1.1 101 Switching Protocols
             < Upgrade: websocket
             < Connection: Upgrade
             < Sec-WebSocket-Accept: *
             <
one          < HTTP/1.1 101 Switching Protocols
             < Upgrade: websocket
             < Connection: Upgrade
             < Sec-WebSocket-Accept: *
             <
two          < HTTP/1.1 101 Switching Protocols
             < Upgrade: websocket
             < Connection: Upgrade
             < Sec-WebSocket-Accept: *
             <
