# The rewritten handshake reaches engine.io as an ordinary request, and it says 400 with code 3.
want handshake verdict=rewritten certainty=proven status=400 sightings=2
               legs=client,instance culprit=10.0.0.1:80|10.0.1.1
               findings=connection-rewritten,handshake-refused
want counters connections=2 requests=2 responses=2 handshakes=1

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

client   > GET /socket.io/?EIO=4&transport=websocket HTTP/1.1
         > Host: app.example
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: ZW5naW5lLWlvLWNvZGUtMw==
         > Connection: Upgrade
         > Upgrade: websocket
         >
instance > GET /socket.io/?EIO=4&transport=websocket HTTP/1.1
         > host: app.example
         > x-forwarded-for: 10.0.0.9
         > x-forwarded-proto: http
         > sec-websocket-version: 13
         > sec-websocket-key: ZW5naW5lLWlvLWNvZGUtMw==
         > upgrade: websocket
         > connection: keep-alive
         >
instance < HTTP/1.1 400 Bad Request
         < Content-Type: application/json
         < Connection: keep-alive
         < Transfer-Encoding: chunked
         <
         < {"code":3,"message":"Bad request"}
client   < HTTP/1.1 400 Bad Request
         < Content-Type: application/json
         < Connection: keep-alive
         < Transfer-Encoding: chunked
         <
         < {"code":3,"message":"Bad request"}
client: client closes
client: server closes
