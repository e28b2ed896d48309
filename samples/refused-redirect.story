# Behind a TCP listener no header says that the client came by https, and the application redirects the handshake, which no browser follows.
want handshake verdict=refused certainty=proven status=301 sightings=2
               legs=client,instance culprit=none
               findings=handshake-refused
want counters connections=2 requests=2 responses=2 handshakes=1

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:80

client   > GET /cable HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: Z28tZWxzZXdoZXJlLXBscw==
         >
instance > GET /cable HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: Z28tZWxzZXdoZXJlLXBscw==
         >
instance < HTTP/1.1 301 Moved Permanently
         < Location: https://app.example/cable
         < Content-Length: 0
         <
client   < HTTP/1.1 301 Moved Permanently
         < Location: https://app.example/cable
         < Content-Length: 0
         <
client: client closes
instance: client closes
