# The answer to a handshake is missing, and the client goes on polling on the same connection: the poll's 200 is not the handshake's.
want handshake verdict=undetermined certainty=undetermined status=none sightings=1
               legs=client findings=none
               culprit=none
want counters connections=1 requests=2 handshakes=1 gaps=1

leg client 10.0.0.9:40001 -> 10.0.0.1:80

client > GET /chat HTTP/1.1
       > Host: app.example
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: bG9zdC1yZWZ1c2FsLTAwMA==
       >
lose
client < HTTP/1.1 400 Bad Request
       < Content-Length: 0
       <
client > GET /poll HTTP/1.1
       > Host: app.example
       >
client < HTTP/1.1 200 OK
       < Content-Length: 0
       <
client: client closes
client: server closes
