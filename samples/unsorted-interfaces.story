# A pcapng file holds all packets of the instance's interface before the first one of the client's.
want handshake verdict=rewritten certainty=proven status=400 sightings=2
               legs=client,instance culprit=10.0.0.1:80|10.0.1.1
               findings=connection-rewritten,handshake-refused
want counters connections=2 requests=2 responses=2 handshakes=1

file pcapng unsorted
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080
leg client   10.0.0.9:40001 -> 10.0.0.1:80 link sll

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: b3V0LW9mLWFsbC1vcmRlcg==
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: keep-alive
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: b3V0LW9mLWFsbC1vcmRlcg==
         >
instance < HTTP/1.1 400 Bad Request
         < Content-Length: 0
         <
client   < HTTP/1.1 400 Bad Request
         < Content-Length: 0
         <
client: client closes
client: server closes
