# Only the first 96 bytes of every packet were kept: a target that points to a WebSocket, and not one header.
want handshake verdict=undetermined certainty=undetermined sightings=1
               culprit=none key=none target=/socket.io/1/websocket/session6
               findings=none
               status=101
want source index=0 problems=snaplen
want counters connections=1 requests=0 responses=0 handshakes=1

file snaplen 96
leg client 10.0.0.9:40001 -> 10.0.0.1:80

client > GET /socket.io/1/websocket/session6 HTTP/1.1
       > Host: app.example
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: Y3V0LWF0LTk2LWJ5dGVzLg==
       >
client < HTTP/1.1 101 Switching Protocols
       < Upgrade: websocket
       < Connection: Upgrade
       < Sec-WebSocket-Accept: *
       <
client: client closes
client: server closes
