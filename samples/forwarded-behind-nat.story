# A router puts its own address in the place of the client's, and was captured on all its interfaces: one handshake, seen before and after.
want handshake verdict=healthy certainty=proven status=101 sightings=2
               legs=client,instance culprit=none findings=none
want counters connections=2 requests=2 responses=2 handshakes=1

leg inside  192.168.0.9:40001 -> 10.0.1.2:8080 wraps
leg outside 10.0.0.1:40001 -> 10.0.1.2:8080 wraps

inside  > GET /chat HTTP/1.1
        > Host: app.example
        > Connection: Upgrade
        > Upgrade: websocket
        > Sec-WebSocket-Version: 13
        > Sec-WebSocket-Key: dHJhbnNsYXRlZC1vbmx5Lg==
        >
outside > GET /chat HTTP/1.1
        > Host: app.example
        > Connection: Upgrade
        > Upgrade: websocket
        > Sec-WebSocket-Version: 13
        > Sec-WebSocket-Key: dHJhbnNsYXRlZC1vbmx5Lg==
        >
outside < HTTP/1.1 101 Switching Protocols
        < Upgrade: websocket
        < Connection: Upgrade
        < Sec-WebSocket-Accept: *
        <
inside  < HTTP/1.1 101 Switching Protocols
        < Upgrade: websocket
        < Connection: Upgrade
        < Sec-WebSocket-Accept: *
        <
inside  ~> text hello
outside ~> text hello
inside: client closes
outside: client closes
outside: server closes
inside: server closes
