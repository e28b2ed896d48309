# A list of allowed headers on the way lets Upgrade pass and takes the Sec-WebSocket-Key away.
# Without the key the two sightings are joined by target, Host and X-Forwarded-For.
want handshake verdict=altered certainty=proven status=400 sightings=2
               legs=client,instance culprit=10.0.0.1:80|10.0.1.1
               findings=handshake-altered,handshake-refused
want counters connections=2 requests=2 responses=2 handshakes=1

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:80

client   > GET /chat?room=7 HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: dGFrZW4tb24tdGhlLXdheQ==
         >
instance > GET /chat?room=7 HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         >
instance < HTTP/1.1 400 Bad Request
         < Content-Length: *
         <
         < Missing or invalid Sec-WebSocket-Key header
client   < HTTP/1.1 400 Bad Request
         < Content-Length: *
         <
         < Missing or invalid Sec-WebSocket-Key header
client: client closes
client: server closes
