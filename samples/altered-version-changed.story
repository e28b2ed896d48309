# A hop turns Sec-WebSocket-Version 13 into 8, and the server asks for another one.
want handshake verdict=altered certainty=proven status=426 sightings=2 culprit=10.0.0.1:80|10.0.1.1
               findings=handshake-altered:error,handshake-refused:info

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

client     > GET /chat HTTP/1.1
           > Host: app.example
           > Connection: Upgrade
           > Upgrade: websocket
           > Sec-WebSocket-Version: 13
           > Sec-WebSocket-Key: YWFhYWFhYWFhYWFhYWFhYQ==
           >
instance   > GET /chat HTTP/1.1
           > Host: app.example
           > X-Forwarded-For: 10.0.0.9
           > Connection: Upgrade
           > Upgrade: websocket
           > Sec-WebSocket-Version: 8
           > Sec-WebSocket-Key: YWFhYWFhYWFhYWFhYWFhYQ==
           >
instance   < HTTP/1.1 426 Upgrade Required
           < Content-Length: *
           <
           < no
client     < HTTP/1.1 426 Upgrade Required
           < Content-Length: *
           <
           < no
