# Two load balancers stand in a row; the first passes the handshake on whole, the second rewrites Connection.
want handshake verdict=rewritten certainty=proven status=400 sightings=3 culprit=10.0.2.2:80|10.0.1.1
               findings=connection-rewritten:error,handshake-refused:info

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg mid 10.0.2.1:50001 -> 10.0.2.2:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

client     > GET /chat HTTP/1.1
           > Host: app.example
           > Connection: Upgrade
           > Upgrade: websocket
           > Sec-WebSocket-Version: 13
           > Sec-WebSocket-Key: YWFhYWFhYWFhYWFhYWFhYQ==
           >
mid        > GET /chat HTTP/1.1
           > Host: app.example
           > X-Forwarded-For: 10.0.0.9
           > Connection: Upgrade
           > Upgrade: websocket
           > Sec-WebSocket-Version: 13
           > Sec-WebSocket-Key: YWFhYWFhYWFhYWFhYWFhYQ==
           >
instance   > GET /chat HTTP/1.1
           > Host: app.example
           > X-Forwarded-For: 10.0.0.9
           > Connection: keep-alive
           > Upgrade: websocket
           > Sec-WebSocket-Version: 13
           > Sec-WebSocket-Key: YWFhYWFhYWFhYWFhYWFhYQ==
           >
instance   < HTTP/1.1 400 Bad Request
           < Content-Length: *
           <
           < no
mid        < HTTP/1.1 400 Bad Request
           < Content-Length: *
           <
           < no
client     < HTTP/1.1 400 Bad Request
           < Content-Length: *
           <
           < no
