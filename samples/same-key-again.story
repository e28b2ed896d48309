# A client that got a 503 asks again with the same key; the first handshake was answered, so this is another one.
want handshake verdict=refused certainty=proven status=503 sightings=1
               legs=client
               findings=handshake-refused
               culprit=none
want handshake verdict=healthy certainty=proven status=101 sightings=1 legs=client findings=none
               culprit=none
want counters connections=2 requests=2 responses=2 handshakes=2

leg first  10.0.0.9:40001 -> 10.0.0.1:80
leg second 10.0.0.9:40002 -> 10.0.0.1:80

first  > GET /chat HTTP/1.1
       > Host: app.example
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: aS13aWxsLXRyeS1hZ2Fpbg==
       >
first  < HTTP/1.1 503 Service Unavailable: Back-end server is at capacity
       < Content-Length: 0
       <
first: client closes
first: server closes
wait 2s
second > GET /chat HTTP/1.1
       > Host: app.example
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: aS13aWxsLXRyeS1hZ2Fpbg==
       >
second < HTTP/1.1 101 Switching Protocols
       < Upgrade: websocket
       < Connection: Upgrade
       < Sec-WebSocket-Accept: *
       <
