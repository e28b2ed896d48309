# Firefox asks with "Connection: keep-alive, Upgrade", and that is as good as Upgrade alone.
want handshake verdict=healthy certainty=proven status=101 sightings=2
               legs=client,instance culprit=none
               findings=none
want counters connections=2 requests=2 responses=2 handshakes=1

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:80

client   > GET /chat HTTP/1.1
         > Host: app.example
         > User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: ZmlyZWZveC1zYXlzLXR3bw==
         > Connection: keep-alive, Upgrade
         > Upgrade: websocket
         >
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: ZmlyZWZveC1zYXlzLXR3bw==
         > Connection: keep-alive, Upgrade
         > Upgrade: websocket
         >
instance < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: *
         <
client   < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: *
         <
