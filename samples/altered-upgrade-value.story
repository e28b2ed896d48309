# A template that was never filled in writes its variable's name into Upgrade.
want handshake verdict=altered certainty=proven status=400 sightings=2
               legs=client,instance culprit=10.0.0.1:80|10.0.1.1
               findings=handshake-altered,handshake-refused
want counters connections=2 requests=2 responses=2 handshakes=1

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:80

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: bGl0ZXJhbC10ZW1wbGF0ZQ==
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: upgrade
         > Upgrade: $http_upgrade
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: bGl0ZXJhbC10ZW1wbGF0ZQ==
         >
instance < HTTP/1.1 400 Bad Request
         < Content-Length: *
         <
         < Invalid Upgrade header
client   < HTTP/1.1 400 Bad Request
         < Content-Length: *
         <
         < Invalid Upgrade header
client: client closes
client: server closes
