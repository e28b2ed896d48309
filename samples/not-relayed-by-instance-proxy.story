# The application answers 101, and the proxy on the instance does not pass it on.
want handshake verdict=not-relayed certainty=proven status=502 sightings=3 culprit=10.0.1.2:8080|127.0.0.1
               findings=101-not-relayed:error

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080
leg local 127.0.0.1:60001 -> 127.0.0.1:8081

client     > GET /chat HTTP/1.1
           > Host: app.example
           > Connection: Upgrade
           > Upgrade: websocket
           > Sec-WebSocket-Version: 13
           > Sec-WebSocket-Key: YWFhYWFhYWFhYWFhYWFhYQ==
           >
instance   > GET /chat HTTP/1.1
           > Host: app.example
           > X-Forwarded-For: 10.0.0.9
           > Connection: Upgrade
           > Upgrade: websocket
           > Sec-WebSocket-Version: 13
           > Sec-WebSocket-Key: YWFhYWFhYWFhYWFhYWFhYQ==
           >
local      > GET /chat HTTP/1.1
           > Host: app.example
           > X-Forwarded-For: 10.0.0.9
           > Connection: Upgrade
           > Upgrade: websocket
           > Sec-WebSocket-Version: 13
           > Sec-WebSocket-Key: YWFhYWFhYWFhYWFhYWFhYQ==
           >
local      < HTTP/1.1 101 Switching Protocols
           < Upgrade: websocket
           < Connection: Upgrade
           < Sec-WebSocket-Accept: *
           <
instance   < HTTP/1.1 502 Bad Gateway
           < Content-Length: *
           <
           < no
client     < HTTP/1.1 502 Bad Gateway
           < Content-Length: *
           <
           < no
