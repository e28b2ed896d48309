# A client uses one key for each new connection; two files, one from each side of the load balancer, hold a handshake and the next one a few milliseconds later.
want handshake verdict=healthy certainty=proven status=101 sightings=2 legs=client,instance
               target=/chat findings=none
               culprit=none
want handshake verdict=refused certainty=proven status=403 sightings=2 legs=client,instance
               target=/admin findings=handshake-refused:error
               culprit=none
want counters connections=4 requests=4 responses=4 handshakes=2

file client
file instance
leg one 10.0.0.9:40001 -> 10.0.0.1:80 in client
leg two 10.0.0.9:40002 -> 10.0.0.1:80 in client
leg first 10.0.1.1:50001 -> 10.0.1.2:80 in instance
leg second 10.0.1.1:50002 -> 10.0.1.2:80 in instance

one > GET /chat HTTP/1.1
    > Host: app.example
    > Connection: Upgrade
    > Upgrade: websocket
    > Sec-WebSocket-Version: 13
    > Sec-WebSocket-Key: MTMtMTc5NTQxNDM4NzM2Ng==
    >
first > GET /chat HTTP/1.1
      > Host: app.example
      > X-Forwarded-For: 10.0.0.9
      > Connection: Upgrade
      > Upgrade: websocket
      > Sec-WebSocket-Version: 13
      > Sec-WebSocket-Key: MTMtMTc5NTQxNDM4NzM2Ng==
      >
wait 9ms
first < HTTP/1.1 101 Switching Protocols
      < Connection: Upgrade
      < Upgrade: websocket
      < Sec-WebSocket-Accept: *
      <
one < HTTP/1.1 101 Switching Protocols
    < Connection: Upgrade
    < Upgrade: websocket
    < Sec-WebSocket-Accept: *
    <
two > GET /admin HTTP/1.1
    > Host: app.example
    > Connection: Upgrade
    > Upgrade: websocket
    > Sec-WebSocket-Version: 13
    > Sec-WebSocket-Key: MTMtMTc5NTQxNDM4NzM2Ng==
    >
second > GET /admin HTTP/1.1
       > Host: app.example
       > X-Forwarded-For: 10.0.0.9
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: MTMtMTc5NTQxNDM4NzM2Ng==
       >
second < HTTP/1.1 403 Forbidden
       < Content-Length: *
       <
       < no
two < HTTP/1.1 403 Forbidden
    < Content-Length: *
    <
    < no
