# A network load balancer sends the binary PROXY header to an nginx that listens for plain HTTP.
want handshake verdict=refused certainty=proven status=400 sightings=1
               legs=instance culprit=none proxy=v2
               findings=proxy-protocol-unexpected:error,handshake-refused:info
want counters connections=1 requests=1 responses=1 handshakes=1

leg instance 10.0.1.1:50001 -> 10.0.1.2:80

instance: proxy v2 203.0.113.20:51000 -> 10.0.0.1:443
instance > GET /chat HTTP/1.1
         > Host: app.example
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: YmluYXJ5LWdyZWV0aW5ncw==
         >
instance < HTTP/1.1 400 Bad Request
         < Server: nginx
         < Content-Type: text/html
         < Content-Length: *
         < Connection: close
         <
         < <html><h1>400 Bad Request</h1></html>
instance: server closes
instance: client closes
