# A busy load balancer passes the instance's 400 to its PROXY line on before the client has asked at all, and the request 30 ms after it came.
want handshake verdict=refused certainty=proven status=400 sightings=2
               legs=client,instance culprit=none proxy=v1 closed=server-fin,server-fin
               findings=proxy-protocol-unexpected:error,handshake-refused:info
want counters connections=2 requests=2 responses=2 handshakes=1 gaps=0

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:80

instance: proxy v1 10.0.0.9:40001 -> 10.0.0.1:80
instance < HTTP/1.1 400 Bad Request
         < Server: nginx
         < Connection: close
         < Content-Length: 0
         <
instance: server closes
client   < HTTP/1.1 400 Bad Request
         < Server: nginx
         < Connection: close
         < Content-Length: 0
         <
client: server closes
wait 300ms
client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: YnVzeS1hbmQtYmVoaW5kLg==
         >
wait 30ms
instance > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: YnVzeS1hbmQtYmVoaW5kLg==
         >
client: client closes
instance: client closes
