# Connection: Upgrade becomes close, not keep-alive, and Upgrade is still there.
want handshake verdict=rewritten certainty=proven status=400 sightings=2
               legs=client,instance culprit=10.0.0.1:80|10.0.1.1
               findings=connection-rewritten,handshake-refused
want counters connections=2 requests=2 responses=2 handshakes=1

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:80

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: keep-alive, Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: Y2xvc2UtaW5zdGVhZC4uLg==
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: close
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: Y2xvc2UtaW5zdGVhZC4uLg==
         >
instance < HTTP/1.1 400 Bad Request
         < Connection: close
         < Content-Length: 0
         <
instance: server closes
instance: client closes
client   < HTTP/1.1 400 Bad Request
         < Content-Length: 0
         <
client: client closes
client: server closes
