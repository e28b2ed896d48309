# The client forgets the upgrade token, and a hop makes HTTP/1.0 of the rest: the client comes first.
want handshake verdict=malformed certainty=proven status=400 sightings=2 culprit=none
               findings=client-malformed:error,http10-downgrade:error,handshake-refused:info

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

client     > GET /chat HTTP/1.1
           > Host: app.example
           > Connection: keep-alive
           > Upgrade: websocket
           > Sec-WebSocket-Version: 13
           > Sec-WebSocket-Key: YWFhYWFhYWFhYWFhYWFhYQ==
           >
instance   > GET /chat HTTP/1.0
           > Host: app.example
           > X-Forwarded-For: 10.0.0.9
           > Connection: close
           > Sec-WebSocket-Version: 13
           > Sec-WebSocket-Key: YWFhYWFhYWFhYWFhYWFhYQ==
           >
instance   < HTTP/1.1 400 Bad Request
           < Content-Length: *
           <
           < no
client     < HTTP/1.1 400 Bad Request
           < Content-Length: *
           <
           < no
