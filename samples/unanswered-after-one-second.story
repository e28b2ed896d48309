# A server that does not own this path waits one second and destroys the connection.
want handshake verdict=unanswered certainty=proven status=none sightings=2
               legs=client,instance culprit=none closed=server-fin,server-fin
               findings=handshake-unanswered
want counters connections=2 requests=2 responses=0 handshakes=1

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

client   > GET /wrong/path HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: b25lLXNlY29uZC1sYXRlcg==
         >
instance > GET /wrong/path HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: b25lLXNlY29uZC1sYXRlcg==
         >
wait 1s
instance: server closes
client: server closes
client: client closes
instance: client closes
