# The instance's proxy passes X-Forwarded-For on as it came and drops Upgrade; the load balancer before it is innocent.
want handshake verdict=dropped certainty=proven status=400 sightings=3 legs=client,instance,local culprit=10.0.1.2:8080|127.0.0.1
               findings=upgrade-dropped:error,handshake-refused:info

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
           > Sec-WebSocket-Version: 13
           > Sec-WebSocket-Key: YWFhYWFhYWFhYWFhYWFhYQ==
           >
local      < HTTP/1.1 400 Bad Request
           < Content-Length: *
           <
           < no
instance   < HTTP/1.1 400 Bad Request
           < Content-Length: *
           <
           < no
client     < HTTP/1.1 400 Bad Request
           < Content-Length: *
           <
           < no
