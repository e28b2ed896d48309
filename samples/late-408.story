# A server ends an idle connection with a 408, and a handshake crosses it on the wire: that is its answer.
want handshake verdict=refused certainty=proven status=408 sightings=1
               legs=client closed=server-fin findings=handshake-refused
               culprit=none
want counters connections=1 requests=2 responses=2 handshakes=1

leg client 10.0.0.9:40001 -> 10.0.0.1:80

client > GET /page HTTP/1.1
       > Host: app.example
       >
client < HTTP/1.1 200 OK
       < Content-Length: 0
       <
wait 60s
client < HTTP/1.1 408 Request Timeout
       < Content-Length: 0
       <
client: server closes
client > GET /chat HTTP/1.1
       > Host: app.example
       > Connection: Upgrade
       > Upgrade: websocket
       > Sec-WebSocket-Version: 13
       > Sec-WebSocket-Key: Y3Jvc3NpbmctdGhlLTQwOA==
       >
client: client closes
