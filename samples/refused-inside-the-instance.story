# The handshake reaches the instance whole and comes back as engine.io's code 3: its own proxy must have damaged it, on a leg that was not captured.
want handshake verdict=refused certainty=proven status=400 sightings=2
               legs=client,instance culprit=none
               findings=handshake-refused
want counters connections=2 requests=2 responses=2 handshakes=1

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:80

client   > GET /socket.io/?EIO=3&transport=websocket HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: YmV5b25kLW91ci1zaWdodA==
         >
instance > GET /socket.io/?EIO=3&transport=websocket HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: YmV5b25kLW91ci1zaWdodA==
         >
instance < HTTP/1.1 400 Bad Request
         < Server: nginx
         < Content-Type: application/json
         < Transfer-Encoding: chunked
         <
         < {"code":3,"message":"Bad request"}
client   < HTTP/1.1 400 Bad Request
         < Server: nginx
         < Content-Type: application/json
         < Transfer-Encoding: chunked
         <
         < {"code":3,"message":"Bad request"}
client: client closes
instance: client closes
instance: server closes
client: server closes
