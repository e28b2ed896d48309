# A client would like to speak HTTP/2 and asks with Upgrade: h2c; that is no WebSocket, and a 200 is a fine answer.
want counters connections=2 requests=2 responses=2 handshakes=0
want findings none

leg client   10.0.0.9:40001 -> 10.0.0.1:80
leg instance 10.0.1.1:50001 -> 10.0.1.2:80

client   > GET / HTTP/1.1
         > Host: app.example
         > Connection: Upgrade, HTTP2-Settings
         > Upgrade: h2c
         > HTTP2-Settings: AAMAAABkAAQAAP__
         >
instance > GET / HTTP/1.1
         > Host: app.example
         > X-Forwarded-For: 10.0.0.9
         > Connection: keep-alive
         > Upgrade: h2c
         > HTTP2-Settings: AAMAAABkAAQAAP__
         >
instance < HTTP/1.1 200 OK
         < Content-Length: *
         <
         < plain old page
client   < HTTP/1.1 200 OK
         < Content-Length: *
         <
         < plain old page
