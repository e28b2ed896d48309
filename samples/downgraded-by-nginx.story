# A bare proxy_pass makes HTTP/1.0 of the handshake and drops Upgrade at the same time; the server wants 1.1 and says 505.
want handshake verdict=downgraded certainty=proven status=505 sightings=2
               legs=client,instance culprit=10.0.0.1:80|10.0.1.1
               findings=http10-downgrade,handshake-refused
want counters connections=2 requests=2 responses=2 handshakes=1

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

client   > GET /feed HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: ZG93bi10by1odHRwLTEuMA==
         >
instance > GET /feed HTTP/1.0
         > Host: backend
         > Connection: close
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: ZG93bi10by1odHRwLTEuMA==
         >
instance < HTTP/1.0 505 HTTP Version Not Supported
         < Content-Type: text/plain
         <
         < handshake error: bad HTTP protocol version
instance: server closes
instance: client closes
client   < HTTP/1.1 505 HTTP Version Not Supported
         < Server: nginx
         < Content-Type: text/plain
         < Content-Length: *
         <
         < handshake error: bad HTTP protocol version
client: client closes
client: server closes
