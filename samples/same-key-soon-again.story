# A client's second connection uses the key of its first one, and comes within the milliseconds that two clocks may be apart of the last leg of the first.
want handshake verdict=healthy certainty=proven status=101 sightings=3 legs=client,instance,local
               findings=none
               culprit=none
want handshake verdict=healthy certainty=proven status=101 sightings=3 legs=client,instance,local
               findings=none
               culprit=none
want counters connections=6 requests=6 responses=6 handshakes=2

file client
file instance
leg one 10.0.0.9:40001 -> 10.0.0.1:80 in client
leg two 10.0.0.9:40002 -> 10.0.0.1:80 in client
leg first 10.0.1.1:50001 -> 10.0.1.2:80 in instance
leg second 10.0.1.1:50002 -> 10.0.1.2:80 in instance
leg inner 127.0.0.1:60001 -> 127.0.0.1:8081 in instance
leg other 127.0.0.1:60002 -> 127.0.0.1:8081 in instance

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
wait 25ms
inner > GET /chat HTTP/1.1
      > Host: app.example
      > X-Forwarded-For: 10.0.0.9, 10.0.1.1
      > Connection: Upgrade
      > Upgrade: websocket
      > Sec-WebSocket-Version: 13
      > Sec-WebSocket-Key: MTMtMTc5NTQxNDM4NzM2Ng==
      >
inner < HTTP/1.1 101 Switching Protocols
      < Connection: Upgrade
      < Upgrade: websocket
      < Sec-WebSocket-Accept: *
      <
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
two > GET /chat HTTP/1.1
    > Host: app.example
    > Connection: Upgrade
    > Upgrade: websocket
    > Sec-WebSocket-Version: 13
    > Sec-WebSocket-Key: MTMtMTc5NTQxNDM4NzM2Ng==
    >
second > GET /chat HTTP/1.1
       > Host: app.example
       > X-Forwarded-For: 10.0.0.9
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: MTMtMTc5NTQxNDM4NzM2Ng==
       >
other > GET /chat HTTP/1.1
      > Host: app.example
      > X-Forwarded-For: 10.0.0.9, 10.0.1.1
      > Connection: Upgrade
      > Upgrade: websocket
      > Sec-WebSocket-Version: 13
      > Sec-WebSocket-Key: MTMtMTc5NTQxNDM4NzM2Ng==
      >
other < HTTP/1.1 101 Switching Protocols
      < Connection: Upgrade
      < Upgrade: websocket
      < Sec-WebSocket-Accept: *
      <
second < HTTP/1.1 101 Switching Protocols
       < Connection: Upgrade
       < Upgrade: websocket
       < Sec-WebSocket-Accept: *
       <
two < HTTP/1.1 101 Switching Protocols
    < Connection: Upgrade
    < Upgrade: websocket
    < Sec-WebSocket-Accept: *
    <
