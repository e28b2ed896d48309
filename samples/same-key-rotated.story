# A load generator uses one key for every connection, and the capture went on in a second file between two of them.
# No connection is in both files. The same key on the same leg is another handshake, and tells nothing about clocks.
want handshake verdict=refused certainty=proven status=403 sightings=2 legs=client,instance
               target=/chat findings=handshake-refused:error
               culprit=none
want handshake verdict=healthy certainty=proven status=101 sightings=2 legs=client,instance
               target=/chat findings=none
               culprit=none
want counters connections=4 requests=4 responses=4 handshakes=2
want source index=1 clockOffset=unknown

file first
file second
leg one    10.0.0.9:40001 -> 10.0.0.1:80 in first
leg first  10.0.1.1:50001 -> 10.0.1.2:80 in first
leg two    10.0.0.9:40002 -> 10.0.0.1:80 in second
leg second 10.0.1.1:50002 -> 10.0.1.2:80 in second

one > GET /chat HTTP/1.1
    > Host: app.example
    > Connection: Upgrade
    > Upgrade: websocket
    > Sec-WebSocket-Version: 13
    > Sec-WebSocket-Key: d3JrLWhhcy1vbmUta2V5IQ==
    >
first > GET /chat HTTP/1.1
      > Host: app.example
      > X-Forwarded-For: 10.0.0.9
      > Connection: Upgrade
      > Upgrade: websocket
      > Sec-WebSocket-Version: 13
      > Sec-WebSocket-Key: d3JrLWhhcy1vbmUta2V5IQ==
      >
first < HTTP/1.1 403 Forbidden
      < Content-Length: 0
      <
one < HTTP/1.1 403 Forbidden
    < Content-Length: 0
    <
first: client closes
first: server closes
one: client closes
one: server closes
wait 2s
two > GET /chat HTTP/1.1
    > Host: app.example
    > Connection: Upgrade
    > Upgrade: websocket
    > Sec-WebSocket-Version: 13
    > Sec-WebSocket-Key: d3JrLWhhcy1vbmUta2V5IQ==
    >
second > GET /chat HTTP/1.1
       > Host: app.example
       > X-Forwarded-For: 10.0.0.9
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: d3JrLWhhcy1vbmUta2V5IQ==
       >
second < HTTP/1.1 101 Switching Protocols
       < Upgrade: websocket
       < Connection: Upgrade
       < Sec-WebSocket-Accept: *
       <
two < HTTP/1.1 101 Switching Protocols
    < Upgrade: websocket
    < Connection: Upgrade
    < Sec-WebSocket-Accept: *
    <
