# A server of Node's ws library answers the rewritten handshake with 426, as it does to every request that asks for no upgrade.
want handshake verdict=rewritten certainty=proven status=426 sightings=2
               legs=client,instance culprit=10.0.0.1:80|10.0.1.1
               findings=connection-rewritten,handshake-refused
want counters connections=2 requests=2 responses=2 handshakes=1

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

client   > GET / HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: YW5zd2VyZWQtYnktNDI2Lg==
         >
instance > GET / HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: keep-alive
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: YW5zd2VyZWQtYnktNDI2Lg==
         >
instance < HTTP/1.1 426 Upgrade Required
         < Content-Length: *
         < Content-Type: text/plain
         < Connection: keep-alive
         <
         < Upgrade Required
client   < HTTP/1.1 426 Upgrade Required
         < Content-Length: *
         < Content-Type: text/plain
         < Connection: keep-alive
         <
         < Upgrade Required
client: client closes
client: server closes
