# The instance upgrades, the load balancer waits for a page that never comes, and when the capture ends half a minute later the client waits still.
want handshake verdict=not-relayed certainty=proven status=none sightings=2
               legs=client,instance culprit=10.0.0.1:80|10.0.1.1 closed=open,open frames=0,1
               findings=101-not-relayed:error
want counters connections=3 requests=3 responses=2 handshakes=1

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: d2FpdGluZy1mb3ItYS0xMA==
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: d2FpdGluZy1mb3ItYS0xMA==
         >
instance < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: *
         <
wait 25s
instance <~ ping
wait 5s
leg page 10.0.0.8:40002 -> 10.0.0.1:80
page     > GET / HTTP/1.1
         > Host: app.example
         >
page     < HTTP/1.1 200 OK
         < Content-Length: *
         <
         < fine
