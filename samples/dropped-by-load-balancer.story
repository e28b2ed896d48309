# The load balancer removes Upgrade, and the page handler answers the remaining request with 200.
want handshake verdict=dropped certainty=proven status=200 sightings=2
               legs=client,instance culprit=10.0.0.1:80|10.0.1.1
               findings=upgrade-dropped,handshake-refused
want counters connections=2 requests=2 responses=2 handshakes=1

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: ZHJvcHBlZC11cGdyYWRlLg==
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: keep-alive
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: ZHJvcHBlZC11cGdyYWRlLg==
         >
instance < HTTP/1.1 200 OK
         < Content-Type: text/plain
         < Content-Length: *
         <
         < hello, page
client   < HTTP/1.1 200 OK
         < Content-Type: text/plain
         < Content-Length: *
         <
         < hello, page
client: client closes
client: server closes
