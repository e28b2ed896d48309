# The server does not like the page that opens the WebSocket and says 403.
want handshake verdict=refused certainty=proven status=403 sightings=1
               legs=instance culprit=none
               findings=handshake-refused
want counters connections=1 requests=1 responses=1 handshakes=1

leg instance 10.0.1.1:50001 -> 10.0.1.2:8080

instance > GET /chat HTTP/1.1
         > Host: 10.0.1.2:8080
         > X-Forwarded-For: 203.0.113.20
         > Connection: Upgrade
         > Upgrade: websocket
         > Origin: https://app.example
         > Sec-WebSocket-Version: 13
         > Sec-WebSocket-Key: bm8tc3VjaC1vcmlnaW4uLg==
         >
instance < HTTP/1.1 403 Forbidden
         < Content-Type: text/plain; charset=utf-8
         < Content-Length: *
         <
         < request Origin "app.example" is not authorized for Host "10.0.1.2:8080"\n
