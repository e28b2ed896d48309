# The capture begins while a kept-alive connection waits for a page, and the handshake comes after that.
# The page's response has no request in the capture and counts all the same.
want handshake verdict=healthy certainty=proven status=101 sightings=1
               legs=instance culprit=none frames=1
               findings=none
want counters connections=1 requests=1 responses=2 handshakes=1 webSocketFrames=1

leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

instance > GET /page HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > Connection: keep-alive
         >
capture begins
instance < HTTP/1.1 200 OK
         < Content-Length: *
         <
         < a page
instance > GET /chat HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 203.0.113.20
         > Connection: Upgrade
         > Upgrade: websocket
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: Y2FtZS1sYXRlLXRvLWl0Lg==
         >
instance < HTTP/1.1 101 Switching Protocols
         < Upgrade: websocket
         < Connection: Upgrade
         < Sec-WebSocket-Accept: *
         <
instance <~ text welcome
