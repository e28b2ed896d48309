# The listener announces the client in a PROXY line that the instance does not expect; its 400 leaves before the handshake arrives.
# The 400 answers the request that comes after it. It may be a finding of its own, too.
want handshake verdict=refused certainty=proven status=400 sightings=2
               legs=client,instance culprit=none proxy=v1
               findings=proxy-protocol-unexpected:error,handshake-refused:info
want counters connections=2 requests=2 responses=2 handshakes=1

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:80

client   > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: d2hvLWlzLXRoaXMtbGluZQ==
         >
instance: proxy v1 10.0.0.9:40001 -> 10.0.0.1:80
instance < HTTP/1.1 400 Bad Request
         < Connection: close
         < Content-Length: 0
         <
instance: server closes
instance > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: d2hvLWlzLXRoaXMtbGluZQ==
         >
instance: server resets
client   < HTTP/1.1 400 Bad Request
         < Connection: close
         < Content-Length: 0
         <
client: server closes
client: client closes
