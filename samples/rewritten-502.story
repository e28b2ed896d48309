# A load balancer keeps Upgrade and turns Connection: Upgrade into keep-alive; nginx on the instance ends it with a 502.
want handshake verdict=rewritten certainty=proven status=502 sightings=2
               legs=client,instance culprit=10.0.0.1:80|10.0.1.1
               findings=connection-rewritten,handshake-refused
want counters connections=2 requests=2 responses=2 handshakes=1

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:80

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: cmV3cml0dGVuLXRvLTUwMg==
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > X-Forwarded-Proto: http
         > X-Forwarded-Port: 80
         > Connection: keep-alive
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: cmV3cml0dGVuLXRvLTUwMg==
         >
instance < HTTP/1.1 502 Bad Gateway
         < Server: nginx
         < Content-Type: text/html
         < Content-Length: *
         < Connection: keep-alive
         <
         < <html><h1>502 Bad Gateway</h1></html>
client   < HTTP/1.1 502 Bad Gateway
         < Server: nginx
         < Content-Type: text/html
         < Content-Length: *
         < Connection: keep-alive
         <
         < <html><h1>502 Bad Gateway</h1></html>
client: client closes
client: server closes
