# The load balancer rewrites Connection, nginx on the instance drops Upgrade as well and tries twice, and the application closes both times without a word.
# Both halves need mending. The symptoms (closes, 502) are left open.
want handshake verdict=rewritten certainty=proven status=502 sightings=4
               legs=client,instance,local,local culprit=10.0.0.1:80|10.0.1.1
               findings=connection-rewritten:error,upgrade-dropped:error,handshake-unanswered:info
want counters connections=4 requests=4 responses=2 handshakes=1

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:80
leg local    127.0.0.1:60001 -> 127.0.0.1:8081
leg retry    127.0.0.1:60002 -> 127.0.0.1:8081

client   > GET /socket.io/1/websocket/session1 HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: Ym90aC1oYWx2ZXMtbG9zdA==
         >
instance > GET /socket.io/1/websocket/session1 HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: keep-alive
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: Ym90aC1oYWx2ZXMtbG9zdA==
         >
local    > GET /socket.io/1/websocket/session1 HTTP/1.1
         > Host: app.example
         > X-Real-IP: 10.0.1.1
         > X-Forwarded-For: 10.0.0.9, 10.0.1.1
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: Ym90aC1oYWx2ZXMtbG9zdA==
         >
local: server closes
local: client closes
retry    > GET /socket.io/1/websocket/session1 HTTP/1.1
         > Host: app.example
         > X-Real-IP: 10.0.1.1
         > X-Forwarded-For: 10.0.0.9, 10.0.1.1
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: Ym90aC1oYWx2ZXMtbG9zdA==
         >
retry: server closes
retry: client closes
instance < HTTP/1.1 502 Bad Gateway
         < Server: nginx
         < Content-Length: *
         <
         < <h1>502 Bad Gateway</h1>
client   < HTTP/1.1 502 Bad Gateway
         < Server: nginx
         < Content-Length: *
         <
         < <h1>502 Bad Gateway</h1>
client: client closes
client: server closes
