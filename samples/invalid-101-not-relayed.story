# The application forgets Upgrade in its 101, and Apache, which may not pass such a 101 on, makes a 502 of it: the application is to blame.
want handshake verdict=not-relayed certainty=proven status=502 sightings=2
               legs=client,instance culprit=10.0.0.1:80|10.0.1.1 frames=0,0 closed=client-fin,client-fin
               findings=invalid-101:error,101-not-relayed:info

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: bm90LXRvLWJlLXJlbGF5Lg==
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: bm90LXRvLWJlLXJlbGF5Lg==
         >
instance < HTTP/1.1 101 Switching Protocols
         < Connection: Upgrade
         < Sec-WebSocket-Accept: *
         <
instance: client closes
instance: server closes
client   < HTTP/1.1 502 Proxy Error
         < Server: Apache/2.4.66 (Debian)
         < Content-Length: 0
         <
client: client closes
client: server closes
