# The first 256 bytes of every packet show the rewriting and leave out the key; target, Host and X-Forwarded-For join the two legs.
# The requests' heads are cut, so they do not count as requests.
want handshake verdict=rewritten certainty=proven status=400 sightings=2
               legs=client,instance culprit=10.0.0.1:80|10.0.1.1 key=none
               findings=connection-rewritten,handshake-refused
want source index=0 problems=snaplen
want counters connections=2 requests=0 responses=2 handshakes=1

file snaplen 256
leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:80

client   > GET /socket.io/1/websocket/session7 HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > User-Agent: \{150*long }
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: YmV5b25kLWJ5dGUtMjU2Lg==
         >
instance > GET /socket.io/1/websocket/session7 HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: keep-alive
         > Upgrade: websocket
         > User-Agent: \{150*long }
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: YmV5b25kLWJ5dGUtMjU2Lg==
         >
instance < HTTP/1.1 400 Bad Request
         < Content-Length: *
         <
         < \{300*no }
client   < HTTP/1.1 400 Bad Request
         < Content-Length: *
         <
         < \{300*no }
client: client closes
client: server closes
