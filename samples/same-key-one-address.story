# Two connections of one client use the same key at the same moment, and nginx asks the application for both on one kept-alive connection.
want handshake verdict=rewritten certainty=proven status=400 sightings=3
               culprit=10.0.0.1:80|10.0.1.1 legs=client,instance,local
               findings=connection-rewritten:error,upgrade-dropped:error,handshake-refused:info
want handshake verdict=rewritten certainty=proven status=400 sightings=3
               culprit=10.0.0.1:80|10.0.1.1 legs=client,instance,local
               findings=connection-rewritten:error,upgrade-dropped:error,handshake-refused:info
want counters connections=5 requests=6 responses=6 handshakes=2

leg one 10.0.0.9:40001 -> 10.0.0.1:80
leg two 10.0.0.9:40002 -> 10.0.0.1:80
leg first 10.0.1.1:50001 -> 10.0.1.2:80
leg second 10.0.1.1:50002 -> 10.0.1.2:80
leg local 127.0.0.1:60001 -> 127.0.0.1:8081

one > GET /chat HTTP/1.1
    > Host: app.example
    > Connection: Upgrade
    > Upgrade: websocket
    > Sec-WebSocket-Version: 13
    > Sec-WebSocket-Key: MTMtMTc5NTQxNDM4NzM2Ng==
    >
two > GET /chat HTTP/1.1
    > Host: app.example
    > Connection: Upgrade
    > Upgrade: websocket
    > Sec-WebSocket-Version: 13
    > Sec-WebSocket-Key: MTMtMTc5NTQxNDM4NzM2Ng==
    >
first > GET /chat HTTP/1.1
      > Host: app.example
      > X-Forwarded-For: 10.0.0.9
      > Upgrade: websocket
      > Connection: keep-alive
      > Sec-WebSocket-Version: 13
      > Sec-WebSocket-Key: MTMtMTc5NTQxNDM4NzM2Ng==
      >
second > GET /chat HTTP/1.1
       > Host: app.example
       > X-Forwarded-For: 10.0.0.9
       > Upgrade: websocket
       > Connection: keep-alive
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: MTMtMTc5NTQxNDM4NzM2Ng==
       >
local > GET /chat HTTP/1.1
      > Host: app.example
      > X-Forwarded-For: 10.0.0.9, 10.0.1.1
      > Sec-WebSocket-Version: 13
      > Sec-WebSocket-Key: MTMtMTc5NTQxNDM4NzM2Ng==
      >
local < HTTP/1.1 400 Bad Request
      < Content-Length: *
      <
      < no
first < HTTP/1.1 400 Bad Request
      < Content-Length: *
      <
      < no
local > GET /chat HTTP/1.1
      > Host: app.example
      > X-Forwarded-For: 10.0.0.9, 10.0.1.1
      > Sec-WebSocket-Version: 13
      > Sec-WebSocket-Key: MTMtMTc5NTQxNDM4NzM2Ng==
      >
local < HTTP/1.1 400 Bad Request
      < Content-Length: *
      <
      < no
one < HTTP/1.1 400 Bad Request
    < Content-Length: *
    <
    < no
second < HTTP/1.1 400 Bad Request
       < Content-Length: *
       <
       < no
two < HTTP/1.1 400 Bad Request
    < Content-Length: *
    <
    < no
